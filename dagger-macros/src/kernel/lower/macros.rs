//! The macros of the standard library that a kernel may use.

use super::{Lower, line};
use crate::kernel::diagnostics;
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Expr, Lit, Macro, Pat, Token};

/// `matches!(value, pattern if guard)`
struct Matches {
    value: Expr,
    pattern: Pat,
    guard: Option<Expr>,
}

impl Parse for Matches {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let value = input.parse()?;
        input.parse::<Token![,]>()?;
        let pattern = Pat::parse_multi_with_leading_vert(input)?;
        let guard = match input.parse::<Option<Token![if]>>()? {
            Some(_) => Some(input.parse()?),
            None => None,
        };
        input.parse::<Option<Token![,]>>()?;
        Ok(Matches {
            value,
            pattern,
            guard,
        })
    }
}

impl Lower<'_> {
    /// The tokens of a macro call.
    pub(super) fn expand(&mut self, call: &Macro) -> TokenStream {
        let at = line(&call.path);
        let name = call.path.segments.last().map(|last| last.ident.to_string());
        match name.as_deref().unwrap_or_default() {
            "assert" => self.require(call, at),
            "debug_assert" | "debug_assert_eq" | "debug_assert_ne" => {
                self.node(at, quote!(Tuple(&[])))
            }
            "panic" => {
                let message = message(&call.tokens).unwrap_or_else(|| "explicit panic".to_owned());
                self.node(at, quote!(Fail(#message)))
            }
            "unreachable" => {
                let message = match message(&call.tokens) {
                    Some(text) => format!("internal error: entered unreachable code: {text}"),
                    None => "internal error: entered unreachable code".to_owned(),
                };
                self.node(at, quote!(Fail(#message)))
            }
            "matches" => self.matches(call, at),
            name => {
                let error = diagnostics::unknown_macro(&call.path, name);
                self.failed(error)
            }
        }
    }

    fn require(&mut self, call: &Macro, at: u32) -> TokenStream {
        let arguments = Punctuated::<Expr, Token![,]>::parse_terminated.parse2(call.tokens.clone());
        let arguments = match arguments {
            Ok(arguments) => arguments,
            Err(error) => return self.failed(error),
        };
        let Some(condition) = arguments.first() else {
            return self.failed(diagnostics::no(&call.path, "`assert!` needs a condition"));
        };
        let message = match arguments.get(1) {
            Some(text) => {
                let text = text_of(text).unwrap_or_else(|| text.to_token_stream().to_string());
                quote!(#text)
            }
            // As Rust's own `assert!` says it, but for spaces.
            None => quote!(::core::concat!(
                "assertion failed: ",
                ::core::stringify!(#condition)
            )),
        };
        let condition = self.expr(condition);
        self.node(at, quote!(Require(&#condition, #message)))
    }

    fn matches(&mut self, call: &Macro, at: u32) -> TokenStream {
        let parsed: Matches = match syn::parse2(call.tokens.clone()) {
            Ok(parsed) => parsed,
            Err(error) => return self.failed(error),
        };
        let value = self.expr(&parsed.value);
        self.scope.enter();
        let pattern = self.pattern(&parsed.pattern);
        let guard = match &parsed.guard {
            Some(guard) => {
                let guard = self.expr(guard);
                quote!(::core::option::Option::Some(#guard))
            }
            None => quote!(::core::option::Option::None),
        };
        self.scope.leave();
        let [yes, no] = [true, false].map(|value| self.node(at, quote!(Bool(#value))));
        self.node(
            at,
            quote!(Match(&#value, &[
                __k::Arm { pattern: #pattern, guard: #guard, body: #yes },
                __k::Arm { pattern: __k::Pattern::Any, guard: ::core::option::Option::None, body: #no },
            ])),
        )
    }
}

/// The text with which a panic starts, without what it would format into it.
fn message(tokens: &TokenStream) -> Option<String> {
    let arguments = Punctuated::<Expr, Token![,]>::parse_terminated
        .parse2(tokens.clone())
        .ok()?;
    text_of(arguments.first()?)
}

fn text_of(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Lit(lit) => match &lit.lit {
            Lit::Str(text) => Some(text.value()),
            _ => None,
        },
        _ => None,
    }
}
