//! The descriptor of a task, found by the task's path.
//!
//! A task's descriptor is a type of the same name as its function. A plain function has none, and rustc would say of
//! `<f as ..>` only "expected type, found function". So the path is imported under a name of ours inside a block in which that
//! name already means `NotATask`: an import brings along what there is, and where there is no type, lexical scoping finds
//! the other, whose one error says what is missing.
//!
//! ```ignore
//! {
//!     use ::dagger::__private::NotATask as __Task;
//!     {
//!         use f as __Task; // the function, and the descriptor if there is one
//!         <__Task as ..>::NAME
//!     }
//! }
//! ```

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Path, PathArguments};

/// An expression in which `body` is told the name of the descriptor of the task at `path`.
pub(crate) fn with(path: &Path, body: impl FnOnce(&Ident) -> TokenStream) -> TokenStream {
    let none = quote!(::dagger::__private::NotATask);
    or_else(path, "__Task", &none, body)
}

/// An expression in which `body` is told the name of the descriptor of the kernel at `path`.
pub(crate) fn of_kernel(path: &Path, body: impl FnOnce(&Ident) -> TokenStream) -> TokenStream {
    let none = quote!(::dagger::__private::kernel::NotAKernel);
    or_else(path, "__Kernel", &none, body)
}

/// An expression in which `body` is told the name, spelled `alias`, of the descriptor at `path`, or of `none` if there is none.
fn or_else(
    path: &Path,
    alias: &str,
    none: &TokenStream,
    body: impl FnOnce(&Ident) -> TokenStream,
) -> TokenStream {
    let span = path
        .segments
        .last()
        .map_or_else(Span::call_site, |segment| segment.ident.span());
    let name = Ident::new(alias, Span::mixed_site().located_at(span));
    let path = without_generics(path);
    let body = body(&name);
    let imported = quote_spanned!(Span::mixed_site().located_at(span)=> use #path as #name;);
    quote!({
        #[allow(unused_imports)]
        use #none as #name;
        {
            #[allow(unused_imports)]
            #imported
            #body
        }
    })
}

/// What a graph records of the task at `path`, as a constant expression: where rustc says so, at the user's token, if it is no
/// task.
pub(crate) fn facts(path: &Path) -> TokenStream {
    with(path, |task| {
        let span = task.span();
        let name = quote_spanned!(span=> <#task as ::dagger::__private::Runs>::NAME);
        quote!(::dagger::__private::Facts::of::<#task>(#name))
    })
}

/// The descriptor's path: `f::<i64>` is described by `f`.
fn without_generics(path: &Path) -> Path {
    let mut path = path.clone();
    for segment in &mut path.segments {
        segment.arguments = PathArguments::None;
    }
    path
}
