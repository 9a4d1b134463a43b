//! Blocks, statements, choices and loops.

use super::scope::Frame;
use super::{Lower, line};
use crate::kernel::diagnostics::no;
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{
    Block, Expr, ExprBlock, ExprBreak, ExprContinue, ExprForLoop, ExprIf, ExprLoop, ExprMatch,
    ExprMethodCall, ExprRange, ExprWhile, Label, Lifetime, Local, Pat, RangeLimits, Stmt,
};

impl Lower<'_> {
    /// A block as an expression, with the number of its label if it has one.
    pub(super) fn block_expr(&mut self, block: &Block, label: Option<usize>) -> TokenStream {
        let at = line(block);
        let tokens = self.block(block);
        let label = optional(label.map(|label| quote!(#label)));
        self.node(at, quote!(Block(#label, &#tokens)))
    }

    /// Statements, and the value at their end.
    fn block(&mut self, block: &Block) -> TokenStream {
        self.scope.enter();
        let mut statements = Vec::new();
        let mut value = None;
        let last = block.stmts.len().wrapping_sub(1);
        for (index, stmt) in block.stmts.iter().enumerate() {
            match stmt {
                Stmt::Local(local) => statements.push(self.binding(local)),
                Stmt::Expr(expr, None) if index == last => value = Some(self.expr(expr)),
                Stmt::Expr(expr, _) => {
                    let expr = self.expr(expr);
                    statements.push(quote!(__k::Statement::Expr(#expr)));
                }
                Stmt::Macro(call) => {
                    let expr = self.expand(&call.mac);
                    if call.semi_token.is_none() && index == last {
                        value = Some(expr);
                    } else {
                        statements.push(quote!(__k::Statement::Expr(#expr)));
                    }
                }
                Stmt::Item(item) => {
                    let first = item.to_token_stream().into_iter().next();
                    let text = "an item cannot be defined inside a kernel: define it outside";
                    self.errors.push(no(first, text));
                }
            }
        }
        self.scope.leave();
        let value = optional(value.map(|value| quote!(&#value)));
        quote!(__k::Block { statements: &[#(#statements),*], value: #value })
    }

    fn binding(&mut self, local: &Local) -> TokenStream {
        let (pat, ty) = match &local.pat {
            Pat::Type(typed) => (&*typed.pat, self.ty(&typed.ty)),
            pat => (pat, quote!(__k::Type::Inferred)),
        };
        let value = match &local.init {
            Some(init) => {
                if let Some((word, _)) = &init.diverge {
                    let text = "a kernel has no `let .. else`: take the value apart with `match`";
                    self.errors.push(no(word, text));
                }
                Some(self.expr(&init.expr))
            }
            None => {
                if !matches!(pat, Pat::Ident(_)) {
                    let text =
                        "variables that get their values later are declared one by one: `let x;`";
                    self.errors.push(no(pat, text));
                }
                None
            }
        };
        let pattern = self.pattern(pat);
        let value = optional(value);
        quote!(__k::Statement::Let(#pattern, #ty, #value))
    }

    pub(super) fn labelled(&mut self, block: &ExprBlock) -> TokenStream {
        let Some(label) = &block.label else {
            return self.block_expr(&block.block, None);
        };
        let number = self.enter(Some(label), true);
        let tokens = self.block_expr(&block.block, Some(number));
        self.frames.pop();
        tokens
    }

    pub(super) fn choice(&mut self, choice: &ExprIf) -> TokenStream {
        let at = line(choice);
        if let Expr::Let(condition) = &*choice.cond {
            let value = self.expr(&condition.expr);
            self.scope.enter();
            let pattern = self.pattern(&condition.pat);
            let yes = self.block_expr(&choice.then_branch, None);
            self.scope.leave();
            let no = match &choice.else_branch {
                Some((_, no)) => self.expr(no),
                None => self.node(at, quote!(Tuple(&[]))),
            };
            return self.node(
                at,
                quote!(Match(&#value, &[
                    __k::Arm { pattern: #pattern, guard: ::core::option::Option::None, body: #yes },
                    __k::Arm { pattern: __k::Pattern::Any, guard: ::core::option::Option::None, body: #no },
                ])),
            );
        }
        let condition = self.expr(&choice.cond);
        let yes = self.block_expr(&choice.then_branch, None);
        let no = choice.else_branch.as_ref().map(|(_, no)| {
            let no = self.expr(no);
            quote!(&#no)
        });
        let no = optional(no);
        self.node(at, quote!(If(&#condition, &#yes, #no)))
    }

    pub(super) fn match_arms(&mut self, choice: &ExprMatch) -> TokenStream {
        let at = line(choice);
        let value = self.expr(&choice.expr);
        let mut arms = Vec::new();
        for arm in &choice.arms {
            self.scope.enter();
            let (pat, guard) = match &arm.pat {
                Pat::Guard(guarded) => (&*guarded.pat, Some(&*guarded.guard)),
                pat => (pat, None),
            };
            let pattern = self.pattern(pat);
            let guard = guard.map(|guard| self.expr(guard));
            let guard = optional(guard);
            let body = self.expr(&arm.body);
            self.scope.leave();
            arms.push(quote!(__k::Arm { pattern: #pattern, guard: #guard, body: #body }));
        }
        self.node(at, quote!(Match(&#value, &[#(#arms),*])))
    }

    pub(super) fn forever(&mut self, turns: &ExprLoop) -> TokenStream {
        let number = self.enter(turns.label.as_ref(), false);
        let body = self.block(&turns.body);
        self.frames.pop();
        self.node(line(turns), quote!(Loop(#number, &#body)))
    }

    pub(super) fn while_true(&mut self, turns: &ExprWhile) -> TokenStream {
        if let Expr::Let(condition) = &*turns.cond {
            let text = "a kernel has no `while let`: write a `loop` with a `match` and `break`";
            return self.failed(no(condition.let_token, text));
        }
        let condition = self.expr(&turns.cond);
        let number = self.enter(turns.label.as_ref(), false);
        let body = self.block(&turns.body);
        self.frames.pop();
        self.node(line(turns), quote!(While(#number, &#condition, &#body)))
    }

    pub(super) fn for_each(&mut self, turns: &ExprForLoop) -> TokenStream {
        let iteration = self.iteration(&turns.expr);
        let number = self.enter(turns.label.as_ref(), false);
        self.scope.enter();
        let pattern = self.pattern(&turns.pat);
        let body = self.block(&turns.body);
        self.scope.leave();
        self.frames.pop();
        let kind = quote!(For(#number, &#pattern, #iteration, &#body));
        self.node(line(turns), kind)
    }

    /// What a `for` goes through: a range, perhaps with `.rev()` and then `.step_by(n)`, or an array.
    fn iteration(&mut self, expr: &Expr) -> TokenStream {
        let mut reversed = false;
        let mut step = None;
        let mut inner = expr;
        if let Some(call) = adaptor(inner, "step_by", 1)
            && range_inside(inner).is_some()
        {
            step = call.args.first();
            inner = &call.receiver;
        }
        if let Some(call) = adaptor(bare(inner), "rev", 0)
            && range_inside(inner).is_some()
        {
            reversed = true;
            inner = &call.receiver;
        }
        if let Expr::Range(range) = bare(inner) {
            return self.range(range, reversed, step);
        }
        if range_inside(expr).is_some() {
            let text = "a kernel's `for` goes through `a..b`, `(a..b).rev()`, `(a..b).step_by(n)` or `(a..b).rev().step_by(n)`";
            self.errors.push(no(expr, text));
            return quote!();
        }
        let array = self.expr(expr);
        quote!(__k::Iteration::Array(&#array))
    }

    fn range(&mut self, range: &ExprRange, reversed: bool, step: Option<&Expr>) -> TokenStream {
        let (Some(low), Some(high)) = (&range.start, &range.end) else {
            let text = "a `for` in a kernel needs both ends of its range";
            self.errors.push(no(range, text));
            return quote!();
        };
        let (low, high) = (self.expr(low), self.expr(high));
        let step = step.map(|step| {
            let step = self.expr(step);
            quote!(&#step)
        });
        let step = optional(step);
        let closed = matches!(range.limits, RangeLimits::Closed(_));
        quote!(__k::Iteration::Range { low: &#low, high: &#high, closed: #closed, reversed: #reversed, step: #step })
    }

    pub(super) fn leave(&mut self, leave: &ExprBreak) -> TokenStream {
        let number = self.target(leave.label.as_ref());
        let value = leave.expr.as_ref().map(|value| {
            let value = self.expr(value);
            quote!(&#value)
        });
        let value = optional(value);
        match number {
            Some(number) => self.node(line(leave), quote!(Break(#number, #value))),
            None => self.failed(no(leave, "there is no loop here to leave")),
        }
    }

    pub(super) fn next_turn(&mut self, next: &ExprContinue) -> TokenStream {
        match self.target(next.label.as_ref()) {
            Some(number) => self.node(line(next), quote!(Continue(#number))),
            None => self.failed(no(next, "there is no loop here to go on with")),
        }
    }

    fn enter(&mut self, label: Option<&Label>, is_block: bool) -> usize {
        let number = self.numbers;
        self.numbers += 1;
        self.frames.push(Frame {
            number,
            label: label.map(|label| label.name.clone()),
            is_block,
        });
        number
    }

    fn target(&self, label: Option<&Lifetime>) -> Option<usize> {
        let fits = |frame: &&Frame| match label {
            Some(label) => frame
                .label
                .as_ref()
                .is_some_and(|name| name.ident == label.ident),
            None => !frame.is_block,
        };
        self.frames
            .iter()
            .rev()
            .find(fits)
            .map(|frame| frame.number)
    }
}

fn optional(tokens: Option<TokenStream>) -> TokenStream {
    match tokens {
        Some(tokens) => quote!(::core::option::Option::Some(#tokens)),
        None => quote!(::core::option::Option::None),
    }
}

/// Without parentheses round it.
fn bare(expr: &Expr) -> &Expr {
    match expr {
        Expr::Paren(paren) => bare(&paren.expr),
        Expr::Group(group) => bare(&group.expr),
        other => other,
    }
}

/// A call of that method.
fn adaptor<'e>(expr: &'e Expr, name: &str, arguments: usize) -> Option<&'e ExprMethodCall> {
    match expr {
        Expr::MethodCall(call) if call.method == name && call.args.len() == arguments => Some(call),
        _ => None,
    }
}

/// The range at the start of a chain of methods.
fn range_inside(expr: &Expr) -> Option<&ExprRange> {
    match bare(expr) {
        Expr::Range(range) => Some(range),
        Expr::MethodCall(call) => range_inside(&call.receiver),
        _ => None,
    }
}
