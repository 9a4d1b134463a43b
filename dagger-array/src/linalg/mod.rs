//! Linear algebra on blocks.
//!
//! [`MatrixElement`] brings the tile kernels, from libraries made for it; the algorithms here say which tiles meet. One
//! operation a file.

mod dot;
mod kernel;
mod matrix_vector;
mod product;
mod syrk;

pub use dot::Dot;
pub use kernel::MatrixElement;
