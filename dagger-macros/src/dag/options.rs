//! The attributes on a statement: `#[on(..)]`, `#[priority(..)]`, `#[name("..")]`, and rustc's own that may stand there.

use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::visit_mut::VisitMut;
use syn::{Attribute, Expr, Lit};

use super::diagnostics;
pub(crate) use crate::options::Options;
use crate::options::is_option;

impl Options {
    /// Takes the options out of a statement's attributes; what rustc is to see stays.
    pub(crate) fn take(attrs: &mut Vec<Attribute>, errors: &mut Vec<syn::Error>) -> Self {
        let mut options = Options::default();
        attrs.retain(|attr| match options.set(attr) {
            Some(done) => {
                errors.extend(done.err());
                false
            }
            None if ["allow", "expect", "warn", "deny"]
                .iter()
                .any(|name| attr.path().is_ident(name)) =>
            {
                true
            }
            None => {
                errors.push(diagnostics::unknown_attribute(attr));
                false
            }
        });
        options
    }

    /// The priority, if it is a literal.
    pub(crate) fn literal_priority(&self) -> Option<i32> {
        fn literal(expr: &Expr) -> Option<i32> {
            match expr {
                Expr::Lit(lit) => match &lit.lit {
                    Lit::Int(int) => int.base10_parse().ok(),
                    _ => None,
                },
                Expr::Unary(unary) if matches!(unary.op, syn::UnOp::Neg(_)) => {
                    literal(&unary.expr).map(|value| -value)
                }
                Expr::Paren(paren) => literal(&paren.expr),
                _ => None,
            }
        }
        self.priority.as_ref().and_then(literal)
    }
}

/// Takes the options off all statements inside an expression: rustc does not know them.
pub(crate) fn strip(expr: &mut Expr) {
    struct Strip;
    impl VisitMut for Strip {
        fn visit_attributes_mut(&mut self, attrs: &mut Vec<Attribute>) {
            attrs.retain(|attr| !is_option(attr));
        }
    }
    Strip.visit_expr_mut(expr);
}

/// The same where the expression is not going to be taken apart any further: a statement in it that must run in a
/// particular place cannot get there, and is an error.
pub(crate) fn settle(expr: &mut Expr) {
    let left: Option<syn::Error> = diagnostics::combined(
        places(expr)
            .into_iter()
            .map(diagnostics::place_out_of_reach)
            .collect(),
    );
    strip(expr);
    if let Some(error) = left {
        let error = error.to_compile_error();
        *expr = syn::parse_quote!({ #error #expr });
    }
}

/// Whether a statement inside an expression must run in a particular place.
pub(crate) fn has_place(expr: &Expr) -> bool {
    !places(expr).is_empty()
}

/// Where statements inside an expression say that they must run in a particular place.
fn places(expr: &Expr) -> Vec<Span> {
    struct Places(Vec<Span>);
    impl<'ast> Visit<'ast> for Places {
        fn visit_attribute(&mut self, attr: &'ast Attribute) {
            if attr.path().is_ident("on") {
                self.0.push(attr.path().span());
            }
            visit::visit_attribute(self, attr);
        }
    }
    let mut found = Places(Vec::new());
    found.visit_expr(expr);
    found.0
}
