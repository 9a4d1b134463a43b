//! What is between the braces of `dag! { .. }`: a block of statements, or functions. Keeps the user's tokens.

use proc_macro2::TokenStream;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Attribute, Block, ItemFn, Stmt, Token, Visibility};

use super::diagnostics;

/// The input of `dag!`.
pub(crate) enum Input {
    /// Block form.
    Block(Vec<Stmt>),
    /// Item form.
    Items(Vec<ItemFn>),
}

impl Parse for Input {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if !begins_function(input) {
            return Block::parse_within(input).map(Input::Block);
        }
        let mut items = Vec::new();
        while !input.is_empty() {
            if !items.is_empty() && !begins_function(input) {
                return Err(diagnostics::statement_among_items(input.span()));
            }
            items.push(input.parse()?);
        }
        Ok(Input::Items(items))
    }
}

/// Whether the tokens are meant as functions, even if they do not parse.
pub(crate) fn is_item_form(input: TokenStream) -> bool {
    let begins = |input: ParseStream<'_>| {
        let begins = begins_function(input);
        input.parse::<TokenStream>()?;
        Ok(begins)
    };
    begins.parse2(input).unwrap_or(false)
}

fn begins_function(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    if Attribute::parse_outer(&ahead).is_err() {
        return false;
    }
    // `pub` begins nothing but an item.
    if ahead.peek(Token![pub]) || ahead.peek(Token![fn]) {
        return true;
    }
    if ahead.parse::<Visibility>().is_err() {
        return false;
    }
    let word = |ahead: ParseStream<'_>| {
        ahead.parse::<Option<Token![const]>>().is_ok()
            && ahead.parse::<Option<Token![async]>>().is_ok()
            && ahead.parse::<Option<Token![unsafe]>>().is_ok()
            && ahead.parse::<Option<syn::Abi>>().is_ok()
            && ahead.peek(Token![fn])
    };
    word(&ahead)
}
