//! `#[task(anywhere)]`: that all types can cross from one rank to another, checked where they are written.
//!
//! Emits a function, never called, with the task's generics, that asks rustc about each type. Of a reference it is the value behind it that
//! crosses; of a `Result`, the value in it.

use super::emit::may_fail;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::visit_mut::{self, VisitMut};
use syn::{
    Error, FnArg, GenericParam, ReturnType, Signature, Token, Type, TypeParam, TypeParamBound,
    parse_quote,
};

type Bounds = Punctuated<TypeParamBound, Token![+]>;

/// Adds an error for what can be seen without rustc not to be able to run anywhere.
pub(super) fn check(signature: &Signature, errors: &mut Vec<Error>) {
    let ReturnType::Type(_, result) = &signature.output else {
        return;
    };
    if let Type::Reference(_) = &**result {
        errors.push(Error::new_spanned(
            result,
            "a task that runs anywhere returns its value to other workers, where a borrowed one is not: return an owned value",
        ));
    }
    let mut finder = FindImpl(Vec::new());
    finder.visit_type(result);
    for hidden in finder.0 {
        errors.push(Error::new(
            hidden,
            "a task that runs anywhere must say what it returns: `impl Trait` hides whether it can cross, so write the type",
        ));
    }
}

/// The function that asks.
pub(super) fn assertions(signature: &Signature) -> TokenStream {
    let mut generics = signature.generics.clone();
    let mut name_impl = NameImpl(Vec::new());
    let mut checks = Vec::new();
    for parameter in &signature.inputs {
        let FnArg::Typed(typed) = parameter else {
            continue;
        };
        let mut ty = behind(&typed.ty).clone();
        name_impl.visit_type_mut(&mut ty);
        checks.push(asked(&ty, ty.to_token_stream()));
    }
    if let ReturnType::Type(_, ty) = &signature.output
        && !matches!(&**ty, Type::Never(_))
    {
        let span = ty.span();
        let value = if may_fail(&signature.output) {
            quote_spanned!(span=> <#ty as ::dagger::__private::Yields>::Value)
        } else {
            ty.to_token_stream()
        };
        checks.push(asked(ty, value));
    }
    generics
        .params
        .extend(name_impl.0.into_iter().map(GenericParam::Type));
    let (parameters, _, conditions) = generics.split_for_impl();
    quote! {
        #[allow(warnings, clippy::all, clippy::pedantic)]
        const _: () = {
            fn anywhere #parameters () #conditions {
                #(#checks)*
            }
        };
    }
}

/// A question, at the user's type.
fn asked(at: &Type, value: TokenStream) -> TokenStream {
    let span = at.span();
    quote_spanned!(span=> <#value as ::dagger::__private::Anywhere>::held(::core::marker::PhantomData);)
}

/// What crosses for a parameter of this type.
fn behind(ty: &Type) -> &Type {
    match ty {
        // The values of many handles are a slice of references.
        Type::Reference(reference) => match &*reference.elem {
            Type::Slice(slice) if matches!(&*slice.elem, Type::Reference(_)) => behind(&slice.elem),
            elem => elem,
        },
        Type::Paren(paren) => behind(&paren.elem),
        Type::Group(group) => behind(&group.elem),
        _ => ty,
    }
}

struct FindImpl(Vec<Span>);

impl<'ast> Visit<'ast> for FindImpl {
    fn visit_type_impl_trait(&mut self, ty: &'ast syn::TypeImplTrait) {
        self.0.push(ty.span());
        visit::visit_type_impl_trait(self, ty);
    }
}

/// Gives each `impl Trait` of a parameter a name.
struct NameImpl(Vec<TypeParam>);

impl NameImpl {
    /// A name that says what it is in an error: `ImplFn`.
    fn name(&self, bounds: &Bounds, span: Span) -> Ident {
        let of = bounds.iter().find_map(|bound| match bound {
            TypeParamBound::Trait(bound) => bound.path.segments.last(),
            _ => None,
        });
        let of = of.map_or_else(String::new, |segment| segment.ident.unraw().to_string());
        let name = format_ident!("Impl{of}", span = span);
        if self.0.iter().any(|other| other.ident == name) {
            return format_ident!("{name}{}", self.0.len(), span = span);
        }
        name
    }
}

impl VisitMut for NameImpl {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        visit_mut::visit_type_mut(self, ty);
        if let Type::ImplTrait(hidden) = ty {
            let span = Span::mixed_site().located_at(hidden.span());
            let name = self.name(&hidden.bounds, span);
            let bounds = &hidden.bounds;
            self.0.push(parse_quote!(#name: #bounds));
            *ty = parse_quote!(#name);
        }
    }
}
