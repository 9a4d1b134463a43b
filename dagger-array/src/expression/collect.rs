//! The sink that collects an expression's elements into blocks.

use dagger_macros::Wire;
use ndarray::{Array, Dimension};
use std::marker::PhantomData;
use std::mem::MaybeUninit;

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
        let (had, len) = (state.len(), chunk.len());
        state.reserve(len);
        fill(&mut state.spare_capacity_mut()[..len], chunk);
        // SAFETY: there is room for so many more, and `fill` has written them.
        unsafe { state.set_len(had + len) };
    }

    fn end(&self, state: Vec<T>, place: &Place<D>) -> Array<T, D> {
        Array::from_shape_vec(place.shape.clone(), state)
            .expect("as many elements as the block has places")
    }
}

/// Writes the chunk's elements to all `places`, of which there are as many. A function of its own: the compiler then knows that the places are apart from
/// everything that is read.
#[inline(never)]
fn fill<T, C: Chunk<Item = T>>(places: &mut [MaybeUninit<T>], chunk: &C) {
    for (i, place) in places.iter_mut().enumerate() {
        // SAFETY: the caller has made as many places as the chunk has elements.
        place.write(unsafe { chunk.at_unchecked(i) });
    }
}
