//! Reductions along one axis.

use dagger_core::{Error, Result, Task};
use dagger_macros::{spawn, task};
use ndarray::{Array, ArrayView, ArrayView1, Axis, Dimension, RemoveAxis, Zip};
use num_traits::{Float, One, Zero};
use std::ops::{Add, Mul};
use std::panic::Location;
use std::sync::Arc;

use super::pairwise::{self, Pairwise};
use super::{
    All, Any, Extreme, Largest, Mean, Merge, Norm, Product, Reducer, Smallest, Spread, Sum,
    Variance,
};
use crate::array::{DArray, Parts};
use crate::element::Element;
use crate::expression::{Chunk, Collect, Expression, Lazy, Leaf, Run};
use crate::layout::{Cuts, Layout};
use crate::mistake::mistake_at;
use crate::placement::{holding_most, located};

pub(super) fn reduce_axis<T, D, R>(
    array: &DArray<T, D>,
    axis: Axis,
    reducer: R,
    place: &Location<'_>,
) -> Result<Parts<R::Out, D::Smaller>>
where
    T: Element,
    D: RemoveAxis + 'static,
    D::Smaller: 'static,
    R: Reducer<T>,
{
    let (parts, layout) = (array.parts()?, array.layout());
    let index = axis.index();
    if index >= layout.ndim() {
        let what = format!("there is no axis {index} in shape {:?}", array.shape());
        return Err(mistake_at(place, "reduction along an axis", what));
    }
    let count = array.shape()[index];
    let mut cuts: Vec<Cuts> = layout.all_cuts().to_vec();
    cuts.remove(index);
    // The blocks of a column, of which one block of the result is made.
    let column = |position: &D::Smaller| {
        let position = position.slice().to_vec();
        (0..layout.grid()[index]).map(move |at| {
            let mut position = position.clone();
            position.insert(index, at);
            layout.number(&position)
        })
    };
    let smaller = Layout::<D::Smaller>::from_cuts(Arc::from(cuts)).owned_as(layout, |position| {
        holding_most(column(position).filter_map(|number| Some((layout.owner(number)?, 1))))
    });
    let mut blocks = Vec::with_capacity(smaller.blocks());
    smaller.for_each(|position| {
        let partial = column(position).map(|number| {
            let (reducer, block) = (reducer.clone(), &parts[number]);
            located(layout.owner(number), || {
                spawn!(reduce_block(reducer, block, index))
            })
        });
        let partial: Vec<Task<Array<R::Acc, D::Smaller>>> = partial.collect();
        let reducer = reducer.clone();
        blocks.push(located(smaller.owner(blocks.len()), || {
            spawn!(merge_blocks(reducer, partial, count))
        }));
    });
    Ok((smaller, blocks))
}

#[task(name = "reduce_along_axis", anywhere)]
fn reduce_block<T, D, R>(reducer: &R, block: &Array<T, D>, axis: usize) -> Array<R::Acc, D::Smaller>
where
    T: Element,
    D: RemoveAxis + 'static,
    R: Reducer<T>,
{
    let axis = Axis(axis);
    let contiguous = block.stride_of(axis) == 1 || block.len_of(axis) == 0;
    if contiguous {
        block.map_axis(axis, |lane| {
            let mut state = Pairwise::new();
            pairwise::absorb(reducer, &mut state, &Line(lane));
            state.total(reducer)
        })
    } else {
        across(reducer, block.view(), axis)
    }
}

/// All lanes at once: the elements that lie beside each other belong to different ones.
fn across<T, D, R>(reducer: &R, block: ArrayView<'_, T, D>, axis: Axis) -> Array<R::Acc, D::Smaller>
where
    T: Element,
    D: RemoveAxis,
    R: Reducer<T>,
{
    /// How many are taken one after the other before partial results are merged.
    const RUN: usize = 64;
    let length = block.len_of(axis);
    if length > RUN {
        let half = (length / 2).next_multiple_of(RUN);
        let (first, second) = block.split_at(axis, half.min(length));
        let mut left = across(reducer, first, axis);
        let right = across(reducer, second, axis);
        Zip::from(&mut left).and(&right).for_each(|left, right| {
            *left = reducer.merge(left.clone(), right.clone());
        });
        return left;
    }
    let mut all = Array::from_elem(block.raw_dim().remove_axis(axis), reducer.empty());
    for layer in block.axis_iter(axis) {
        Zip::from(&mut all).and(layer).for_each(|acc, item| {
            *acc = reducer.step(acc.clone(), item.clone());
        });
    }
    all
}

#[task(name = "reduce_along_axis", anywhere)]
fn merge_blocks<M: Merge, D: Dimension + 'static>(
    merge: &M,
    partial: &[&Array<M::Acc, D>],
    count: usize,
) -> Result<Array<M::Out, D>> {
    let all = merge_layers(merge, partial)?;
    let shape = all.raw_dim();
    let finished: Result<Vec<M::Out>> = all
        .into_iter()
        .map(|acc| merge.finish(acc, count))
        .collect();
    Array::from_shape_vec(shape, finished?).map_err(Error::from)
}

fn merge_layers<M: Merge, D: Dimension>(
    merge: &M,
    partial: &[&Array<M::Acc, D>],
) -> Result<Array<M::Acc, D>> {
    match partial {
        [] => Err(Error::msg("a reduction along an axis without blocks")),
        [one] => Ok((*one).clone()),
        _ => {
            let (left, right) = partial.split_at(partial.len().div_ceil(2));
            let mut left = merge_layers(merge, left)?;
            let right = merge_layers(merge, right)?;
            if left.shape() != right.shape() {
                return Err(Error::msg("a block has another shape than its array says"));
            }
            Zip::from(&mut left).and(&right).for_each(|left, right| {
                *left = merge.merge(left.clone(), right.clone());
            });
            Ok(left)
        }
    }
}

/// A lane of a block as a chunk.
struct Line<'a, T>(ArrayView1<'a, T>);

impl<T: Element> Chunk for Line<'_, T> {
    type Item = T;

    fn len(&self) -> usize {
        self.0.len()
    }

    #[inline(always)]
    unsafe fn at_unchecked(&self, i: usize) -> T {
        self.0[i].clone()
    }
}

/// The methods; `$array` makes an array of `self`.
macro_rules! along {
    ($self:ident, $array:expr, $expression:ty; $($(#[$doc:meta])* $name:ident($($argument:ident: $type:ty)?) [$($needs:tt)*] $reducer:expr;)+) => {
        $(
            $(#[$doc])*
            #[track_caller]
            pub fn $name(&$self, axis: Axis $(, $argument: $type)?) -> DArray<T, D::Smaller>
            where
                T: $($needs)*,
                $expression: Run<Collect, T, D, Array<T, D>>,
            {
                DArray::attempt(reduce_axis(&$array, axis, $reducer, Location::caller()))
            }
        )+
    };
}

macro_rules! along_all {
    ($self:ident, $array:expr, $expression:ty) => {
        along! { $self, $array, $expression;
            /// The sums along an axis.
            sum_axis() [Add<Output = T> + Zero] Sum::new();
            /// The products along an axis.
            product_axis() [Mul<Output = T> + One] Product::new();
            /// The least elements along an axis, NaN where there is one. Along an axis of length 0 there are none: the blocks fail.
            min_axis() [PartialOrd] Extreme::new(Smallest);
            /// The greatest elements along an axis, NaN where there is one. Along an axis of length 0 there are none: the blocks fail.
            max_axis() [PartialOrd] Extreme::new(Largest);
            /// The means along an axis; NaN along an axis of length 0.
            mean_axis() [Float] Mean::new();
            /// The variances along an axis, with `ddof` as in [`var`](Self::var).
            var_axis(ddof: T) [Float] Variance { ddof };
            /// The standard deviations along an axis, with `ddof` as in [`var`](Self::var).
            std_axis(ddof: T) [Float] Spread { ddof };
            /// The Euclidean norms along an axis.
            norm_axis() [Float] Norm::new();
        }
    };
}

impl<T: Element, D: RemoveAxis + 'static> DArray<T, D>
where
    D::Smaller: 'static,
{
    along_all!(self, self, Leaf<T, D>);

    /// Reduces along an axis in a way of your own.
    #[track_caller]
    pub fn reduce_axis<R: Reducer<T>>(&self, axis: Axis, reducer: R) -> DArray<R::Out, D::Smaller> {
        DArray::attempt(reduce_axis(self, axis, reducer, Location::caller()))
    }
}

impl<T: Element, D: RemoveAxis + 'static, E: Expression<Item = T, Dim = D>> Lazy<T, D, E>
where
    D::Smaller: 'static,
{
    along_all!(self, self.clone().eval(), E);
}

impl<D: RemoveAxis + 'static> DArray<bool, D>
where
    D::Smaller: 'static,
{
    /// Whether any element along an axis is true.
    #[track_caller]
    pub fn any_axis(&self, axis: Axis) -> DArray<bool, D::Smaller> {
        DArray::attempt(reduce_axis(self, axis, Any, Location::caller()))
    }

    /// Whether all elements along an axis are true.
    #[track_caller]
    pub fn all_axis(&self, axis: Axis) -> DArray<bool, D::Smaller> {
        DArray::attempt(reduce_axis(self, axis, All, Location::caller()))
    }
}
