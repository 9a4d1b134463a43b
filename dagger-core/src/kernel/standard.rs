//! The standard library's functions of floats as kernels: `a.map(f64::sqrt)` needs no kernel of one's own.

use super::bound::{Kernel, type_of};
use super::source::method;
use dagger_ir::kernel::ScalarType;
use std::any::TypeId;

/// The functions of both float types that take and give floats alone, each with its type.
pub(super) fn functions() -> Vec<(TypeId, Kernel)> {
    let mut all = Vec::new();
    let mut add = |id: TypeId, name: &str, ty: ScalarType| {
        if let Some(definition) = method(name, ty) {
            all.push((id, Kernel::new(definition, &[], Vec::new())));
        }
    };
    macro_rules! of {
        ($ty:ident $scalar:ident: $($name:ident)+) => {
            $(add(type_of(&$ty::$name), stringify!($name), ScalarType::$scalar);)+
        };
    }
    macro_rules! both {
        ($($name:ident)+) => {
            of!(f32 F32: $($name)+);
            of!(f64 F64: $($name)+);
        };
    }
    both!(sqrt cbrt exp exp2 exp_m1 ln log2 log10 ln_1p sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh);
    both!(floor ceil round round_ties_even trunc fract abs signum recip to_degrees to_radians);
    both!(powf atan2 hypot copysign log rem_euclid div_euclid max min mul_add);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_of_floats_are_kernels() {
        for (function, name) in [
            (Kernel::of(&f64::sqrt), "sqrt"),
            (Kernel::of(&f32::mul_add), "mul_add"),
            (Kernel::of(&f64::max), "max"),
        ] {
            assert_eq!(function.unwrap().definition().name, name);
        }
        assert!(Kernel::of(&i32::wrapping_neg).is_none());
        // No name is missing from the table of methods.
        assert_eq!(functions().len(), 2 * (21 + 11 + 10));
    }
}
