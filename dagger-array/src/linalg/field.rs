//! Numbers that equations can be solved in.

use faer::traits::{ComplexField, RealField};
use num_complex::Complex;
use num_traits::Float;
use std::ops::{Div, Neg, Sub};

use super::kernel::MatrixElement;

/// Numbers that matrices can be factored in: `f32`, `f64` and the complex numbers of either.
///
/// The library of tile kernels is generic over the same numbers; what it wants of them is not part of this crate's interface.
pub trait Field:
    MatrixElement
    + Sub<Output = Self>
    + Neg<Output = Self>
    + Div<Output = Self>
    + ComplexField<Real = <Self as Field>::RealPart>
{
    /// The real numbers of the same precision: eigenvalues, singular values, absolute values.
    type RealPart: Field<RealPart = Self::RealPart> + RealField + Float;
}

impl Field for f32 {
    type RealPart = f32;
}

impl Field for f64 {
    type RealPart = f64;
}

impl Field for Complex<f32> {
    type RealPart = f32;
}

impl Field for Complex<f64> {
    type RealPart = f64;
}
