//! From a local array to blocks.

use dagger_macros::{spawn, task};
use ndarray::{Array, ArrayRef, Dimension};

use crate::array::DArray;
use crate::blocks::Blocking;
use crate::element::Element;

impl<T: Element, D: Dimension + 'static> DArray<T, D> {
    /// The elements of a local array or view, copied into blocks.
    ///
    /// ```
    /// # use dagger::array::*; use dagger::prelude::*;
    /// let local = ndarray::arr2(&[[1, 2, 3], [4, 5, 6]]);
    /// let a = DArray::distribute(&local, Blocks([2, 2]));
    /// assert_eq!(a.collect()?, local);
    /// # Ok::<(), dagger::Error>(())
    /// ```
    #[track_caller]
    pub fn distribute(local: &ArrayRef<T, D>, blocks: impl Blocking<D>) -> Self {
        Self::make(local.raw_dim(), blocks, |place| {
            let part = local.slice_each_axis(|axis| place.along(axis.axis.index()));
            // Row-major whatever the local array's order.
            let block = Array::from_shape_vec(place.shape.clone(), part.iter().cloned().collect())
                .expect("as many elements as the block has places");
            spawn!(given(block))
        })
    }
}

#[task(anywhere)]
fn given<T: Element, D: Dimension + 'static>(block: Array<T, D>) -> Array<T, D> {
    block
}
