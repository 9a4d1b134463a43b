//! Operators with Rust's meaning.

use super::body::{Code, Writer};
use super::literals::{literal, scalar_name};
use crate::kernel::ty::Ty;
use dagger_ir::kernel::{BinaryOperator, Expr, ExprKind, Number, ScalarType, UnaryOperator};

impl Writer<'_> {
    pub(super) fn unary(&mut self, operator: UnaryOperator, operand: &Code, ty: &Ty) -> Code {
        let scalar = ty.scalar().unwrap_or(ScalarType::Bool);
        match operator {
            UnaryOperator::Negate if scalar.is_float() => {
                Code::compound(format!("-{}", operand.operand()))
            }
            UnaryOperator::Negate => Code::atom(format!("dg_wrapping_neg({})", operand.plain())),
            UnaryOperator::Not if scalar == ScalarType::Bool => {
                Code::compound(format!("!{}", operand.operand()))
            }
            UnaryOperator::Not if scalar.size() < 4 => {
                Code::atom(format!("{}(~{})", scalar_name(scalar), operand.operand()))
            }
            UnaryOperator::Not => Code::compound(format!("~{}", operand.operand())),
        }
    }

    /// `left operator right`; the divisor's expression is needed to see whether it can be zero.
    pub(super) fn binary(
        &mut self,
        operator: BinaryOperator,
        left: Code,
        right: Code,
        (left_ty, right_ty): (&Ty, &Ty),
        (divisor, line): (&Expr, u32),
    ) -> Code {
        let Some(scalar) = left_ty.scalar() else {
            return compound_comparison(operator, &left, &right);
        };
        let plain = |left: &Code, right: &Code| {
            let (left, right) = (left.operand(), right.operand());
            Code::compound(format!("{left} {} {right}", operator.symbol()))
        };
        let named = |name: &str, left: &Code, right: &Code| {
            Code::atom(format!("dg_{name}({}, {})", left.plain(), right.plain()))
        };
        let wraps_by_itself = scalar.is_float()
            || (scalar.size() >= 4 && !scalar.is_signed() && scalar != ScalarType::Bool);
        match operator {
            _ if operator.compares() => plain(&left, &right),
            BinaryOperator::Add | BinaryOperator::Sub | BinaryOperator::Mul if wraps_by_itself => {
                plain(&left, &right)
            }
            BinaryOperator::Add => named("wrapping_add", &left, &right),
            BinaryOperator::Sub => named("wrapping_sub", &left, &right),
            BinaryOperator::Mul => named("wrapping_mul", &left, &right),
            BinaryOperator::Div if scalar.is_float() => plain(&left, &right),
            BinaryOperator::Rem if scalar.is_float() => named("rem", &left, &right),
            BinaryOperator::Div | BinaryOperator::Rem => {
                let (left, right) = self.divisible(left, right, left_ty, divisor, line, operator);
                match operator {
                    BinaryOperator::Div => named("div", &left, &right),
                    _ => named("rem", &left, &right),
                }
            }
            BinaryOperator::Shl | BinaryOperator::Shr => {
                let count = cast_text(&right, right_ty.scalar().unwrap_or(scalar), ScalarType::U32);
                let name = if operator == BinaryOperator::Shl {
                    "shl"
                } else {
                    "shr"
                };
                Code::atom(format!("dg_{name}({}, {})", left.plain(), count.plain()))
            }
            // Small operands become `int`: the value stays, the type must be given back.
            _ if scalar.size() < 4 => Code::atom(format!(
                "{}({} {} {})",
                scalar_name(scalar),
                left.operand(),
                operator.symbol(),
                right.operand()
            )),
            _ => plain(&left, &right),
        }
    }

    /// Operands of a division of integers, after the check that it can be done.
    pub(super) fn divisible(
        &mut self,
        left: Code,
        right: Code,
        ty: &Ty,
        divisor: &Expr,
        line: u32,
        operator: BinaryOperator,
    ) -> (Code, Code) {
        let scalar = ty.scalar().unwrap_or(ScalarType::I32);
        // A divisor that is a number other than 0 (and it is no -1, which is an operator before a number) never fails.
        if matches!(divisor.kind, ExprKind::Number(Number::Integer(value), _) if value != 0) {
            return (left, right);
        }
        let left = self.keep(left, ty);
        let right = self.keep(right, ty);
        let (zero, overflow) = if operator == BinaryOperator::Div {
            (
                "attempt to divide by zero",
                "attempt to divide with overflow",
            )
        } else {
            (
                "attempt to calculate the remainder with a divisor of zero",
                "attempt to calculate the remainder with overflow",
            )
        };
        self.fail_if(&format!("{} == 0", right.operand()), line, zero);
        if scalar.is_signed() {
            let least = literal(scalar, 1 << (scalar.size() * 8 - 1));
            let condition = format!("{} == {least} && {} == -1", left.operand(), right.operand());
            self.fail_if(&condition, line, overflow);
        }
        (left, right)
    }
}

/// `value as to`
pub(super) fn cast_text(value: &Code, from: ScalarType, to: ScalarType) -> Code {
    if from == to || (scalar_name(from) == scalar_name(to)) {
        return value.clone();
    }
    if from.is_float() && to.is_integer() {
        return Code::atom(format!(
            "dg_saturate<{}>({})",
            scalar_name(to),
            value.plain()
        ));
    }
    Code::atom(format!("{}({})", scalar_name(to), value.plain()))
}

/// Comparison of tuples and arrays, part by part.
fn compound_comparison(operator: BinaryOperator, left: &Code, right: &Code) -> Code {
    let (left, right) = (left.plain(), right.plain());
    match operator {
        BinaryOperator::Eq => Code::atom(format!("dg_eq({left}, {right})")),
        BinaryOperator::Ne => Code::compound(format!("!dg_eq({left}, {right})")),
        BinaryOperator::Lt => Code::atom(format!("dg_lt({left}, {right})")),
        BinaryOperator::Le => Code::atom(format!("dg_le({left}, {right})")),
        BinaryOperator::Gt => Code::atom(format!("dg_lt({right}, {left})")),
        _ => Code::atom(format!("dg_le({right}, {left})")),
    }
}
