//! The function and its descriptor.

use super::attributes::Attributes;
use super::check::Parameter;
use super::lower::Lowered;
use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{Attribute, FnArg, GenericParam, Ident, ItemFn, LitStr, ReturnType, Type};

/// The function, and what makes it a kernel.
pub(super) fn kernel(
    mut function: ItemFn,
    parameters: &[Parameter],
    attributes: &Attributes,
    lowered: &Lowered,
) -> TokenStream {
    let descriptor = descriptor(&function, parameters, attributes, lowered);
    without_marks(&mut function);
    let has_inline = function
        .attrs
        .iter()
        .any(|attr| attr.path().is_ident("inline"));
    if !has_inline {
        // Array operations of other crates call it for every element.
        function.attrs.push(syn::parse_quote!(#[inline]));
    }
    quote!(#function #descriptor)
}

/// The signature with a body that fits every type, and a descriptor without content, for a kernel with errors.
pub(super) fn stub(mut function: ItemFn) -> TokenStream {
    without_marks(&mut function);
    let ident = function.sig.ident.clone();
    let vis = &function.vis;
    function.sig.asyncness = None;
    let is_method = function
        .sig
        .inputs
        .iter()
        .any(|input| matches!(input, FnArg::Receiver(_)));
    let attrs = &function.attrs;
    let sig = &function.sig;
    let shape = quote! {
        #(#attrs)*
        #[allow(unused_variables, unused_mut, clippy::all)]
        #vis #sig { ::core::unreachable!() }
    };
    if is_method {
        return shape;
    }
    quote! {
        #shape
        #[doc(hidden)]
        #[allow(non_camel_case_types, dead_code, unreachable_pub, missing_debug_implementations)]
        #vis enum #ident {}
        const _: () = {
            use ::dagger::__private::kernel as __k;
            impl __k::KernelInfo for #ident {
                const DEFINITION: &'static __k::Definition = &__k::Definition::NONE;
            }
        };
    }
}

/// Takes `#[uniform]` off the parameters.
fn without_marks(function: &mut ItemFn) {
    for input in &mut function.sig.inputs {
        if let FnArg::Typed(typed) = input {
            typed.attrs.retain(|attr| !attr.path().is_ident("uniform"));
        }
    }
}

fn descriptor(
    function: &ItemFn,
    parameters: &[Parameter],
    attributes: &Attributes,
    lowered: &Lowered,
) -> TokenStream {
    let ItemFn {
        attrs, vis, sig, ..
    } = function;
    let conditions: Vec<&Attribute> = attrs
        .iter()
        .filter(|attr| attr.path().is_ident("cfg") || attr.path().is_ident("cfg_attr"))
        .collect();
    let ident = &sig.ident;
    let name = LitStr::new(&ident.unraw().to_string(), ident.span());
    let start = ident.span().start();
    let line = u32::try_from(start.line).unwrap_or(0);
    let column = u32::try_from(start.column + 1).unwrap_or(0);
    let radius = &lowered.radius;
    let form = match (&lowered.identity, attributes.stencil) {
        (Some(identity), _) => {
            let commutative = attributes.commutative;
            quote!(__k::Form::Reduction { identity: #identity, commutative: #commutative })
        }
        (None, Some(_)) => quote!(__k::Form::Stencil { radius: &[#(#radius),*] }),
        (None, None) => quote!(__k::Form::Elementwise),
    };
    let generics = type_parameters(function);
    let generic_names: Vec<String> = generics.iter().map(ToString::to_string).collect();
    let parameter_types = &lowered.parameter_types;
    let uniform = parameters.iter().map(|parameter| parameter.uniform);
    let locals = &lowered.locals;
    let (result, body, expressions) = (&lowered.result_type, &lowered.body, lowered.expressions);
    let functions = functions(function, parameters, attributes, &generics);
    let listed = listed(function, parameters, &generics);
    // At the kernel's name, where rustc then says so if a type of that name exists already.
    let descriptor = quote_spanned! {ident.span()=>
        #[doc(hidden)]
        #[allow(non_camel_case_types, dead_code, unreachable_pub, missing_debug_implementations)]
        #vis enum #ident {}
    };
    quote! {
        #(#conditions)*
        #descriptor

        #(#conditions)*
        #[allow(unused_parens, unused_braces, clippy::all, clippy::pedantic)]
        const _: () = {
            use ::dagger::__private::kernel as __k;
            impl __k::KernelInfo for #ident {
                const DEFINITION: &'static __k::Definition = &__k::Definition {
                    name: #name,
                    file: ::core::file!(),
                    line: #line,
                    column: #column,
                    form: #form,
                    generics: &[#(#generic_names),*],
                    parameters: &[#(__k::Parameter { ty: #parameter_types, uniform: #uniform }),*],
                    result: #result,
                    locals: &[#(__k::Local { name: #locals }),*],
                    expressions: #expressions,
                    body: #body,
                };
            }
            // Here rustc finds kernels that call each other in a circle.
            const _: &__k::Definition = <#ident as __k::KernelInfo>::DEFINITION;
            #functions
            #listed
        };
    }
}

fn type_parameters(function: &ItemFn) -> Vec<Ident> {
    function
        .sig
        .generics
        .params
        .iter()
        .filter_map(|parameter| match parameter {
            GenericParam::Type(ty) => Some(ty.ident.clone()),
            _ => None,
        })
        .collect()
}

/// `with` and what else is called on the kernel's name.
fn functions(
    function: &ItemFn,
    parameters: &[Parameter],
    attributes: &Attributes,
    generics: &[Ident],
) -> TokenStream {
    let (vis, sig) = (&function.vis, &function.sig);
    let ident = &sig.ident;
    let mut bounds = sig.generics.clone();
    for generic in generics {
        bounds
            .make_where_clause()
            .predicates
            .push(syn::parse_quote!(#generic: ::dagger::kernel::Scalar));
    }
    let (bounded, _, clause) = bounds.split_for_impl();
    let (plain, _, plain_clause) = sig.generics.split_for_impl();
    let result: Type = match &sig.output {
        ReturnType::Type(_, ty) => (**ty).clone(),
        ReturnType::Default => syn::parse_quote!(()),
    };
    let is_uniform = |parameter: &&Parameter| parameter.uniform;
    // Positions instead of names: those could be anything the user has in scope.
    let arguments: Vec<Ident> = (0..parameters.len())
        .map(|index| format_ident!("__argument{index}", span = Span::mixed_site()))
        .collect();
    let chosen = |uniform: bool| -> Vec<&Ident> {
        parameters
            .iter()
            .zip(&arguments)
            .filter(|(parameter, _)| parameter.uniform == uniform)
            .map(|(_, argument)| argument)
            .collect()
    };
    let (uniform_arguments, element_arguments) = (chosen(true), chosen(false));
    let uniforms: Vec<&Parameter> = parameters.iter().filter(is_uniform).collect();
    let uniform_names = uniforms.iter().map(|parameter| &parameter.name);
    let uniform_types: Vec<&Type> = uniforms.iter().map(|parameter| &parameter.ty).collect();
    let element_types: Vec<&Type> = parameters
        .iter()
        .filter(|parameter| !parameter.uniform)
        .map(|parameter| &parameter.ty)
        .collect();
    let names: Vec<_> = uniform_names.collect();
    let identity = attributes.identity.as_ref().map(|identity| {
        quote! {
            /// What combines with any value to that value.
            #[must_use]
            #vis fn identity #plain () -> #result #plain_clause { #identity }
        }
    });
    let doc = if uniforms.is_empty() {
        "The kernel as a function that array operations take."
    } else {
        "The kernel as a function that array operations take, with its uniforms bound."
    };
    quote! {
        impl #ident {
            #[doc = #doc]
            #[allow(dead_code, unreachable_pub)]
            #[must_use]
            #vis fn with #bounded (#(#names: #uniform_types),*)
                -> impl ::core::ops::Fn(#(#element_types),*) -> #result
                    + ::core::clone::Clone + ::core::marker::Send + ::core::marker::Sync + 'static
            #clause
            {
                let __bound = __k::Bound::new((#(#names,)*), |__uniforms: &(#(#uniform_types,)*)| {
                    let (#(#uniform_arguments,)*) = __uniforms;
                    let mut __bits = ::std::vec::Vec::new();
                    #(__k::bits(#uniform_arguments, &mut __bits);)*
                    __k::Kernel::new(
                        <#ident as __k::KernelInfo>::DEFINITION,
                        &[#(<#generics as __k::Value>::TYPE),*],
                        __bits,
                    )
                });
                __k::made(move |#(#element_arguments: #element_types),*| {
                    let (#(#uniform_arguments,)*) = *__bound.uniforms();
                    #ident::<#(#generics),*>(#(#arguments),*)
                })
            }
            #identity
        }
    }
}

/// The entry in the list of functions that are kernels by themselves.
fn listed(function: &ItemFn, parameters: &[Parameter], generics: &[Ident]) -> TokenStream {
    let ident = &function.sig.ident;
    if !generics.is_empty() || parameters.iter().any(|parameter| parameter.uniform) {
        return TokenStream::new();
    }
    quote! {
        #[__k::linkme::distributed_slice(__k::FUNCTIONS)]
        #[linkme(crate = __k::linkme)]
        static __LISTED: fn() -> (::core::any::TypeId, __k::Kernel) = || {
            let kernel = __k::Kernel::new(
                <#ident as __k::KernelInfo>::DEFINITION,
                &[],
                ::std::vec::Vec::new(),
            );
            (__k::type_of(&#ident), kernel)
        };
    }
}
