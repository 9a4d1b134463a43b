//! Operations that move elements without computing: one file each.
//!
//! Most of them say for every block of the result, axis by axis, from where in which source blocks its elements come
//! (`segment`); `assemble` makes the blocks of that.

mod assemble;
mod axes;
mod broadcast;
mod collect;
mod concatenate;
mod permute;
mod rechunk;
mod reshape;
mod segment;
mod slice;
mod slice_assign;

pub use concatenate::{concatenate, stack};
pub(crate) use permute::row_major;
