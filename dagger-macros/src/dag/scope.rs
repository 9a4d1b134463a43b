//! `#[on(..)]` as an expression of type `::dagger::Scope`.

use proc_macro2::{Ident, TokenStream};
use quote::quote_spanned;
use syn::parse::{ParseStream, Parser};
use syn::{Expr, Token};

/// The scope that the tokens inside `#[on(..)]` name, or the error to show there.
pub(crate) fn of(tokens: &TokenStream) -> TokenStream {
    match parse.parse2(tokens.clone()) {
        Ok(scope) => scope,
        Err(error) => error.to_compile_error(),
    }
}

/// Whether the tokens name a scope.
pub(crate) fn is_scope(tokens: &TokenStream) -> bool {
    parse.parse2(tokens.clone()).is_ok()
}

fn parse(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    let name: Ident = input.parse()?;
    let span = name.span();
    let value = if input.peek(Token![=]) {
        input.parse::<Token![=]>()?;
        Some(input.parse::<Expr>()?)
    } else {
        None
    };
    let word = name.to_string();
    let scope = match (&*word, value) {
        ("worker" | "workers" | "thread" | "threads" | "gpu", Some(value)) => {
            quote_spanned!(span=> ::dagger::Scope::#name(#value))
        }
        ("gpu", None) => quote_spanned!(span=> ::dagger::Scope::any_gpu()),
        ("local", None) => quote_spanned!(span=> ::dagger::Scope::local()),
        _ => return Err(syn::Error::new(span, "no such place")),
    };
    if input.is_empty() {
        Ok(scope)
    } else {
        Err(input.error("one place is enough"))
    }
}
