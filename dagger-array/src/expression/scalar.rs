//! Operators whose other operand is a scalar: functions of one element that hold the scalar.

use dagger_core::kernel::LowerError;
use dagger_macros::Wire;

use super::{Function1, Function2, Lowered, Lowering};
use crate::element::Element;

/// Numbers and truth values: what can stand beside an array in an operator.
///
/// For other types, `a.map(move |x| x * factor)` does the same.
pub trait Scalar: Element {}

macro_rules! scalars {
    ($($scalar:ty)+) => {
        $(impl Scalar for $scalar {})+
    };
}

scalars!(f32 f64 i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize bool);

/// `a ⊕ scalar`.
#[derive(Clone, Debug, Wire)]
pub struct ScalarRight<F, S> {
    pub(crate) operator: F,
    pub(crate) scalar: S,
}

/// `scalar ⊕ a`.
#[derive(Clone, Debug, Wire)]
pub struct ScalarLeft<F, S> {
    pub(crate) operator: F,
    pub(crate) scalar: S,
}

impl<A, S: Element, F: Function2<A, S>> Function1<A> for ScalarRight<F, S> {
    type Out = F::Out;

    #[inline(always)]
    fn call(&self, a: A) -> F::Out {
        self.operator.call(a, self.scalar.clone())
    }

    fn lower(&self, to: &mut Lowering, a: Lowered) -> Result<Lowered, LowerError> {
        let scalar = to.scalar(&self.scalar)?;
        self.operator.lower(to, a, scalar)
    }
}

impl<A, S: Element, F: Function2<S, A>> Function1<A> for ScalarLeft<F, S> {
    type Out = F::Out;

    #[inline(always)]
    fn call(&self, a: A) -> F::Out {
        self.operator.call(self.scalar.clone(), a)
    }

    fn lower(&self, to: &mut Lowering, a: Lowered) -> Result<Lowered, LowerError> {
        let scalar = to.scalar(&self.scalar)?;
        self.operator.lower(to, scalar, a)
    }
}
