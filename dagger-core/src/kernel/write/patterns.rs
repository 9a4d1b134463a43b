//! Patterns: the condition that a value fits, and the variables it is taken apart into.

use super::body::{Code, Target, Writer};
use super::literals::type_name;
use crate::kernel::error::LowerError;
use crate::kernel::ty::Ty;
use dagger_ir::kernel::{Arm, Expr, Pattern};

/// What becomes of the names in a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Names {
    AreDeclared,
    AreAssigned,
}

impl Writer<'_> {
    /// What must hold for `value`, an atom that does not change, to fit; `None` if it always does.
    pub(super) fn test(
        &mut self,
        pattern: &'static Pattern,
        value: &str,
        ty: &Ty,
    ) -> Result<Option<String>, LowerError> {
        Ok(match pattern {
            Pattern::Any | Pattern::Bind(_, None) => None,
            Pattern::Bind(_, Some(inner)) => self.test(inner, value, ty)?,
            Pattern::Value(expected) => {
                let expected = self.value(expected)?;
                Some(if ty.scalar().is_some() {
                    format!("{value} == {}", expected.operand())
                } else {
                    format!("dg_eq({value}, {})", expected.plain())
                })
            }
            Pattern::Range { low, high, closed } => {
                let mut tests = Vec::new();
                if let Some(low) = low {
                    let low = self.value(low)?;
                    tests.push(format!("{value} >= {}", low.operand()));
                }
                if let Some(high) = high {
                    let high = self.value(high)?;
                    let symbol = if *closed { "<=" } else { "<" };
                    tests.push(format!("{value} {symbol} {}", high.operand()));
                }
                (!tests.is_empty()).then(|| tests.join(" && "))
            }
            Pattern::Tuple(_) | Pattern::Array(_) => {
                let mut tests = Vec::new();
                for (pattern, part, ty) in parts(pattern, value, ty) {
                    tests.extend(self.test(pattern, &part, &ty)?);
                }
                (!tests.is_empty()).then(|| tests.join(" && "))
            }
            Pattern::Or(patterns) => {
                let mut tests = Vec::new();
                for pattern in *patterns {
                    match self.test(pattern, value, ty)? {
                        Some(test) => tests.push(format!("({test})")),
                        None => return Ok(None),
                    }
                }
                Some(format!("({})", tests.join(" || ")))
            }
        })
    }

    /// Gives the names in the pattern the parts of `value`, an atom that does not change and fits.
    pub(super) fn bind(
        &mut self,
        pattern: &'static Pattern,
        value: &str,
        ty: &Ty,
        names: Names,
    ) -> Result<(), LowerError> {
        match pattern {
            Pattern::Any | Pattern::Value(_) | Pattern::Range { .. } => {}
            Pattern::Bind(local, inner) => {
                let name = self.locals[*local].clone();
                if names == Names::AreDeclared {
                    self.line(format!("{} {name} = {value};", type_name(ty)));
                } else {
                    self.line(format!("{name} = {value};"));
                }
                if let Some(inner) = inner {
                    self.bind(inner, value, ty, names)?;
                }
            }
            Pattern::Tuple(_) | Pattern::Array(_) => {
                for (pattern, part, ty) in parts(pattern, value, ty) {
                    self.bind(pattern, &part, &ty, names)?;
                }
            }
            Pattern::Or(patterns) => {
                let mut locals = Vec::new();
                if let Some(first) = patterns.first() {
                    bound(first, &mut locals);
                }
                if locals.is_empty() {
                    return Ok(());
                }
                if names == Names::AreDeclared {
                    for local in locals {
                        let ty = type_name(&self.typing.locals[local]);
                        let name = self.locals[local].clone();
                        self.line(format!("{ty} {name};"));
                    }
                }
                let mut before = "";
                for pattern in *patterns {
                    let test = self.test(pattern, value, ty)?;
                    let head = match &test {
                        Some(test) => format!("{before}if ({test})"),
                        None => before.trim_end().to_owned(),
                    };
                    self.braces(head, |writer| {
                        writer.bind(pattern, value, ty, Names::AreAssigned)
                    })?;
                    if test.is_none() {
                        break;
                    }
                    before = "else ";
                }
            }
        }
        Ok(())
    }

    /// `match`: the first arm that fits and whose guard holds.
    pub(super) fn choose(
        &mut self,
        value: &'static Expr,
        arms: &'static [Arm],
        target: &Target,
    ) -> Result<(), LowerError> {
        let ty = self.ty(value).clone();
        let code = self.value(value)?;
        let code = self.keep(code, &ty);
        let value = code.operand();
        if arms.iter().any(|arm| arm.guard.is_some()) {
            return self.choose_with_guards(arms, &value, &ty, target);
        }
        let mut before = "";
        for (index, arm) in arms.iter().enumerate() {
            // There is an arm for every value: what fits none before the last fits the last.
            let is_last = index + 1 == arms.len();
            let test = if is_last {
                None
            } else {
                self.test(&arm.pattern, &value, &ty)?
            };
            let head = match &test {
                Some(test) => format!("{before}if ({test})"),
                None => before.trim_end().to_owned(),
            };
            self.braces(head, |writer| {
                writer.bind(&arm.pattern, &value, &ty, Names::AreDeclared)?;
                writer.store(&arm.body, target)
            })?;
            if test.is_none() {
                break;
            }
            before = "else ";
        }
        Ok(())
    }

    fn choose_with_guards(
        &mut self,
        arms: &'static [Arm],
        value: &str,
        ty: &Ty,
        target: &Target,
    ) -> Result<(), LowerError> {
        let open = self.variable(&Ty::BOOL);
        self.put(&Code::stable("true"), &Target::Variable(open.clone()));
        for arm in arms {
            let test = self.test(&arm.pattern, value, ty)?;
            let head = match test {
                Some(test) => format!("if ({open} && {test})"),
                None => format!("if ({open})"),
            };
            self.braces(head, |writer| {
                writer.bind(&arm.pattern, value, ty, Names::AreDeclared)?;
                let chosen = |writer: &mut Self| {
                    writer.line(format!("{open} = false;"));
                    writer.store(&arm.body, target)
                };
                match &arm.guard {
                    None => chosen(writer),
                    Some(guard) => {
                        let guard = writer.value(guard)?;
                        writer.braces(format!("if ({})", guard.plain()), chosen)
                    }
                }
            })?;
        }
        Ok(())
    }
}

/// The patterns inside a tuple's or array's, each with its part of the value and that part's type.
fn parts(pattern: &'static Pattern, value: &str, ty: &Ty) -> Vec<(&'static Pattern, String, Ty)> {
    match (pattern, ty) {
        (Pattern::Tuple(patterns), Ty::Tuple(types)) => patterns
            .iter()
            .zip(types)
            .enumerate()
            .map(|(index, (pattern, ty))| (pattern, format!("{value}._{index}"), ty.clone()))
            .collect(),
        (Pattern::Array(patterns), Ty::Array(element, _)) => patterns
            .iter()
            .enumerate()
            .map(|(index, pattern)| (pattern, format!("{value}.at[{index}]"), (**element).clone()))
            .collect(),
        _ => Vec::new(),
    }
}

/// The locals a pattern names.
fn bound(pattern: &Pattern, locals: &mut Vec<usize>) {
    match pattern {
        Pattern::Bind(local, inner) => {
            locals.push(*local);
            if let Some(inner) = inner {
                bound(inner, locals);
            }
        }
        Pattern::Tuple(patterns) | Pattern::Array(patterns) => {
            patterns.iter().for_each(|pattern| bound(pattern, locals));
        }
        // All alternatives name the same.
        Pattern::Or(patterns) => {
            if let Some(first) = patterns.first() {
                bound(first, locals);
            }
        }
        Pattern::Any | Pattern::Value(_) | Pattern::Range { .. } => {}
    }
}
