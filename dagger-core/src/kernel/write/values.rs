//! Expressions as values of C++.

use super::body::{Code, Target, Writer};
use super::literals::{literal, type_name, value_of_bits};
use super::operators::cast_text;
use crate::kernel::error::LowerError;
use crate::kernel::ty::Ty;
use dagger_ir::kernel::{Expr, ExprKind, Number, ScalarType};

type Coded = Result<Code, LowerError>;

impl Writer<'_> {
    /// Writes the statements an expression needs, and gives its value.
    pub(super) fn value(&mut self, expr: &'static Expr) -> Coded {
        match &expr.kind {
            ExprKind::Number(number, _) => self.number(*number, expr),
            ExprKind::Bool(value) => Ok(Code::stable(value.to_string())),
            ExprKind::Local(local) => Ok(Code::atom(self.locals[*local].clone())),
            ExprKind::Constant(constant) => {
                let mut bits = Vec::new();
                constant.bits(&mut bits);
                let mut bits = bits.into_iter();
                let text = value_of_bits(self.ty(expr), &mut |scalar| {
                    literal(scalar, bits.next().unwrap_or_default())
                });
                Ok(Code::stable(text))
            }
            ExprKind::Unary(operator, operand) => {
                let code = self.value(operand)?;
                let ty = self.ty(operand).clone();
                Ok(self.unary(*operator, &code, &ty))
            }
            ExprKind::Binary(operator, left, right) => {
                let [left_code, right_code] = self.pair(left, right)?;
                let types = (&self.ty(left).clone(), &self.ty(right).clone());
                let at = (*right, expr.line);
                Ok(self.binary(*operator, left_code, right_code, types, at))
            }
            ExprKind::And(left, right) => self.both(left, right, true),
            ExprKind::Or(left, right) => self.both(left, right, false),
            ExprKind::Cast(value, _) => {
                let code = self.value(value)?;
                let to = self.ty(expr).clone();
                Ok(self.cast(&code, &self.ty(value).clone(), &to))
            }
            ExprKind::Tuple(parts) => {
                let ty = self.ty(expr).clone();
                let codes = self.operands(parts)?;
                if ty.is_unit() {
                    return Ok(Code::none());
                }
                Ok(Code::atom(format!(
                    "{}{{{}}}",
                    type_name(&ty),
                    list(&codes)
                )))
            }
            ExprKind::Array(parts) => {
                let ty = self.ty(expr).clone();
                let codes = self.operands(parts)?;
                Ok(Code::atom(format!(
                    "{}{{{{{}}}}}",
                    type_name(&ty),
                    list(&codes)
                )))
            }
            ExprKind::Repeat(element, _) => {
                let ty = type_name(self.ty(expr));
                let code = self.value(element)?;
                Ok(Code::atom(format!("{ty}::full({})", code.plain())))
            }
            ExprKind::Field(tuple, index) => {
                let code = self.value(tuple)?;
                Ok(Code::atom(format!("{}._{index}", code.operand())))
            }
            ExprKind::Index(array, index) => self.element(array, index, expr.line),
            ExprKind::Neighbour(local, offsets) => self.neighbour(*local, offsets, expr.line),
            ExprKind::Call(callee, _, arguments) => self.call(expr, callee, arguments),
            ExprKind::Method(name, arguments) => {
                let receiver = self.ty(&arguments[0]).clone();
                self.method(name, &receiver, arguments, expr)
            }
            ExprKind::Function(ty, name, arguments) => {
                let ty = Ty::closed(ty, self.types);
                self.function_of(name, &ty, arguments, expr)
            }
            ExprKind::Nowhere => Err(self.error(expr.line, "`_` has no value")),
            ExprKind::Block(None, block) => {
                for statement in block.statements {
                    self.statement(statement)?;
                }
                block
                    .value
                    .map_or(Ok(Code::none()), |value| self.value(value))
            }
            ExprKind::If(condition, yes, Some(no)) if self.is_inline(expr)? => {
                let condition = self.value(condition)?;
                let (yes, no) = (self.value(yes)?, self.value(no)?);
                let [condition, yes, no] = [condition, yes, no].map(|code| code.operand());
                Ok(Code::compound(format!("{condition} ? {yes} : {no}")))
            }
            _ => self.through_variable(expr),
        }
    }

    /// Several expressions, evaluated in order: what a later one needs done first cannot change an earlier one.
    pub(super) fn operands(&mut self, exprs: &'static [Expr]) -> Result<Vec<Code>, LowerError> {
        let exprs: Vec<&'static Expr> = exprs.iter().collect();
        self.in_order(&exprs)
    }

    fn in_order(&mut self, exprs: &[&'static Expr]) -> Result<Vec<Code>, LowerError> {
        let mut codes: Vec<Code> = Vec::new();
        for (index, expr) in exprs.iter().enumerate() {
            let mark = self.mark();
            let code = self.value(expr)?;
            if self.mark() > mark {
                // In reverse, for each goes to the same line, before those already there.
                for earlier in (0..index).rev() {
                    let ty = self.ty(exprs[earlier]).clone();
                    self.keep_at(mark, &mut codes[earlier], &ty);
                }
            }
            codes.push(code);
        }
        Ok(codes)
    }

    pub(super) fn pair(
        &mut self,
        left: &'static Expr,
        right: &'static Expr,
    ) -> Result<[Code; 2], LowerError> {
        let codes = self.in_order(&[left, right])?;
        Ok(codes.try_into().expect("two operands give two values"))
    }

    pub(super) fn cast(&mut self, code: &Code, from: &Ty, to: &Ty) -> Code {
        match (from.scalar(), to.scalar()) {
            (Some(from), Some(to)) => cast_text(code, from, to),
            _ => code.clone(),
        }
    }

    /// `&&` if `and`, else `||`.
    fn both(&mut self, left: &'static Expr, right: &'static Expr, and: bool) -> Coded {
        let left = self.value(left)?;
        if self.is_inline(right)? {
            let right = self.value(right)?;
            let symbol = if and { "&&" } else { "||" };
            let (left, right) = (left.operand(), right.operand());
            return Ok(Code::compound(format!("{left} {symbol} {right}")));
        }
        let variable = self.variable(&Ty::BOOL);
        self.put(&left, &Target::Variable(variable.clone()));
        let not = if and { "" } else { "!" };
        self.braces(format!("if ({not}{variable})"), |writer| {
            writer.store(right, &Target::Variable(variable.clone()))
        })?;
        Ok(Code::stable(variable))
    }

    fn through_variable(&mut self, expr: &'static Expr) -> Coded {
        let ty = self.ty(expr).clone();
        if ty.is_unit() {
            self.store(expr, &Target::Nowhere)?;
            return Ok(Code::none());
        }
        let variable = self.variable(&ty);
        self.store(expr, &Target::Variable(variable.clone()))?;
        Ok(Code::stable(variable))
    }

    fn number(&mut self, number: Number, expr: &Expr) -> Coded {
        let scalar = self.ty(expr).scalar().unwrap_or(ScalarType::I32);
        let wrong = |text: &str| self.error(expr.line, format!("`{text}` is no {}", scalar.name()));
        let bits = match number {
            Number::Integer(value) if scalar.is_float() =>
            {
                #[allow(clippy::cast_precision_loss)]
                match scalar {
                    ScalarType::F32 => u64::from((value as f32).to_bits()),
                    _ => (value as f64).to_bits(),
                }
            }
            Number::Integer(value) => value,
            Number::Fraction(text) => match scalar {
                ScalarType::F32 => {
                    let value: f32 = text.parse().map_err(|_| wrong(text))?;
                    u64::from(value.to_bits())
                }
                _ => text.parse::<f64>().map_err(|_| wrong(text))?.to_bits(),
            },
        };
        Ok(Code::stable(literal(scalar, bits)))
    }
}

/// Arguments with commas between them.
pub(super) fn list(codes: &[Code]) -> String {
    let texts: Vec<&str> = codes.iter().map(Code::plain).collect();
    texts.join(", ")
}
