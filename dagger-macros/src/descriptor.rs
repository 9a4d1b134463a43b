//! The descriptor of a task, found by the task's path, so that a mistake in the path gives one error.
//!
//! A task's descriptor is a type of the same name as its function. A plain function has none, and rustc would say of
//! `<f as ..>` only "expected type, found function". So the path is imported under a name of ours inside a block in which that
//! name already means `NotATask`: an import brings along what there is, and where there is no type, lexical scoping finds
//! the other.
//!
//! ```ignore
//! {
//!     use ::dagger::__private::NotATask as __Task;
//!     {
//!         use ::dagger::__private::nothing as f; // a value, so that the next line finds something in any case
//!         use f as __Task; // the descriptor, if there is one
//!         <__Task as ..>::NAME
//!     }
//! }
//! ```
//!
//! **One mistake, one error.**
//! - *There is no `f`.* The import is content with `nothing`, and the user's call is where rustc says so. What an expansion asks of
//!   the function (is it a task?) it asks of the type of the call's result, through `ResultOf`: that has no type then, and rustc
//!   says nothing of it.
//! - *There is no `m::f`, no `m`, or it is private.* A path cannot be shadowed like a name. It is imported once, under an
//!   [alias], and everything that names the function uses that: rustc says nothing more of an import that has failed.
//! - *`f` is a variable.* `f` is imported with the hygiene of the expansion, which does not see the user's variables.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{Expr, ExprCall, Path, PathArguments, PathSegment};

/// An expression in which `body` is told the name of the descriptor of the task at `path`.
///
/// `body` must not hold tokens of the user's, for the task's own name means something else there.
pub(crate) fn with(path: &Path, body: impl FnOnce(&Ident) -> TokenStream) -> TokenStream {
    let none = quote!(::dagger::__private::NotATask);
    let span = span(path);
    let (name, found) = match alias(path) {
        Some(alias) => (quote!(#alias), None),
        None => {
            let name = hygienic(path);
            let found = quote!(use ::dagger::__private::nothing as #name;);
            (quote!(#name), Some(found))
        }
    };
    or_else(&name, found, span, "__Task", &none, body)
}

/// An expression in which `body` is told the name of the descriptor of the kernel at `path`.
pub(crate) fn of_kernel(path: &Path, body: impl FnOnce(&Ident) -> TokenStream) -> TokenStream {
    let none = quote!(::dagger::__private::kernel::NotAKernel);
    let name = without_generics(path);
    or_else(&quote!(#name), None, span(path), "__Kernel", &none, body)
}

/// An expression in which `body` is told the name, spelled `word`, of the type called `path`, or of `none` if there is none.
fn or_else(
    path: &TokenStream,
    found: Option<TokenStream>,
    span: Span,
    word: &str,
    none: &TokenStream,
    body: impl FnOnce(&Ident) -> TokenStream,
) -> TokenStream {
    let name = Ident::new(word, Span::mixed_site().located_at(span));
    let body = body(&name);
    let imported = quote_spanned!(Span::mixed_site().located_at(span)=> use #path as #name;);
    let found = found.into_iter();
    quote_spanned!(Span::mixed_site().located_at(span)=> {
        #[allow(unused_imports)]
        use #none as #name;
        {
            #(#[allow(unused_imports)] #found)*
            #[allow(unused_imports)]
            #imported
            #body
        }
    })
}

/// What a graph records of the task at `path`, as a constant expression.
pub(crate) fn facts(path: &Path) -> TokenStream {
    with(
        path,
        |task| quote!(::dagger::__private::Facts::of::<#task>()),
    )
}

/// A function of the call's result that does nothing but ask whether the function at `path` is a task: where rustc says so, at
/// the user's token, if it is none.
pub(crate) fn of_result(path: &Path, function: &str) -> TokenStream {
    with(path, |task| {
        let function = Ident::new(function, task.span());
        quote_spanned! {task.span()=>
            <_ as ::dagger::__private::ResultOf<<#task as ::dagger::TaskInfo>::Mark>>::#function
        }
    })
}

/// A function that drops the result of the task at `path`; rustc warns there unless the task has none.
pub(crate) fn discarding(path: &Path) -> TokenStream {
    with(path, |task| {
        quote_spanned! {task.span()=>
            <_ as ::dagger::__private::ResultOf<<#task as ::dagger::TaskInfo>::Mark>>::discarded::<
                <#task as ::dagger::TaskInfo>::Discarded,
            >
        }
    })
}

/// The name under which a function is imported whose path has several parts; `None` for a plain name.
///
/// It says the path, so that two places that call the same function agree on it.
pub(crate) fn alias(path: &Path) -> Option<Ident> {
    if path.leading_colon.is_none() && path.segments.len() == 1 {
        return None;
    }
    let mut name = "__DAGGER_FN".to_owned();
    if path.leading_colon.is_some() {
        name.push('_');
    }
    for segment in &path.segments {
        let part = part(&segment.ident);
        name.push_str(&format!("_{}{part}", part.len()));
    }
    Some(Ident::new(&name, span(path)))
}

/// What of the path's text can stand in a name. `$crate` stands for the crate of the macro that wrote it, which only its hygiene tells.
fn part(ident: &Ident) -> String {
    let text = ident.unraw().to_string();
    match text.strip_prefix('$') {
        None => text,
        Some(word) => {
            let hygiene = format!("{:?}", ident.span());
            let hygiene = hygiene.split_whitespace().next().unwrap_or_default();
            let digits = hygiene.chars().filter(char::is_ascii_digit);
            word.chars().chain(digits).collect()
        }
    }
}

/// Imports the function at `path` under its [alias], if it has one.
pub(crate) fn import(path: &Path) -> TokenStream {
    let Some(alias) = alias(path) else {
        return TokenStream::new();
    };
    let path = without_generics(path);
    quote! {
        #[allow(unused_imports)]
        use #path as #alias;
    }
}

/// Lets a call of a task use the function's [alias].
pub(crate) fn call_by_alias(call: &mut ExprCall) {
    if let Expr::Path(function) = &mut *call.func
        && let Some(alias) = alias(&function.path)
        && let Some(last) = function.path.segments.last()
    {
        function.path = PathSegment {
            ident: alias,
            arguments: last.arguments.clone(),
        }
        .into();
    }
}

/// Where rustc is to speak of the task at `path`.
fn span(path: &Path) -> Span {
    path.segments
        .last()
        .map_or_else(Span::call_site, |segment| segment.ident.span())
}

/// The function's name, which for rustc is no variable.
fn hygienic(path: &Path) -> Option<Ident> {
    let segment = path.segments.last()?;
    let mut name = segment.ident.clone();
    name.set_span(Span::mixed_site().located_at(name.span()));
    Some(name)
}

/// The descriptor's path: `f::<i64>` is described by `f`.
fn without_generics(path: &Path) -> Path {
    let mut path = path.clone();
    for segment in &mut path.segments {
        segment.arguments = PathArguments::None;
    }
    path
}
