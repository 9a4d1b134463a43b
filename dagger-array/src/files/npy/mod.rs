//! numpy's `.npy` files: a header and the elements in one piece.
//!
//! Format: <https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>, versions 1 to 3. The header is parsed here, since the
//! library for it (`ndarray-npy`) reads whole files only.

mod element;
mod header;
mod read;
mod runs;
mod write;

pub use element::NpyElement;
