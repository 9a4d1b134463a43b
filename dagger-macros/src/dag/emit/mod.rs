//! From a lowered region to tokens. Nothing can fail here.
//!
//! | module | emits |
//! |---|---|
//! | `tables` | the `static` graph, site and plan |
//! | `serial` | the user's own statements, with marks of where they are |
//! | `parallel` | the same statements over slots and pointers |
//! | `units` | the nodes of that form |
//! | `values` | the slots and pointers as numbers, for other workers |
//! | `ask` | the question whether what is called is a task |
//! | `storage` | where each variable of the parallel form lives |
//! | `notes` | which task is called in an arm that is no graph |
//! | `apart` | calls that borrow several elements of one variable |
//! | `witness` | what rustc is shown of the parallel form besides |
//! | `unfolded` | loops whose tasks become nodes at run time |
//! | `prepare` | graphs that run many times |
//! | `item` | the item form around a body |
//!
//! Names of the expansion's own are hygienic (`mixed_site`) where they are locals, and begin with `__DAGGER` where
//! they are items.

mod apart;
mod ask;
pub(crate) mod item;
mod notes;
mod parallel;
mod prepare;
mod rewrite;
mod serial;
mod storage;
mod tables;
mod unfolded;
mod units;
mod values;
mod witness;

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{quote, quote_spanned};
use syn::{Expr, ExprTry, Stmt};

use super::lower::{Surroundings, lower};
use super::region::Region;

/// A local of the expansion.
pub(super) fn local(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}

/// What an emission needs to know besides the region.
#[derive(Clone, Debug, Default)]
pub(crate) struct Context {
    /// The graph's name: the item's, or nothing.
    pub(crate) name: String,
    /// The return type, where it is written.
    pub(crate) output: Option<TokenStream>,
    pub(crate) surroundings: Surroundings,
    /// Whether it is an arm of a branch, inside of a node: it runs where that does.
    pub(crate) is_arm: bool,
}

impl Context {
    /// `: T`, where the result of the graph is written as `T`: rustc then compares the two at the user's tokens.
    fn ascription(&self) -> TokenStream {
        let Some(output) = &self.output else {
            return TokenStream::new();
        };
        if mentions_impl(output.clone()) {
            return TokenStream::new();
        }
        quote!(: #output)
    }

    /// `Ok(tail)`.
    fn done(&self, tail: &TokenStream) -> TokenStream {
        let first = tail.clone().into_iter().next();
        let span = first.map_or_else(Span::call_site, |token| token.span());
        let span = Span::mixed_site().located_at(span);
        let ascription = self.ascription();
        if ascription.is_empty() {
            return quote_spanned!(span=> ::core::result::Result::Ok(#tail));
        }
        let value = local("__value");
        quote_spanned!(span=> {
            let #value #ascription = #tail;
            ::core::result::Result::Ok(#value)
        })
    }

    fn result(&self) -> TokenStream {
        let output = self.output.clone().unwrap_or_else(|| quote!(_));
        quote!(::dagger::Result<#output>)
    }
}

/// Whether a type says `impl Trait`, which only a signature may.
fn mentions_impl(ty: TokenStream) -> bool {
    ty.into_iter().any(|token| match token {
        TokenTree::Ident(word) => word == "impl",
        TokenTree::Group(group) => mentions_impl(group.stream()),
        _ => false,
    })
}

/// A block form: an expression of type `::dagger::Result<_>` with its tables.
pub(crate) fn block(stmts: Vec<Stmt>, context: &Context) -> TokenStream {
    let (tables, body) = parts(stmts, context);
    quote!({ #tables #body })
}

/// The tables of a graph, and the expression that runs it.
pub(crate) fn parts(stmts: Vec<Stmt>, context: &Context) -> (TokenStream, TokenStream) {
    if let Some(parts) = unfolded::parts(&stmts, context) {
        return parts;
    }
    let region = lower(stmts, &context.surroundings);
    (tables::tables(&region, context), body(&region, context))
}

fn body(region: &Region, context: &Context) -> TokenStream {
    let first = region.prologue.iter().chain(&region.steps).next();
    let span = first.map_or_else(Span::call_site, |step| step.span);
    if region.is_serial() {
        let serial = serial::statements(region, serial::Arms::Graphs(context), context);
        let serial = serial_closure(&serial, context, span);
        return quote! {
            ::dagger::__private::enter_chain(&__DAGGER_SITE, #serial)
        };
    }
    let serial = serial::statements(region, serial::Arms::Plain, context);
    let serial = serial_closure(&serial, context, span);
    let enter = if region.is_pinned() {
        quote!(enter_pinned)
    } else {
        quote!(enter)
    };
    let (gate, result) = (local("__gate"), context.result());
    let parallel = parallel::body(region, context, &gate);
    let run = quote_spanned!(span=> || -> #result {
        let #gate = ::dagger::__private::#enter(&__DAGGER_SITE);
        if #gate.is_serial() {
            #gate.serial(&__DAGGER_SITE, #serial)
        } else {
            #parallel
        }
    });
    // A function of the expansion's own, which rustc compiles together with the function around it. In a recursion, that one is
    // then small enough to become a part of this one, so that calls which return at once, as half of them do, cost no call.
    quote! {
        #[inline(never)]
        fn __dagger_run<R>(run: impl FnOnce() -> R) -> R {
            run()
        }
        __dagger_run(#run)
    }
}

/// The serial form as a closure, at a token of the user's: of a closure that stands nowhere, rustc does not tell the
/// names of the variables it captures.
fn serial_closure(serial: &TokenStream, context: &Context, span: Span) -> TokenStream {
    let (at, result) = (local("__at"), context.result());
    quote_spanned!(span=> |#at: &::dagger::__private::At<'_>| -> #result { #serial })
}

/// `?` in a graph: the error names the node and ends the closure the statement is in.
fn attempt(attempt: &ExprTry) -> Expr {
    let span = Span::mixed_site().located_at(attempt.question_token.span);
    let inner = &attempt.expr;
    let (at, value, failure) = (local("__at"), local("__value"), local("__failure"));
    // Named at the question mark, so that rustc's only complaint, if this is nothing to attempt, is there.
    let attempted = Ident::new("__attempted", span);
    syn::parse_quote_spanned!(span=>
        match #inner {
            #attempted => match ::dagger::__private::Fallible::branch(#attempted) {
                ::core::result::Result::Ok(#value) => #value,
                ::core::result::Result::Err(#failure) => {
                    return ::core::result::Result::Err(__DAGGER_SITE.failed(#at.node(), #failure))
                }
            }
        }
    )
}

/// An arm of a branch as a graph of its own, inside the closure of the graph around it.
fn arm(stmts: Vec<Stmt>, surroundings: &Surroundings) -> Expr {
    let context = Context {
        name: String::new(),
        output: None,
        surroundings: surroundings.clone(),
        is_arm: true,
    };
    let inner = block(stmts, &context);
    let (value, error) = (local("__value"), local("__error"));
    syn::parse_quote!(
        match #inner {
            ::core::result::Result::Ok(#value) => #value,
            ::core::result::Result::Err(#error) => return ::core::result::Result::Err(#error),
        }
    )
}

/// Whether a block is worth a graph of its own: it has two calls of tasks that could run side by side.
fn deserves_graph(block: &syn::Block, surroundings: &Surroundings) -> bool {
    if super::check::leaves(block) {
        return false;
    }
    !lower(block.stmts.clone(), surroundings).is_serial() || super::unfold::has_loop(&block.stmts)
}
