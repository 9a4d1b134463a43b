//! Expressions for devices: the tree of an expression's kernel written down as one kernel, in CUDA C++.
//!
//! Operators have a counterpart on every device; functions have one if they are kernels ([`Kernel::of`]). Whether an
//! expression has one can thus only be found out by going through it, and what stands in the way is told as an error.

use dagger_core::kernel::source::{self, Elementwise, Layout, Module, Term};
use dagger_core::kernel::{
    BinaryOperator, Kernel, LowerError, ScalarType, UnaryOperator, scalar_bits,
};
use ndarray::Dimension;
use std::any::type_name;

use super::{Expression, Lazy};
use crate::element::{Captured, Element};

/// A value of an expression while it is written down.
#[derive(Clone, Debug)]
pub enum Lowered {
    /// What one element of an array can hold.
    Element(Term),
    /// Two values.
    Pair(Box<(Lowered, Lowered)>),
}

/// An expression that is being written down.
#[derive(Debug, Default)]
pub struct Lowering {
    expression: source::Expression,
}

impl Lowering {
    /// The element of the next array.
    pub(super) fn input<T: 'static>(&mut self) -> Result<Lowered, LowerError> {
        match ScalarType::of::<T>() {
            Some(ty) => Ok(Lowered::Element(self.expression.input(ty))),
            None => Err(no_number::<T>()),
        }
    }

    /// A number that is the same for all elements.
    pub(super) fn scalar<T: 'static>(&mut self, value: &T) -> Result<Lowered, LowerError> {
        match scalar_bits(value) {
            Some((ty, bits)) => Ok(Lowered::Element(self.expression.uniform(ty, bits))),
            None => Err(no_number::<T>()),
        }
    }

    pub(super) fn unary(
        &mut self,
        operator: UnaryOperator,
        a: Lowered,
    ) -> Result<Lowered, LowerError> {
        let a = a.element()?;
        self.expression.unary(operator, a).map(Lowered::Element)
    }

    pub(super) fn binary(
        &mut self,
        operator: BinaryOperator,
        a: Lowered,
        b: Lowered,
    ) -> Result<Lowered, LowerError> {
        let (a, b) = (a.element()?, b.element()?);
        self.expression.binary(operator, a, b).map(Lowered::Element)
    }

    /// The first of a pair where a mask is true, else the second.
    pub(super) fn choose(&mut self, mask: Lowered, of: Lowered) -> Result<Lowered, LowerError> {
        let Lowered::Pair(of) = of else {
            return Err(LowerError::of("only one of a pair can be chosen"));
        };
        let (yes, no) = *of;
        let (mask, yes, no) = (mask.element()?, yes.element()?, no.element()?);
        let chosen = self.expression.select(mask, yes, no)?;
        Ok(Lowered::Element(chosen))
    }

    /// A function of the user's.
    pub(super) fn apply<F: Captured>(
        &mut self,
        function: &F,
        arguments: &[Lowered],
    ) -> Result<Lowered, LowerError> {
        let Some(kernel) = Kernel::of(function) else {
            return Err(LowerError::of(format!(
                "`{}` is no kernel: mark a function with `#[kernel]` and pass it, or what its `with` gives",
                type_name::<F>()
            )));
        };
        let arguments: Result<Vec<Term>, LowerError> = arguments
            .iter()
            .map(|value| value.clone().element())
            .collect();
        let applied = self.expression.apply(&kernel, &arguments?)?;
        Ok(Lowered::Element(applied))
    }
}

impl Lowered {
    fn element(self) -> Result<Term, LowerError> {
        match self {
            Lowered::Element(term) => Ok(term),
            Lowered::Pair(_) => Err(LowerError::of(
                "a pair is no value of one element: choose one of its parts",
            )),
        }
    }
}

fn no_number<T>() -> LowerError {
    LowerError::of(format!(
        "devices compute with `bool`, integers of up to 64 bits, `f32` and `f64`, not with `{}`",
        type_name::<T>()
    ))
}

/// What a device computes for each element of an expression.
#[derive(Debug)]
pub(crate) struct OnDevice {
    /// Whose inputs are the expression's arrays, in their order.
    pub(crate) expression: source::Expression,
    /// The value.
    pub(crate) value: Term,
}

/// The work of an expression, for a device.
pub(crate) fn on_device<K: super::Kernel>(kernel: &K) -> Result<OnDevice, LowerError> {
    let mut lowering = Lowering::default();
    let value = kernel.lower(&mut lowering)?.element()?;
    Ok(OnDevice {
        expression: lowering.expression,
        value,
    })
}

impl<T: Element, D: Dimension + 'static, E: Expression<Item = T, Dim = D>> Lazy<T, D, E> {
    /// The CUDA C++ of the whole expression: one kernel, whatever it consists of. It is there if all functions in it are kernels and all elements
    /// numbers.
    ///
    /// ```
    /// use dagger::array::*;
    /// use dagger::prelude::*;
    ///
    /// #[kernel]
    /// fn saxpy(#[uniform] alpha: f64, x: f64, y: f64) -> f64 {
    ///     alpha * x + y
    /// }
    ///
    /// let x = DArray::<f64, ndarray::Ix1>::full([4], Blocks([2]), 9.0);
    /// let source = (x.map(f64::sqrt) * 3.0).zip_map(&x, saxpy::with(2.0)).source()?;
    /// assert_eq!(source.matches("__global__").count(), 1);
    /// # Ok::<(), dagger::kernel::LowerError>(())
    /// ```
    ///
    /// # Errors
    /// What no device can do: which part of the expression it is, and how to mend it.
    pub fn source(&self) -> Result<String, LowerError> {
        let OnDevice { expression, value } = on_device(&self.expression.kernel())?;
        let mut module = Module::new();
        module.elementwise(&Elementwise {
            name: "elementwise",
            expression: &expression,
            inputs: &vec![Layout::Contiguous; expression.inputs().len()],
            outputs: &[(value, Layout::Contiguous)],
            rank: 0,
        })?;
        Ok(module.finish()?.code)
    }
}
