//! From blocks to `.npy` files.

use dagger_core::{Error, Result, Task};
use dagger_macros::{spawn, task};
use ndarray::{Array, Dimension};
use std::fs::OpenOptions;
use std::io::{self, Seek, SeekFrom, Write};
use std::panic::Location;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::element::NpyElement;
use super::header::Header;
use super::runs::for_each_run;
use crate::array::DArray;
use crate::files::unfinished::Unfinished;
use crate::layout::{Axes, Place};
use crate::mistake::mistake_at;

impl<T: NpyElement, D: Dimension + 'static> DArray<T, D> {
    /// Writes the array to a `.npy` file, in row-major order, and waits until it is there. Every block is written by a task to its parts of the
    /// file. With several workers, all of them must see the file's folder under this path.
    ///
    /// # Errors
    /// What was wrong with the array; what the system says (no such folder, no permission, no space left). The file is then as it was
    /// before, or still not there.
    ///
    /// ```
    /// # use dagger::array::*; use ndarray::Ix2;
    /// let path = std::env::temp_dir().join("dagger-doc-example.npy");
    /// let a = DArray::<f32, Ix2>::random([100, 30], Blocks([32, 32]));
    /// a.write_npy(&path)?;
    /// let back = DArray::<f32, Ix2>::read_npy(&path, Blocks([50, 30]));
    /// assert_eq!(back.collect()?, a.collect()?);
    /// # std::fs::remove_file(path).ok();
    /// # Ok::<(), dagger::Error>(())
    /// ```
    #[track_caller]
    pub fn write_npy(&self, path: impl AsRef<Path>) -> Result<()> {
        let (path, caller) = (path.as_ref(), Location::caller());
        let (blocks, layout) = (self.parts()?, self.layout());
        let header = Header::bytes::<T>(self.shape());
        let wrong = |what: &dyn std::fmt::Display| {
            mistake_at(caller, "write_npy", format!("{}: {what}", path.display()))
        };
        let begin = header.len() as u64;
        let file = begun(path, &header, begin + (layout.len() * T::BYTES) as u64)
            .map_err(|error| wrong(&error))?;
        let (now, shape) = (Arc::new(file.path().to_owned()), layout.raw_dim());
        let mut written: Vec<Task<()>> = Vec::with_capacity(blocks.len());
        let mut number = 0;
        layout.for_each(|position| {
            let (now, shape) = (Arc::clone(&now), Axes(shape.clone()));
            let (block, place) = (&blocks[number], layout.place(position.slice()));
            number += 1;
            written.push(spawn!(write_npy_block(block, now, begin, shape, place)));
        });
        // All of them, so that none still writes when the file is removed.
        let outcomes: Vec<Result<()>> = written.iter().map(Task::wait).collect();
        for (block, outcome) in blocks.iter().zip(outcomes) {
            block.wait()?;
            outcome.map_err(|error| wrong(&error))?;
        }
        file.complete().map_err(|error| wrong(&error))
    }
}

/// The file with its header, and room for the elements.
fn begun(path: &Path, header: &[u8], size: u64) -> io::Result<Unfinished> {
    let (unfinished, mut file) = Unfinished::create(path)?;
    file.write_all(header)?;
    file.set_len(size)?;
    Ok(unfinished)
}

#[task(anywhere)]
fn write_npy_block<T: NpyElement, D: Dimension + 'static>(
    block: &Array<T, D>,
    path: Arc<PathBuf>,
    begin: u64,
    shape: Axes<D>,
    place: Place<D>,
) -> Result<()> {
    if block.raw_dim() != place.shape {
        return Err(Error::msg("a block has another shape than its array says"));
    }
    let mut bytes = Vec::with_capacity(block.len() * T::BYTES);
    for element in block {
        element.add_bytes(&mut bytes);
    }
    let mut file = OpenOptions::new().write(true).open(&*path)?;
    let mut starts = Vec::new();
    let length = for_each_run(&shape.0, &place, &mut |first| starts.push(first));
    let runs = bytes.chunks_exact((length * T::BYTES).max(1));
    for (first, run) in starts.into_iter().zip(runs) {
        file.seek(SeekFrom::Start(begin + first * T::BYTES as u64))?;
        file.write_all(run)?;
    }
    Ok(())
}
