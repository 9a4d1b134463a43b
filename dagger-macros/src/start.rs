//! `#[dagger::main]`: runs `main` on a runtime.

use crate::settings;
use proc_macro2::TokenStream;
use quote::quote;
use syn::{Error, ItemFn, Lit};

const KNOWN: &[&str] = &["threads", "workers", "stack_size", "affinity"];

/// Expands `#[main(attribute)] item`.
pub(crate) fn expand(attribute: TokenStream, item: TokenStream) -> TokenStream {
    let function: ItemFn = match syn::parse2(item.clone()) {
        Ok(function) => function,
        Err(error) => {
            let is_function = item
                .clone()
                .into_iter()
                .any(|token| token.to_string() == "fn");
            let error = if is_function {
                error
            } else {
                Error::new(error.span(), "`#[dagger::main]` belongs on `fn main`")
            };
            let error = error.to_compile_error();
            return quote!(#error #item);
        }
    };
    let mut errors = Vec::new();
    let builder = builder(attribute, &mut errors);
    check(&function, &mut errors);
    match settings::combined(errors) {
        None => emit(&function, &builder),
        Some(error) => {
            let error = error.to_compile_error();
            // An empty `main` in its place, so that a missing one is no second error.
            let name = &function.sig.ident;
            quote!(#error #[allow(dead_code)] fn #name() {})
        }
    }
}

fn builder(attribute: TokenStream, errors: &mut Vec<Error>) -> TokenStream {
    let mut calls = TokenStream::new();
    for setting in settings::parse(attribute, KNOWN, errors) {
        let name = &setting.name;
        let value = if name == "affinity" {
            setting.expression(
                |lit| matches!(lit, Lit::Bool(_)),
                "`true` or `false`, as in `affinity = true`",
            )
        } else {
            let wanted = format!(
                "a number, as in `{name} = {}`",
                if name == "stack_size" { "1 << 26" } else { "2" }
            );
            setting.expression(|lit| matches!(lit, Lit::Int(_)), &wanted)
        };
        match value {
            Ok(value) => calls.extend(quote!(.#name(#value))),
            Err(error) => errors.push(error),
        }
    }
    quote!(::dagger::Runtime::builder() #calls)
}

fn check(function: &ItemFn, errors: &mut Vec<Error>) {
    let signature = &function.sig;
    if signature.ident != "main" {
        errors.push(Error::new_spanned(
            &signature.ident,
            "`#[dagger::main]` belongs on `main`; elsewhere, use `Runtime::builder().build()?.enter(|| ..)`",
        ));
    }
    if let Some(word) = &signature.asyncness {
        errors.push(Error::new_spanned(word, "`main` runs on a thread of the runtime and is not `async`: remove `async`, and wait for tasks with `fetch()`"));
    }
    if let Some(argument) = signature.inputs.first() {
        errors.push(Error::new_spanned(
            argument,
            "`main` takes no arguments: read them from `std::env::args()`",
        ));
    }
    if let Some(parameter) = signature.generics.params.first() {
        errors.push(Error::new_spanned(parameter, "`main` cannot be generic"));
    }
}

fn emit(function: &ItemFn, builder: &TokenStream) -> TokenStream {
    let ItemFn {
        attrs,
        vis,
        sig,
        block,
        ..
    } = function;
    let (name, output) = (&sig.ident, &sig.output);
    quote! {
        #(#attrs)*
        #vis fn #name() -> ::std::process::ExitCode {
            fn __main() #output #block
            ::dagger::__private::start(#builder, __main)
        }
    }
}
