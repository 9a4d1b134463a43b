//! Zarr (feature `zarr`): arrays in folders, a file for each chunk, which Python, Julia and C++ read and write too.
//!
//! The crate `zarrs` knows the format; here its chunks become blocks and blocks its chunks, each in a task of its own.

mod element;
mod read;
mod write;

pub use element::ZarrElement;

use dagger_core::Error;
use ndarray::Dimension;
use std::path::Path;
use std::sync::Arc;
use zarrs::array::{Array, ArraySubset, CodecOptions};
use zarrs::filesystem::FilesystemStore;

use crate::layout::Place;

/// The folder of an array as zarrs sees it.
fn store(path: &Path) -> Result<Arc<FilesystemStore>, String> {
    let store = FilesystemStore::new(path).map_err(|error| error.to_string())?;
    Ok(Arc::new(store))
}

/// The array in a folder.
fn opened(path: &Path) -> Result<Array<FilesystemStore>, String> {
    // zarrs takes a folder that is not there for an empty one.
    std::fs::read_dir(path).map_err(|error| error.to_string())?;
    Array::open(store(path)?, "/").map_err(|error| error.to_string())
}

/// The same for a task, whose error names the folder.
fn opened_in_task(path: &Path) -> dagger_core::Result<Array<FilesystemStore>> {
    opened(path).map_err(|what| said(path, what))
}

fn said(path: &Path, what: impl std::fmt::Display) -> Error {
    Error::msg(format!("{}: {what}", path.display()))
}

/// The elements of a block, as zarrs names them.
fn subset<D: Dimension>(place: &Place<D>) -> ArraySubset {
    let axes = place.start.slice().iter().zip(place.shape.slice());
    let ranges: Vec<_> = axes
        .map(|(&start, &length)| start as u64..(start + length) as u64)
        .collect();
    ArraySubset::new_with_ranges(&ranges)
}

/// A block's task is one thread's work; other blocks are the other threads'.
fn on_one_thread() -> CodecOptions {
    CodecOptions::default().with_concurrent_target(1)
}
