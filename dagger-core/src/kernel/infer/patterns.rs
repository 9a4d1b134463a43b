//! The types of patterns.

use super::Inference;
use crate::kernel::error::LowerError;
use crate::kernel::ty::Ty;
use dagger_ir::kernel::Pattern;

impl Inference<'_> {
    /// A pattern that a value of type `ty` is matched with.
    pub(super) fn pattern(
        &mut self,
        pattern: &'static Pattern,
        ty: &Ty,
        line: u32,
    ) -> Result<(), LowerError> {
        match pattern {
            Pattern::Any => Ok(()),
            Pattern::Bind(local, inner) => {
                let local = self.locals[*local].clone();
                self.unify(&local, ty, line)?;
                match inner {
                    Some(inner) => self.pattern(inner, ty, line),
                    None => Ok(()),
                }
            }
            Pattern::Value(value) => {
                let value = self.expr(value)?;
                self.unify(&value, ty, line)
            }
            Pattern::Range { low, high, .. } => {
                for end in low.iter().chain(high) {
                    let end = self.expr(end)?;
                    self.unify(&end, ty, line)?;
                }
                Ok(())
            }
            Pattern::Tuple(patterns) => {
                let elements: Vec<Ty> = patterns.iter().map(|_| self.solution.open()).collect();
                self.unify(&Ty::Tuple(elements.clone()), ty, line)?;
                self.patterns(patterns, &elements, line)
            }
            Pattern::Array(patterns) => {
                let element = self.solution.open();
                let array = Ty::Array(Box::new(element.clone()), patterns.len());
                self.unify(&array, ty, line)?;
                self.patterns(patterns, &vec![element; patterns.len()], line)
            }
            Pattern::Or(patterns) => {
                self.patterns(patterns, &vec![ty.clone(); patterns.len()], line)
            }
        }
    }

    fn patterns(
        &mut self,
        patterns: &'static [Pattern],
        types: &[Ty],
        line: u32,
    ) -> Result<(), LowerError> {
        for (pattern, ty) in patterns.iter().zip(types) {
            self.pattern(pattern, ty, line)?;
        }
        Ok(())
    }
}
