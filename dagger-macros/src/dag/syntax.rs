//! What the syntax alone says of an expression: where its call is, which attributes it carries, what it is called in pictures.

use proc_macro2::Span;
use quote::ToTokens;
use syn::{Attribute, Expr};

/// The call in `f(..)`, `f(..)?`, `x = f(..)`.
pub(super) fn outermost_call(expr: &mut Expr) -> Option<&mut Expr> {
    match expr {
        Expr::Call(_) => Some(expr),
        Expr::Try(attempt) => outermost_call(&mut attempt.expr),
        Expr::Paren(paren) => outermost_call(&mut paren.expr),
        Expr::Group(group) => outermost_call(&mut group.expr),
        Expr::Assign(assign) => outermost_call(&mut assign.right),
        _ => None,
    }
}

/// Takes the outer attributes off an expression statement.
pub(super) fn take_attributes(expr: &mut Expr) -> Vec<Attribute> {
    let (attrs, inner) = match expr {
        Expr::Call(e) => (&mut e.attrs, None),
        Expr::Try(e) => (&mut e.attrs, Some(&mut e.expr)),
        Expr::MethodCall(e) => (&mut e.attrs, Some(&mut e.receiver)),
        Expr::If(e) => (&mut e.attrs, None),
        Expr::Match(e) => (&mut e.attrs, None),
        Expr::ForLoop(e) => (&mut e.attrs, None),
        Expr::While(e) => (&mut e.attrs, None),
        Expr::Loop(e) => (&mut e.attrs, None),
        Expr::Block(e) => (&mut e.attrs, None),
        Expr::Macro(e) => (&mut e.attrs, None),
        Expr::Assign(e) => (&mut e.attrs, Some(&mut e.left)),
        Expr::Binary(e) => (&mut e.attrs, Some(&mut e.left)),
        Expr::Path(e) => (&mut e.attrs, None),
        Expr::Paren(e) => (&mut e.attrs, None),
        _ => return Vec::new(),
    };
    let mut attrs = std::mem::take(attrs);
    if let Some(inner) = inner {
        attrs.extend(take_attributes(inner));
    }
    attrs
}

pub(super) fn is_branch(expr: &Expr) -> bool {
    matches!(
        expr,
        Expr::If(_) | Expr::Match(_) | Expr::Block(_) | Expr::Loop(_)
    )
}

/// Whether evaluating the expression does nothing worth showing: names, literals and tuples of them.
pub(super) fn is_plain(expr: &Expr) -> bool {
    match expr {
        Expr::Path(_) | Expr::Lit(_) => true,
        Expr::Paren(paren) => is_plain(&paren.expr),
        Expr::Group(group) => is_plain(&group.expr),
        Expr::Tuple(tuple) => tuple.elems.iter().all(is_plain),
        Expr::Reference(reference) => is_plain(&reference.expr),
        _ => false,
    }
}

/// Loops that never have a value: as the last statement they are no result.
pub(super) fn is_unit_loop(expr: &Expr) -> bool {
    matches!(expr, Expr::ForLoop(_) | Expr::While(_))
}

pub(super) fn first_span(expr: &Expr) -> Span {
    expr.to_token_stream()
        .into_iter()
        .next()
        .map_or_else(Span::call_site, |token| token.span())
}

/// An expression's text, short enough for a picture.
pub(super) fn summary(expr: &Expr) -> String {
    const LONGEST: usize = 40;
    let text = match expr {
        Expr::If(_) => "if".to_owned(),
        Expr::Match(choice) => format!("match {}", choice.expr.to_token_stream()),
        Expr::ForLoop(repeat) => format!("for {}", repeat.pat.to_token_stream()),
        Expr::While(_) => "while".to_owned(),
        Expr::Loop(_) => "loop".to_owned(),
        Expr::Block(_) => "block".to_owned(),
        _ => expr.to_token_stream().to_string(),
    };
    let text = tidy(&text);
    if text.chars().count() <= LONGEST {
        return text;
    }
    let mut short: String = text.chars().take(LONGEST - 1).collect();
    short.push('…');
    short
}

/// Takes out the spaces that token streams print between punctuation.
fn tidy(text: &str) -> String {
    let mut tidy = text.to_owned();
    for (from, to) in [
        (" . ", "."),
        (" ()", "()"),
        (" (", "("),
        ("( ", "("),
        (" )", ")"),
        ("& ", "&"),
        (" ,", ","),
        (" ;", ";"),
        (" ?", "?"),
        (" [", "["),
        (" :: ", "::"),
        (" !", "!"),
    ] {
        tidy = tidy.replace(from, to);
    }
    tidy
}
