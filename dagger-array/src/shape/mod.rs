//! Operations that move elements without computing: one file each.
//!
//! Most of them say for every block of the result, axis by axis, from where in which source blocks its elements come
//! ([`segment`]); `assemble` makes the blocks of that.

mod assemble;
mod collect;
mod rechunk;
mod segment;
