//! The elementwise methods, which arrays and lazy expressions have alike.

use dagger_core::Result;
use dagger_core::wire::Code;
use ndarray::{Array, DimMax, Dimension};
use std::panic::Location;

use super::operators::{Of, Other};
use super::{
    Binary, Choose, Collect, Equal, Expression, Greater, GreaterEqual, Lazy, Leaf, Less, LessEqual,
    NotEqual, Operand, Pair, Run, Select, Unary,
};
use crate::array::DArray;
use crate::element::{Captured, Element};

/// The methods; `$expression` is the expression of `self`.
macro_rules! methods {
    ($expression:ty) => {
        /// A function of every element.
        ///
        /// ```
        /// # use dagger::array::*; use dagger::prelude::*; use ndarray::Ix1;
        /// let a = DArray::<f64, Ix1>::full([4], Blocks([2]), 9.0);
        /// assert_eq!(a.map(f64::sqrt).collect()?, ndarray::arr1(&[3.0; 4]));
        /// # Ok::<(), dagger::Error>(())
        /// ```
        pub fn map<F, U>(&self, function: F) -> Lazy<U, D, Unary<Code<F>, $expression>>
        where
            F: Fn(T) -> U + Captured,
            U: Element,
        {
            let (function, of) = (Code(function), self.expression());
            Lazy::new(Unary { function, of })
        }

        /// A function of the elements of this and another array, whose shapes broadcast together.
        #[track_caller]
        pub fn zip_map<R, F, U>(
            &self,
            other: R,
            function: F,
        ) -> Of<Binary<Code<F>, $expression, R::Expression>>
        where
            R: Operand,
            F: Fn(T, R::Item) -> U + Captured,
            U: Element,
            D: DimMax<R::Dim>,
            <D as DimMax<R::Dim>>::Output: Dimension + 'static,
        {
            let (left, right) = (self.expression(), other.expression());
            let (function, place) = (Code(function), Location::caller());
            Lazy::new(Binary {
                function,
                left,
                right,
                place,
            })
        }

        /// Where an element is less than the other array's, or than a scalar.
        #[track_caller]
        pub fn lt<R: Other<$expression, Less>>(&self, other: R) -> Of<R::Out> {
            Lazy::new(other.combine(self.expression(), Less, Location::caller()))
        }

        /// Where an element is less than the other array's, or than a scalar, or equal.
        #[track_caller]
        pub fn le<R: Other<$expression, LessEqual>>(&self, other: R) -> Of<R::Out> {
            Lazy::new(other.combine(self.expression(), LessEqual, Location::caller()))
        }

        /// Where an element is greater than the other array's, or than a scalar.
        #[track_caller]
        pub fn gt<R: Other<$expression, Greater>>(&self, other: R) -> Of<R::Out> {
            Lazy::new(other.combine(self.expression(), Greater, Location::caller()))
        }

        /// Where an element is greater than the other array's, or than a scalar, or equal.
        #[track_caller]
        pub fn ge<R: Other<$expression, GreaterEqual>>(&self, other: R) -> Of<R::Out> {
            Lazy::new(other.combine(self.expression(), GreaterEqual, Location::caller()))
        }

        /// Where an element equals the other array's, or a scalar.
        #[track_caller]
        pub fn equal<R: Other<$expression, Equal>>(&self, other: R) -> Of<R::Out> {
            Lazy::new(other.combine(self.expression(), Equal, Location::caller()))
        }

        /// Where an element differs from the other array's, or from a scalar.
        #[track_caller]
        pub fn not_equal<R: Other<$expression, NotEqual>>(&self, other: R) -> Of<R::Out> {
            Lazy::new(other.combine(self.expression(), NotEqual, Location::caller()))
        }
    };
}

impl<T: Element, D: Dimension + 'static> DArray<T, D> {
    methods!(Leaf<T, D>);
}

impl<T: Element, D: Dimension + 'static, E: Expression<Item = T, Dim = D>> Lazy<T, D, E> {
    methods!(E);

    /// Computes it: one task a block.
    pub fn eval(self) -> DArray<T, D>
    where
        E: Run<Collect, T, D, Array<T, D>>,
    {
        self.expression.array()
    }

    /// Computes it and gathers the result in one local array.
    ///
    /// # Errors
    /// Shapes that do not fit; the error of the first block that failed.
    pub fn collect(self) -> Result<Array<T, D>>
    where
        E: Run<Collect, T, D, Array<T, D>>,
    {
        self.eval().collect()
    }
}

macro_rules! select {
    ($expression:ty) => {
        /// The elements of `yes` where this is true, those of `no` where it is false. Shapes broadcast together.
        #[track_caller]
        pub fn select<Y, N>(
            &self,
            yes: Y,
            no: N,
        ) -> Of<Select<$expression, Y::Expression, N::Expression>>
        where
            Y: Operand,
            N: Operand<Item = Y::Item>,
            Select<$expression, Y::Expression, N::Expression>: Expression,
        {
            let place = Location::caller();
            Lazy::new(Binary {
                function: Choose,
                left: self.expression(),
                right: Binary {
                    function: Pair,
                    left: yes.expression(),
                    right: no.expression(),
                    place,
                },
                place,
            })
        }
    };
}

impl<D: Dimension + 'static> DArray<bool, D> {
    select!(Leaf<bool, D>);
}

impl<D: Dimension + 'static, E: Expression<Item = bool, Dim = D>> Lazy<bool, D, E> {
    select!(E);
}
