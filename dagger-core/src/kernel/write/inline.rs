//! Whether an expression becomes one expression of C++, without statements before it.

use super::body::Writer;
use crate::kernel::error::LowerError;
use crate::kernel::ty::Ty;
use dagger_ir::kernel::methods::Failure;
use dagger_ir::kernel::{BinaryOperator, Block, Expr, ExprKind};

impl Writer<'_> {
    /// Whether writing the expression as a value adds no statements.
    pub(super) fn is_inline(&mut self, expr: &'static Expr) -> Result<bool, LowerError> {
        Ok(match &expr.kind {
            ExprKind::Number(..)
            | ExprKind::Bool(_)
            | ExprKind::Local(_)
            | ExprKind::Constant(_) => true,
            ExprKind::Unary(_, operand) | ExprKind::Cast(operand, _) => self.is_inline(operand)?,
            ExprKind::Field(operand, _) | ExprKind::Repeat(operand, _) => {
                self.is_inline(operand)?
            }
            ExprKind::Binary(operator, left, right) => {
                let fails = matches!(operator, BinaryOperator::Div | BinaryOperator::Rem)
                    && self
                        .ty(left)
                        .scalar()
                        .is_some_and(|scalar| scalar.is_integer());
                !fails && self.is_inline(left)? && self.is_inline(right)?
            }
            ExprKind::And(left, right) | ExprKind::Or(left, right) => {
                self.is_inline(left)? && self.is_inline(right)?
            }
            ExprKind::Tuple(parts) => !parts.is_empty() && self.all_inline(parts)?,
            ExprKind::Array(parts) => self.all_inline(parts)?,
            ExprKind::Neighbour(_, offsets) => {
                self.all_inline(offsets)? && offsets.iter().all(super::places::is_fixed)
            }
            ExprKind::Block(None, block) => self.is_inline_block(block)?,
            ExprKind::If(condition, yes, Some(no)) => {
                !self.ty(expr).is_unit()
                    && self.is_inline(condition)?
                    && self.is_inline(yes)?
                    && self.is_inline(no)?
            }
            ExprKind::Call(callee, _, arguments) => {
                let types = self.typing.calls[&expr.id].clone();
                !self.functions.function(callee, &types)?.may_fail && self.all_inline(arguments)?
            }
            ExprKind::Method(name, arguments) => {
                let receiver = self.ty(&arguments[0]).clone();
                self.never_fails(name, &receiver) && self.all_inline(arguments)?
            }
            ExprKind::Function(ty, name, arguments) => {
                let ty = Ty::closed(ty, self.types);
                self.never_fails(name, &ty) && self.all_inline(arguments)?
            }
            _ => false,
        })
    }

    fn is_inline_block(&mut self, block: &'static Block) -> Result<bool, LowerError> {
        match block.value {
            Some(value) if block.statements.is_empty() => self.is_inline(value),
            _ => Ok(false),
        }
    }

    fn all_inline(&mut self, parts: &'static [Expr]) -> Result<bool, LowerError> {
        for part in parts {
            if !self.is_inline(part)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn never_fails(&self, name: &str, receiver: &Ty) -> bool {
        super::calls::method_of(name, receiver)
            .is_none_or(|method| method.failure == Failure::Never)
    }
}
