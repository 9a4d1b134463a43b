//! CUDA devices for Dagger.
//!
//! A device is used through its [`driver`]; [`memory`] knows which blocks of bytes it holds and moves them; sources that
//! `dagger_core::kernel` writes are [compiled](mod@compile) once and [kept](cache). Nothing here is linked to CUDA: its
//! libraries are looked for when they are first needed, so that a program that was built without CUDA runs without it.

pub mod cache;
pub mod compile;
mod device;
pub mod driver;
pub mod memory;
mod register;

pub use device::Gpu;
