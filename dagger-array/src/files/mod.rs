//! Arrays in files, read and written block by block: no block is ever made of more of a file than its own part, and no array is
//! gathered to be written.
//!
//! Every worker opens the files itself, so they must be where all workers see them under the same path.
//!
//! A file that is written appears under its name when it is complete: until then it has another name in the same folder (`unfinished`).

mod npy;
mod unfinished;
#[cfg(feature = "zarr")]
mod zarr;

pub use npy::NpyElement;
#[cfg(feature = "zarr")]
pub use zarr::ZarrElement;
