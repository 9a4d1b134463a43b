//! `#[kernel]`: leaves the function alone and adds its descriptor, an empty type of the same name, which holds the body as data.
//!
//! `attributes` reads the settings, `check` rejects signatures, `lower` turns the body into the tree of `dagger_ir::kernel` and rejects
//! what no device can do, `emit` writes the descriptor. What is wrong is said in `diagnostics`.
//!
//! A kernel with errors keeps its signature but loses its body, so that rustc does not report the same mistakes again.

mod attributes;
mod check;
mod diagnostics;
mod emit;
mod lower;
#[cfg(test)]
mod tests;

use crate::settings;
use attributes::Attributes;
use proc_macro2::TokenStream;
use quote::quote;
use syn::{ItemFn, TraitItemFn};

/// Expands `#[kernel(attribute)] item`.
pub(crate) fn expand(attribute: TokenStream, item: TokenStream) -> TokenStream {
    let function: ItemFn = match syn::parse2(item.clone()) {
        Ok(function) => function,
        Err(error) => {
            let text = "`#[kernel]` belongs on a function with a body";
            let is_function = item
                .clone()
                .into_iter()
                .any(|token| matches!(&token, proc_macro2::TokenTree::Ident(word) if word == "fn"));
            let error = match syn::parse2::<TraitItemFn>(item.clone()) {
                Ok(function) => syn::Error::new(function.sig.ident.span(), text),
                Err(_) if is_function => error,
                Err(_) => syn::Error::new(error.span(), text),
            };
            let error = error.to_compile_error();
            return quote!(#error #item);
        }
    };
    let mut errors = Vec::new();
    let attributes = Attributes::parse(attribute, &mut errors);
    let parameters = check::signature(&function, &attributes, &mut errors);
    // The body of what is no kernel at all would only add to its errors.
    if let Some(error) = settings::combined(std::mem::take(&mut errors)) {
        return stub(function, &error);
    }
    let lowered = lower::function(&function, &parameters, &attributes, &mut errors);
    match settings::combined(errors) {
        None => emit::kernel(function, &parameters, &attributes, &lowered),
        Some(error) => stub(function, &error),
    }
}

fn stub(function: ItemFn, error: &syn::Error) -> TokenStream {
    let error = error.to_compile_error();
    let stub = emit::stub(function);
    quote!(#error #stub)
}
