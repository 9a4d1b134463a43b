//! Changing an array in place: `+=` and its kind, `map_inplace`.
//!
//! A block that nobody else refers to is changed where it lies. One that others refer to (a clone of the array, a handle, a
//! task that has not run yet) is copied first, so they keep seeing what they saw.

use dagger_core::kernel::LowerError;
use dagger_core::wire::Code;
use dagger_core::{Result, Wire};
use dagger_macros::{Wire, spawn, task};
use ndarray::{Array, Dimension};
use std::ops;
use std::panic::Location;

use super::{
    Add, BitAnd, BitOr, BitXor, Div, Expression, Function1, Function2, Lazy, Leaf, Lowered,
    Lowering, Mul, Operand, Rem, Scalar, ScalarRight, Sub, Update,
};
use crate::array::{Block, DArray, Parts};
use crate::element::{Captured, Element};
use crate::placement::located;

impl<T: Element, D: Dimension + 'static> DArray<T, D> {
    /// Changes every element by a function, in place.
    pub fn map_inplace<F>(&mut self, function: F)
    where
        F: Fn(&mut T) + Captured,
    {
        self.change_each(InPlace(Code(function)));
    }

    /// Sets every element to a function of itself and of the other array's element, in place. The other shape must broadcast to
    /// this one.
    ///
    /// # Errors
    /// If it does not, the array has failed afterwards.
    #[track_caller]
    pub fn zip_map_inplace<R, F>(&mut self, other: R, function: F)
    where
        R: Operand,
        F: Fn(T, R::Item) -> T + Captured,
        R::Expression: Update<Code<F>, T, D>,
    {
        let place = Location::caller();
        let other = other.expression();
        self.change(|target| other.update(Code(function), target, place));
    }

    /// Sets every element to the other array's, in place. The blocks need not agree; the other shape must broadcast to this one.
    ///
    /// # Errors
    /// If it does not, the array has failed afterwards.
    #[track_caller]
    pub fn assign<R>(&mut self, other: R)
    where
        R: Operand<Item = T>,
        R::Expression: Update<Second, T, D>,
    {
        let (place, other) = (Location::caller(), other.expression());
        self.change(|target| other.update(Second, target, place));
    }

    /// A task for every block.
    fn change_each<C: Change<T>>(&mut self, change: C) {
        self.change(|(layout, blocks)| {
            let changed = |(number, block): (usize, Block<T, D>)| {
                let change = change.clone();
                located(layout.owner(number), || spawn!(map_in_place(block, change)))
            };
            let blocks = blocks.into_iter().enumerate().map(changed).collect();
            Ok((layout, blocks))
        });
    }

    /// Replaces the blocks by what `change` makes of them.
    pub(crate) fn change(&mut self, change: impl FnOnce(Parts<T, D>) -> Result<Parts<T, D>>) {
        let array = self.take_out();
        *self = DArray::attempt(array.into_parts().and_then(change));
    }
}

/// The second of two elements.
#[derive(Clone, Copy, Debug, Wire)]
pub struct Second;

impl<A, B: Element> Function2<A, B> for Second {
    type Out = B;

    #[inline(always)]
    fn call(&self, _: A, b: B) -> B {
        b
    }

    fn lower(&self, _: &mut Lowering, _: Lowered, b: Lowered) -> Result<Lowered, LowerError> {
        Ok(b)
    }
}

/// How an element is changed where it lies.
trait Change<T>: Captured + Wire {
    fn change(&self, element: &mut T);
}

/// By the user's function.
#[derive(Clone, Wire)]
struct InPlace<F>(F);

impl<T, F: Fn(&mut T) + Captured> Change<T> for InPlace<Code<F>> {
    #[inline(always)]
    fn change(&self, element: &mut T) {
        (self.0.0)(element);
    }
}

/// To what a function makes of it.
#[derive(Clone, Wire)]
struct Applied<F>(F);

impl<T: Element, F: Function1<T, Out = T>> Change<T> for Applied<F> {
    #[inline(always)]
    fn change(&self, element: &mut T) {
        *element = self.0.call(element.clone());
    }
}

#[task(anywhere)]
fn map_in_place<T, D, C>(mut block: Array<T, D>, change: &C) -> Array<T, D>
where
    T: Element,
    D: Dimension + 'static,
    C: Change<T>,
{
    block.map_inplace(|element| change.change(element));
    block
}

macro_rules! assigning {
    ($($trait:ident $method:ident $operator:ident)+) => {
        $(
            impl<T, D> ops::$trait<T> for DArray<T, D>
            where
                T: Scalar,
                D: Dimension + 'static,
                $operator: Function2<T, T, Out = T>,
            {
                fn $method(&mut self, scalar: T) {
                    let operator = $operator;
                    self.change_each(Applied(ScalarRight { operator, scalar }));
                }
            }

            assigning!(@by $trait $method $operator [] DArray<U, E>, Leaf<U, E>);
            assigning!(@by $trait $method $operator [] &DArray<U, E>, Leaf<U, E>);
            assigning!(@by $trait $method $operator [X] Lazy<U, E, X>, X);
            assigning!(@by $trait $method $operator [X] &Lazy<U, E, X>, X);
        )+
    };
    (@by $trait:ident $method:ident $operator:ident [$($parameter:ident)?] $other:ty, $expression:ty) => {
        impl<T, D, U, E $(, $parameter)?> ops::$trait<$other> for DArray<T, D>
        where
            T: Element,
            D: Dimension + 'static,
            U: Element,
            E: Dimension + 'static,
            $($parameter: Expression<Item = U, Dim = E>,)?
            $operator: Function2<T, U, Out = T>,
            $expression: Update<$operator, T, D>,
        {
            #[track_caller]
            fn $method(&mut self, other: $other) {
                let place = Location::caller();
                let other: $expression = other.expression();
                self.change(|target| other.update($operator, target, place));
            }
        }
    };
}

assigning! {
    AddAssign add_assign Add
    SubAssign sub_assign Sub
    MulAssign mul_assign Mul
    DivAssign div_assign Div
    RemAssign rem_assign Rem
    BitAndAssign bitand_assign BitAnd
    BitOrAssign bitor_assign BitOr
    BitXorAssign bitxor_assign BitXor
}
