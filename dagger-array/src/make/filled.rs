//! Arrays of one value.

use dagger_macros::{spawn, task};
use ndarray::{Array, Dimension, IntoDimension};
use num_traits::{One, Zero};

use crate::array::DArray;
use crate::blocks::Blocking;
use crate::element::Element;
use crate::layout::Axes;

impl<T: Element, D: Dimension + 'static> DArray<T, D> {
    /// All elements are `value`.
    #[track_caller]
    pub fn full(shape: impl IntoDimension<Dim = D>, blocks: impl Blocking<D>, value: T) -> Self {
        Self::make(shape.into_dimension(), blocks, |place| {
            let (shape, value) = (Axes(place.shape), value.clone());
            spawn!(filled(shape, value))
        })
    }

    /// All elements are 0.
    #[track_caller]
    pub fn zeros(shape: impl IntoDimension<Dim = D>, blocks: impl Blocking<D>) -> Self
    where
        T: Zero,
    {
        Self::full(shape, blocks, T::zero())
    }

    /// All elements are 1.
    #[track_caller]
    pub fn ones(shape: impl IntoDimension<Dim = D>, blocks: impl Blocking<D>) -> Self
    where
        T: One,
    {
        Self::full(shape, blocks, T::one())
    }
}

#[task(anywhere)]
fn filled<T: Element, D: Dimension + 'static>(shape: Axes<D>, value: T) -> Array<T, D> {
    Array::from_elem(shape.0, value)
}
