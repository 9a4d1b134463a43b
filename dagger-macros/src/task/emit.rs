//! The descriptor of a task.

use super::attributes::Attributes;
use super::{anywhere, checkpoint, place, retry};
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{Attribute, FnArg, ItemFn, LitStr, ReturnType, Signature, Type};

/// How many shapes the descriptor lists.
const SHAPES: usize = 16;

/// The function and its descriptor.
pub(super) fn task(mut function: ItemFn, attributes: &Attributes) -> TokenStream {
    let descriptor = descriptor(&function, attributes);
    let assertions = attributes
        .anywhere
        .then(|| anywhere::assertions(&function.sig));
    let conditions = conditions(&function.attrs);
    if let Some(times) = &attributes.retry {
        let may_fail = may_fail(&function.sig.output);
        retry::wrap(&mut function, times, may_fail);
    }
    if attributes.checkpoint {
        let name = name(&function.sig, attributes);
        checkpoint::wrap(&mut function, &name);
    }
    if attributes.on.is_some() {
        place::wrap(&mut function);
    }
    let assertions = assertions.map(|assertions| quote!(#(#conditions)* #assertions));
    quote!(#function #descriptor #assertions)
}

/// The function and a descriptor that says as little as possible, for a task with errors: calls of it in `dag!` and `spawn!`
/// then give no errors of their own.
pub(super) fn stub(mut function: ItemFn) -> TokenStream {
    let descriptor = descriptor(&function, &Attributes::default());
    let signature = &mut function.sig;
    signature.asyncness = None;
    let is_method = signature
        .inputs
        .iter()
        .any(|parameter| matches!(parameter, FnArg::Receiver(_)));
    // Inside an `impl` no type can be declared.
    if is_method {
        quote!(#function)
    } else {
        quote!(#function #descriptor)
    }
}

fn descriptor(function: &ItemFn, attributes: &Attributes) -> TokenStream {
    let ItemFn {
        attrs, vis, sig, ..
    } = function;
    let conditions = conditions(attrs);
    let ident = &sig.ident;
    let name = name(sig, attributes);
    let line = u32::try_from(ident.span().start().line).unwrap_or(0);
    let priority = attributes.priority.iter();
    let retry = attributes.retry.iter();
    let cost = attributes.cost.iter();
    let occupancy = attributes.occupancy.iter();
    let (place, scope): (Vec<_>, Vec<_>) =
        attributes.on.iter().map(|on| (&on.text, &on.scope)).unzip();
    let (anywhere, checkpoint) = (attributes.anywhere, attributes.checkpoint);
    let fallible = may_fail(&sig.output);
    let outcome = if fallible {
        quote!(MayFail)
    } else {
        quote!(Returns)
    };
    let discarded = if returns_nothing(&sig.output) {
        quote!(())
    } else {
        quote!(::dagger::__private::TaskResult)
    };
    let shapes = shapes(sig);
    // At the task's name, where rustc then says so if a type of that name exists already.
    let descriptor = quote_spanned! {ident.span()=>
        #[doc(hidden)]
        #[allow(non_camel_case_types, dead_code, unreachable_pub, missing_debug_implementations)]
        #vis enum #ident {}
    };
    quote! {
        #(#conditions)*
        #descriptor

        #(#conditions)*
        #[allow(unused_parens, clippy::unnecessary_cast)]
        impl ::dagger::TaskInfo for #ident {
            type Mark = ::dagger::__private::Marked;
            const NAME: &'static str = #name;
            const FILE: &'static str = ::core::file!();
            const LINE: u32 = #line;
            #(const PRIORITY: i32 = #priority;)*
            #(const RETRY: u32 = #retry;)*
            const FALLIBLE: bool = #fallible;
            const ANYWHERE: bool = #anywhere;
            const CHECKPOINT: bool = #checkpoint;
            #(const OCCUPANCY: f64 = (#occupancy) as f64;)*
            #(const COST: ::core::option::Option<f64> = ::core::option::Option::Some((#cost) as f64);)*
            #(const PLACE: &'static str = #place;)*
            type Discarded = #discarded;
            type Shapes = (#(#shapes,)*);
            type Outcome = ::dagger::__private::#outcome;
            #(
                fn scope() -> ::core::option::Option<::dagger::Scope> {
                    ::core::option::Option::Some(#scope)
                }
            )*
        }
    }
}

/// What the task is called.
fn name(signature: &Signature, attributes: &Attributes) -> LitStr {
    let ident = &signature.ident;
    match &attributes.name {
        Some(name) => name.clone(),
        None => LitStr::new(&ident.unraw().to_string(), ident.span()),
    }
}

/// The attributes that say whether the task is there at all.
fn conditions(attributes: &[Attribute]) -> Vec<Attribute> {
    attributes
        .iter()
        .filter(|attr| attr.path().is_ident("cfg") || attr.path().is_ident("cfg_attr"))
        .cloned()
        .collect()
}

fn shapes(signature: &Signature) -> Vec<TokenStream> {
    let mut shapes: Vec<TokenStream> = signature
        .inputs
        .iter()
        .map(|parameter| match parameter {
            FnArg::Typed(typed) => shape(&typed.ty),
            FnArg::Receiver(_) => "ByValue",
        })
        .map(named)
        .collect();
    shapes.resize_with(SHAPES, || named("ByValue"));
    shapes
}

fn named(shape: &str) -> TokenStream {
    let shape = syn::Ident::new(shape, Span::call_site());
    quote!(::dagger::__private::#shape)
}

fn shape(ty: &Type) -> &'static str {
    match ty {
        Type::Reference(reference) if reference.mutability.is_some() => "ByMut",
        Type::Reference(_) => "ByRef",
        Type::Paren(paren) => shape(&paren.elem),
        Type::Group(group) => shape(&group.elem),
        _ => "ByValue",
    }
}

/// Whether the return type is written as a `Result`, under whatever path.
pub(super) fn may_fail(output: &ReturnType) -> bool {
    match output {
        ReturnType::Type(_, ty) => match &**ty {
            Type::Path(path) => path
                .path
                .segments
                .last()
                .is_some_and(|last| last.ident == "Result"),
            _ => false,
        },
        ReturnType::Default => false,
    }
}

fn returns_nothing(output: &ReturnType) -> bool {
    match output {
        ReturnType::Default => true,
        ReturnType::Type(_, ty) => {
            matches!(&**ty, Type::Tuple(tuple) if tuple.elems.is_empty())
                || ty.to_token_stream().to_string() == "!"
        }
    }
}
