//! Linear algebra on blocks.
//!
//! [`MatrixElement`] and [`Field`] say of which numbers. `tile` and `kernel` have what is done inside a tile, by libraries made for
//! it; the algorithms here say which tiles meet. One operation a file.
//!
//! Cholesky works on square tiles, LU and QR on block columns: a whole block column is one value, so that a panel is factored as
//! one matrix, with the pivots of the textbook. `cuts` chooses the tiles where an array's blocks are too large or too small.

mod cholesky;
mod cuts;
mod determinant;
mod dot;
mod eigh;
mod field;
mod inverse;
mod kernel;
mod least_squares;
mod lu;
mod matrix_vector;
mod product;
mod qr;
mod right_side;
mod solve;
mod substitution;
mod svd;
mod syrk;
mod tile;
mod triangular;

pub use cholesky::Cholesky;
pub use dot::Dot;
pub use field::Field;
pub use kernel::MatrixElement;
pub use lu::Lu;
pub use qr::Qr;
pub use right_side::RightSide;
pub use svd::Svd;
pub use tile::{Diag, Triangle};
