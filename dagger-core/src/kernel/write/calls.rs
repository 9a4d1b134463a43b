//! Calls of kernels, methods and functions of types.

use super::body::{Code, Writer};
use super::literals::{literal, type_name};
use super::values::list;
use crate::kernel::error::LowerError;
use crate::kernel::ty::Ty;
use dagger_ir::kernel::methods::{Failure, Method, Receiver, functions, methods};
use dagger_ir::kernel::{BinaryOperator, Definition, Expr, ScalarType};

type Coded = Result<Code, LowerError>;

/// The method of that name on values of type `receiver`.
pub(super) fn method_of(name: &str, receiver: &Ty) -> Option<&'static Method> {
    methods(name).find(|method| match receiver {
        Ty::Scalar(scalar) => method.receiver.is(*scalar),
        Ty::Array(..) => matches!(method.receiver, Receiver::Array | Receiver::Any),
        _ => method.receiver == Receiver::Any,
    })
}

impl Writer<'_> {
    pub(super) fn call(
        &mut self,
        expr: &'static Expr,
        callee: &'static Definition,
        arguments: &'static [Expr],
    ) -> Coded {
        let types = self.typing.calls[&expr.id].clone();
        let function = self.functions.function(callee, &types)?;
        let codes = self.operands(arguments)?;
        let list = list(&codes);
        if !function.may_fail {
            return Ok(Code::atom(format!("{}({list})", function.name)));
        }
        let comma = if list.is_empty() { "" } else { ", " };
        let call = Code::atom(format!("{}({list}{comma}fault)", function.name));
        let kept = self.keep(call, &function.result);
        let leave = self.leave();
        self.line(format!("if (fault) {leave}"));
        Ok(kept)
    }

    pub(super) fn method(
        &mut self,
        name: &str,
        receiver: &Ty,
        arguments: &'static [Expr],
        expr: &'static Expr,
    ) -> Coded {
        let Some(method) = method_of(name, receiver) else {
            return Err(self.error(expr.line, format!("`{receiver}` has no `{name}` here")));
        };
        let mut codes = self.operands(arguments)?;
        match name {
            "clone" => return Ok(codes.swap_remove(0)),
            "into" => {
                let to = self.ty(expr).clone();
                return Ok(self.cast(&codes[0], receiver, &to));
            }
            "len" => {
                if let Ty::Array(_, length) = receiver {
                    return Ok(Code::stable(literal(ScalarType::Usize, *length as u64)));
                }
            }
            _ => {}
        }
        match method.failure {
            Failure::Never => {}
            Failure::Division => {
                let [left, right] =
                    <[Code; 2]>::try_from(codes).expect("a division has two operands");
                let operator = if name == "rem_euclid" {
                    BinaryOperator::Rem
                } else {
                    BinaryOperator::Div
                };
                let (left, right) =
                    self.divisible(left, right, receiver, &arguments[1], expr.line, operator);
                codes = vec![left, right];
            }
            Failure::Says(message) => {
                for (code, argument) in codes.iter_mut().zip(arguments) {
                    let ty = self.ty(argument).clone();
                    *code = self.keep(code.clone(), &ty);
                }
                let condition = format!("dg_{name}_fails({})", list(&codes));
                self.fail_if(&condition, expr.line, message);
            }
        }
        Ok(Code::atom(format!("dg_{name}({})", list(&codes))))
    }

    /// A function of a type; a method may be called that way too.
    pub(super) fn function_of(
        &mut self,
        name: &str,
        ty: &Ty,
        arguments: &'static [Expr],
        expr: &'static Expr,
    ) -> Coded {
        let Some(scalar) = ty.scalar() else {
            return Err(self.error(expr.line, format!("`{ty}` has no `{name}` here")));
        };
        if !functions(name).any(|function| function.receiver.is(scalar)) {
            return self.method(name, ty, arguments, expr);
        }
        let codes = self.operands(arguments)?;
        match (name, codes.first()) {
            ("of" | "from", Some(code)) => {
                let from = self.ty(&arguments[0]).clone();
                Ok(self.cast(code, &from, ty))
            }
            ("from_bits", Some(code)) => Ok(Code::atom(format!(
                "dg_from_bits<{}>({})",
                type_name(ty),
                code.plain()
            ))),
            _ => match special(name, scalar) {
                Some(bits) => Ok(Code::stable(literal(scalar, bits))),
                None => Err(self.error(expr.line, format!("`{ty}` has no `{name}` here"))),
            },
        }
    }
}

/// The bits of a type's special values.
fn special(name: &str, scalar: ScalarType) -> Option<u64> {
    let float = |single: f32, double: f64| match scalar {
        ScalarType::F32 => Some(u64::from(single.to_bits())),
        ScalarType::F64 => Some(double.to_bits()),
        _ => None,
    };
    let width = 8 * scalar.size();
    let ones = u64::MAX >> (64 - width);
    match name {
        "zero" | "default" => Some(0),
        "one" if scalar.is_float() => float(1.0, 1.0),
        "one" => Some(1),
        "max_value" if scalar.is_float() => float(f32::MAX, f64::MAX),
        "min_value" if scalar.is_float() => float(f32::MIN, f64::MIN),
        "max_value" if scalar.is_signed() => Some(ones >> 1),
        "min_value" if scalar.is_signed() => Some(1 << (width - 1)),
        "max_value" => Some(ones),
        "min_value" => Some(0),
        _ => special_float(name).and_then(|(single, double)| float(single, double)),
    }
}

fn special_float(name: &str) -> Option<(f32, f64)> {
    macro_rules! constants {
        ($($name:ident)*) => {
            match name {
                "epsilon" => Some((f32::EPSILON, f64::EPSILON)),
                "infinity" => Some((f32::INFINITY, f64::INFINITY)),
                "neg_infinity" => Some((f32::NEG_INFINITY, f64::NEG_INFINITY)),
                "nan" => Some((f32::NAN, f64::NAN)),
                "neg_zero" => Some((-0.0, -0.0)),
                "min_positive_value" => Some((f32::MIN_POSITIVE, f64::MIN_POSITIVE)),
                $(stringify!($name) => Some((std::f32::consts::$name, std::f64::consts::$name)),)*
                _ => None,
            }
        };
    }
    constants!(E FRAC_1_PI FRAC_1_SQRT_2 FRAC_2_PI FRAC_2_SQRT_PI FRAC_PI_2 FRAC_PI_3 FRAC_PI_4 FRAC_PI_6 FRAC_PI_8
        LN_10 LN_2 LOG10_2 LOG10_E LOG2_10 LOG2_E PI SQRT_2 TAU)
}
