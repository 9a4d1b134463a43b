//! Elementwise operations: lazy, and fused into one task a block with one pass over memory.
//!
//! `&a * 2.0 + &b.map(f64::sqrt)` builds a value that describes the work: an [`Expression`], in the wrapper [`Lazy`] that has the operators.
//! Nothing runs until it is evaluated or reduced. Then it is taken apart:
//!
//! * its *kernel* ([`Kernel`]) is the same tree without the arrays: operators, functions, scalars. It travels into the tasks as a value;
//! * its *inputs* are the arrays, as a list `(first, (second, (.., ())))` in the order of the leaves; their blocks are the tasks'
//!   arguments (`launch` spawns them, one function for each number of arrays).
//!
//! In a task, `stream` gives the blocks as rows of equal length, and the kernel computes element `i` from element `i` of each
//! row: a plain counted loop over slices, which compilers vectorise. For devices, the kernel is written down as one source (`lower`), where
//! all of its functions are kernels. What is done with the elements is up to a [`Sink`]: collecting them
//! into a block, or reducing them.
//!
//! Shapes broadcast as in ndarray, and blockings need not agree (`align` re-cuts what does not fit).

mod align;
mod binary;
mod collect;
mod compare;
mod in_place;
mod launch;
mod leaf;
mod lower;
mod methods;
mod operators;
mod scalar;
mod select;
mod stream;
mod unary;

pub use align::{Aligned, Cutting};
pub use binary::{Binary, BinaryKernel, Function2};
pub use collect::Collect;
pub use compare::{Equal, Greater, GreaterEqual, Less, LessEqual, NotEqual};
pub use launch::{Launch, Run, Update};
pub use leaf::{Element0, Leaf};
pub use lower::{Lowered, Lowering};
pub(crate) use lower::{OnDevice, on_device};
pub use operators::{Add, BitAnd, BitOr, BitXor, Div, Mul, Neg, Not, Of, Other, Rem, Sub};
pub use scalar::{Scalar, ScalarLeft, ScalarRight};
pub use select::{Choose, Pair, Select};
pub use unary::{Function1, Unary};

use dagger_core::kernel::LowerError;
use dagger_core::{Result, Wire};
use ndarray::Dimension;
use std::marker::PhantomData;

use crate::array::DArray;
use crate::element::{Captured, Element};
use crate::layout::Place;

/// A description of elementwise work on arrays.
pub trait Expression: Clone {
    /// The type of its elements.
    type Item: Element;
    /// The type of its shape.
    type Dim: Dimension + 'static;
    /// The work without the arrays.
    type Kernel: Kernel<Item = Self::Item>;
    /// The arrays, before those of `Tail`.
    type Inputs<Tail>;

    /// The shape.
    ///
    /// # Errors
    /// Shapes that do not broadcast together; an array that has failed.
    fn shape(&self) -> Result<Self::Dim>;

    /// Lets every array propose where its blocks are cut.
    fn propose(&self, cutting: &mut Cutting);

    /// The work.
    fn kernel(&self) -> Self::Kernel;

    /// The arrays, re-cut where they have to be, before those of `tail`.
    ///
    /// # Errors
    /// An array that has failed.
    fn inputs<Tail>(self, cutting: &Cutting, tail: Tail) -> Result<Self::Inputs<Tail>>;
}

/// The work of an expression, without its arrays.
pub trait Kernel: Captured + Wire {
    /// The type of its elements.
    type Item: Element;

    /// The same for a device.
    ///
    /// # Errors
    /// What no device can do: which part it is, and how to mend it.
    fn lower(&self, to: &mut Lowering) -> Result<Lowered, LowerError>;
}

/// A kernel whose first arrays have the rows that the list `In` begins with.
pub trait At<In>: Kernel {
    /// The rows it has no use for.
    type Rest;

    /// Element `i`, and the other rows.
    ///
    /// # Safety
    /// The rows of the kernel's arrays have more than `i` elements.
    unsafe fn at<'r>(&self, rows: &'r In, i: usize) -> (Self::Item, &'r Self::Rest);
}

/// A stretch of an expression's elements, computed when asked for.
pub trait Chunk {
    /// The type of its elements.
    type Item;

    /// How many there are.
    fn len(&self) -> usize;

    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Element `i` of the stretch.
    ///
    /// # Panics
    /// If there are not so many.
    #[inline(always)]
    fn at(&self, i: usize) -> Self::Item {
        assert!(i < self.len(), "an element of the stretch");
        // SAFETY: just checked.
        unsafe { self.at_unchecked(i) }
    }

    /// The same for loops, which compilers only turn into vector code if nothing in them may panic.
    ///
    /// # Safety
    /// `i` is less than `len()`.
    unsafe fn at_unchecked(&self, i: usize) -> Self::Item;
}

/// What becomes of a block's elements.
pub trait Sink<T, D>: Captured + Wire {
    /// What is kept between chunks.
    type State;
    /// What becomes of the block.
    type Out: Element;

    /// Before the first chunk of the block at `place`.
    fn begin(&self, place: &Place<D>) -> Self::State;

    /// Takes the next elements, in row-major order.
    fn absorb<C: Chunk<Item = T>>(&self, state: &mut Self::State, chunk: &C);

    /// After the last chunk.
    fn end(&self, state: Self::State, place: &Place<D>) -> Self::Out;
}

/// Elementwise work that has not been done: what operators and [`map`](DArray::map) give.
///
/// [`eval`](Self::eval) makes an array of it, with one task a block; reductions such as [`sum`](Self::sum) need not even
/// that. Used twice, it is computed twice.
#[must_use = "elementwise operations are lazy: call `eval`, or reduce or collect them"]
pub struct Lazy<T, D, E> {
    expression: E,
    /// The types of element and shape, so that rustc sees them in the operators' operands.
    of: PhantomData<fn() -> (T, D)>,
}

impl<T, D, E: Clone> Clone for Lazy<T, D, E> {
    fn clone(&self) -> Self {
        Lazy {
            expression: self.expression.clone(),
            of: PhantomData,
        }
    }
}

impl<T, D, E: Expression<Item = T, Dim = D>> Lazy<T, D, E> {
    /// The operators and methods for an expression.
    pub(crate) fn new(expression: E) -> Self {
        Lazy {
            expression,
            of: PhantomData,
        }
    }
}

/// What can be an operand: arrays, lazy expressions, and references to them.
pub trait Operand {
    /// The type of its elements.
    type Item: Element;
    /// The type of its shape.
    type Dim: Dimension + 'static;
    /// Its expression.
    type Expression: Expression<Item = Self::Item, Dim = Self::Dim>;

    /// Its expression.
    fn expression(self) -> Self::Expression;
}

impl<T: Element, D: Dimension + 'static> Operand for &DArray<T, D> {
    type Item = T;
    type Dim = D;
    type Expression = Leaf<T, D>;

    fn expression(self) -> Leaf<T, D> {
        Leaf(self.clone())
    }
}

impl<T: Element, D: Dimension + 'static> Operand for DArray<T, D> {
    type Item = T;
    type Dim = D;
    type Expression = Leaf<T, D>;

    fn expression(self) -> Leaf<T, D> {
        Leaf(self)
    }
}

impl<T: Element, D: Dimension + 'static, E: Expression<Item = T, Dim = D>> Operand
    for Lazy<T, D, E>
{
    type Item = T;
    type Dim = D;
    type Expression = E;

    fn expression(self) -> E {
        self.expression
    }
}

impl<T: Element, D: Dimension + 'static, E: Expression<Item = T, Dim = D>> Operand
    for &Lazy<T, D, E>
{
    type Item = T;
    type Dim = D;
    type Expression = E;

    fn expression(self) -> E {
        self.expression.clone()
    }
}
