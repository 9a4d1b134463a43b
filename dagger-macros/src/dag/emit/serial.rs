//! The serial form: the user's own statements, tokens unchanged, with a mark before each of where the program is.
//!
//! It is what rustc type-checks and borrow-checks, and what runs when a graph is too small for a second thread. Nested
//! calls stay nested: `sub((step, double(&a), step).1, ..)`, a tuple because a block would end temporaries too early.

use std::collections::HashMap;

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::visit_mut::{self, VisitMut};
use syn::{Block, Expr, ExprTry};

use super::apart::apart;
use super::ask;
use super::tables::{self, Label};
use super::{Context, arm, attempt, deserves_graph, local, notes};
use crate::dag::options::strip;
use crate::dag::region::{Form, Region, Step, Tail, Var, VarId};
use crate::dag::walk::{Action, Occurrence, Visitor, Walker};

/// What becomes of the blocks of an `if` or `match`.
#[derive(Clone, Copy)]
pub(super) enum Arms<'c> {
    /// They stay as they are.
    Plain,
    /// They stay as they are, and so does the loop around the statement.
    Turns,
    /// Those with something to run side by side become graphs of their own.
    Graphs(&'c Context),
}

/// All statements of the region, ending in `Ok(..)`.
pub(super) fn statements(region: &Region, arms: Arms<'_>, context: &Context) -> TokenStream {
    let mut out = TokenStream::new();
    for step in &region.prologue {
        let expr = expression(&step.expr, &HashMap::new(), arms);
        out.extend(statement(step, &expr));
    }
    let after = region.steps.len() as u32;
    let labels = tables::labels(region);
    let mut group = Group::new(&region.vars, arms, &labels, 0, after);
    if region.is_serial() {
        group = group.asked();
    }
    let mut tail = group.steps(&region.steps);
    out.extend(group.out);
    if let Tail::Expr { expr, .. } = &region.tail {
        if (after as usize) < region.nodes.len() && after > 0 {
            let at = local("__at");
            out.extend(quote!(#at.step(#after);));
        }
        let expr = expression(expr, &group.nested, arms);
        tail = quote!(#expr);
    }
    let done = context.done(&tail);
    quote!(#out #done)
}

/// Consecutive steps as statements, with the calls nested in them.
pub(super) struct Group<'r> {
    vars: &'r [Var],
    arms: Arms<'r>,
    labels: &'r [Label],
    /// The number of the first step's node.
    first: u32,
    /// The node that goes on behind the last step.
    after: u32,
    nested: HashMap<String, Expr>,
    /// Whether this is where it is asked if what is called are tasks.
    is_asked: bool,
    pub(super) out: TokenStream,
}

impl<'r> Group<'r> {
    pub(super) fn new(
        vars: &'r [Var],
        arms: Arms<'r>,
        labels: &'r [Label],
        first: u32,
        after: u32,
    ) -> Self {
        Group {
            vars,
            arms,
            labels,
            first,
            after,
            nested: HashMap::new(),
            is_asked: false,
            out: TokenStream::new(),
        }
    }

    /// Asks here whether what is called are tasks: there is no other form that would.
    pub(super) fn asked(mut self) -> Self {
        self.is_asked = true;
        self
    }

    /// Writes the steps; returns the value of the one that is the tail, `()` if none is.
    pub(super) fn steps(&mut self, steps: &[Step]) -> TokenStream {
        let mut tail = quote!(());
        for (index, step) in steps.iter().enumerate() {
            let number = self.first + index as u32;
            let mut expr = if self.is_asked {
                ask::always(self.labels, number, step)
            } else {
                step.expr.clone()
            };
            expr = expression(&expr, &self.nested, self.arms);
            if let Form::Temporary(var) = step.form {
                let parent = self.user_of(steps, index, var);
                // The result of a call that may be looked at through `&` must live as long as the statement.
                let (step, back) = (
                    tables::step(self.labels, number),
                    tables::step(self.labels, parent),
                );
                expr = syn::parse_quote_spanned!(Span::mixed_site()=> (#step, #expr, #back).1);
                self.nested.insert(self.vars[var].name.to_string(), expr);
                continue;
            }
            // A closure starts at node 0; a loop comes back to it.
            if number > 0 || matches!(self.arms, Arms::Turns) {
                let step = tables::step(self.labels, number);
                self.out.extend(quote!(#step;));
            } else {
                self.out.extend(tables::call(self.labels, number));
            }
            match step.form {
                Form::Tail(_) => {
                    let attrs = &step.attrs;
                    tail = if attrs.is_empty() {
                        quote!(#expr)
                    } else {
                        let value = local("__value");
                        quote!({ #(#attrs)* let #value = #expr; #value })
                    };
                }
                _ => self.out.extend(statement(step, &expr)),
            }
        }
        tail
    }

    /// An expression behind the steps, with its nested calls.
    pub(super) fn value(&self, expr: &Expr) -> Expr {
        expression(expr, &self.nested, self.arms)
    }

    /// The node that goes on when a nested call has returned: the one that uses its result.
    fn user_of(&self, steps: &[Step], index: usize, result: VarId) -> u32 {
        let next = steps[index + 1..]
            .iter()
            .position(|step| step.uses.contains_key(&result))
            .map(|offset| self.first + (index + 1 + offset) as u32);
        next.unwrap_or(self.after)
    }
}

fn statement(step: &Step, expr: &Expr) -> TokenStream {
    let attrs = &step.attrs;
    match &step.form {
        Form::Let(pat) => quote!(#(#attrs)* let #pat = #expr;),
        _ if step.discards => {
            let Some(path) = &step.callee else {
                return quote!(#(#attrs)* #expr;);
            };
            // At the user's token, so that rustc warns there of a result that nobody uses.
            let discarding = crate::descriptor::discarding(path);
            // The result may well be `()`.
            quote_spanned!(step.span=> #[allow(clippy::unit_arg)] #(#attrs)* (#discarding)(#expr);)
        }
        _ => quote!(#(#attrs)* #expr;),
    }
}

fn expression(expr: &Expr, nested: &HashMap<String, Expr>, arms: Arms<'_>) -> Expr {
    let mut expr = expr.clone();
    apart(&mut expr);
    Walker::new(&mut Natural { arms }).statement(&mut expr);
    if !nested.is_empty() {
        Unfold { nested }.visit_expr_mut(&mut expr);
    }
    strip(&mut expr);
    expr
}

/// Leaves variables as they are.
struct Natural<'c> {
    arms: Arms<'c>,
}

impl Visitor for Natural<'_> {
    fn occurrence(&mut self, _: &Occurrence<'_>) -> Action {
        Action::Keep
    }

    fn attempt(&mut self, expr: &mut ExprTry) -> Option<Expr> {
        Some(attempt(expr))
    }

    fn plain_arm(&mut self, block: &mut Block) {
        notes::in_block(block);
    }

    fn plain_value(&mut self, value: &mut Expr) {
        notes::in_value(value);
    }

    fn arm(&mut self, block: &mut Block) -> Option<Expr> {
        match self.arms {
            Arms::Graphs(context) if deserves_graph(block, &context.surroundings) => {
                Some(arm(std::mem::take(&mut block.stmts), &context.surroundings))
            }
            _ => None,
        }
    }
}

/// Puts nested calls back where they were written.
struct Unfold<'n> {
    nested: &'n HashMap<String, Expr>,
}

impl VisitMut for Unfold<'_> {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        if let Expr::Path(path) = expr
            && let Some(ident) = path.path.get_ident()
            && let Some(call) = self.nested.get(&ident.to_string())
        {
            *expr = call.clone();
            return;
        }
        visit_mut::visit_expr_mut(self, expr);
    }
}
