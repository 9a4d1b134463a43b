//! The sink that collects an expression's elements into blocks.

use dagger_macros::Wire;
use ndarray::{Array, Dimension};
use std::marker::PhantomData;

use super::{Chunk, Sink};
use crate::element::Element;
use crate::layout::Place;
use crate::memory;

/// Collects the elements into a block in row-major order, written once.
#[derive(Clone, Copy, Debug, Default, Wire)]
pub struct Collect(PhantomData<()>);

impl<T: Element, D: Dimension + 'static> Sink<T, D> for Collect {
    type State = Vec<T>;
    type Out = Array<T, D>;

    fn begin(&self, place: &Place<D>) -> Vec<T> {
        memory::room(place.shape.size())
    }

    #[inline]
    fn absorb<C: Chunk<Item = T>>(&self, state: &mut Vec<T>, chunk: &C) {
        state.extend((0..chunk.len()).map(|i| chunk.at(i)));
    }

    fn end(&self, state: Vec<T>, place: &Place<D>) -> Array<T, D> {
        Array::from_shape_vec(place.shape.clone(), state)
            .expect("as many elements as the block has places")
    }
}
