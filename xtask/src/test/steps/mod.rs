//! The steps of `cargo xtask test`, one a file, in the order in which they run.

pub(super) mod clippy;
pub(super) mod docs;
pub(super) mod examples;
pub(super) mod fmt;
pub(super) mod loom;
pub(super) mod mpi;
pub(super) mod nvrtc;
pub(super) mod setup;
pub(super) mod tidy;
pub(super) mod ui;
pub(super) mod unit;
pub(super) mod zarr;

/// The features that nothing turns on by default, and that are tested all the same.
const OPTIONAL: [&str; 2] = ["--features", "dagger-core/ndarray"];

/// The value of a flags variable with more flags, keeping what the user set.
fn with_flags(variable: &str, flags: &str) -> String {
    match std::env::var(variable) {
        Ok(set) if !set.trim().is_empty() => format!("{set} {flags}"),
        _ => flags.to_owned(),
    }
}
