//! Whether what is called is a task: asked once for each function, of the result of the first call, so that rustc says nothing of a
//! function that there is not.
//!
//! Where a statement gives the result a name, the question is one more statement behind it; else the call is wrapped.

use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::{Expr, Path};

use super::local;
use super::tables::{Label, introduced};
use crate::dag::names::bound_names;
use crate::dag::region::{Form, Step};
use crate::dag::syntax::outermost_call;
use crate::descriptor;

/// The question behind a node's statement, which names its result; nothing where that has no name.
pub(super) fn behind(labels: &[Label], number: u32, step: &Step) -> Option<TokenStream> {
    let path = introduced(labels, number)?;
    let name = bound_names(named(step)?).into_iter().next()?;
    Some(question(path, step, &name))
}

/// The same for a result that the expansion names.
pub(super) fn of_result(
    labels: &[Label],
    number: u32,
    step: &Step,
    name: &syn::Ident,
) -> Option<TokenStream> {
    introduced(labels, number).map(|path| question(path, step, name))
}

/// The node's expression, in which the call answers for itself if nothing [behind] it can.
pub(super) fn inside(labels: &[Label], number: u32, step: &Step) -> Expr {
    let is_named = match step.form {
        Form::Let(_) => behind(labels, number, step).is_some(),
        Form::Temporary(_) | Form::Tail(_) => true,
        Form::Statement => step.discards,
    };
    if is_named {
        return step.expr.clone();
    }
    always(labels, number, step)
}

/// The same whatever the statement names. A call whose result is dropped is asked where it is dropped.
pub(super) fn always(labels: &[Label], number: u32, step: &Step) -> Expr {
    let mut expr = step.expr.clone();
    if !step.discards
        && let Some(path) = introduced(labels, number)
        && let Some(call) = outermost_call(&mut expr)
    {
        let (value, asked) = (local("__made"), call.clone());
        let question = question(path, step, &value);
        *call =
            syn::parse_quote_spanned!(step.span=> match #asked { #value => { #question #value } });
    }
    expr
}

fn named(step: &Step) -> Option<&syn::Pat> {
    match &step.form {
        Form::Let(pat) => Some(pat),
        _ => None,
    }
}

fn question(path: &Path, step: &Step, name: &syn::Ident) -> TokenStream {
    let made = descriptor::of_result(path, "made");
    quote_spanned!(step.span=> (#made)(&#name);)
}
