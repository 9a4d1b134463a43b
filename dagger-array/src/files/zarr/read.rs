//! From Zarr arrays to blocks.

use dagger_core::Result;
use dagger_macros::{spawn, task};
use ndarray::{Array, Dimension};
use std::panic::Location;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{ZarrElement, on_one_thread, opened, opened_in_task, said, subset};
use crate::array::DArray;
use crate::blocks::Blocking;
use crate::layout::Place;
use crate::mistake::mistake_at;

impl<T: ZarrElement, D: Dimension + 'static> DArray<T, D> {
    /// The array in a Zarr folder, of version 3 or 2, compressed or not. What the folder says of the array is read at once; every block is read
    /// by a task, from the chunks that it overlaps alone. Blocks as large as chunks, or several times as large, read each chunk once. With several
    /// workers, all of them must see the folder under this path. For an array in a group, give the path of the array.
    ///
    /// A chunk that is not there stands for the array's fill value, as the format has it.
    ///
    /// # Errors
    /// There is no such folder or no array in it; its elements are of another type than `T`, or it has another number of axes than `D`; a codec that
    /// this build does not have (there are gzip and zstd). A chunk that cannot be decoded fails the blocks that need it.
    ///
    /// ```no_run
    /// # use dagger::array::*; use ndarray::Ix2;
    /// let a = DArray::<f64, Ix2>::read_zarr("matrix.zarr", Blocks([1024, 1024])).check()?;
    /// # Ok::<(), dagger::Error>(())
    /// ```
    #[track_caller]
    pub fn read_zarr(path: impl AsRef<Path>, blocks: impl Blocking<D>) -> Self {
        let (path, caller) = (path.as_ref(), Location::caller());
        let shape = match shape_of::<T, D>(path) {
            Ok(shape) => shape,
            Err(what) => {
                let what = format!("{}: {what}", path.display());
                return DArray::failed(mistake_at(caller, "read_zarr", what));
            }
        };
        let path: Arc<PathBuf> = Arc::new(path.to_owned());
        Self::make(shape, blocks, |place| {
            let path = Arc::clone(&path);
            spawn!(read_zarr_block(path, place))
        })
    }
}

/// The shape of the array in a folder, if it is what is wanted.
fn shape_of<T: ZarrElement, D: Dimension>(path: &Path) -> std::result::Result<D, String> {
    let array = opened(path)?;
    if T::validate_data_type(array.data_type()).is_err() {
        let (found, wanted) = (array.data_type(), std::any::type_name::<T>());
        return Err(format!("its elements are {found}, not {wanted}"));
    }
    let axes = array.dimensionality();
    if D::NDIM.is_some_and(|wanted| wanted != axes) {
        let (found, wanted) = (array.shape(), D::NDIM.unwrap_or(0));
        return Err(format!(
            "its shape {found:?} has {axes} axes, the array's type has {wanted}"
        ));
    }
    let mut shape = D::zeros(axes);
    for (axis, &length) in array.shape().iter().enumerate() {
        let too_long = |_| format!("its shape {:?} is larger than any memory", array.shape());
        shape[axis] = usize::try_from(length).map_err(too_long)?;
    }
    Ok(shape)
}

#[task(anywhere)]
fn read_zarr_block<T: ZarrElement, D: Dimension + 'static>(
    path: Arc<PathBuf>,
    place: Place<D>,
) -> Result<Array<T, D>> {
    let array = opened_in_task(&path)?;
    let part = subset(&place);
    let elements: Vec<T> = array
        .retrieve_array_subset_opt(&part, &on_one_thread())
        .map_err(|error| said(&path, error))?;
    Array::from_shape_vec(place.shape, elements).map_err(|error| said(&path, error))
}
