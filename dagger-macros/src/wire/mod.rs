//! `#[derive(Wire)]`: how a struct or an enum crosses from one rank to another.
//!
//! `check` rejects what means nothing elsewhere, `emit` writes the implementation. Deliberately without attributes: a value crosses whole, and
//! one that must not is written by hand.

mod check;
mod emit;
#[cfg(test)]
mod tests;

use crate::settings;
use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

/// Expands `#[derive(Wire)]` on an item.
pub(crate) fn expand(item: TokenStream) -> TokenStream {
    let input: DeriveInput = match syn::parse2(item) {
        Ok(input) => input,
        Err(error) => return error.to_compile_error(),
    };
    let mut errors = Vec::new();
    check::item(&input, &mut errors);
    match settings::combined(errors) {
        None => emit::implementation(&input),
        Some(error) => {
            let error = error.to_compile_error();
            let stub = emit::stub(&input);
            quote!(#error #stub)
        }
    }
}
