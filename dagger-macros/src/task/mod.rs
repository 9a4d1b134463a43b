//! `#[task]`: leaves the function alone and adds its descriptor, an empty type of the same name.
//!
//! `attributes` reads the settings, `check` rejects what cannot be a task, `emit` writes the descriptor, `retry`, `checkpoint` and `place` the
//! bodies of tasks that are retried, keep their result or have a place.

mod anywhere;
mod attributes;
mod check;
mod checkpoint;
mod emit;
mod place;
mod retry;

use crate::settings;
use attributes::Attributes;
use proc_macro2::TokenStream;
use quote::quote;
use syn::{ItemFn, TraitItemFn};

/// Expands `#[task(attribute)] item`.
pub(crate) fn expand(attribute: TokenStream, item: TokenStream) -> TokenStream {
    let function: ItemFn = match syn::parse2(item.clone()) {
        Ok(function) => function,
        Err(error) => {
            let text = "`#[task]` belongs on a function with a body";
            let error = match syn::parse2::<TraitItemFn>(item.clone()) {
                Ok(function) => syn::Error::new(function.sig.ident.span(), text),
                Err(_) if looks_like_a_function(&item) => error,
                Err(_) => syn::Error::new(error.span(), text),
            };
            let error = error.to_compile_error();
            return quote!(#error #item);
        }
    };
    let mut errors = Vec::new();
    let attributes = Attributes::parse(attribute, &mut errors);
    check::signature(&function.sig, &mut errors);
    if attributes.anywhere {
        anywhere::check(&function.sig, &mut errors);
    }
    if attributes.checkpoint {
        checkpoint::check(&function.sig, &mut errors);
    }
    match settings::combined(errors) {
        None => emit::task(function, &attributes),
        Some(error) => {
            let error = error.to_compile_error();
            let stub = emit::stub(function);
            quote!(#error #stub)
        }
    }
}

fn looks_like_a_function(item: &TokenStream) -> bool {
    item.clone()
        .into_iter()
        .any(|token| matches!(&token, proc_macro2::TokenTree::Ident(word) if word == "fn"))
}
