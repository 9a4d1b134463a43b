//! The serial form: the user's own statements, tokens unchanged, with a mark before each of where the program is.
//!
//! It is what rustc type-checks and borrow-checks, and what runs when a graph is too small for a second thread. Nested
//! calls stay nested: `sub((step, double(&a), step).1, ..)`, a tuple because a block would end temporaries too early.

use std::collections::HashMap;

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::visit_mut::{self, VisitMut};
use syn::{Block, Expr, ExprTry};

use super::{Context, arm, attempt, deserves_graph, local};
use crate::dag::region::{Form, Region, Step, Tail};
use crate::dag::walk::{Action, Occurrence, Visitor, Walker};

/// What becomes of the blocks of an `if` or `match`.
#[derive(Clone, Copy)]
pub(super) enum Arms<'c> {
    /// They stay as they are.
    Plain,
    /// Those with something to run side by side become graphs of their own.
    Graphs(&'c Context),
}

/// All statements of the region, ending in `Ok(..)`.
pub(super) fn statements(region: &Region, arms: Arms<'_>) -> TokenStream {
    let at = local("__at");
    let mut out = TokenStream::new();
    let mut nested: HashMap<String, Expr> = HashMap::new();
    for step in &region.prologue {
        let expr = expression(&step.expr, &nested, arms);
        out.extend(statement(step, &expr));
    }
    let mut tail = quote!(());
    for (index, step) in region.steps.iter().enumerate() {
        let number = index as u32;
        let mut expr = expression(&step.expr, &nested, arms);
        if let Form::Temporary(var) = step.form {
            let parent = parent_of(region, index);
            // The result of a call that may be looked at through `&` must live as long as the statement.
            expr = syn::parse_quote_spanned!(Span::mixed_site()=>
                (#at.step(#number), #expr, #at.step(#parent)).1);
            nested.insert(region.vars[var].name.to_string(), expr);
            continue;
        }
        // A closure starts at node 0.
        if index > 0 {
            out.extend(quote!(#at.step(#number);));
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
            _ => out.extend(statement(step, &expr)),
        }
    }
    if let Tail::Expr { expr, .. } = &region.tail {
        let number = region.steps.len() as u32;
        if (number as usize) < region.nodes.len() && number > 0 {
            out.extend(quote!(#at.step(#number);));
        }
        let expr = expression(expr, &nested, arms);
        tail = quote!(#expr);
    }
    quote!(#out ::core::result::Result::Ok(#tail))
}

/// The node that goes on when a nested call has returned.
fn parent_of(region: &Region, index: usize) -> u32 {
    let next = region.steps[index + 1..]
        .iter()
        .position(|step| !matches!(step.form, Form::Temporary(_)))
        .map_or(region.steps.len(), |offset| index + 1 + offset);
    next as u32
}

fn statement(step: &Step, expr: &Expr) -> TokenStream {
    let attrs = &step.attrs;
    match &step.form {
        Form::Let(pat) => quote!(#(#attrs)* let #pat = #expr;),
        _ if step.discards => {
            let Some(path) = &step.callee else {
                return quote!(#(#attrs)* #expr;);
            };
            let mut path = path.clone();
            if let Some(last) = path.segments.last_mut() {
                last.arguments = syn::PathArguments::None;
            }
            // At the user's token, so that rustc warns there of a result that nobody uses.
            quote_spanned! {step.span=>
                #(#attrs)*
                ::dagger::__private::discard::<<#path as ::dagger::TaskInfo>::Discarded, _>(#expr);
            }
        }
        _ => quote!(#(#attrs)* #expr;),
    }
}

fn expression(expr: &Expr, nested: &HashMap<String, Expr>, arms: Arms<'_>) -> Expr {
    let mut expr = expr.clone();
    Walker::new(&mut Natural { arms }).statement(&mut expr);
    if !nested.is_empty() {
        Unfold { nested }.visit_expr_mut(&mut expr);
    }
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
