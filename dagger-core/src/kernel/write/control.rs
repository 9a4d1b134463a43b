//! Statements, and expressions whose value goes somewhere: blocks, `if`, `match`.

use super::body::{Code, LoopFrame, Target, Writer};
use super::literals::type_name;
use super::patterns::Names;
use crate::kernel::error::LowerError;
use dagger_ir::kernel::{Block, Expr, ExprKind, Pattern, Statement};

type Done = Result<(), LowerError>;

impl Writer<'_> {
    /// Writes an expression and where its value goes.
    pub(super) fn store(&mut self, expr: &'static Expr, target: &Target) -> Done {
        match &expr.kind {
            ExprKind::Block(label, block) => self.labelled(*label, block, target),
            ExprKind::If(condition, yes, no) => {
                if self.is_inline(expr)? {
                    let code = self.value(expr)?;
                    self.put(&code, target);
                    return Ok(());
                }
                let condition = self.value(condition)?;
                self.braces(format!("if ({})", condition.plain()), |writer| {
                    writer.store(yes, target)
                })?;
                match no {
                    None => Ok(()),
                    Some(no) => self.braces("else", |writer| writer.store(no, target)),
                }
            }
            ExprKind::Match(value, arms) => {
                let guards = arms.iter().any(|arm| arm.guard.is_some());
                if guards && matches!(target, Target::Return) {
                    // So that C++ sees that something is returned.
                    let ty = self.ty(expr).clone();
                    let variable = self.variable(&ty);
                    self.choose(value, arms, &Target::Variable(variable.clone()))?;
                    self.put(&Code::stable(variable), target);
                    return Ok(());
                }
                self.choose(value, arms, target)
            }
            ExprKind::Loop(number, body) => self.forever(*number, body, target),
            ExprKind::While(number, condition, body) => self.while_true(*number, condition, body),
            ExprKind::For(number, pattern, iteration, body) => {
                self.for_each(*number, pattern, iteration, body, expr.line)
            }
            ExprKind::Break(number, value) => self.leave_loop(*number, *value),
            ExprKind::Continue(number) => {
                self.next_turn(*number);
                Ok(())
            }
            ExprKind::Return(value) => self.store(value, &Target::Return),
            ExprKind::Fail(message) => {
                let fail = self.failure(expr.line, message);
                self.line(fail);
                Ok(())
            }
            ExprKind::Require(condition, message) => {
                let condition = self.value(condition)?;
                let condition = format!("!{}", condition.operand());
                self.fail_if(&condition, expr.line, message);
                Ok(())
            }
            ExprKind::Assign(place, value) => self.assign(place, value),
            ExprKind::Update(operator, place, value) => {
                self.update(*operator, place, value, expr.line)
            }
            _ => {
                let code = self.value(expr)?;
                self.put(&code, target);
                Ok(())
            }
        }
    }

    /// Statements and the value at their end.
    pub(super) fn block(&mut self, block: &'static Block, target: &Target) -> Done {
        for statement in block.statements {
            self.statement(statement)?;
        }
        match block.value {
            Some(value) => self.store(value, target),
            None => Ok(()),
        }
    }

    fn labelled(&mut self, label: Option<usize>, block: &'static Block, target: &Target) -> Done {
        let Some(number) = label else {
            return self.block(block, target);
        };
        self.loops.push(LoopFrame {
            number,
            is_block: true,
            target: target.clone(),
        });
        self.braces("", |writer| writer.block(block, target))?;
        self.loops.pop();
        self.label("after", number);
        Ok(())
    }

    /// The place that is jumped to, if it is.
    pub(super) fn label(&mut self, kind: &str, number: usize) {
        let label = format!("{kind}_{number}");
        if self.jumps.contains(&label) {
            self.line(format!("{label}:;"));
        }
    }

    pub(super) fn statement(&mut self, statement: &'static Statement) -> Done {
        match statement {
            Statement::Expr(expr) => self.store(expr, &Target::Nowhere),
            Statement::Let(pattern, _, None) => {
                if let Pattern::Bind(local, _) = pattern {
                    self.declare(*local, None);
                }
                Ok(())
            }
            Statement::Let(Pattern::Bind(local, None), _, Some(value)) => {
                let by_statements = matches!(
                    value.kind,
                    ExprKind::Block(..)
                        | ExprKind::If(..)
                        | ExprKind::Match(..)
                        | ExprKind::Loop(..)
                );
                if !by_statements || self.is_inline(value)? {
                    let code = self.value(value)?;
                    self.declare(*local, Some(&code));
                    return Ok(());
                }
                self.declare(*local, None);
                let name = self.locals[*local].clone();
                self.store(value, &Target::Variable(name))
            }
            Statement::Let(pattern, _, Some(value)) => {
                let code = self.value(value)?;
                if matches!(pattern, Pattern::Any) {
                    return Ok(());
                }
                let ty = self.ty(value).clone();
                let code = self.keep(code, &ty);
                self.bind(pattern, &code.operand(), &ty, Names::AreDeclared)
            }
        }
    }

    fn declare(&mut self, local: usize, code: Option<&Code>) {
        let ty = &self.typing.locals[local];
        if ty.is_unit() {
            return;
        }
        let (ty, name) = (type_name(ty), self.locals[local].clone());
        match code.and_then(|code| code.text.as_deref()) {
            Some(text) => self.line(format!("{ty} {name} = {text};")),
            None => self.line(format!("{ty} {name};")),
        }
    }
}
