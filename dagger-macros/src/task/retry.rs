//! The body of a task with `retry = n`.
//!
//! The body runs in a loop of attempts, each with its own copy of the arguments: clones of those taken by value, reborrows of
//! `&mut`, the same `&`. An attempt that returns an error or panics is repeated while attempts are left; then its error or
//! panic is the task's.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::visit::Visit;
use syn::{Expr, FnArg, Ident, ItemFn, ReturnType, Type};

/// Puts the function's body into a loop of attempts.
pub(super) fn wrap(function: &mut ItemFn, times: &Expr, may_fail: bool) {
    let mut copies = Vec::new();
    for (index, parameter) in function.sig.inputs.iter_mut().enumerate() {
        let FnArg::Typed(typed) = parameter else {
            continue;
        };
        let ty = &typed.ty;
        let span = Span::mixed_site().located_at(ty.span());
        let kept: Ident = format_ident!("__argument{index}", span = span);
        let pattern = std::mem::replace(&mut *typed.pat, syn::parse_quote!(#kept));
        let copy = match &**ty {
            Type::Reference(reference) if reference.mutability.is_some() => {
                typed.pat = syn::parse_quote!(mut #kept);
                quote!(&mut *#kept)
            }
            Type::Reference(_) => quote!(#kept),
            _ => quote_spanned!(span=> ::dagger::__private::Repeats::again(&#kept)),
        };
        copies.push(quote!(let #pattern = #copy;));
    }
    let annotation = annotation(&function.sig.output);
    let judge = if may_fail {
        quote!(MayFail)
    } else {
        quote!(Returns)
    };
    let body = &function.block;
    let wrapped: TokenStream = quote!({
        let mut __left: u32 = #times;
        loop {
            let __outcome = ::std::panic::catch_unwind(::std::panic::AssertUnwindSafe(|| #annotation {
                #(#copies)*
                #body
            }));
            if let ::core::option::Option::Some(__value) =
                <::dagger::__private::#judge as ::dagger::__private::Attempt<_>>::judge(__outcome, &mut __left)
            {
                break __value;
            }
        }
    });
    let attrs = &mut function.attrs;
    attrs.push(syn::parse_quote!(#[allow(unused_mut, clippy::toplevel_ref_arg)]));
    *function.block = syn::parse_quote!(#wrapped);
}

/// The return type for the closure, so that `?` and `return` in the body know it; `impl Trait` cannot be written there.
pub(super) fn annotation(output: &ReturnType) -> TokenStream {
    struct Finder(bool);
    impl<'ast> Visit<'ast> for Finder {
        fn visit_type_impl_trait(&mut self, _: &'ast syn::TypeImplTrait) {
            self.0 = true;
        }
    }
    let mut finder = Finder(false);
    finder.visit_return_type(output);
    match output {
        ReturnType::Default => quote!(-> ()),
        _ if finder.0 => quote!(),
        _ => quote!(#output),
    }
}
