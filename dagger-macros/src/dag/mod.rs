//! `dag!`: ordinary Rust statements as a task graph.
//!
//! | module | does |
//! |---|---|
//! | `parse` | tells the two forms apart, keeps the tokens |
//! | `check` | rejects; collects all errors |
//! | `early` | what is used above its definition |
//! | `options` | attributes on statements |
//! | `lower` | statements → steps and variables (`region`), with `hoist` and `prologue` |
//! | `syntax` | what an expression looks like |
//! | `walk` | finds and rewrites uses of variables, with `names`, `macros` and `methods` |
//! | `access` | uses → conflicts → order, by `dagger-ir` |
//! | `emit` | tokens of the serial and the parallel form |
//! | `diagnostics` | the wording of every error |
//!
//! It has no types: what needs them is left to rustc, which sees the user's own code in the serial form.

mod access;
mod check;
mod counters;
mod diagnostics;
mod early;
mod emit;
mod hoist;
mod jumps;
mod lower;
mod macros;
mod methods;
mod names;
mod occurrence;
mod options;
mod parse;
mod place;
mod prologue;
mod record;
mod region;
mod side_by_side;
mod syntax;
#[cfg(test)]
mod tests;
mod unfold;
mod walk;

use proc_macro2::TokenStream;
use quote::quote;
use syn::Stmt;

pub(crate) use methods::{measures, only_looks, takes};
pub(crate) use walk::{Action, CALLEE, How, Occurrence, Visitor, Walker};

use emit::Context;
use parse::Input;

/// Expands the tokens between the braces of `dag!`.
pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let start = input.clone().into_iter().next();
    let line = start.map_or(0, |token| token.span().start().line);
    let is_item_form = parse::is_item_form(input.clone());
    let (tokens, name) = match syn::parse2(input) {
        Ok(Input::Block(stmts)) => (block(stmts), None),
        Ok(Input::Items(items)) => {
            let name = items.first().map(|item| item.sig.ident.to_string());
            let items = items.into_iter().map(emit::item::item);
            (quote!(#(#items)*), name)
        }
        Err(error) if is_item_form => (error.to_compile_error(), None),
        Err(error) => (diagnostics::in_place_of_expression(&error), None),
    };
    record::expansion(&tokens, line, name.as_deref());
    tokens
}

fn block(stmts: Vec<Stmt>) -> TokenStream {
    match diagnostics::combined(check::statements(&stmts)) {
        Some(error) => diagnostics::in_place_of_expression(&error),
        None => emit::block(stmts, &Context::default()),
    }
}

/// Whether the expression is a variable or a projection of one.
pub(crate) fn is_place(expr: &syn::Expr) -> bool {
    place::root_of(expr).is_some()
}

/// The path of the task that a call calls, for `spawn!`; `None` for constructors and functions of a type.
pub(crate) fn task_of(call: &syn::ExprCall) -> Option<&syn::Path> {
    names::task_of(call, &|_| false)
}
