//! From blocks to Zarr arrays.

use dagger_core::{Error, Result, Task};
use dagger_macros::{spawn, task};
use ndarray::{Array, Dimension};
use std::io;
use std::panic::Location;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use zarrs::array::ArrayBuilder;

use super::{ZarrElement, on_one_thread, opened_in_task, said, store, subset};
use crate::array::DArray;
use crate::files::unfinished::Unfinished;
use crate::layout::{Layout, Place};
use crate::mistake::mistake_at;

impl<T: ZarrElement, D: Dimension + 'static> DArray<T, D> {
    /// Writes the array to a new folder, as a Zarr array of version 3 without compression, and waits until it is there. Every block is a chunk, written
    /// by a task. Blocks of different sizes are cut anew first, as all of Zarr's chunks have one shape. With several workers, all of them
    /// must see the folder around it under this path.
    ///
    /// # Errors
    /// What was wrong with the array; there is something of that name already, which stays as it is; what the system says (no such folder, no
    /// permission, no space left). Then there is no folder of that name.
    ///
    /// ```
    /// # use dagger::array::*; use ndarray::Ix2;
    /// let path = std::env::temp_dir().join("dagger-doc-example.zarr");
    /// # std::fs::remove_dir_all(&path).ok();
    /// let a = DArray::<f32, Ix2>::random([100, 30], Blocks([32, 32]));
    /// a.write_zarr(&path)?;
    /// let back = DArray::<f32, Ix2>::read_zarr(&path, Blocks([50, 30]));
    /// assert_eq!(back.collect()?, a.collect()?);
    /// # std::fs::remove_dir_all(path).ok();
    /// # Ok::<(), dagger::Error>(())
    /// ```
    #[track_caller]
    pub fn write_zarr(&self, path: impl AsRef<Path>) -> Result<()> {
        let (path, caller) = (path.as_ref(), Location::caller());
        self.parts()?;
        let wrong = |what: &dyn std::fmt::Display| {
            mistake_at(caller, "write_zarr", format!("{}: {what}", path.display()))
        };
        let (array, edges) = in_chunks(self);
        let (blocks, layout) = (array.parts()?, array.layout());
        if path.symlink_metadata().is_ok() {
            return Err(wrong(&io::Error::from(io::ErrorKind::AlreadyExists)));
        }
        let folder = Unfinished::folder(path).map_err(|error| wrong(&error))?;
        described::<T>(folder.path(), array.shape(), &edges).map_err(|error| wrong(&error))?;

        let now: Arc<PathBuf> = Arc::new(folder.path().to_owned());
        let mut written: Vec<Task<()>> = Vec::with_capacity(blocks.len());
        layout.for_each(|position| {
            let (block, now) = (&blocks[written.len()], Arc::clone(&now));
            let place = layout.place(position.slice());
            written.push(spawn!(write_zarr_block(block, now, place)));
        });
        // All of them, so that none still writes when the folder is removed.
        let outcomes: Vec<Result<()>> = written.iter().map(Task::wait).collect();
        for (block, outcome) in blocks.iter().zip(outcomes) {
            block.wait()?;
            outcome.map_err(|error| wrong(&error))?;
        }
        folder.complete().map_err(|error| wrong(&error))
    }
}

/// The array in blocks of one shape, and that shape.
fn in_chunks<T: ZarrElement, D: Dimension + 'static>(
    array: &DArray<T, D>,
) -> (DArray<T, D>, Vec<usize>) {
    let layout = array.layout();
    let mut edges = array.raw_dim();
    for axis in 0..edges.ndim() {
        let lengths = layout.cuts(axis).windows(2).map(|cut| cut[1] - cut[0]);
        edges[axis] = lengths.max().unwrap_or(0).max(1);
    }
    let regular = Layout::regular(&array.raw_dim(), &edges);
    let list = edges.slice().to_vec();
    if regular.all_cuts() == layout.all_cuts() {
        return (array.clone(), list);
    }
    (array.rechunk(regular), list)
}

/// Writes what the folder says of the array.
fn described<T: ZarrElement>(
    path: &Path,
    shape: &[usize],
    edges: &[usize],
) -> std::result::Result<(), String> {
    let numbers = |of: &[usize]| of.iter().map(|&length| length as u64).collect::<Vec<u64>>();
    let builder = ArrayBuilder::new(
        numbers(shape),
        numbers(edges),
        T::data_type(),
        T::fill_value(),
    );
    let array = builder
        .build(store(path)?, "/")
        .map_err(|error| error.to_string())?;
    array.store_metadata().map_err(|error| error.to_string())
}

#[task(anywhere)]
fn write_zarr_block<T: ZarrElement, D: Dimension + 'static>(
    block: &Array<T, D>,
    path: Arc<PathBuf>,
    place: Place<D>,
) -> Result<()> {
    if block.raw_dim() != place.shape {
        return Err(Error::msg("a block has another shape than its array says"));
    }
    if block.is_empty() {
        return Ok(());
    }
    let array = opened_in_task(&path)?;
    let elements: Vec<T> = block.iter().cloned().collect();
    array
        .store_array_subset_opt(&subset(&place), elements, &on_one_thread())
        .map_err(|error| said(&path, error))
}
