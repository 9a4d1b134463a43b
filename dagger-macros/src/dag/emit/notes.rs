//! Which task is about to be called, noted in the arms of branches that are no graphs of their own: there the call is no node, of which the
//! [table](super::tables) would know the task.
//!
//! A task with a place of its own goes there where it is noted, and nowhere else. For all others the note is nothing at all. Whatever stands in a
//! block or closure of its own is left alone: those are direct calls.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::visit_mut::{self, VisitMut};
use syn::{Arm, Block, Expr, ExprCall, ExprClosure, ExprIf, ExprMatch, Item, Path, Stmt};

use super::local;
use crate::dag::names::task_of;
use crate::dag::region::Step;
use crate::descriptor;

/// Whether the calls in the arms of a statement are noted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Calls {
    Noted,
    /// The statement says where it runs, which is stronger than what its tasks say.
    Silent,
}

impl Calls {
    pub(super) fn of(step: &Step) -> Self {
        match step.options.on {
            None => Calls::Noted,
            Some(_) => Calls::Silent,
        }
    }
}

/// Notes the calls among the statements of an arm.
pub(super) fn in_block(block: &mut Block) {
    let mut notes = Notes::default();
    for stmt in &mut block.stmts {
        notes.visit_stmt_mut(stmt);
    }
    let imports = notes.imports.into_iter();
    block
        .stmts
        .splice(0..0, imports.map(Stmt::Item))
        .for_each(drop);
}

/// The same for an arm that is an expression.
pub(super) fn in_value(expr: &mut Expr) {
    let mut notes = Notes::default();
    let mut noted = expr.clone();
    notes.visit_expr_mut(&mut noted);
    if notes.imports.is_empty() {
        *expr = noted;
    }
}

#[derive(Default)]
struct Notes {
    /// Of functions whose path has several parts.
    imports: Vec<Item>,
    /// The task to whose arguments the expression belongs: it is noted again when the call inside has returned.
    around: Option<Path>,
}

impl Notes {
    fn call(&mut self, call: &mut ExprCall) -> Option<Expr> {
        let Some(path) = task_of(call, &|_| false).cloned() else {
            visit_mut::visit_expr_call_mut(self, call);
            return None;
        };
        let around = self.around.replace(path.clone());
        for argument in &mut call.args {
            self.visit_expr_mut(argument);
        }
        self.around = around;
        let import = descriptor::import(&path);
        if !import.is_empty() {
            self.imports.push(syn::parse_quote!(#import));
            descriptor::call_by_alias(call);
        }
        let (before, after) = (note(&path), self.around.as_ref().map(note));
        let after = after.into_iter();
        let span = path
            .segments
            .last()
            .map_or_else(Span::call_site, |last| last.ident.span());
        let span = Span::mixed_site().located_at(span);
        // A tuple, because a block would end temporaries too early.
        Some(syn::parse_quote_spanned!(span=> (#before, #call, #(#after)*).1))
    }
}

impl VisitMut for Notes {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        match expr {
            Expr::Call(call) => {
                if let Some(noted) = self.call(call) {
                    *expr = noted;
                }
            }
            Expr::Block(_) | Expr::Unsafe(_) | Expr::Async(_) | Expr::Const(_) => {}
            _ => visit_mut::visit_expr_mut(self, expr),
        }
    }

    // Their arms are looked at by themselves.
    fn visit_expr_if_mut(&mut self, branch: &mut ExprIf) {
        self.visit_expr_mut(&mut branch.cond);
    }

    fn visit_expr_match_mut(&mut self, choice: &mut ExprMatch) {
        self.visit_expr_mut(&mut choice.expr);
    }

    fn visit_arm_mut(&mut self, _: &mut Arm) {}

    fn visit_expr_closure_mut(&mut self, _: &mut ExprClosure) {}

    fn visit_item_mut(&mut self, _: &mut Item) {}
}

fn note(path: &Path) -> TokenStream {
    let at = local("__at");
    let noted = descriptor::with(
        path,
        |task| quote_spanned!(task.span()=> ::dagger::__private::At::about::<#task>),
    );
    quote!((#noted)(&#at))
}
