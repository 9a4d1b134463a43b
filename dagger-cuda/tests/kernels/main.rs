//! Kernels: the Rust body and the lowered source must compute the same, bit for bit.
//!
//! Each test writes the CUDA source of its kernels, compiles it as C++ for the host, runs both sides on values from the edges of their
//! types, and compares. Where the body panics, the source must fail at the same element with the same message. With
//! `DAGGER_KERNEL_SOURCES` naming a folder, the sources are only left there, for NVRTC: see `nvrtc.rs`.
//!
//! The body's integers wrap here, as in a release build: see the profile of this package.

#![allow(
    clippy::style,
    clippy::complexity,
    clippy::perf,
    clippy::pedantic,
    reason = "the tests write what users write"
)]
#![allow(
    unreachable_pub,
    dead_code,
    confusable_idents,
    mixed_script_confusables
)]

mod arithmetic;
mod calls;
mod choices;
mod failures;
mod floats;
mod fused;
mod generics;
mod host;
mod launcher;
mod loops;
mod places;
mod random;
mod reductions;
mod stencils;
mod values;
