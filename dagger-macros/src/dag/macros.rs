//! What the macros of the standard library do with the variables in their tokens.
//!
//! Other macros are read as a list of expressions if they can be, else as raw identifiers; either way what they
//! mention counts as used where rustc would have to decide.

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{Block, Expr, Macro, Token};

use super::walk::{Action, How, Visitor, Walker};

/// Walks the tokens of a macro call and rewrites them.
pub(crate) fn walk<V: Visitor + ?Sized>(walker: &mut Walker<'_, V>, mac: &mut Macro) {
    let name = mac
        .path
        .segments
        .last()
        .map(|segment| segment.ident.to_string())
        .unwrap_or_default();
    match &*name {
        "stringify" | "concat" | "line" | "column" | "file" | "module_path" | "env"
        | "option_env" | "include" | "include_str" | "include_bytes" | "cfg" | "compile_error" => {
            return;
        }
        "dag" => return block(walker, mac),
        "matches" => return first_of(walker, mac),
        _ => {}
    }
    let Some(mut exprs) = expressions(&mac.tokens) else {
        return repeat(walker, mac).unwrap_or_else(|| {
            mac.tokens = raw(walker, mac.tokens.clone());
        });
    };
    for expr in &exprs {
        inline_captures(walker, expr);
    }
    match &*name {
        "print" | "println" | "eprint" | "eprintln" | "format" | "format_args" | "panic"
        | "todo" | "unimplemented" | "unreachable" | "assert_eq" | "assert_ne"
        | "debug_assert_eq" | "debug_assert_ne" | "info" | "warn" | "error" | "debug" | "trace" => {
            walker.list(&mut exprs, &How::Ref);
        }
        "assert" | "debug_assert" => {
            for (index, expr) in exprs.iter_mut().enumerate() {
                match index {
                    0 => walker.value(expr),
                    _ => walker.argument(expr, How::Ref),
                }
            }
        }
        "write" | "writeln" => {
            for (index, expr) in exprs.iter_mut().enumerate() {
                walker.argument(expr, if index == 0 { How::Update } else { How::Ref });
            }
        }
        "vec" | "dbg" => walker.list(&mut exprs, &How::Value),
        "spawn" => walker.as_captured(|walker| {
            for expr in &mut exprs {
                walker.value(expr);
            }
        }),
        _ => walker.list(&mut exprs, &How::Receiver(String::new())),
    }
    mac.tokens = exprs.to_token_stream();
}

fn expressions(tokens: &TokenStream) -> Option<Punctuated<Expr, Token![,]>> {
    Punctuated::parse_terminated.parse2(tokens.clone()).ok()
}

/// `vec![value; count]`.
fn repeat<V: Visitor + ?Sized>(walker: &mut Walker<'_, V>, mac: &mut Macro) -> Option<()> {
    let parse = |input: syn::parse::ParseStream<'_>| {
        let value: Expr = input.parse()?;
        let semi: Token![;] = input.parse()?;
        let count: Expr = input.parse()?;
        Ok((value, semi, count))
    };
    let (mut value, semi, mut count) = parse.parse2(mac.tokens.clone()).ok()?;
    walker.value(&mut value);
    walker.value(&mut count);
    mac.tokens = quote!(#value #semi #count);
    Some(())
}

/// `matches!(value, pattern)`: only the value is looked at.
fn first_of<V: Visitor + ?Sized>(walker: &mut Walker<'_, V>, mac: &mut Macro) {
    let parse = |input: syn::parse::ParseStream<'_>| {
        let value: Expr = input.parse()?;
        let rest: TokenStream = input.parse()?;
        Ok((value, rest))
    };
    if let Ok((mut value, rest)) = parse.parse2(mac.tokens.clone()) {
        walker.place(&mut value, How::Ref);
        mac.tokens = quote!(#value #rest);
    }
}

/// A `dag!` inside: its statements, like those of a closure.
fn block<V: Visitor + ?Sized>(walker: &mut Walker<'_, V>, mac: &mut Macro) {
    if let Ok(stmts) = Block::parse_within.parse2(mac.tokens.clone()) {
        let mut block = Block {
            brace_token: syn::token::Brace::default(),
            stmts,
        };
        walker.as_captured(|walker| walker.block(&mut block));
        let stmts = block.stmts;
        mac.tokens = quote!(#(#stmts)*);
    }
}

/// Tokens that are no list of expressions: every identifier that could be a variable counts.
fn raw<V: Visitor + ?Sized>(walker: &mut Walker<'_, V>, tokens: TokenStream) -> TokenStream {
    let mut after_dot = false;
    tokens
        .into_iter()
        .map(|token| {
            let is_member = std::mem::replace(
                &mut after_dot,
                matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '.'),
            );
            match token {
                TokenTree::Ident(ident) if !is_member && is_name(&ident) => {
                    match walker.token_use(&ident, How::Receiver(String::new())) {
                        Action::Keep => ident.into_token_stream(),
                        Action::At(place) | Action::Copied(place) | Action::Lent(place) => {
                            place.into_token_stream()
                        }
                    }
                }
                TokenTree::Group(group) => {
                    let mut inner = Group::new(group.delimiter(), raw(walker, group.stream()));
                    inner.set_span(group.span());
                    inner.into_token_stream()
                }
                TokenTree::Literal(literal) => {
                    literal_captures(walker, &literal.to_string(), literal.span());
                    literal.into_token_stream()
                }
                other => other.into_token_stream(),
            }
        })
        .collect()
}

fn is_name(ident: &Ident) -> bool {
    ident == "self" || syn::parse_str::<Ident>(&ident.to_string()).is_ok()
}

/// Reports the variables that a string literal formats, as in `"{x} {y:?} {z:>width$}"`.
fn inline_captures<V: Visitor + ?Sized>(walker: &mut Walker<'_, V>, expr: &Expr) {
    if let Expr::Lit(literal) = expr
        && let syn::Lit::Str(text) = &literal.lit
    {
        literal_captures(walker, &text.value(), text.span());
    }
}

fn literal_captures<V: Visitor + ?Sized>(walker: &mut Walker<'_, V>, text: &str, span: Span) {
    for name in captured_names(text) {
        if let Ok(mut ident) = syn::parse_str::<Ident>(&name) {
            ident.set_span(span);
            walker.token_use(&ident, How::Inline);
        }
    }
}

/// The identifiers between the braces of a format string, widths and precisions included.
fn captured_names(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut rest = text.replace("{{", "");
    while let Some(open) = rest.find('{') {
        let inside: String = rest[open + 1..]
            .chars()
            .take_while(|&c| c != '}' && c != '{')
            .collect();
        rest = rest[open + 1 + inside.len()..].to_owned();
        let (name, format) = inside.split_once(':').unwrap_or((&inside, ""));
        let is_name = |name: &str| {
            name.starts_with(|c: char| c.is_alphabetic() || c == '_')
                && name.chars().all(|c| c.is_alphanumeric() || c == '_')
        };
        let widths = format
            .split('$')
            .take(format.matches('$').count())
            .map(|part| {
                part.rsplit(|c: char| !(c.is_alphanumeric() || c == '_'))
                    .next()
                    .unwrap_or("")
            });
        for name in std::iter::once(name.trim()).chain(widths) {
            if is_name(name) {
                names.push(name.to_owned());
            }
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::captured_names;

    #[test]
    fn format_strings_name_what_they_capture() {
        assert_eq!(captured_names("{a} and {b:?} and {} and {0}"), ["a", "b"]);
        assert_eq!(
            captured_names("{{no}} {x:>width$.precision$}"),
            ["x", "width", "precision"]
        );
        assert!(captured_names("plain").is_empty());
    }
}
