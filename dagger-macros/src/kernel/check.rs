//! What cannot be a kernel, by its signature, and what to do instead.

use super::attributes::Attributes;
use proc_macro2::Span;
use quote::ToTokens;
use syn::{
    Error, FnArg, GenericArgument, GenericParam, Ident, ItemFn, Lit, Pat, PathArguments,
    ReturnType, Safety, Type,
};

/// A parameter of a kernel.
pub(super) struct Parameter {
    pub(super) name: Ident,
    pub(super) ty: Type,
    pub(super) uniform: bool,
    /// The element's type and the number of dimensions, if it is a neighbourhood.
    pub(super) neighbours: Option<(Type, usize)>,
}

/// The parameters. What in the signature a kernel cannot have is added to the errors.
pub(super) fn signature(
    function: &ItemFn,
    attributes: &Attributes,
    errors: &mut Vec<Error>,
) -> Vec<Parameter> {
    let signature = &function.sig;
    let mut reject = |at: &dyn ToTokens, text: &str| {
        errors.push(Error::new_spanned(at.to_token_stream(), text));
    };
    if let Some(word) = &signature.asyncness {
        reject(
            word,
            "a kernel cannot be `async`: it only computes, so there is nothing to wait for",
        );
    }
    if let Safety::Unsafe(word) = &signature.safety {
        reject(
            word,
            "a kernel cannot be `unsafe`: array operations call it",
        );
    }
    if let Some(abi) = &signature.abi {
        reject(abi, "a kernel cannot be `extern`: remove it");
    }
    if let Some(variadic) = &signature.variadic {
        reject(
            variadic,
            "a kernel cannot take a variable number of arguments: take an array",
        );
    }
    for parameter in &signature.generics.params {
        match parameter {
            GenericParam::Type(_) => {}
            GenericParam::Lifetime(lifetime) => reject(
                lifetime,
                "a kernel has no lifetimes, it works on values: remove it, and write `Neighbours<'_, ..>` where there are neighbours",
            ),
            GenericParam::Const(value) => reject(
                value,
                "a kernel is generic over types only: write the number, or a `const`",
            ),
        }
    }
    if matches!(signature.output, ReturnType::Default) {
        reject(
            &signature.ident,
            "a kernel gives a value, an element of an array: write its type after `->`",
        );
    }
    let mut parameters = Vec::new();
    for parameter in &signature.inputs {
        match parameter {
            FnArg::Receiver(receiver) => reject(
                receiver,
                "a kernel cannot be a method: make it a function outside the `impl` that takes the numbers it needs",
            ),
            FnArg::Typed(typed) => {
                let uniform = typed
                    .attrs
                    .iter()
                    .any(|attr| attr.path().is_ident("uniform"));
                let name = match &*typed.pat {
                    Pat::Ident(pat) if pat.by_ref.is_none() && pat.subpat.is_none() => {
                        pat.ident.clone()
                    }
                    Pat::Wild(_) => Ident::new("_unused", Span::call_site()),
                    other => {
                        reject(
                            other,
                            "a parameter of a kernel is a name: take it apart with `let` inside",
                        );
                        continue;
                    }
                };
                parameters.push(Parameter {
                    name,
                    ty: (*typed.ty).clone(),
                    uniform,
                    neighbours: neighbours(&typed.ty),
                });
            }
        }
    }
    form(function, attributes, &parameters, errors);
    parameters
}

/// What only reductions and stencils may or must have.
fn form(
    function: &ItemFn,
    attributes: &Attributes,
    parameters: &[Parameter],
    errors: &mut Vec<Error>,
) {
    let neighbours = || {
        parameters.iter().filter_map(|parameter| {
            parameter
                .neighbours
                .as_ref()
                .map(|found| (parameter, found.1))
        })
    };
    if let Some((parameter, _)) = neighbours().find(|(parameter, _)| parameter.uniform) {
        let text = "neighbours differ from element to element: remove `#[uniform]`";
        errors.push(Error::new(parameter.name.span(), text));
    }
    match (attributes.stencil, neighbours().next()) {
        (None, Some((parameter, _))) => {
            let text = "a kernel that reads neighbours is a stencil: write `#[kernel(stencil)]`";
            errors.push(Error::new_spanned(&parameter.ty, text));
        }
        (Some(span), None) => {
            let text = "a stencil reads neighbours: give it a parameter such as `u: Neighbours<'_, f32, 2>`";
            errors.push(Error::new(span, text));
        }
        (Some(_), Some((_, dimensions))) => {
            if let Some((parameter, _)) = neighbours().find(|(_, other)| *other != dimensions) {
                let text = "all neighbours of a stencil have the same number of dimensions";
                errors.push(Error::new_spanned(&parameter.ty, text));
            }
            if let Some((span, radius)) = &attributes.radius
                && radius.len() != 1
                && radius.len() != dimensions
            {
                let text = format!(
                    "`radius` needs one number, or one for each of the {dimensions} dimensions"
                );
                errors.push(Error::new(*span, text));
            }
        }
        (None, None) => {}
    }
    if let Some(span) = attributes.reduce {
        let elements: Vec<&Parameter> = parameters
            .iter()
            .filter(|parameter| !parameter.uniform)
            .collect();
        let fits = |ty: &Type| match &function.sig.output {
            ReturnType::Type(_, result) => {
                result.to_token_stream().to_string() == ty.to_token_stream().to_string()
            }
            ReturnType::Default => true,
        };
        if elements.len() != 2 || !elements.iter().all(|parameter| fits(&parameter.ty)) {
            let text = "a reduction combines two values of a type into one of that type, as in `fn add(a: f32, b: f32) -> f32`";
            errors.push(Error::new(span, text));
        }
    }
}

/// `Neighbours<'_, T, D>`: the type and the dimensions.
fn neighbours(ty: &Type) -> Option<(Type, usize)> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last()?;
    if last.ident != "Neighbours" {
        return None;
    }
    let PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return None;
    };
    let mut element = None;
    let mut dimensions = None;
    for argument in &arguments.args {
        match argument {
            GenericArgument::Type(ty) => element = Some(ty.clone()),
            GenericArgument::Const(syn::Expr::Lit(lit)) => {
                if let Lit::Int(int) = &lit.lit {
                    dimensions = int.base10_parse().ok();
                }
            }
            _ => {}
        }
    }
    element.zip(dimensions)
}
