//! [`Wire`](crate::wire::Wire) for the standard library's types, one family a file.

mod arrays;
mod choices;
mod maps;
mod numbers;
mod pointers;
mod ranges;
mod sequences;
mod texts;
mod times;
mod tuples;
mod wrappers;

#[cfg(feature = "num-complex")]
pub(super) use arrays::{chunked, flattened};
