//! From `.npy` files to blocks.

use dagger_core::{Error, Result};
use dagger_macros::{spawn, task};
use ndarray::{Array, Dimension};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::panic::Location;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::element::NpyElement;
use super::header::Header;
use super::runs::for_each_run;
use crate::array::{DArray, Parts};
use crate::blocks::Blocking;
use crate::layout::{Axes, Place};
use crate::mistake::mistake_at;
use crate::shape::row_major;

impl<T: NpyElement, D: Dimension + 'static> DArray<T, D> {
    /// The array in a `.npy` file, in row-major or in Fortran order. The header is read at once; every block is read by a task, from its
    /// parts of the file alone. With several workers, all of them must see the file under this path.
    ///
    /// # Errors
    /// The file cannot be read, is no `.npy` file, holds elements of another type than `T` or has another number of axes than `D`, or is
    /// shorter than its header says.
    ///
    /// ```no_run
    /// # use dagger::array::*; use ndarray::Ix2;
    /// let a = DArray::<f64, Ix2>::read_npy("matrix.npy", Blocks([1024, 1024])).check()?;
    /// # Ok::<(), dagger::Error>(())
    /// ```
    #[track_caller]
    pub fn read_npy(path: impl AsRef<Path>, blocks: impl Blocking<D>) -> Self {
        let (path, caller) = (path.as_ref(), Location::caller());
        let wrong =
            |what: String| mistake_at(caller, "read_npy", format!("{}: {what}", path.display()));
        let header = match opened::<T, D>(path) {
            Ok(header) => header,
            Err(what) => return DArray::failed(wrong(what)),
        };
        let mut shape = D::zeros(header.shape.len());
        shape.slice_mut().copy_from_slice(&header.shape);
        DArray::attempt(
            blocks
                .layout(&shape, size_of::<T>())
                .map(|layout| parts(path, header, layout)),
        )
    }
}

/// The header of a file, if it holds what is wanted.
fn opened<T: NpyElement, D: Dimension>(path: &Path) -> std::result::Result<Header, String> {
    let say = |error: io::Error| error.to_string();
    let mut file = File::open(path).map_err(say)?;
    let header = Header::read(&mut file).map_err(say)?;
    if header.big_endian::<T>().is_none() {
        let (found, wanted) = (&header.descr, std::any::type_name::<T>());
        let (kind, bytes) = (T::KIND, T::BYTES);
        return Err(format!(
            "its elements are '{found}', not {wanted} ('{kind}{bytes}')"
        ));
    }
    let axes = header.shape.len();
    if D::NDIM.is_some_and(|wanted| wanted != axes) {
        let wanted = D::NDIM.unwrap_or(0);
        let shape = &header.shape;
        return Err(format!(
            "its shape {shape:?} has {axes} axes, the array's type has {wanted}"
        ));
    }
    let there = file.metadata().map_err(say)?.len();
    let needed = header
        .size(T::BYTES)
        .and_then(|size| size.checked_add(header.begin));
    match needed {
        Some(needed) if there >= needed => Ok(header),
        _ => Err(format!(
            "truncated: shape {:?} needs more than its {there} bytes",
            header.shape
        )),
    }
}

fn parts<T: NpyElement, D: Dimension + 'static>(
    path: &Path,
    header: Header,
    layout: crate::layout::Layout<D>,
) -> Parts<T, D> {
    let path: Arc<PathBuf> = Arc::new(path.to_owned());
    let shape = layout.raw_dim();
    let big_endian = header.big_endian::<T>().unwrap_or(false);
    let (begin, fortran) = (header.begin, header.fortran_order);
    let mut blocks = Vec::with_capacity(layout.blocks());
    layout.for_each(|position| {
        let (path, shape) = (Arc::clone(&path), Axes(shape.clone()));
        let place = layout.place(position.slice());
        blocks.push(match fortran {
            false => spawn!(read_npy_block(path, begin, big_endian, shape, place)),
            true => {
                let (shape, place) = (Axes(reversed(shape.0)), place.reversed());
                spawn!(read_npy_transposed(path, begin, big_endian, shape, place))
            }
        });
    });
    (layout, blocks)
}

impl<D: Dimension> Place<D> {
    /// The same in the transposed array.
    fn reversed(&self) -> Self {
        Place {
            start: reversed(self.start.clone()),
            shape: reversed(self.shape.clone()),
        }
    }
}

fn reversed<D: Dimension>(mut shape: D) -> D {
    shape.slice_mut().reverse();
    shape
}

#[task(anywhere)]
fn read_npy_block<T: NpyElement, D: Dimension + 'static>(
    path: Arc<PathBuf>,
    begin: u64,
    big_endian: bool,
    shape: Axes<D>,
    place: Place<D>,
) -> Result<Array<T, D>> {
    block(&path, begin, big_endian, &shape.0, place)
}

/// A block of a file in Fortran order: that of the transposed array, transposed back.
#[task(name = "read_npy_block", anywhere)]
fn read_npy_transposed<T: NpyElement, D: Dimension + 'static>(
    path: Arc<PathBuf>,
    begin: u64,
    big_endian: bool,
    shape: Axes<D>,
    place: Place<D>,
) -> Result<Array<T, D>> {
    let transposed: Array<T, D> = block(&path, begin, big_endian, &shape.0, place)?;
    Ok(row_major(transposed.view().reversed_axes()))
}

fn block<T: NpyElement, D: Dimension>(
    path: &Path,
    begin: u64,
    big_endian: bool,
    shape: &D,
    place: Place<D>,
) -> Result<Array<T, D>> {
    let mut bytes = bytes_of::<T, D>(path, begin, shape, &place)
        .map_err(|error| Error::msg(format!("{}: {error}", path.display())))?;
    if big_endian {
        bytes.chunks_exact_mut(T::PART).for_each(<[u8]>::reverse);
    }
    Array::from_shape_vec(place.shape, T::from_bytes(&bytes)).map_err(Error::from)
}

fn bytes_of<T: NpyElement, D: Dimension>(
    path: &Path,
    begin: u64,
    shape: &D,
    place: &Place<D>,
) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    let mut starts = Vec::new();
    let length = for_each_run(shape, place, &mut |first| starts.push(first));
    let run = length * T::BYTES;
    let mut bytes = vec![0; run * starts.len()];
    let mut next = bytes.as_mut_slice();
    for first in starts {
        let (into, rest) = next.split_at_mut(run);
        next = rest;
        file.seek(SeekFrom::Start(begin + first * T::BYTES as u64))?;
        file.read_exact(into)?;
    }
    Ok(bytes)
}
