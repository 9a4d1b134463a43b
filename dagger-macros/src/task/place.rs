//! The body of a task with `on(..)`.
//!
//! Whether a task has a place is not known to the `dag!` that calls it, so the body itself asks whether it is called as a node,
//! and has itself run in its place then. A direct call runs where it is called. `spawn!` knows the place from the
//! descriptor, and never sends the body on.

use proc_macro2::Span;
use quote::quote_spanned;
use syn::ItemFn;

use super::retry::annotation;

/// Puts the function's body into a closure that can go to another thread.
pub(super) fn wrap(function: &mut ItemFn) {
    let name = &function.sig.ident;
    let annotation = annotation(&function.sig.output);
    let body = &function.block;
    // At the task's name, where rustc says so if an argument cannot go.
    let span = Span::mixed_site().located_at(name.span());
    let wrapped = quote_spanned!(span=> {
        ::dagger::__private::placed::<#name, _>(
            ::dagger::__private::Sent::sent(move || #annotation #body))
    });
    *function.block = syn::parse_quote!(#wrapped);
}
