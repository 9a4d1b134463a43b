//! A place, as in `on(worker = 1)`: an expression of type `::dagger::Scope`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::spanned::Spanned;
use syn::{Error, Expr, Token};

const PLACES: &[&str] = &["worker", "workers", "thread", "threads", "gpu", "local"];

/// The scope that the tokens in the parentheses name: a place by keyword, or any expression of type `Scope`.
pub(crate) fn parse(tokens: &TokenStream, at: Span) -> syn::Result<TokenStream> {
    if tokens.is_empty() {
        return Err(Error::new(
            at,
            "`on` needs a place: `worker = 1`, `workers = [1, 2]`, `thread = 0`, `threads = [0, 1]`, `gpu`, `gpu = 0`, `local`, or a `Scope`",
        ));
    }
    if let Ok(scope) = by_name.parse2(tokens.clone()) {
        return scope;
    }
    let scope: Expr = syn::parse2(tokens.clone())?;
    let span = scope.span();
    Ok(quote_spanned!(span=> { let __scope: ::dagger::Scope = #scope; __scope }))
}

/// `name` or `name = value`, with the error there is in it. Fails where the tokens have another form.
fn by_name(input: ParseStream<'_>) -> syn::Result<syn::Result<TokenStream>> {
    let name: Ident = input.call(Ident::parse_any)?;
    let value = if input.peek(Token![=]) && !input.peek(Token![==]) {
        input.parse::<Token![=]>()?;
        Some(input.parse::<Expr>()?)
    } else {
        None
    };
    if !input.is_empty() {
        return Err(input.error("another form"));
    }
    let span = name.span();
    let word = name.to_string();
    Ok(match (&*word, value) {
        ("worker" | "workers" | "thread" | "threads" | "gpu", Some(value)) => {
            Ok(quote_spanned!(span=> ::dagger::Scope::#name(#value)))
        }
        ("gpu", None) => Ok(quote_spanned!(span=> ::dagger::Scope::any_gpu())),
        ("local", None) => Ok(quote_spanned!(span=> ::dagger::Scope::local())),
        ("local", Some(value)) => Err(Error::new_spanned(
            value,
            "`local` takes no value: write `on(local)`",
        )),
        (word, None) if PLACES.contains(&word) => Err(Error::new(
            span,
            format!(
                "`{word}` needs a number, as in `on({word} = {})`",
                if word.ends_with('s') { "[0, 1]" } else { "1" }
            ),
        )),
        (_, None) => Ok(quote_spanned!(span=> { let __scope: ::dagger::Scope = #name; __scope })),
        (_, Some(_)) => Err(crate::settings::unknown(&name, PLACES)),
    })
}
