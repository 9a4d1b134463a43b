//! Place expressions, `x`, `x.f`, `x[i]`, `*x`: which variable they project from, and what stands there instead.

use proc_macro2::Span;
use quote::quote_spanned;
use syn::spanned::Spanned;
use syn::{Expr, Ident, Token, UnOp};

use super::names::variable_of;
use super::occurrence::{Action, How, Occurrence, Visitor};
use super::walk::Walker;

impl<V: Visitor + ?Sized> Walker<'_, V> {
    /// Walks a place expression used as `how` says; anything else is a value.
    pub(super) fn place(&mut self, expr: &mut Expr, how: How) {
        if !self.is_place(expr) {
            return self.computed(expr);
        }
        if let Some(root) = root_of(expr)
            && !self.is_shadowed(root)
        {
            let root = root.clone();
            if let Some(replacement) = self.visitor.place(expr, &root, &how, self.captured) {
                *expr = replacement;
                return;
            }
        }
        let mut shape = Shape::default();
        let action = self.root(expr, &how, &mut shape);
        match action {
            Some(Action::Copied(_)) => {
                let span = shape.span.unwrap_or_else(Span::call_site);
                *expr = if self.visitor.leaves_moves_to_serial() {
                    taken(expr, span)
                } else {
                    copied(expr, span)
                };
            }
            Some(Action::Lent(_)) => {
                let tokens = quote_spanned!(expr.span()=> (&mut *#expr));
                *expr = syn::parse_quote!(#tokens);
            }
            _ => {}
        }
    }

    /// Whether the expression is a variable or a projection of one.
    pub(super) fn is_place(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Paren(paren) => self.is_place(&paren.expr),
            Expr::Group(group) => self.is_place(&group.expr),
            Expr::Field(field) => self.is_place(&field.base),
            Expr::Index(index) => self.is_place(&index.expr),
            Expr::Unary(unary) if matches!(unary.op, UnOp::Deref(_)) => self.is_place(&unary.expr),
            Expr::Path(path) => variable_of(path).is_some(),
            _ => false,
        }
    }

    /// Visits the variable under a place expression, outermost projection first.
    fn root(&mut self, expr: &mut Expr, how: &How, shape: &mut Shape) -> Option<Action> {
        match expr {
            Expr::Paren(paren) => {
                if let Expr::Unary(unary) = &*paren.expr
                    && matches!(unary.op, UnOp::Deref(_))
                    && let Expr::Path(path) = &*unary.expr
                    && let Some(ident) = variable_of(path)
                    && self.visitor.is_transparent(ident)
                    && !self.is_shadowed(ident)
                {
                    let ident = ident.clone();
                    return self.leaf(expr, &ident, how, shape);
                }
                self.root(&mut paren.expr, how, shape)
            }
            Expr::Group(group) => self.root(&mut group.expr, how, shape),
            Expr::Field(field) => {
                shape.projected = true;
                if let syn::Member::Named(name) = &field.member {
                    shape.path.push(name.to_string());
                } else if let syn::Member::Unnamed(index) = &field.member {
                    shape.path.push(index.index.to_string());
                }
                self.root(&mut field.base, how, shape)
            }
            Expr::Index(index) => {
                shape.indirect();
                let how = shape.base_use(how);
                let action = self.root(&mut index.expr, &how, shape);
                self.value(&mut index.index);
                action
            }
            Expr::Unary(unary) => {
                shape.indirect();
                let how = shape.base_use(how);
                self.root(&mut unary.expr, &how, shape)
            }
            Expr::Path(path) => {
                let ident = variable_of(path)?.clone();
                if self.is_shadowed(&ident) {
                    return None;
                }
                self.leaf(expr, &ident, how, shape)
            }
            _ => None,
        }
    }

    fn leaf(
        &mut self,
        expr: &mut Expr,
        ident: &Ident,
        how: &How,
        shape: &mut Shape,
    ) -> Option<Action> {
        shape.path.reverse();
        shape.span = Some(ident.span());
        let action = self.visitor.occurrence(&Occurrence {
            ident,
            path: &shape.path,
            how: how.clone(),
            projected: shape.projected,
            captured: self.captured,
        });
        match &action {
            Action::Keep => {}
            Action::At(place) | Action::Copied(place) | Action::Lent(place) => {
                expr.clone_from(place);
            }
        }
        Some(action)
    }
}

/// The variable that a place expression projects from.
pub(crate) fn root_of(expr: &Expr) -> Option<&Ident> {
    match expr {
        Expr::Paren(paren) => root_of(&paren.expr),
        Expr::Group(group) => root_of(&group.expr),
        Expr::Field(field) => root_of(&field.base),
        Expr::Index(index) => root_of(&index.expr),
        Expr::Unary(unary) => root_of(&unary.expr),
        Expr::Path(path) => variable_of(path),
        _ => None,
    }
}

/// What a place expression projects out of its variable.
#[derive(Default)]
struct Shape {
    path: Vec<String>,
    projected: bool,
    span: Option<Span>,
}

impl Shape {
    /// An index or dereference: the fields outside of it say nothing about the variable itself.
    fn indirect(&mut self) {
        self.path.clear();
        self.projected = true;
    }

    /// How the variable is used if an element of it, or what it points to, is used as `how` says.
    fn base_use(&self, how: &How) -> How {
        match how {
            How::Value => How::Ref,
            How::Assign => How::Update,
            other => other.clone(),
        }
    }
}

/// `(*alias)` at the user's token.
pub(crate) fn dereferenced(alias: &Ident, span: Span) -> Expr {
    let mut alias = alias.clone();
    alias.set_span(alias.span().located_at(span));
    let mut path = syn::Path::from(alias);
    path.leading_colon = None;
    let path = Expr::Path(syn::ExprPath {
        attrs: Vec::new(),
        qself: None,
        path,
    });
    Expr::Paren(syn::ExprParen {
        attrs: Vec::new(),
        paren_token: syn::token::Paren(span),
        expr: Box::new(Expr::Unary(syn::ExprUnary {
            attrs: Vec::new(),
            op: UnOp::Deref(Token![*](span)),
            expr: Box::new(path),
        })),
    })
}

/// A copy of the place, with our complaint at the user's token if it is not `Copy`.
fn copied(place: &Expr, span: Span) -> Expr {
    let span = Span::mixed_site().located_at(span);
    // By way of a variable: what is wanted here must not tell rustc what is copied, for the two may differ by a coercion.
    syn::parse_quote_spanned!(span=> ({ let __copy = ::dagger::__private::Copied::copied(&#place); __copy }))
}

/// A copy of the place. Where it is not `Copy`, the serial form is where rustc complains.
fn taken(place: &Expr, span: Span) -> Expr {
    let span = Span::mixed_site().located_at(span);
    syn::parse_quote_spanned!(span=> ({
        use ::dagger::__private::{TakenCopy as _, TakenOtherwise as _};
        ::dagger::__private::Taken(&#place).taken()
    }))
}

/// The same where it is said once, of the variable, that it must be `Copy`.
pub(crate) fn taken_too(place: &Expr, span: Span) -> Expr {
    let span = Span::mixed_site().located_at(span);
    syn::parse_quote_spanned!(span=> ({
        use ::dagger::__private::{TakenCopy as _, TakenOtherwise as _};
        ::dagger::__private::TakenToo(&#place).taken()
    }))
}
