//! Values from the edges of each type, and results as bits that can be compared.

use dagger::kernel::{Scalar, ScalarType, Type, Value};

/// A type of array elements with its interesting values.
pub trait Edges: Scalar {
    fn edges() -> Vec<Self>;
}

macro_rules! integers {
    ($($ty:ident)*) => {
        $(impl Edges for $ty {
            fn edges() -> Vec<$ty> {
                let (min, max) = ($ty::MIN, $ty::MAX);
                let mut all = vec![min, min.wrapping_add(1), max, max - 1, max / 2, 0, 1, 2, 3, 5, 7, 8, 10, 31, 32, 33, 63, 64, 100];
                all.extend([1u8, 2, 3, 7, 64].map(|x| (x as $ty).wrapping_neg()));
                all.sort_unstable();
                all.dedup();
                all
            }
        })*
    };
}
integers!(i8 i16 i32 i64 isize u8 u16 u32 u64 usize);

macro_rules! floats {
    ($($ty:ident $mantissa:literal)*) => {
        $(impl Edges for $ty {
            fn edges() -> Vec<$ty> {
                let mut all = vec![
                    0.0, 1.0, 0.5, 1.5, 2.5, 3.0, 0.1, 1e-3, 7.25, 10.0, 100.7, 127.5, 128.0, 255.5, 256.0, 1e5, 32767.5, 65535.9,
                    2147483520.0, 2147483648.0, 4294967296.0, 9.223372e18, 9223372036854775808.0, 1.8446744073709552e19, 1e30,
                    $ty::MAX, $ty::MIN_POSITIVE, $ty::EPSILON, $ty::INFINITY, $ty::from_bits(1), $ty::from_bits($mantissa),
                    std::$ty::consts::PI, std::$ty::consts::E, 0.49999997, 8388607.5, 4503599627370495.5,
                ];
                let negative: Vec<$ty> = all.iter().map(|x| -x).collect();
                all.extend(negative);
                all.push($ty::NAN);
                all
            }
        })*
    };
}
floats!(f32 0x7fffff f64 0xfffffffffffff);

impl Edges for bool {
    fn edges() -> Vec<bool> {
        vec![false, true]
    }
}

/// The scalar types of a result: one, or those of a tuple.
pub fn parts<R: Value>() -> Vec<ScalarType> {
    match R::TYPE {
        Type::Scalar(scalar) => vec![scalar],
        Type::Tuple(parts) => parts
            .iter()
            .map(|part| match part {
                Type::Scalar(scalar) => *scalar,
                other => panic!("an output cannot be {other:?}"),
            })
            .collect(),
        other => panic!("an output cannot be {other:?}"),
    }
}

/// The bits of an element, as many as it has, with one NaN for all.
pub fn canonical(scalar: ScalarType, bits: u64) -> u64 {
    match scalar {
        ScalarType::F32 if f32::from_bits(bits as u32).is_nan() => u64::from(f32::NAN.to_bits()),
        ScalarType::F64 if f64::from_bits(bits).is_nan() => f64::NAN.to_bits(),
        _ => bits & (u64::MAX >> (64 - 8 * scalar.size())),
    }
}

/// The value in words.
pub fn shown(scalar: ScalarType, bits: u64) -> String {
    match scalar {
        ScalarType::F32 => format!("{:?}", f32::from_bits(bits as u32)),
        ScalarType::F64 => format!("{:?}", f64::from_bits(bits)),
        other => format!("{bits:#x}{}", other.name()),
    }
}
