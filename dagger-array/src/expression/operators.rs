//! `+ - * / % & | ^`, `-` and `!`, between arrays, lazy expressions and scalars of the same type.

use dagger_core::kernel::{BinaryOperator, LowerError, UnaryOperator};
use dagger_macros::Wire;
use ndarray::{DimMax, Dimension};
use std::ops;
use std::panic::Location;

use super::{
    Binary, Expression, Function1, Function2, Leaf, Lowered, Lowering, Operand, Scalar, ScalarLeft,
    ScalarRight, Unary,
};
use crate::array::DArray;
use crate::element::Element;
use crate::expression::Lazy;

/// The lazy expression of an [`Expression`].
pub type Of<X> = Lazy<<X as Expression>::Item, <X as Expression>::Dim, X>;

/// What can stand at the right of an operator `F` whose left side is `E`: arrays, lazy expressions and references to
/// them, and scalars of the type of `E`'s elements.
pub trait Other<E, F> {
    /// Both together.
    type Out: Expression;

    /// Both together, written at `place`.
    fn combine(self, left: E, function: F, place: &'static Location<'static>) -> Self::Out;
}

impl<S, E, F> Other<E, F> for S
where
    S: Scalar,
    E: Expression<Item = S>,
    F: Function2<S, S>,
{
    type Out = Unary<ScalarRight<F, S>, E>;

    fn combine(self, of: E, operator: F, _: &'static Location<'static>) -> Self::Out {
        let scalar = self;
        let function = ScalarRight { operator, scalar };
        Unary { function, of }
    }
}

macro_rules! other {
    ([$($parameter:ident),*] $type:ty => $expression:ty) => {
        impl<T, D, $($parameter,)* L, F> Other<L, F> for $type
        where
            T: Element,
            D: Dimension + 'static,
            $($parameter: Expression<Item = T, Dim = D>,)*
            L: Expression,
            F: Function2<L::Item, T>,
            L::Dim: DimMax<D>,
            <L::Dim as DimMax<D>>::Output: Dimension + 'static,
        {
            type Out = Binary<F, L, $expression>;

            fn combine(self, left: L, function: F, place: &'static Location<'static>) -> Self::Out {
                let right = self.expression();
                Binary { function, left, right, place }
            }
        }
    };
}

other!([] DArray<T, D> => Leaf<T, D>);
other!([] &DArray<T, D> => Leaf<T, D>);
other!([E] Lazy<T, D, E> => E);
other!([E] &Lazy<T, D, E> => E);

/// An operator of two operands: its kernel, and the impl for every left side.
macro_rules! binary {
    ($($name:ident $method:ident $doc:literal)+) => {
        $(
            #[doc = $doc]
            #[derive(Clone, Copy, Debug, Wire)]
            pub struct $name;

            impl<A: ops::$name<B>, B> Function2<A, B> for $name
            where
                A::Output: Element,
            {
                type Out = A::Output;

                #[inline(always)]
                fn call(&self, a: A, b: B) -> A::Output {
                    ops::$name::$method(a, b)
                }

                fn lower(&self, to: &mut Lowering, a: Lowered, b: Lowered) -> Result<Lowered, LowerError> {
                    to.binary(BinaryOperator::$name, a, b)
                }
            }

            binary!(@left $name $method [] DArray<T, D> => Leaf<T, D>);
            binary!(@left $name $method [] &DArray<T, D> => Leaf<T, D>);
            binary!(@left $name $method [E] Lazy<T, D, E> => E);
            binary!(@left $name $method [E] &Lazy<T, D, E> => E);
        )+
    };
    (@left $name:ident $method:ident [$($parameter:ident),*] $type:ty => $expression:ty) => {
        impl<T, D, $($parameter,)* R> ops::$name<R> for $type
        where
            T: Element,
            D: Dimension + 'static,
            $($parameter: Expression<Item = T, Dim = D>,)*
            R: Other<$expression, $name>,
        {
            type Output = Of<R::Out>;

            #[track_caller]
            fn $method(self, right: R) -> Of<R::Out> {
                Lazy::new(right.combine(self.expression(), $name, Location::caller()))
            }
        }
    };
}

binary! {
    Add add "`a + b`"
    Sub sub "`a - b`"
    Mul mul "`a * b`"
    Div div "`a / b`"
    Rem rem "`a % b`"
    BitAnd bitand "`a & b`"
    BitOr bitor "`a | b`"
    BitXor bitxor "`a ^ b`"
}

/// Arithmetic with a number at the left.
macro_rules! number_left {
    ($($number:ty)+) => {
        $(
            number_left!(@all $number: Add add, Sub sub, Mul mul, Div div, Rem rem);
        )+
    };
    (@all $number:ty: $($name:ident $method:ident),+) => {
        $(
            number_left!(@one $number, $name $method [] DArray<$number, D> => Leaf<$number, D>);
            number_left!(@one $number, $name $method [] &DArray<$number, D> => Leaf<$number, D>);
            number_left!(@one $number, $name $method [E] Lazy<$number, D, E> => E);
            number_left!(@one $number, $name $method [E] &Lazy<$number, D, E> => E);
        )+
    };
    (@one $number:ty, $name:ident $method:ident [$($parameter:ident),*] $type:ty => $expression:ty) => {
        impl<D, $($parameter,)*> ops::$name<$type> for $number
        where
            D: Dimension + 'static,
            $($parameter: Expression<Item = $number, Dim = D>,)*
        {
            type Output = Of<Unary<ScalarLeft<$name, $number>, $expression>>;

            fn $method(self, right: $type) -> Self::Output {
                let function = ScalarLeft { operator: $name, scalar: self };
                Lazy::new(Unary { function, of: right.expression() })
            }
        }
    };
}

number_left!(f32 f64 i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize);

/// An operator of one operand.
macro_rules! unary {
    ($($name:ident $device:ident $method:ident $doc:literal)+) => {
        $(
            #[doc = $doc]
            #[derive(Clone, Copy, Debug, Wire)]
            pub struct $name;

            impl<A: ops::$name> Function1<A> for $name
            where
                A::Output: Element,
            {
                type Out = A::Output;

                #[inline(always)]
                fn call(&self, a: A) -> A::Output {
                    ops::$name::$method(a)
                }

                fn lower(&self, to: &mut Lowering, a: Lowered) -> Result<Lowered, LowerError> {
                    to.unary(UnaryOperator::$device, a)
                }
            }

            unary!(@of $name $method [] DArray<T, D> => Leaf<T, D>);
            unary!(@of $name $method [] &DArray<T, D> => Leaf<T, D>);
            unary!(@of $name $method [E] Lazy<T, D, E> => E);
            unary!(@of $name $method [E] &Lazy<T, D, E> => E);
        )+
    };
    (@of $name:ident $method:ident [$($parameter:ident),*] $type:ty => $expression:ty) => {
        impl<T, D, $($parameter,)*> ops::$name for $type
        where
            T: Element,
            D: Dimension + 'static,
            $($parameter: Expression<Item = T, Dim = D>,)*
            $name: Function1<T>,
        {
            type Output = Of<Unary<$name, $expression>>;

            fn $method(self) -> Self::Output {
                Lazy::new(Unary { function: $name, of: self.expression() })
            }
        }
    };
}

unary! {
    Neg Negate neg "`-a`"
    Not Not not "`!a`"
}
