//! What can be called on the values of a kernel, and what it takes and gives.
//!
//! Each is one function of the C++ prelude of `dagger_core::kernel`, named `dg_` and the method's name.

use super::ScalarType;

/// What a method is called on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Receiver {
    /// `f32`, `f64`.
    Float,
    /// Integers.
    Integer,
    /// Integers that can be negative.
    Signed,
    /// Integers that cannot.
    Unsigned,
    /// All scalars.
    Scalar,
    /// Arrays.
    Array,
    /// Anything.
    Any,
}

/// The type of an argument or a result, relative to the receiver's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// The receiver's own.
    Same,
    /// A pair of the receiver's own.
    Pair,
    /// The unsigned integer of the same size.
    Unsigned,
    /// The signed integer of the same size.
    Signed,
    /// This one.
    Exactly(ScalarType),
    /// Whatever the context asks for.
    Inferred,
    /// Any scalar.
    AnyScalar,
}

/// What a call can fail with, as it would panic in Rust.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// Never.
    Never,
    /// A divisor of zero, or the least number divided by -1.
    Division,
    /// Wherever the prelude's `dg_NAME_fails` says so; the text is what it then says.
    Says(&'static str),
}

/// A method.
#[derive(Debug, Clone, Copy)]
pub struct Method {
    /// Its name.
    pub name: &'static str,
    /// What it is called on.
    pub receiver: Receiver,
    /// What it takes besides.
    pub arguments: &'static [Shape],
    /// What it gives.
    pub result: Shape,
    /// How it fails.
    pub failure: Failure,
}

/// All methods of that name.
pub fn methods(name: &str) -> impl Iterator<Item = &'static Method> {
    let name = name.to_owned();
    METHODS.iter().filter(move |method| method.name == name)
}

/// All functions of that name: called on a type, without a receiver.
pub fn functions(name: &str) -> impl Iterator<Item = &'static Method> {
    let name = name.to_owned();
    FUNCTIONS.iter().filter(move |method| method.name == name)
}

/// The names there are, of methods and functions.
pub fn names() -> impl Iterator<Item = &'static str> {
    METHODS.iter().chain(FUNCTIONS).map(|method| method.name)
}

impl Receiver {
    /// Whether a scalar is one of them.
    pub fn is(self, ty: ScalarType) -> bool {
        match self {
            Receiver::Float => ty.is_float(),
            Receiver::Integer => ty.is_integer(),
            Receiver::Signed => ty.is_signed(),
            Receiver::Unsigned => ty.is_integer() && !ty.is_signed(),
            Receiver::Scalar | Receiver::Any => true,
            Receiver::Array => false,
        }
    }
}

/// A flat table out of the rows below: one entry for each name.
macro_rules! rows {
    ($($receiver:ident [$($name:ident)+] [$($argument:expr),*] $result:expr, $failure:expr;)+) => {
        rows!(@ [] $($receiver [$($name)+] [$($argument),*] $result, $failure;)+)
    };
    (@ [$($done:expr,)*] $receiver:ident [$($name:ident)+] $arguments:tt $result:expr, $failure:expr; $($rest:tt)*) => {
        rows!(@ [$($done,)* $(Method {
            name: stringify!($name), receiver: Receiver::$receiver, arguments: &$arguments, result: $result, failure: $failure,
        },)+] $($rest)*)
    };
    (@ [$($done:expr,)*]) => { &[$($done,)*] };
}

use Failure::{Division, Never, Says};
use Shape::{AnyScalar, Exactly, Inferred, Pair, Same, Signed, Unsigned};

const BOOL: Shape = Exactly(ScalarType::Bool);
const U32: Shape = Exactly(ScalarType::U32);
const I32: Shape = Exactly(ScalarType::I32);
const USIZE: Shape = Exactly(ScalarType::Usize);
const F64: Shape = Exactly(ScalarType::F64);

/// All methods.
pub const METHODS: &[Method] = rows! {
    Float [sqrt cbrt exp exp2 exp_m1 ln log2 log10 ln_1p sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh] [] Same, Never;
    Float [floor ceil round round_ties_even trunc fract abs signum recip to_degrees to_radians] [] Same, Never;
    Float [powf atan2 hypot copysign log rem_euclid div_euclid] [Same] Same, Never;
    Float [powi] [I32] Same, Never;
    Float [mul_add] [Same, Same] Same, Never;
    Float [clamp] [Same, Same] Same, Says("min > max, or either was NaN");
    Float [sin_cos] [] Pair, Never;
    Float [is_nan is_finite is_infinite is_normal is_subnormal is_sign_positive is_sign_negative] [] BOOL, Never;
    Float [to_bits] [] Unsigned, Never;
    Scalar [min max] [Same] Same, Never;
    Integer [clamp] [Same, Same] Same, Says("min > max");
    Integer [wrapping_add wrapping_sub wrapping_mul saturating_add saturating_sub saturating_mul] [Same] Same, Never;
    Integer [wrapping_neg swap_bytes reverse_bits] [] Same, Never;
    Integer [wrapping_shl wrapping_shr rotate_left rotate_right pow wrapping_pow] [U32] Same, Never;
    Integer [count_ones count_zeros leading_zeros trailing_zeros leading_ones trailing_ones] [] U32, Never;
    Integer [abs_diff] [Same] Unsigned, Never;
    Integer [rem_euclid div_euclid] [Same] Same, Division;
    Integer [ilog2] [] U32, Says("argument of integer logarithm must be positive");
    Integer [isqrt] [] Same, Says("argument of integer square root cannot be negative");
    Signed [abs wrapping_abs signum] [] Same, Never;
    Signed [unsigned_abs cast_unsigned] [] Unsigned, Never;
    Signed [is_positive is_negative] [] BOOL, Never;
    Unsigned [is_power_of_two] [] BOOL, Never;
    Unsigned [next_power_of_two] [] Same, Never;
    Unsigned [div_ceil] [Same] Same, Division;
    Unsigned [cast_signed] [] Signed, Never;
    Array [len] [] USIZE, Never;
    Scalar [into] [] Inferred, Never;
    Any [clone] [] Same, Never;
};

const FUNCTIONS: &[Method] = rows! {
    Float [from_bits] [Unsigned] Same, Never;
    Scalar [of] [F64] Same, Never;
    Scalar [from] [AnyScalar] Same, Never;
    Scalar [zero one default max_value min_value] [] Same, Never;
    Float [epsilon infinity neg_infinity nan neg_zero min_positive_value] [] Same, Never;
    Float [E FRAC_1_PI FRAC_1_SQRT_2 FRAC_2_PI FRAC_2_SQRT_PI FRAC_PI_2 FRAC_PI_3 FRAC_PI_4 FRAC_PI_6 FRAC_PI_8 LN_10 LN_2 LOG10_2 LOG10_E LOG2_10 LOG2_E PI SQRT_2 TAU] [] Same, Never;
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_means_one_thing_for_each_type() {
        for name in METHODS.iter().map(|method| method.name) {
            for ty in ScalarType::ALL {
                let fitting = methods(name).filter(|method| method.receiver.is(ty));
                assert!(fitting.count() <= 1, "{name} on {}", ty.name());
            }
        }
        assert_eq!(methods("abs").count(), 2);
        assert_eq!(functions("of").count(), 1);
    }
}
