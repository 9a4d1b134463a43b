//! Making arrays: one way a file.

mod distribute;
mod filled;
mod from_fn;
mod random;

pub use random::{Normal, Uniform};
