//! What is between the braces of `dag! { .. }`: a block of statements, or functions. Keeps the user's tokens.

use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Block, ItemFn, Stmt, Token, Visibility};

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
            items.push(input.parse()?);
        }
        Ok(Input::Items(items))
    }
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
