//! The body of a task with `checkpoint`: its result is looked for on disk first, and kept there when it had to be computed.

use super::emit::may_fail;
use super::retry::annotation;
use proc_macro2::Span;
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::visit::Visit;
use syn::{Error, FnArg, Ident, ItemFn, LitStr, ReturnType, Signature, Type, TypeImplTrait};

/// Adds an error for what cannot be kept, as far as it can be seen without rustc.
pub(super) fn check(signature: &Signature, errors: &mut Vec<Error>) {
    for parameter in &signature.inputs {
        if let FnArg::Typed(typed) = parameter
            && let Type::Reference(reference) = &*typed.ty
            && reference.mutability.is_some()
        {
            errors.push(Error::new_spanned(
                reference,
                "a task with `checkpoint` keeps what it returns, and what it changes through `&mut` would be lost: take it by value and return it",
            ));
        }
    }
    let ReturnType::Type(_, result) = &signature.output else {
        errors.push(Error::new(
            signature.ident.span(),
            "a task with `checkpoint` keeps what it returns, and this one returns nothing",
        ));
        return;
    };
    let mut finder = FindImpl(None);
    finder.visit_type(result);
    if let Some(span) = finder.0 {
        errors.push(Error::new(
            span,
            "a task with `checkpoint` must say what it returns: `impl Trait` hides how it is written to disk, so write the type",
        ));
    }
}

struct FindImpl(Option<Span>);

impl<'ast> Visit<'ast> for FindImpl {
    fn visit_type_impl_trait(&mut self, ty: &'ast TypeImplTrait) {
        self.0.get_or_insert(ty.span());
    }
}

/// Puts the function's body behind the question whether its result is kept.
pub(super) fn wrap(function: &mut ItemFn, name: &LitStr) {
    let mut arguments = Vec::new();
    let mut bindings = Vec::new();
    for (index, parameter) in function.sig.inputs.iter_mut().enumerate() {
        let FnArg::Typed(typed) = parameter else {
            continue;
        };
        let span = Span::mixed_site().located_at(typed.ty.span());
        let kept: Ident = format_ident!("__kept{index}", span = span);
        let pattern = std::mem::replace(&mut *typed.pat, syn::parse_quote!(#kept));
        arguments.push(match &*typed.ty {
            Type::Reference(reference) if is_of_references(&reference.elem) => {
                quote_spanned!(span=> .with_each(#kept))
            }
            Type::Reference(_) => quote_spanned!(span=> .with(#kept)),
            _ => quote_spanned!(span=> .with(&#kept)),
        });
        bindings.push(quote!(let #pattern = #kept;));
    }
    let annotation = annotation(&function.sig.output);
    let judge = if may_fail(&function.sig.output) {
        quote!(MayFail)
    } else {
        quote!(Returns)
    };
    let span = Span::mixed_site().located_at(match &function.sig.output {
        ReturnType::Type(_, ty) => ty.span(),
        ReturnType::Default => function.sig.ident.span(),
    });
    let keep =
        quote_spanned!(span=> <::dagger::__private::#judge as ::dagger::__private::Keeps<_>>::keep);
    let body = function.block.to_token_stream();
    *function.block = syn::parse_quote!({
        let __checkpoint = ::dagger::__private::Checkpoint::of(#name, ::core::file!(), ::core::line!())
            .map(|__checkpoint| __checkpoint #(#arguments)*);
        #keep(__checkpoint, || #annotation {
            #(#bindings)*
            #body
        })
    });
}

fn is_of_references(ty: &Type) -> bool {
    matches!(ty, Type::Slice(slice) if matches!(&*slice.elem, Type::Reference(_)))
}
