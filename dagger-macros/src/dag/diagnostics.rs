//! Every error of `dag!` in words: what is wrong, then how to mend it. Nothing is decided here.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{Attribute, Error, Ident};

use crate::options::OPTIONS;
use crate::settings;

pub(crate) fn unknown_attribute(attr: &Attribute) -> Error {
    let name = attr.path().to_token_stream().to_string().replace(' ', "");
    let text = if name == "doc" {
        "a statement of `dag!` takes no doc comment: write an ordinary comment with `//`".to_owned()
    } else if name == "cfg" || name == "cfg_attr" {
        format!(
            "`#[{name}]` is not possible on a statement of `dag!`: put it on the whole `dag!`, or decide with `if cfg!(..)`"
        )
    } else {
        let meant = settings::nearest(&name, OPTIONS.iter().copied());
        let meant = meant.map_or(String::new(), |meant| format!("did you mean `{meant}`? "));
        format!(
            "unknown attribute `{name}` on a statement of `dag!`: {meant}there are `on`, `priority`, `name`, and rustc's `allow` and `expect`"
        )
    };
    Error::new_spanned(attr, text)
}

pub(crate) fn priority_must_be_known(priority: &syn::Expr) -> Error {
    Error::new_spanned(
        priority,
        "the priority of a statement is a number, as in `#[priority(3)]`; only in a loop may it be computed",
    )
}

pub(crate) fn option_in_closure(attr: &Attribute) -> Error {
    Error::new_spanned(
        attr,
        "a statement inside a closure is no node of the `dag!`: put the attribute on the statement that calls the closure",
    )
}

pub(crate) fn leaves_the_block(at: impl ToTokens, word: &str) -> Error {
    let mend = match word {
        "return" => "let the last expression be the result, or end early with `?` on a `Result`",
        _ => {
            "it would leave the block while tasks run; use `if` to skip statements, or put the loop inside the `dag!`"
        }
    };
    Error::new_spanned(at, format!("`{word}` cannot leave a `dag!`: {mend}"))
}

pub(crate) fn no_await(at: impl ToTokens) -> Error {
    Error::new_spanned(
        at,
        "`.await` is not possible in a `dag!`, whose tasks are plain functions: await before the `dag!` and use the value",
    )
}

pub(crate) fn no_async(at: impl ToTokens, word: &str) -> Error {
    Error::new_spanned(
        at,
        format!(
            "`{word}` is not possible in a `dag!`: its tasks are plain functions that run on the worker threads; leave it out"
        ),
    )
}

pub(crate) fn no_item(item: &syn::Item) -> Error {
    let start = item
        .to_token_stream()
        .into_iter()
        .next()
        .map_or_else(Span::call_site, |token| token.span());
    Error::new(
        start,
        "an item cannot be defined inside a `dag!`: define it before the `dag!`",
    )
}

pub(crate) fn statement_among_items(at: Span) -> Error {
    Error::new(
        at,
        "a `dag!` holds either functions or statements: put the statements into a `dag!` of their own, where they are to run",
    )
}

pub(crate) fn no_let_else(at: impl ToTokens) -> Error {
    Error::new_spanned(
        at,
        "`let .. else` cannot leave a `dag!`: take the value apart with `?` or with `match`",
    )
}

pub(crate) fn no_late_init(pat: &syn::Pat) -> Error {
    Error::new_spanned(
        pat,
        "a variable of a `dag!` needs its value at once: write `let x = ..;`, with `if` or `match` as the value where it depends",
    )
}

pub(crate) fn no_ref_pattern(at: impl ToTokens) -> Error {
    Error::new_spanned(
        at,
        "`ref` is not possible in a `let` of a `dag!`: borrow on the right, as in `let (a, b) = &pair;`",
    )
}

pub(crate) fn used_before(name: &Ident, ring: Option<&[String]>) -> Error {
    let text = match ring {
        Some(ring) if ring.len() > 1 => {
            let way: Vec<String> = ring.iter().map(|name| format!("`{name}`")).collect();
            format!(
                "`{name}` is used before it is defined, and no order would do: {}; break the cycle",
                way.join(" → ")
            )
        }
        _ => format!("`{name}` is used before it is defined: move its `let` up"),
    };
    Error::new(name.span(), text)
}

pub(crate) fn borrowed_twice(at: impl ToTokens, name: &Ident) -> Error {
    Error::new_spanned(
        at,
        format!(
            "this call borrows `{name}` twice, and one of the borrows may change it: clone what the other needs first, or split \
             `{name}` into separate parts, as with `split_at_mut`"
        ),
    )
}

pub(crate) fn signature(at: impl ToTokens, text: &str) -> Error {
    Error::new_spanned(at, text)
}

pub(crate) fn place_out_of_reach(at: Span) -> Error {
    Error::new(
        at,
        "`#[on(..)]` cannot act here, because this statement is not a node of its own but a part of the one around it: put it on the \
         whole statement, or move this one out",
    )
}

pub(crate) fn place_not_known(at: Span) -> Error {
    Error::new(
        at,
        "the place of a node must be known when the loop makes it: use the loop's own variables, and not what its tasks make",
    )
}

pub(crate) use crate::settings::combined;

/// What stands in the place of an expression that could not be expanded: its type is rustc's error type,
/// which agrees with everything, so nothing cascades.
pub(crate) fn in_place_of_expression(error: &Error) -> TokenStream {
    let errors = error.to_compile_error();
    quote::quote_spanned!(error.span().span()=> { #errors })
}
