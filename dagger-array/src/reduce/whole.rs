//! Reductions of whole arrays: the tasks, and the methods.

use dagger_core::wire::Code;
use dagger_core::{Result, Task};
use dagger_macros::{Wire, spawn, task};
use ndarray::Dimension;
use num_traits::{Float, One, Zero};
use std::marker::PhantomData;
use std::ops::{Add, Mul};

use super::pairwise::{self, Pairwise, merge_all};
use super::{
    All, Any, ArgExtreme, Extreme, FindExtreme, Fold, Found, Largest, Mean, Merge, Moments, Norm,
    Preference, Product, Reduce, Reducer, Smallest, Spread, Sum, Variance,
};
use crate::array::DArray;
use crate::device::DeviceBlock;
use crate::element::{Captured, Element};
use crate::expression::{Chunk, Expression, Lazy, Leaf, Operand, Run, Sink};
use crate::layout::Place;
use crate::mistake::failed_task;

/// The sink that reduces a block to a partial result.
#[derive(Clone, Debug, Wire)]
pub struct Partial<R>(pub(super) R);

impl<T, D, R> Sink<T, D> for Partial<R>
where
    R: Reducer<T>,
{
    type State = Pairwise<R::Acc>;
    type Out = R::Acc;

    fn begin(&self, _: &Place<D>) -> Self::State {
        Pairwise::new()
    }

    #[inline]
    fn absorb<C: Chunk<Item = T>>(&self, state: &mut Self::State, chunk: &C) {
        pairwise::absorb(&self.0, state, chunk);
    }

    fn end(&self, state: Self::State, _: &Place<D>) -> R::Acc {
        state.total(&self.0)
    }
}

/// How many partial results one task merges.
const MERGED: usize = 16;

/// Reduces every block, then merges what came out.
fn reduce<E, T, D, R>(expression: E, reducer: R) -> Task<R::Out>
where
    E: Run<Partial<R>, T, D, R::Acc>,
    D: Dimension,
    T: Element,
    R: Reducer<T>,
{
    let sink = Partial(reducer.clone());
    let partial = match reducer.operator() {
        Some(operator) => expression.reduced(sink, &operator, &|block| {
            let reducer = reducer.clone();
            spawn!(
                #[on(local)]
                from_device(PhantomData::<fn() -> T>, reducer, block)
            )
        }),
        None => expression.run(sink),
    };
    match partial {
        Ok((layout, partial)) => merged(reducer, partial, layout.len()),
        Err(error) => failed_task(error),
    }
}

/// A tree of tasks that merge partial results.
pub(super) fn merged<M: Merge>(
    merge: M,
    mut partial: Vec<Task<M::Acc>>,
    count: usize,
) -> Task<M::Out> {
    while partial.len() > MERGED {
        partial = partial
            .chunks(MERGED)
            .map(|some| {
                let merge = merge.clone();
                spawn!(merge_partial(merge, some))
            })
            .collect();
    }
    spawn!(finish(merge, partial, count))
}

/// What a device has made of a block, as a partial result.
#[task]
fn from_device<T: Element, R: Reducer<T>>(
    _: PhantomData<fn() -> T>,
    reducer: &R,
    block: &DeviceBlock,
) -> Result<R::Acc> {
    let elements: Vec<T> = block.elements(1)?;
    let acc = reducer.empty();
    Ok(elements
        .into_iter()
        .fold(acc, |acc, item| reducer.step(acc, item)))
}

#[task(anywhere)]
fn merge_partial<M: Merge>(merge: &M, partial: &[&M::Acc]) -> M::Acc {
    merge_all(merge, partial)
}

#[task(anywhere)]
fn finish<M: Merge>(merge: &M, partial: &[&M::Acc], count: usize) -> Result<M::Out> {
    merge.finish(merge_all(merge, partial), count)
}

/// The methods; `$expression` is the expression of `self`.
macro_rules! reductions {
    ($expression:ty) => {
        /// The sum. That of no elements is 0.
        pub fn sum(&self) -> Task<T>
        where
            T: Add<Output = T> + Zero,
            $expression: Run<Partial<Sum<T>>, T, D, T>,
        {
            reduce(self.expression(), Sum::new())
        }

        /// The product. That of no elements is 1.
        pub fn product(&self) -> Task<T>
        where
            T: Mul<Output = T> + One,
            $expression: Run<Partial<Product<T>>, T, D, T>,
        {
            reduce(self.expression(), Product::new())
        }

        /// The least element. NaN if there is one. Of no elements there is none: the task fails.
        pub fn min(&self) -> Task<T>
        where
            T: PartialOrd,
            $expression: Run<Partial<Extreme<Smallest, T>>, T, D, Option<T>>,
        {
            reduce(self.expression(), Extreme::new(Smallest))
        }

        /// The greatest element. NaN if there is one. Of no elements there is none: the task fails.
        pub fn max(&self) -> Task<T>
        where
            T: PartialOrd,
            $expression: Run<Partial<Extreme<Largest, T>>, T, D, Option<T>>,
        {
            reduce(self.expression(), Extreme::new(Largest))
        }

        /// The index of the least element, the first of them in row-major order; of the first NaN if there is one. Of no elements
        /// there is none: the task fails.
        pub fn argmin(&self) -> Task<D::Pattern>
        where
            T: PartialOrd,
            D::Pattern: Element,
            $expression: Run<FindExtreme<Smallest>, T, D, Found<T>>,
        {
            find(self.expression(), Smallest, self.expression().shape())
        }

        /// The index of the greatest element, the first of them in row-major order; of the first NaN if there is one. Of no
        /// elements there is none: the task fails.
        pub fn argmax(&self) -> Task<D::Pattern>
        where
            T: PartialOrd,
            D::Pattern: Element,
            $expression: Run<FindExtreme<Largest>, T, D, Found<T>>,
        {
            find(self.expression(), Largest, self.expression().shape())
        }

        /// The arithmetic mean; NaN for no elements.
        pub fn mean(&self) -> Task<T>
        where
            T: Float,
            $expression: Run<Partial<Mean<T>>, T, D, T>,
        {
            reduce(self.expression(), Mean::new())
        }

        /// The variance: the squared deviations from the mean, divided by the number of elements less `ddof`, the
        /// degrees of freedom that the mean has used up (0 for a population, 1 for a sample).
        pub fn var(&self, ddof: T) -> Task<T>
        where
            T: Float,
            $expression: Run<Partial<Variance<T>>, T, D, Moments<T>>,
        {
            reduce(self.expression(), Variance { ddof })
        }

        /// The standard deviation, the root of [`var`](Self::var).
        pub fn std(&self, ddof: T) -> Task<T>
        where
            T: Float,
            $expression: Run<Partial<Spread<T>>, T, D, Moments<T>>,
        {
            reduce(self.expression(), Spread { ddof })
        }

        /// The Euclidean norm: the root of the sum of squares, of a matrix its Frobenius norm.
        pub fn norm(&self) -> Task<T>
        where
            T: Float,
            $expression: Run<Partial<Norm<T>>, T, D, T>,
        {
            reduce(self.expression(), Norm::new())
        }

        /// Folds the elements of every block in row-major order, beginning with `init`, and merges the results of the blocks in the order
        /// of the blocks. `init` must change nothing when merged.
        pub fn fold<A, F, M>(&self, init: A, step: F, merge: M) -> Task<A>
        where
            A: Element,
            F: Fn(A, T) -> A + Captured,
            M: Fn(A, A) -> A + Captured,
            $expression: Run<Partial<Fold<A, Code<F>, Code<M>>>, T, D, A>,
        {
            reduce(
                self.expression(),
                Fold {
                    init,
                    step: Code(step),
                    merge: Code(merge),
                },
            )
        }

        /// Combines all elements by an associative function, in row-major order inside the blocks, and the blocks in their
        /// order. Of no elements there is no result: the task fails.
        pub fn reduce<F>(&self, function: F) -> Task<T>
        where
            F: Fn(T, T) -> T + Captured,
            $expression: Run<Partial<Reduce<Code<F>, T>>, T, D, Option<T>>,
        {
            reduce(self.expression(), Reduce::new(Code(function)))
        }
    };
}

impl<T: Element, D: Dimension + 'static> DArray<T, D> {
    reductions!(Leaf<T, D>);
}

impl<T: Element, D: Dimension + 'static, E: Expression<Item = T, Dim = D>> Lazy<T, D, E> {
    reductions!(E);
}

/// The methods of arrays of truth values.
macro_rules! truths {
    ($expression:ty) => {
        /// Whether any element is true.
        pub fn any(&self) -> Task<bool>
        where
            $expression: Run<Partial<Any>, bool, D, bool>,
        {
            reduce(self.expression(), Any)
        }

        /// Whether all elements are true.
        pub fn all(&self) -> Task<bool>
        where
            $expression: Run<Partial<All>, bool, D, bool>,
        {
            reduce(self.expression(), All)
        }
    };
}

impl<D: Dimension + 'static> DArray<bool, D> {
    truths!(Leaf<bool, D>);
}

impl<D: Dimension + 'static, E: Expression<Item = bool, Dim = D>> Lazy<bool, D, E> {
    truths!(E);
}

fn find<E, T, D, P>(expression: E, preference: P, shape: Result<D>) -> Task<D::Pattern>
where
    E: Run<FindExtreme<P>, T, D, Found<T>>,
    T: Element + PartialOrd,
    D: Dimension + 'static,
    D::Pattern: Element,
    P: Preference<T>,
{
    let whole = match shape {
        Ok(whole) => whole,
        Err(error) => return failed_task(error),
    };
    let sink = FindExtreme {
        preference: preference.clone(),
        whole: whole.slice().to_vec(),
    };
    match expression.run(sink) {
        Ok((layout, partial)) => merged(ArgExtreme::new(preference, whole), partial, layout.len()),
        Err(error) => failed_task(error),
    }
}
