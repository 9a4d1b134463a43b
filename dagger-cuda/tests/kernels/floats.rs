//! Operators, methods and casts of floats.

use super::host::Program;
use dagger::prelude::*;

macro_rules! float {
    ($module:ident $ty:ident $bits:ident) => {
        mod $module {
            use super::*;

            #[kernel]
            pub fn operators(a: $ty, b: $ty) -> ($ty, $ty, $ty, $ty, $ty, $ty) {
                (a + b, a - b, a * b, a / b, a % b, -a)
            }
            // A fused multiply-add would round once.
            #[kernel]
            pub fn not_fused(a: $ty, b: $ty, c: $ty) -> ($ty, $ty) {
                (a * b + c, a.mul_add(b, c))
            }
            #[kernel]
            pub fn compared(a: $ty, b: $ty) -> (bool, bool, bool, bool, bool, bool) {
                (a < b, a <= b, a > b, a >= b, a == b, a != b)
            }
            #[kernel]
            pub fn rounded(a: $ty) -> ($ty, $ty, $ty, $ty, $ty, $ty) {
                (
                    a.floor(),
                    a.ceil(),
                    a.trunc(),
                    a.round(),
                    a.round_ties_even(),
                    a.fract(),
                )
            }
            #[kernel]
            pub fn exact(a: $ty) -> ($ty, $ty, $ty, $ty, $ty, $ty) {
                (
                    a.sqrt(),
                    a.abs(),
                    a.signum(),
                    a.recip(),
                    a.to_degrees(),
                    a.to_radians(),
                )
            }
            #[kernel]
            pub fn classes(a: $ty) -> (bool, bool, bool, bool, bool, bool) {
                (
                    a.is_nan(),
                    a.is_finite(),
                    a.is_infinite(),
                    a.is_normal(),
                    a.is_subnormal(),
                    a.is_sign_negative() && !a.is_nan(),
                )
            }
            #[kernel]
            pub fn least(a: $ty, b: $ty) -> ($ty, $ty) {
                // Which zero it is, is open.
                (a.min(b) + 0.0, a.max(b) + 0.0)
            }
            #[kernel]
            pub fn clamped(a: $ty, b: $ty) -> $ty {
                a.clamp(-2.5, 100.0) + b.clamp(0.0, 1.0)
            }
            #[kernel]
            pub fn euclid(a: $ty, b: $ty) -> ($ty, $ty, $ty) {
                (a.rem_euclid(b), a.div_euclid(b), a.copysign(b))
            }
            #[kernel]
            pub fn bits(a: $ty) -> ($bits, $ty) {
                let x = if a.is_nan() { 1.0 } else { a };
                (x.to_bits(), $ty::from_bits(x.to_bits() ^ 1))
            }
            #[kernel]
            pub fn powers(a: $ty, n: i32) -> $ty {
                a.powi(n)
            }
            #[kernel]
            pub fn angles(a: $ty) -> ($ty, $ty, $ty, $ty, $ty, $ty) {
                let (s, c) = a.sin_cos();
                (a.sin(), a.cos(), a.tan(), a.atan(), s, c)
            }
            #[kernel]
            pub fn inverse_angles(a: $ty) -> ($ty, $ty, $ty, $ty, $ty) {
                (a.asin(), a.acos(), a.sinh(), a.cosh(), a.tanh())
            }
            #[kernel]
            pub fn exponentials(a: $ty) -> ($ty, $ty, $ty, $ty, $ty, $ty, $ty, $ty) {
                (
                    a.exp(),
                    a.exp2(),
                    a.exp_m1(),
                    a.ln(),
                    a.log2(),
                    a.log10(),
                    a.ln_1p(),
                    a.cbrt(),
                )
            }
            #[kernel]
            pub fn of_two(a: $ty, b: $ty) -> ($ty, $ty, $ty, $ty) {
                (a.powf(b), a.atan2(b), a.hypot(b), a.log(b))
            }
            #[kernel]
            pub fn to_integers(a: $ty) -> (i8, i16, i32, i64, u8, u16, u32, u64) {
                (
                    a as i8, a as i16, a as i32, a as i64, a as u8, a as u16, a as u32, a as u64,
                )
            }
            #[kernel]
            pub fn to_others(a: $ty) -> (f32, f64, isize, usize) {
                (a as f32, a as f64, a as isize, a as usize)
            }
            #[kernel]
            pub fn literals(a: $ty) -> ($ty, $ty, $ty) {
                let big = 1e30;
                (a * 0.1 + 1e-3, a - big, a + 16777217.0)
            }
            #[kernel]
            pub fn constants(a: $ty) -> ($ty, $ty, bool) {
                (
                    a * std::$ty::consts::PI,
                    a.min($ty::MAX) + 0.0,
                    a == $ty::INFINITY || a == $ty::NEG_INFINITY,
                )
            }

            pub fn add(p: &mut Program) {
                p.two(concat!(stringify!($ty), " operators"), operators);
                p.three(concat!(stringify!($ty), " not_fused"), not_fused);
                p.two(concat!(stringify!($ty), " compared"), compared);
                p.one(concat!(stringify!($ty), " rounded"), rounded);
                p.one(concat!(stringify!($ty), " exact"), exact);
                p.one(concat!(stringify!($ty), " classes"), classes);
                p.two(concat!(stringify!($ty), " least"), least);
                p.two(concat!(stringify!($ty), " clamped"), clamped);
                p.two(concat!(stringify!($ty), " euclid"), euclid);
                p.one(concat!(stringify!($ty), " bits"), bits);
                p.two(concat!(stringify!($ty), " powers"), powers);
                p.one_within(concat!(stringify!($ty), " angles"), 2, angles);
                p.one_within(
                    concat!(stringify!($ty), " inverse_angles"),
                    2,
                    inverse_angles,
                );
                p.one_within(concat!(stringify!($ty), " exponentials"), 2, exponentials);
                p.two_within(concat!(stringify!($ty), " of_two"), 2, of_two);
                p.one(concat!(stringify!($ty), " to_integers"), to_integers);
                p.one(concat!(stringify!($ty), " to_others"), to_others);
                p.one(concat!(stringify!($ty), " literals"), literals);
                p.one(concat!(stringify!($ty), " constants"), constants);
            }
        }
    };
}

float!(single f32 u32);
float!(double f64 u64);

#[test]
fn floats() {
    let mut p = Program::new("floats");
    single::add(&mut p);
    double::add(&mut p);
    p.check();
}
