//! Places: variables, parts of tuples, elements of arrays, and neighbours.

use super::body::{Code, Target, Writer};
use super::values::list;
use crate::kernel::error::LowerError;
use crate::kernel::ty::Ty;
use dagger_ir::kernel::{BinaryOperator, Expr, ExprKind, Number};

/// Whether an offset or index is a number in the source.
pub(super) fn is_fixed(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Number(..) => true,
        ExprKind::Unary(_, operand) => is_fixed(operand),
        _ => false,
    }
}

impl Writer<'_> {
    /// `array[index]`, after the check that it is there.
    pub(super) fn element(
        &mut self,
        array: &'static Expr,
        index: &'static Expr,
        line: u32,
    ) -> Result<Code, LowerError> {
        let [array_code, index_code] = self.pair(array, index)?;
        let index = self.checked(array, index, index_code, line);
        Ok(Code::atom(format!(
            "{}.at[{}]",
            array_code.operand(),
            index.plain()
        )))
    }

    /// The index, after the check that the array has such an element.
    fn checked(&mut self, array: &Expr, index: &Expr, code: Code, line: u32) -> Code {
        let Ty::Array(_, length) = self.ty(array).clone() else {
            return code;
        };
        if let ExprKind::Number(Number::Integer(value), _) = index.kind
            && value < length as u64
        {
            return code;
        }
        let kept = self.keep(code, &Ty::USIZE);
        let condition = format!("{} >= {length}ull", kept.plain());
        let message = format!("index out of bounds: the len is {length}");
        self.fail_if(&condition, line, &message);
        kept
    }

    pub(super) fn neighbour(
        &mut self,
        local: usize,
        offsets: &'static [Expr],
        line: u32,
    ) -> Result<Code, LowerError> {
        let mut codes = self.operands(offsets)?;
        let name = self.locals[local].clone();
        if !offsets.iter().all(is_fixed) {
            for (code, offset) in codes.iter_mut().zip(offsets) {
                let ty = self.ty(offset).clone();
                *code = self.keep(code.clone(), &ty);
            }
            let message = "the neighbour is farther away than the kernel's radius";
            self.fail_if(&format!("!{name}.within({})", list(&codes)), line, message);
        }
        Ok(Code::atom(format!("{name}.at({})", list(&codes))))
    }

    /// `place = value`
    pub(super) fn assign(
        &mut self,
        place: &'static Expr,
        value: &'static Expr,
    ) -> Result<(), LowerError> {
        match &place.kind {
            ExprKind::Nowhere => self.store(value, &Target::Nowhere),
            ExprKind::Local(local) => {
                let name = self.locals[*local].clone();
                self.store(value, &Target::Variable(name))
            }
            _ => {
                let code = self.value(value)?;
                let ty = self.ty(value).clone();
                self.assign_code(place, code, &ty)
            }
        }
    }

    fn assign_code(&mut self, place: &'static Expr, code: Code, ty: &Ty) -> Result<(), LowerError> {
        match &place.kind {
            ExprKind::Nowhere => Ok(()),
            ExprKind::Tuple(places) | ExprKind::Array(places) => {
                let code = self.keep(code, ty);
                let is_array = matches!(place.kind, ExprKind::Array(_));
                for (index, part) in places.iter().enumerate() {
                    let value = if is_array {
                        format!("{}.at[{index}]", code.operand())
                    } else {
                        format!("{}._{index}", code.operand())
                    };
                    let ty = self.ty(part).clone();
                    self.assign_code(part, Code::stable(value), &ty)?;
                }
                Ok(())
            }
            _ => {
                let (place, code) = self.place_after(place, code, ty)?;
                self.line(format!("{place} = {};", code.plain()));
                Ok(())
            }
        }
    }

    /// `place operator= value`
    pub(super) fn update(
        &mut self,
        operator: BinaryOperator,
        place: &'static Expr,
        value: &'static Expr,
        line: u32,
    ) -> Result<(), LowerError> {
        let code = self.value(value)?;
        let types = (self.ty(place).clone(), self.ty(value).clone());
        let (text, code) = self.place_after(place, code, &types.1)?;
        let old = Code::atom(text.clone());
        let new = self.binary(operator, old, code, (&types.0, &types.1), (value, line));
        self.line(format!("{text} = {};", new.plain()));
        Ok(())
    }

    /// A place that is found after `code`, the value that goes there, has been computed.
    fn place_after(
        &mut self,
        place: &'static Expr,
        mut code: Code,
        ty: &Ty,
    ) -> Result<(String, Code), LowerError> {
        let mark = self.mark();
        let text = self.place(place)?;
        if self.mark() > mark {
            self.keep_at(mark, &mut code, ty);
        }
        Ok((text, code))
    }

    fn place(&mut self, place: &'static Expr) -> Result<String, LowerError> {
        match &place.kind {
            ExprKind::Local(local) => Ok(self.locals[*local].clone()),
            ExprKind::Field(tuple, index) => Ok(format!("{}._{index}", self.place(tuple)?)),
            ExprKind::Index(array, index) => {
                let text = self.place(array)?;
                let code = self.value(index)?;
                let index = self.checked(array, index, code, place.line);
                Ok(format!("{text}.at[{}]", index.plain()))
            }
            _ => Err(self.error(place.line, "this is no place that could be assigned to")),
        }
    }
}
