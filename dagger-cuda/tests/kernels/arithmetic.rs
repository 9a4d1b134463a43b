//! Operators and methods of integers, on the edges of every type.

use super::host::Program;
use dagger::prelude::*;

/// The operators and methods of one integer type.
macro_rules! integer {
    ($module:ident $ty:ident $unsigned:ident) => {
        mod $module {
            use super::*;

            #[kernel]
            pub fn sums(a: $ty, b: $ty) -> ($ty, $ty, $ty, $ty) {
                (a + b, a - b, a * b, a + b - a * b)
            }
            #[kernel]
            pub fn bits(a: $ty, b: $ty) -> ($ty, $ty, $ty, $ty) {
                (a & b, a | b, a ^ b, !a)
            }
            #[kernel]
            pub fn quotient(a: $ty, b: $ty) -> $ty {
                if b == 0 || b == !0 { 1 } else { a / b + a % b }
            }
            #[kernel]
            pub fn divided(a: $ty, b: $ty) -> $ty {
                a / b
            }
            #[kernel]
            pub fn remainder(a: $ty, b: $ty) -> $ty {
                a % b
            }
            #[kernel]
            pub fn by_number(a: $ty) -> ($ty, $ty) {
                (a / 7, a % 10)
            }
            #[kernel]
            pub fn euclid(a: $ty, b: $ty) -> ($ty, $ty) {
                if b == 0 || b == !0 {
                    (0, 0)
                } else {
                    (a.rem_euclid(b), a.div_euclid(b))
                }
            }
            #[kernel]
            pub fn compared(a: $ty, b: $ty) -> (bool, bool, bool, bool, bool, bool) {
                (a < b, a <= b, a > b, a >= b, a == b, a != b)
            }
            #[kernel]
            pub fn shifts(a: $ty, n: u32) -> ($ty, $ty, $ty, $ty, $ty) {
                (
                    a << n,
                    a >> n,
                    a.wrapping_shl(n),
                    a.rotate_left(n),
                    a.rotate_right(n),
                )
            }
            #[kernel]
            pub fn shifts_by_others(a: $ty, n: i64, m: u8) -> ($ty, $ty) {
                (a << n, a >> m)
            }
            #[kernel]
            pub fn wrapping(a: $ty, b: $ty) -> ($ty, $ty, $ty, $ty) {
                (
                    a.wrapping_add(b),
                    a.wrapping_sub(b),
                    a.wrapping_mul(b),
                    a.wrapping_neg(),
                )
            }
            #[kernel]
            pub fn saturating(a: $ty, b: $ty) -> ($ty, $ty, $ty) {
                (
                    a.saturating_add(b),
                    a.saturating_sub(b),
                    a.saturating_mul(b),
                )
            }
            #[kernel]
            pub fn chosen(a: $ty, b: $ty) -> ($ty, $ty, $unsigned) {
                (a.min(b), a.max(b), a.abs_diff(b))
            }
            #[kernel]
            pub fn counted(a: $ty) -> (u32, u32, u32, u32, u32, u32) {
                (
                    a.count_ones(),
                    a.count_zeros(),
                    a.leading_zeros(),
                    a.trailing_zeros(),
                    a.leading_ones(),
                    a.trailing_ones(),
                )
            }
            #[kernel]
            pub fn turned(a: $ty) -> ($ty, $ty) {
                (a.swap_bytes(), a.reverse_bits())
            }
            #[kernel]
            pub fn powers(a: $ty, n: u32) -> ($ty, $ty) {
                (a.pow(n & 15), a.wrapping_pow(n))
            }
            #[kernel]
            pub fn clamped(a: $ty, low: $ty, high: $ty) -> $ty {
                if low <= high { a.clamp(low, high) } else { 0 }
            }
            #[kernel]
            pub fn logarithm(a: $ty) -> u32 {
                if a > 0 { a.ilog2() } else { 99 }
            }
            #[kernel]
            pub fn root(a: $ty) -> $ty {
                if a > 0 { a.isqrt() } else { 9 }
            }
            #[kernel]
            pub fn casts(a: $ty) -> (i8, u16, i32, u32, i64, u64, f32, f64) {
                (
                    a as i8, a as u16, a as i32, a as u32, a as i64, a as u64, a as f32, a as f64,
                )
            }
            #[kernel]
            pub fn other_casts(a: $ty) -> (u8, i16, usize, isize) {
                (a as u8, a as i16, a as usize, a as isize)
            }
            #[kernel]
            pub fn from_floats(a: f32, b: f64) -> ($ty, $ty) {
                (a as $ty, b as $ty)
            }
            #[kernel]
            pub fn updates(a: $ty, b: $ty) -> $ty {
                let mut x = a;
                x += b;
                x *= 3;
                x -= a;
                x ^= b;
                x |= 1;
                x &= !2;
                x <<= 3;
                x >>= 1;
                x /= 5;
                x %= 100;
                x
            }

            pub fn add(p: &mut Program) {
                p.two(concat!(stringify!($ty), " sums"), sums);
                p.two(concat!(stringify!($ty), " bits"), bits);
                p.two(concat!(stringify!($ty), " quotient"), quotient);
                p.two(concat!(stringify!($ty), " divided"), divided);
                p.two(concat!(stringify!($ty), " remainder"), remainder);
                p.one(concat!(stringify!($ty), " by_number"), by_number);
                p.two(concat!(stringify!($ty), " euclid"), euclid);
                p.two(concat!(stringify!($ty), " compared"), compared);
                p.two(concat!(stringify!($ty), " shifts"), shifts);
                p.three(
                    concat!(stringify!($ty), " shifts_by_others"),
                    shifts_by_others,
                );
                p.two(concat!(stringify!($ty), " wrapping"), wrapping);
                p.two(concat!(stringify!($ty), " saturating"), saturating);
                p.two(concat!(stringify!($ty), " chosen"), chosen);
                p.one(concat!(stringify!($ty), " counted"), counted);
                p.one(concat!(stringify!($ty), " turned"), turned);
                p.two(concat!(stringify!($ty), " powers"), powers);
                p.three(concat!(stringify!($ty), " clamped"), clamped);
                p.one(concat!(stringify!($ty), " logarithm"), logarithm);
                p.one(concat!(stringify!($ty), " root"), root);
                p.one(concat!(stringify!($ty), " casts"), casts);
                p.one(concat!(stringify!($ty), " other_casts"), other_casts);
                p.two(concat!(stringify!($ty), " from_floats"), from_floats);
                p.two(concat!(stringify!($ty), " updates"), updates);
            }
        }
    };
}

/// What only signed integers have.
macro_rules! signed {
    ($module:ident $ty:ident $unsigned:ident) => {
        mod $module {
            use super::*;

            #[kernel]
            pub fn signs(a: $ty) -> ($ty, $ty, $ty, $unsigned, bool, bool) {
                (
                    -a,
                    a.abs(),
                    a.signum(),
                    a.unsigned_abs(),
                    a.is_positive(),
                    a.is_negative(),
                )
            }

            pub fn add(p: &mut Program) {
                p.one(concat!(stringify!($ty), " signs"), signs);
            }
        }
    };
}

/// What only unsigned integers have.
macro_rules! unsigned {
    ($module:ident $ty:ident) => {
        mod $module {
            use super::*;

            #[kernel]
            pub fn powers_of_two(a: $ty) -> (bool, $ty) {
                (a.is_power_of_two(), a.next_power_of_two())
            }
            #[kernel]
            pub fn up(a: $ty, b: $ty) -> $ty {
                a.div_ceil(b)
            }

            pub fn add(p: &mut Program) {
                p.one(concat!(stringify!($ty), " powers_of_two"), powers_of_two);
                p.two(concat!(stringify!($ty), " up"), up);
            }
        }
    };
}

integer!(on_i8 i8 u8);
integer!(on_i16 i16 u16);
integer!(on_i32 i32 u32);
integer!(on_i64 i64 u64);
integer!(on_isize isize usize);
integer!(on_u8 u8 u8);
integer!(on_u16 u16 u16);
integer!(on_u32 u32 u32);
integer!(on_u64 u64 u64);
integer!(on_usize usize usize);
signed!(signed_i8 i8 u8);
signed!(signed_i16 i16 u16);
signed!(signed_i32 i32 u32);
signed!(signed_i64 i64 u64);
unsigned!(unsigned_u8 u8);
unsigned!(unsigned_u16 u16);
unsigned!(unsigned_u32 u32);
unsigned!(unsigned_u64 u64);

#[test]
fn small_integers() {
    let mut p = Program::new("small_integers");
    on_i8::add(&mut p);
    on_i16::add(&mut p);
    on_u8::add(&mut p);
    on_u16::add(&mut p);
    signed_i8::add(&mut p);
    signed_i16::add(&mut p);
    unsigned_u8::add(&mut p);
    unsigned_u16::add(&mut p);
    p.check();
}

#[test]
fn large_integers() {
    let mut p = Program::new("large_integers");
    on_i32::add(&mut p);
    on_i64::add(&mut p);
    on_isize::add(&mut p);
    on_u32::add(&mut p);
    on_u64::add(&mut p);
    on_usize::add(&mut p);
    signed_i32::add(&mut p);
    signed_i64::add(&mut p);
    unsigned_u32::add(&mut p);
    unsigned_u64::add(&mut p);
    p.check();
}

#[kernel]
fn logic(a: bool, b: bool) -> (bool, bool, bool, bool, bool, bool, u8) {
    (a && b, a || b, a ^ b, !a, a & !b, a < b, a as u8 + b as u8)
}

#[test]
fn truth_values() {
    let mut p = Program::new("truth_values");
    p.two("logic", logic);
    p.check();
}
