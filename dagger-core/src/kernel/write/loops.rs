//! Loops, and the ways out of them.

use super::body::{Code, LoopFrame, Target, Writer};
use super::literals::{literal, type_name};
use super::patterns::Names;
use crate::kernel::error::LowerError;
use crate::kernel::ty::Ty;
use dagger_ir::kernel::{Block, Expr, Iteration, Pattern, ScalarType};

type Done = Result<(), LowerError>;

impl Writer<'_> {
    /// `loop { }`
    pub(super) fn forever(&mut self, number: usize, body: &'static Block, target: &Target) -> Done {
        self.turns(number, "for (;;)", target, |writer| {
            writer.block(body, &Target::Nowhere)
        })
    }

    /// `while condition { }`
    pub(super) fn while_true(
        &mut self,
        number: usize,
        condition: &'static Expr,
        body: &'static Block,
    ) -> Done {
        if self.is_inline(condition)? {
            let condition = self.value(condition)?;
            let head = format!("while ({})", condition.plain());
            return self.turns(number, &head, &Target::Nowhere, |writer| {
                writer.block(body, &Target::Nowhere)
            });
        }
        self.turns(number, "for (;;)", &Target::Nowhere, |writer| {
            let condition = writer.value(condition)?;
            writer.line(format!("if (!{}) break;", condition.operand()));
            writer.block(body, &Target::Nowhere)
        })
    }

    /// `for pattern in iteration { }`
    pub(super) fn for_each(
        &mut self,
        number: usize,
        pattern: &'static Pattern,
        iteration: &'static Iteration,
        body: &'static Block,
        line: u32,
    ) -> Done {
        match iteration {
            Iteration::Array(array) => self.elements(number, pattern, array, body),
            Iteration::Range {
                low,
                high,
                closed: false,
                reversed: false,
                step: None,
            } => {
                let ty = self.ty(low).clone();
                let [low, high] = self.pair(low, high)?;
                let high = self.keep(high, &ty);
                let item = self.names.free("each");
                let head = format!(
                    "for ({} {item} = {}; {item} < {}; ++{item})",
                    type_name(&ty),
                    low.plain(),
                    high.operand()
                );
                self.turns(number, &head, &Target::Nowhere, |writer| {
                    writer.bind(pattern, &item, &ty, Names::AreDeclared)?;
                    writer.block(body, &Target::Nowhere)
                })
            }
            Iteration::Range { .. } => self.range(number, pattern, iteration, body, line),
        }
    }

    fn elements(
        &mut self,
        number: usize,
        pattern: &'static Pattern,
        array: &'static Expr,
        body: &'static Block,
    ) -> Done {
        let ty = self.ty(array).clone();
        let Ty::Array(element, length) = &ty else {
            return Err(self.error(array.line, format!("`{ty}` is not an array")));
        };
        let code = self.value(array)?;
        let code = self.keep(code, &ty);
        let item = self.names.free("each");
        let head = format!("for (u32 {item} = 0; {item} < {length}u; ++{item})");
        self.turns(number, &head, &Target::Nowhere, |writer| {
            let value = format!("{}.at[{item}]", code.operand());
            writer.bind(pattern, &value, element, Names::AreDeclared)?;
            writer.block(body, &Target::Nowhere)
        })
    }

    /// Ranges that include their end, go backwards or leave numbers out: by how far it is to the end, which no end of the type's
    /// own range can upset.
    fn range(
        &mut self,
        number: usize,
        pattern: &'static Pattern,
        iteration: &'static Iteration,
        body: &'static Block,
        line: u32,
    ) -> Done {
        let Iteration::Range {
            low,
            high,
            closed,
            reversed,
            step,
        } = iteration
        else {
            return Ok(());
        };
        let ty = self.ty(low).clone();
        let mut ends = self.pair(low, high)?;
        if let Some(step) = step {
            let mark = self.mark();
            let code = self.value(step)?;
            if self.mark() > mark {
                self.keep_at(mark, &mut ends[1], &ty);
                self.keep_at(mark, &mut ends[0], &ty);
            }
            let [low, high] = ends.map(|end| self.keep(end, &ty));
            let kept = self.keep(code, &Ty::USIZE);
            let zero = format!("{} == 0", kept.operand());
            self.fail_if(&zero, line, "assertion failed: step != 0");
            return self.turns_of_range(
                number,
                pattern,
                body,
                &ty,
                [low, high],
                kept,
                (*closed, *reversed),
            );
        }
        let ends = ends.map(|end| self.keep(end, &ty));
        let one = Code::stable(literal(ScalarType::U64, 1));
        self.turns_of_range(number, pattern, body, &ty, ends, one, (*closed, *reversed))
    }

    #[allow(clippy::too_many_arguments, reason = "they are the parts of a range")]
    fn turns_of_range(
        &mut self,
        number: usize,
        pattern: &'static Pattern,
        body: &'static Block,
        ty: &Ty,
        [low, high]: [Code; 2],
        step: Code,
        (closed, reversed): (bool, bool),
    ) -> Done {
        let name = type_name(ty);
        let (low, high, step) = (low.operand(), high.operand(), step.operand());
        let more = self.names.free("more");
        let left = self.names.free("left");
        let item = self.names.free("each");
        let compare = if closed { "<=" } else { "<" };
        let less = if closed { "" } else { " - 1ull" };
        let last = if closed {
            high.clone()
        } else {
            format!("dg_wrapping_sub({high}, {name}(1))")
        };
        let (first, onward) = if reversed {
            (last, "dg_wrapping_sub")
        } else {
            (low.clone(), "dg_wrapping_add")
        };
        self.line(format!("bool {more} = {low} {compare} {high};"));
        self.line(format!("u64 {left} = u64({high}) - u64({low}){less};"));
        self.line(format!("{name} {item} = {first};"));
        let head = format!(
            "for (; {more}; {more} = {left} >= {step}, {left} -= {step}, {item} = {onward}({item}, {name}({step})))"
        );
        self.turns(number, &head, &Target::Nowhere, |writer| {
            writer.bind(pattern, &item, ty, Names::AreDeclared)?;
            writer.block(body, &Target::Nowhere)
        })
    }

    /// A loop with that head and what its body writes.
    fn turns(
        &mut self,
        number: usize,
        head: &str,
        target: &Target,
        body: impl FnOnce(&mut Self) -> Done,
    ) -> Done {
        self.loops.push(LoopFrame {
            number,
            is_block: false,
            target: target.clone(),
        });
        let label = format!("next_{number}");
        let start = self.mark();
        self.braces(head, |writer| {
            body(writer)?;
            if writer.jumps.contains(&label) {
                writer.line("}");
                writer.line(format!("{label}:;"));
            }
            Ok(())
        })?;
        // Braces of its own for what is jumped over, for C++ forbids jumps past declarations.
        if self.jumps.contains(&label) {
            self.open_braces_after(start);
        }
        self.loops.pop();
        self.label("after", number);
        Ok(())
    }

    pub(super) fn leave_loop(&mut self, number: usize, value: Option<&'static Expr>) -> Done {
        let Some(frame) = self.loops.iter().find(|frame| frame.number == number) else {
            return Ok(());
        };
        let target = frame.target.clone();
        if let Some(value) = value {
            self.store(value, &target)?;
            if matches!(target, Target::Return) {
                return Ok(());
            }
        }
        if self.is_innermost(number) {
            self.line("break;");
        } else {
            self.jump("after", number);
        }
        Ok(())
    }

    pub(super) fn next_turn(&mut self, number: usize) {
        if self.is_innermost(number) {
            self.line("continue;");
        } else {
            self.jump("next", number);
        }
    }

    /// Whether `break` of C++ means that loop: blocks with labels do not count.
    fn is_innermost(&self, number: usize) -> bool {
        self.loops
            .iter()
            .rev()
            .find(|frame| !frame.is_block)
            .is_some_and(|frame| frame.number == number)
    }

    fn jump(&mut self, kind: &str, number: usize) {
        let label = format!("{kind}_{number}");
        self.line(format!("goto {label};"));
        self.jumps.insert(label);
    }
}
