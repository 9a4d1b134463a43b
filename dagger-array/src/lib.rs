//! Distributed arrays: `ndarray` blocks, each the result of a task.
//!
//! Programs use this as `dagger::array`. An array is a grid of tasks, nothing more, and every operation is made of `#[task]`s and `spawn!`:
//! nothing here uses what a user's crate could not.
//!
//! ```
//! use dagger::array::*;
//! use dagger::prelude::*;
//! use ndarray::Ix2;
//!
//! let a = DArray::<f64, Ix2>::random([100, 100], Blocks([32, 32]));
//! let b = (&a * 2.0 + &a.map(f64::sqrt)).eval(); // one task a block, one pass over memory
//! let local = a.collect()?;
//! assert_eq!(b.collect()?, local.mapv(|x| x * 2.0 + x.sqrt()));
//! # Ok::<(), dagger::Error>(())
//! ```
//!
//! Those who know NumPy, ndarray or Dagger.jl find their names in [`coming_from`], beside those here.
//!
//! Deliberately not here: where tasks run, and how blocks travel. That is the runtime's business.

// The macros' expansions call the runtime `dagger`. In this crate, on which the façade of that name depends, it is the runtime itself.
extern crate dagger_core as dagger;

mod array;
mod blocks;
pub mod coming_from;
mod device;
mod element;
pub mod expression;
mod fft;
mod files;
mod layout;
mod linalg;
mod make;
mod memory;
mod mistake;
mod picture;
mod placement;
pub mod reduce;
mod shape;
mod show;
mod sort;
mod stencil;

pub use array::{Block, DArray};
pub use blocks::{Auto, Blocking, Blocks};
pub use element::{Captured, Element};
pub use expression::{Lazy, Operand};
pub use fft::FftElement;
pub use files::NpyElement;
#[cfg(feature = "zarr")]
pub use files::ZarrElement;
pub use layout::{Layout, Place};
pub use linalg::{Cholesky, Diag, Dot, Field, Lu, MatrixElement, Qr, RightSide, Svd, Triangle};
pub use make::{Normal, Uniform};
pub use picture::Picture;
pub use placement::{Placed, Placement};
pub use shape::{concatenate, stack};
pub use sort::{Bins, Counted, Histogram, Side, Sortable};
pub use stencil::{Boundaries, Boundary};
