//! Types and values as C++ writes them.

use crate::kernel::ty::Ty;
use dagger_ir::kernel::ScalarType;

/// The name of a scalar type: as in Rust, the prelude sees to that.
pub(crate) fn scalar_name(scalar: ScalarType) -> &'static str {
    scalar.name()
}

/// The name of a type.
pub(crate) fn type_name(ty: &Ty) -> String {
    match ty {
        Ty::Scalar(scalar) => scalar_name(*scalar).to_owned(),
        Ty::Array(element, length) => format!("dg_array<{}, {length}>", type_name(element)),
        Ty::Tuple(elements) => {
            let elements: Vec<String> = elements.iter().map(type_name).collect();
            format!("dg_tuple<{}>", elements.join(", "))
        }
        // Neighbourhoods are parameters of their own types; open types have been settled.
        Ty::Neighbours(..) | Ty::Var(_) => "auto".to_owned(),
    }
}

/// A scalar whose bits, in its own size, are the low ones of `bits`.
pub(crate) fn literal(scalar: ScalarType, bits: u64) -> String {
    match scalar {
        ScalarType::Bool => (bits != 0).to_string(),
        ScalarType::F32 => {
            #[allow(clippy::cast_possible_truncation)]
            let value = f32::from_bits(bits as u32);
            if value.is_finite() {
                signed(format!("{value:?}f"))
            } else {
                format!("dg_from_bits<f32>({:#x}u)", bits as u32)
            }
        }
        ScalarType::F64 => {
            let value = f64::from_bits(bits);
            if value.is_finite() {
                signed(format!("{value:?}"))
            } else {
                format!("dg_from_bits<f64>({bits:#x}ull)")
            }
        }
        ScalarType::U32 => format!("{}u", bits as u32),
        ScalarType::U64 | ScalarType::Usize => format!("{bits}ull"),
        ScalarType::U8 => format!("u8({})", bits as u8),
        ScalarType::U16 => format!("u16({})", bits as u16),
        ScalarType::I8 => format!("i8({})", bits as i8),
        ScalarType::I16 => format!("i16({})", bits as i16),
        // The least number has no literal of its own: it would be minus a number that does not fit.
        ScalarType::I32 if bits as i32 == i32::MIN => "i32(0x80000000u)".to_owned(),
        ScalarType::I32 => signed(format!("{}", bits as i32)),
        ScalarType::I64 | ScalarType::Isize if bits as i64 == i64::MIN => {
            "i64(0x8000000000000000ull)".to_owned()
        }
        ScalarType::I64 | ScalarType::Isize => signed(format!("{}ll", bits as i64)),
    }
}

/// A value of any type out of the texts of its scalars, in order.
pub(crate) fn value_of_bits(ty: &Ty, scalars: &mut impl FnMut(ScalarType) -> String) -> String {
    match ty {
        Ty::Scalar(scalar) => scalars(*scalar),
        Ty::Tuple(elements) => {
            let parts: Vec<String> = elements
                .iter()
                .map(|element| value_of_bits(element, scalars))
                .collect();
            format!("{}{{{}}}", type_name(ty), parts.join(", "))
        }
        Ty::Array(element, length) => {
            let parts: Vec<String> = (0..*length)
                .map(|_| value_of_bits(element, scalars))
                .collect();
            format!("{}{{{{{}}}}}", type_name(ty), parts.join(", "))
        }
        Ty::Neighbours(..) | Ty::Var(_) => String::new(),
    }
}

/// In parentheses if it starts with a minus.
fn signed(text: String) -> String {
    if text.starts_with('-') {
        format!("({text})")
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_keep_every_bit() {
        assert_eq!(
            literal(ScalarType::F32, u64::from(0.1f32.to_bits())),
            "0.1f"
        );
        assert_eq!(literal(ScalarType::F64, (-0.0f64).to_bits()), "(-0.0)");
        assert_eq!(
            literal(ScalarType::F32, u64::from(1e-10f32.to_bits())),
            "1e-10f"
        );
        assert_eq!(
            literal(ScalarType::F32, u64::from(f32::INFINITY.to_bits())),
            "dg_from_bits<f32>(0x7f800000u)"
        );
        assert_eq!(
            literal(ScalarType::I32, i32::MIN as u64),
            "i32(0x80000000u)"
        );
        assert_eq!(literal(ScalarType::I8, -128i8 as u64), "i8(-128)");
        assert_eq!(literal(ScalarType::Usize, 7), "7ull");
    }

    #[test]
    fn compound_values_nest() {
        let ty = Ty::Tuple(vec![
            Ty::BOOL,
            Ty::Array(Box::new(Ty::Scalar(ScalarType::U32)), 2),
        ]);
        let mut next = 0;
        let text = value_of_bits(&ty, &mut |scalar| {
            next += 1;
            literal(scalar, next)
        });
        assert_eq!(
            text,
            "dg_tuple<bool, dg_array<u32, 2>>{true, dg_array<u32, 2>{{2u, 3u}}}"
        );
    }
}
