//! The item form: a type that carries `run` and `graph`.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{FnArg, ItemFn, Lifetime, Pat, ReturnType, Type};

use super::prepare::prepare;
use super::{Context, mentions_impl, parts};
use crate::dag::diagnostics as say;
use crate::dag::lower::Surroundings;
use crate::dag::region::Known;
use crate::dag::{check, names};

/// One function of the item form.
pub(crate) fn item(item: ItemFn) -> TokenStream {
    let mut errors = signature(&item);
    errors.extend(check::statements(&item.block.stmts));
    let error = say::combined(errors);
    let (name, vis, attrs) = (&item.sig.ident, &item.vis, &item.attrs);
    let (docs, others): (Vec<_>, Vec<_>) = attrs
        .iter()
        .partition(|attr| attr.path().is_ident("doc") || attr.path().is_ident("deprecated"));
    let (generics, _, clause) = item.sig.generics.split_for_impl();
    let output = match &item.sig.output {
        ReturnType::Default => quote!(()),
        ReturnType::Type(_, ty) => quote!(#ty),
    };
    let inputs = &item.sig.inputs;
    // At the end of the user's signature, where rustc proposes to put a `where`.
    let end = quote!(#output).into_iter().last();
    let end = match &item.sig.output {
        ReturnType::Type(..) => end.map_or_else(Span::call_site, |token| token.span()),
        ReturnType::Default => item.sig.paren_token.span.close(),
    };
    let result = quote_spanned!(end=> ::dagger::Result<#output>);
    if let Some(error) = error {
        // Everything that callers may name is there, so that they have nothing to complain about.
        let stub = error.to_compile_error();
        let inputs = inputs
            .iter()
            .filter(|input| matches!(input, FnArg::Typed(_)));
        return quote! {
            #stub
            #[allow(non_camel_case_types, dead_code)]
            #vis enum #name {}
            #[allow(warnings)]
            impl #name {
                #vis fn run #generics (#(#inputs),*) -> ::dagger::Result<#output> #clause { ::core::unreachable!() }
                #vis fn graph() -> &'static ::dagger::Graph { ::core::unreachable!() }
            }
        };
    }
    let context = Context {
        name: name.to_string(),
        output: Some(output.clone()),
        surroundings: Surroundings {
            known: known(&item),
            ..Surroundings::default()
        },
        is_arm: false,
    };
    let (tables, body) = parts(item.block.stmts.clone(), &context);
    let prepare = prepare(&item, &context);
    let called = called(&item, &output);
    quote_spanned! {name.span()=>
        #(#docs)*
        #(#others)*
        #[allow(non_camel_case_types)]
        #[derive(Debug)]
        #vis enum #name {}

        #called

        const _: () = {
            #tables
            #[allow(dead_code)]
            impl #name {
                /// Runs the graph and returns its result.
                ///
                /// # Errors
                /// That of the first task, in program order, that failed or panicked.
                #vis fn run #generics (#inputs) -> #result #clause {
                    #body
                }

                /// The graph as data: nodes, edges, levels, pictures.
                #vis fn graph() -> &'static ::dagger::Graph {
                    &__DAGGER_GRAPH
                }

                #prepare
            }
        };
    }
}

/// A function of the graph's name that nobody can call: where somebody does, rustc says that `run` is meant.
///
/// Its bound never holds. It has a lifetime in it, so that rustc looks at it where the function is called, and not here. The graph is
/// described like a task, so that where it is called inside another graph, this is the one error too.
fn called(item: &ItemFn, output: &TokenStream) -> TokenStream {
    let mut sig = item.sig.clone();
    let name = sig.ident.clone();
    let lifetime = Lifetime::new("'__dagger", Span::call_site());
    sig.generics.params.insert(0, syn::parse_quote!(#lifetime));
    let clause = sig.generics.make_where_clause();
    clause
        .predicates
        .push(syn::parse_quote!(&#lifetime (): ::dagger::__private::Called<#name>));
    sig.output = if mentions_impl(output.clone()) {
        syn::parse_quote!(-> ::dagger::Result<()>)
    } else {
        syn::parse_quote!(-> ::dagger::Result<#output>)
    };
    let (conditions, vis) = (&item.attrs, &item.vis);
    let conditions = conditions
        .iter()
        .filter(|attr| attr.path().is_ident("cfg") || attr.path().is_ident("cfg_attr"));
    let described = conditions.clone();
    quote_spanned! {name.span()=>
        #(#conditions)*
        #[doc(hidden)]
        #[allow(warnings, clippy::all, clippy::pedantic)]
        #vis #sig { ::core::unreachable!() }

        #(#described)*
        impl ::dagger::TaskInfo for #name {
            type Mark = ::dagger::__private::Marked;
            const NAME: &'static str = ::core::stringify!(#name);
            const FILE: &'static str = ::core::file!();
            const LINE: u32 = ::core::line!();
            type Discarded = ();
            type Shapes = ();
            type Outcome = ::dagger::__private::Returns;
        }
    }
}

/// What is wrong with the signature.
fn signature(item: &ItemFn) -> Vec<syn::Error> {
    let sig = &item.sig;
    let mut errors = Vec::new();
    if let Some(token) = &sig.asyncness {
        errors.push(say::no_async(token, "async"));
    }
    if let Some(token) = &sig.constness {
        errors.push(say::signature(
            token,
            "a graph cannot be `const`: it runs on threads; leave it out",
        ));
    }
    if let syn::Safety::Unsafe(token) = &sig.safety {
        errors.push(say::signature(
            token,
            "a graph cannot be `unsafe`: put the unsafe code into a task",
        ));
    }
    if let Some(abi) = &sig.abi {
        errors.push(say::signature(
            abi,
            "a graph cannot have a foreign ABI: wrap `run` in a function that has",
        ));
    }
    if let Some(variadic) = &sig.variadic {
        errors.push(say::signature(
            variadic,
            "a graph cannot be variadic: take a slice",
        ));
    }
    for input in &sig.inputs {
        match input {
            FnArg::Receiver(receiver) => errors.push(say::signature(
                receiver,
                "a graph has no `self`: take the value as a named parameter",
            )),
            FnArg::Typed(typed) => {
                if !matches!(&*typed.pat, Pat::Ident(ident) if ident.by_ref.is_none() && ident.subpat.is_none())
                {
                    errors.push(say::signature(
                        &typed.pat,
                        "a parameter of a graph is a plain name: take it apart with `let` in the body",
                    ));
                }
                if let Type::Infer(_) = &*typed.ty {
                    errors.push(say::signature(
                        &typed.ty,
                        "a parameter of a graph needs its type",
                    ));
                }
            }
        }
    }
    errors
}

/// The parameters, and whether they are references.
fn known(item: &ItemFn) -> std::collections::HashMap<String, (Known, bool)> {
    let typed = item.sig.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(typed) => Some(typed),
        FnArg::Receiver(_) => None,
    });
    typed
        .flat_map(|typed| {
            let known = match &*typed.ty {
                Type::Reference(reference) if reference.mutability.is_some() => Known::Unique,
                Type::Reference(_) => Known::Shared,
                _ => Known::Nothing,
            };
            names::bindings(&typed.pat)
                .into_iter()
                .map(move |binding| {
                    (
                        binding.ident.to_string(),
                        (known, binding.mutability.is_some()),
                    )
                })
                .collect::<Vec<_>>()
        })
        .collect()
}
