//! Arrays whose elements are functions of their index.

use dagger_core::wire::Code;
use dagger_macros::{spawn, task};
use ndarray::{Array, Dimension, IntoDimension};

use crate::array::{Block, DArray};
use crate::blocks::Blocking;
use crate::element::{Captured, Element};
use crate::layout::{Place, for_each_index};
use crate::memory;
use crate::placement::located;

impl<T: Element, D: Dimension + 'static> DArray<T, D> {
    /// Every element is what `function` makes of its index in the whole array.
    ///
    /// ```
    /// # use dagger::array::*; use dagger::prelude::*; use ndarray::Ix2;
    /// let a = DArray::<usize, Ix2>::from_fn([3, 4], Blocks([2, 2]), |(i, j)| 10 * i + j);
    /// assert_eq!(a.get([2, 3]).fetch()?, 23);
    /// # Ok::<(), dagger::Error>(())
    /// ```
    #[track_caller]
    pub fn from_fn<F>(
        shape: impl IntoDimension<Dim = D>,
        blocks: impl Blocking<D>,
        function: F,
    ) -> Self
    where
        F: Fn(D::Pattern) -> T + Captured,
    {
        Self::make(shape.into_dimension(), blocks, |place| {
            let function = Code(function.clone());
            spawn!(computed(place, function))
        })
    }

    /// One task for every block, which `spawn` is told the place of.
    #[track_caller]
    pub(crate) fn make(
        shape: D,
        blocks: impl Blocking<D>,
        mut spawn: impl FnMut(Place<D>) -> Block<T, D>,
    ) -> Self {
        let layout = match blocks.layout(&shape, size_of::<T>()) {
            Ok(layout) => layout,
            Err(error) => return Self::failed(error),
        };
        let mut tasks = Vec::with_capacity(layout.blocks());
        layout.for_each(|position| {
            let (owner, place) = (layout.owner(tasks.len()), layout.place(position.slice()));
            tasks.push(located(owner, || spawn(place)));
        });
        Self::of(layout, tasks)
    }
}

#[task(anywhere)]
fn computed<T, D, F>(place: Place<D>, function: &Code<F>) -> Array<T, D>
where
    T: Element,
    D: Dimension + 'static,
    F: Fn(D::Pattern) -> T + Captured,
{
    let mut elements = memory::room(place.shape.size());
    for_each_index(&place.shape, &mut |index| {
        let mut global = index.clone();
        global += &place.start;
        elements.push((function.0)(global.into_pattern()));
    });
    Array::from_shape_vec(place.shape, elements).expect("as many elements as the block has places")
}
