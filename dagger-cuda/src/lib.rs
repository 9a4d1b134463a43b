//! CUDA devices for Dagger.
//!
//! So far it compiles the sources that `dagger_core::kernel` writes ([`compile`](mod@compile)). Nothing here is linked to CUDA: its
//! libraries are looked for when they are first needed, so that a program that was built without CUDA runs without it.

pub mod compile;
