//! The attributes on a statement: `#[on(..)]`, `#[priority(..)]`, `#[name("..")]`.

use proc_macro2::{Span, TokenStream};
use syn::spanned::Spanned;
use syn::visit::Visit;
use syn::visit_mut::VisitMut;
use syn::{Attribute, Expr, Lit, LitStr, Meta};

use super::diagnostics;

/// A place for a node.
#[derive(Clone, Debug)]
pub(crate) struct On {
    /// The user's words, for pictures.
    pub(crate) text: String,
    /// An expression of type `::dagger::Scope`.
    pub(crate) scope: TokenStream,
    pub(crate) span: Span,
}

/// What a statement's attributes ask for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    /// What `#[on(..)]` says.
    pub(crate) on: Option<On>,
    /// The expression of `#[priority(..)]`.
    pub(crate) priority: Option<Expr>,
    /// The text of `#[name("..")]`.
    pub(crate) name: Option<LitStr>,
}

impl Options {
    /// Takes the options out of a statement's attributes; what rustc is to see stays.
    pub(crate) fn take(attrs: &mut Vec<Attribute>, errors: &mut Vec<syn::Error>) -> Self {
        let mut options = Options::default();
        let mut kept = Vec::new();
        for attr in attrs.drain(..) {
            let name = attr
                .path()
                .get_ident()
                .map(ToString::to_string)
                .unwrap_or_default();
            let done = match &*name {
                "on" => options.set_on(&attr),
                "priority" => options.set_priority(&attr),
                "name" => options.set_name(&attr),
                "allow" | "expect" | "warn" | "deny" => {
                    kept.push(attr);
                    continue;
                }
                _ => Err(diagnostics::unknown_attribute(&attr)),
            };
            errors.extend(done.err());
        }
        *attrs = kept;
        options
    }

    /// The priority, if it is a literal; 0 if it is not.
    pub(crate) fn literal_priority(&self) -> i32 {
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
        self.priority.as_ref().and_then(literal).unwrap_or(0)
    }

    fn set_on(&mut self, attr: &Attribute) -> syn::Result<()> {
        if self.on.is_some() {
            return Err(diagnostics::repeated_attribute(attr, "on"));
        }
        let tokens = match &attr.meta {
            Meta::List(list) => list.tokens.clone(),
            _ => TokenStream::new(),
        };
        let scope = crate::place::parse(&tokens, attr.path().span())?;
        self.on = Some(On {
            text: tokens.to_string(),
            scope,
            span: attr.path().span(),
        });
        Ok(())
    }

    fn set_priority(&mut self, attr: &Attribute) -> syn::Result<()> {
        if self.priority.is_some() {
            return Err(diagnostics::repeated_attribute(attr, "priority"));
        }
        let priority = match &attr.meta {
            Meta::List(list) => list.parse_args::<Expr>().ok(),
            _ => None,
        };
        match priority {
            Some(priority) => {
                self.priority = Some(priority);
                if self.priority_is_literal() {
                    Ok(())
                } else {
                    Err(diagnostics::priority_needs_a_number(attr))
                }
            }
            None => Err(diagnostics::priority_needs_a_number(attr)),
        }
    }

    fn priority_is_literal(&self) -> bool {
        fn is_literal(expr: &Expr) -> bool {
            match expr {
                Expr::Lit(lit) => {
                    matches!(&lit.lit, Lit::Int(int) if int.base10_parse::<i32>().is_ok())
                }
                Expr::Unary(unary) => {
                    matches!(unary.op, syn::UnOp::Neg(_)) && is_literal(&unary.expr)
                }
                Expr::Paren(paren) => is_literal(&paren.expr),
                _ => false,
            }
        }
        self.priority.as_ref().is_some_and(is_literal)
    }

    fn set_name(&mut self, attr: &Attribute) -> syn::Result<()> {
        if self.name.is_some() {
            return Err(diagnostics::repeated_attribute(attr, "name"));
        }
        let name = match &attr.meta {
            Meta::List(list) => list.parse_args::<LitStr>().ok(),
            _ => None,
        };
        match name {
            Some(name) => {
                self.name = Some(name);
                Ok(())
            }
            None => Err(diagnostics::name_needs_a_string(attr)),
        }
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

/// Whether a statement inside an expression must run in a particular place.
pub(crate) fn has_place(expr: &Expr) -> bool {
    struct Places(bool);
    impl<'ast> Visit<'ast> for Places {
        fn visit_attribute(&mut self, attr: &'ast Attribute) {
            self.0 |= attr.path().is_ident("on");
        }
    }
    let mut places = Places(false);
    places.visit_expr(expr);
    places.0
}

fn is_option(attr: &Attribute) -> bool {
    ["on", "priority", "name"]
        .iter()
        .any(|name| attr.path().is_ident(name))
}
