//! Rewrites a statement of a loop to where its variables are, on the driver or inside a node.
//!
//! # Why the emitted `unsafe` is sound
//! See the [parent module](super): this file emits only what is proved there.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{BinOp, Block, Expr, ExprTry};

use super::Unfolding;
use super::node::Reach;
use crate::dag::access::{may_lend, writes};
use crate::dag::emit::apart::apart_if;
use crate::dag::emit::attempt;
use crate::dag::emit::notes::{self, Calls};
use crate::dag::options::{settle, strip};
use crate::dag::region::{Form, Known, Need, Step, Use};
use crate::dag::walk::{Action, Captured, How, Occurrence, Visitor, Walker, dereferenced};

/// An element that a node reaches through a pointer of its own.
pub(super) struct Element {
    pub(super) handle: Ident,
    /// The variable it is part of.
    pub(super) name: String,
    /// What the driver does before it names the element: waits for what the indices depend on.
    pub(super) before: TokenStream,
    /// The element as the driver names it, where it makes a node and where it runs the statement itself.
    pub(super) place: Expr,
    pub(super) inline_place: Expr,
    pub(super) write: bool,
    /// Whether it is an operand of `&`, not just looked at for a moment.
    pub(super) borrows: bool,
    /// Whether what the statement makes may borrow from it.
    pub(super) lends: bool,
}

/// Rewrites one statement.
pub(super) struct Rewrite<'r, 'u, 'c> {
    unfolding: &'r mut Unfolding<'u>,
    reaches: &'c BTreeMap<String, Reach>,
    /// Whether the statement becomes a node.
    in_node: bool,
    calls: Calls,
    /// The elements it uses.
    pub(super) elements: Vec<Element>,
    /// The driver's locals it uses.
    pub(super) drivers: BTreeSet<String>,
    /// The variables it only looks at.
    pub(super) frozen: BTreeSet<String>,
}

impl<'r, 'u, 'c> Rewrite<'r, 'u, 'c> {
    pub(super) fn new(
        unfolding: &'r mut Unfolding<'u>,
        reaches: &'c BTreeMap<String, Reach>,
        in_node: bool,
        calls: Calls,
    ) -> Self {
        Rewrite {
            unfolding,
            reaches,
            in_node,
            calls,
            elements: Vec::new(),
            drivers: BTreeSet::new(),
            frozen: BTreeSet::new(),
        }
    }

    pub(super) fn run(&mut self, expr: &Expr) -> Expr {
        let mut expr = expr.clone();
        // Elements that a node reaches through pointers of their own are told apart when it is made.
        let (in_node, reaches) = (self.in_node, self.reaches);
        apart_if(&mut expr, &|root| {
            !in_node || !matches!(reaches.get(root), Some(Reach::Elements(_)))
        });
        Walker::new(self).value(&mut expr);
        if in_node {
            settle(&mut expr);
        } else {
            strip(&mut expr);
        }
        expr
    }

    fn found(one: &Ident, how: &How, projected: bool, captured: Captured) -> Use {
        Use {
            how: how.clone(),
            path: Vec::new(),
            projected,
            captured,
            span: one.span(),
        }
    }
}

impl Visitor for Rewrite<'_, '_, '_> {
    // The driver may move out of a variable itself, which rustc would complain of once more.
    fn leaves_moves_to_serial(&self) -> bool {
        false
    }

    fn plain_arm(&mut self, block: &mut Block) {
        if self.calls == Calls::Noted {
            notes::in_block(block);
        }
    }

    fn plain_value(&mut self, value: &mut Expr) {
        if self.calls == Calls::Noted {
            notes::in_value(value);
        }
    }

    fn place(&mut self, place: &Expr, root: &Ident, how: &How, captured: Captured) -> Option<Expr> {
        let name = root.to_string();
        let Some(Reach::Elements(_)) = self.reaches.get(&name) else {
            return None;
        };
        if !self.in_node {
            return None;
        }
        let found = Self::found(root, how, true, captured);
        let outside = &self.unfolding.outsides[&name];
        let need_write = writes(&found, &outside.var);
        let lends = may_lend(&found, if need_write { Need::Write } else { Need::Read });
        let mut handle = self.unfolding.handle();
        handle.set_span(handle.span().located_at(root.span()));
        let home = self.unfolding.pointer(&name);
        let new_root: Expr = if need_write {
            syn::parse_quote!((*#home.unique()))
        } else {
            syn::parse_quote!((*#home.shared()))
        };
        let mut before = TokenStream::new();
        let (mut driven, mut inline_place) = (place.clone(), place.clone());
        self.unfolding
            .indices(&mut driven, &mut inline_place, &name, &mut before);
        put_root(&mut driven, &new_root);
        put_root(&mut inline_place, &new_root);
        self.elements.push(Element {
            handle: handle.clone(),
            name,
            before,
            place: driven,
            inline_place,
            write: need_write,
            borrows: matches!(how, How::Ref | How::Mut),
            lends,
        });
        let span = Span::mixed_site().located_at(root.span());
        Some(match how {
            How::Value => syn::parse_quote_spanned!(span=>
                ::dagger::__private::Copied::copied(unsafe { #handle.get() })),
            _ => standing(
                syn::parse_quote_spanned!(span=> (*unsafe { #handle.get() })),
                end_of(place),
            ),
        })
    }

    fn occurrence(&mut self, one: &Occurrence<'_>) -> Action {
        let name = one.ident.to_string();
        let Some(reach) = self.reaches.get(&name) else {
            return Action::Keep;
        };
        let alias = |rewrite: &Self| {
            let found = Self::found(one.ident, &one.how, one.projected, one.captured);
            let alias = rewrite.unfolding.alias(&name, &[found]);
            Box::new(dereferenced(&alias, one.ident.span()))
        };
        let pointed = |rewrite: &Self, need: &Need| match need {
            // Each use by itself, so that only the serial form complains of borrows that overlap.
            Need::Write if !rewrite.in_node && one.captured == Captured::No => {
                let home = rewrite.unfolding.pointer(&name);
                Box::new(standing(
                    syn::parse_quote!((*unsafe { #home.unique() })),
                    one.ident.span(),
                ))
            }
            _ => alias(rewrite),
        };
        let by_need = |need: &Need, known: Known, place: Box<Expr>| match (need, &one.how) {
            (Need::Consume | Need::Replace, _) => Action::Keep,
            (Need::Write, How::Value) if known == Known::Unique && !one.projected => {
                Action::Lent(place)
            }
            (_, How::Value) => Action::Copied(place),
            _ => Action::At(place),
        };
        match reach {
            Reach::Driver => {
                self.drivers.insert(name.clone());
                Action::Keep
            }
            Reach::Value(value, _)
                if !self.in_node && self.unfolding.values[*value].inline_local =>
            {
                Action::Keep
            }
            Reach::Value(_, need) => by_need(need, Known::Nothing, alias(self)),
            Reach::Whole(need) | Reach::Elements(need) => {
                let known = self.unfolding.outsides[&name].var.known;
                by_need(need, known, pointed(self, need))
            }
            Reach::Frozen if !self.in_node => Action::Keep,
            Reach::Frozen => {
                // A name that is no variable of ours, such as a function's, stays.
                if !self.unfolding.outsides.contains_key(&name) {
                    return Action::Keep;
                }
                self.frozen.insert(name.clone());
                match &one.how {
                    How::Value => Action::Copied(alias(self)),
                    _ => Action::At(alias(self)),
                }
            }
        }
    }

    fn attempt(&mut self, expr: &mut ExprTry) -> Option<Expr> {
        Some(attempt(expr))
    }

    fn is_transparent(&self, name: &Ident) -> bool {
        let around = &self.unfolding.context.surroundings.transparent;
        around.contains(&name.to_string()) && self.unfolding.home(&name.to_string()).is_none()
    }
}

/// Puts another expression in the place of the variable under a place expression.
pub(super) fn put_root(expr: &mut Expr, root: &Expr) {
    match expr {
        Expr::Paren(paren) => put_root(&mut paren.expr, root),
        Expr::Group(group) => put_root(&mut group.expr, root),
        Expr::Field(field) => put_root(&mut field.base, root),
        Expr::Index(index) => put_root(&mut index.expr, root),
        Expr::Unary(unary) => put_root(&mut unary.expr, root),
        Expr::Path(_) => *expr = root.clone(),
        _ => {}
    }
}

/// A parenthesised expression as if its parentheses stood at the user's token: what rustc says of it, it then says in the
/// same words and of the same place as of the serial form, and so once.
fn standing(mut expr: Expr, span: Span) -> Expr {
    if let Expr::Paren(paren) = &mut expr {
        paren.paren_token = syn::token::Paren(span);
    }
    expr
}

/// The last token of a place.
fn end_of(place: &Expr) -> Span {
    match place {
        Expr::Index(index) => index.bracket_token.span.close(),
        Expr::Paren(paren) => paren.paren_token.span.close(),
        Expr::Field(field) => field.member.span(),
        Expr::Unary(unary) => end_of(&unary.expr),
        other => other.span(),
    }
}

/// Whether parts of the expression may not be evaluated, or several times, or later.
pub(super) fn has_control(expr: &Expr) -> bool {
    struct Control(bool);
    impl<'ast> Visit<'ast> for Control {
        fn visit_expr(&mut self, expr: &'ast Expr) {
            self.0 |= match expr {
                Expr::If(_)
                | Expr::Match(_)
                | Expr::Block(_)
                | Expr::Unsafe(_)
                | Expr::Loop(_)
                | Expr::While(_)
                | Expr::ForLoop(_)
                | Expr::Closure(_)
                | Expr::Macro(_) => true,
                Expr::Binary(binary) => matches!(binary.op, BinOp::And(_) | BinOp::Or(_)),
                _ => false,
            };
            visit::visit_expr(self, expr);
        }
    }
    let mut control = Control(false);
    control.visit_expr(expr);
    control.0
}

/// The step's statement with its rewritten expression; nothing for a result that only the expansion names.
pub(super) fn statement(step: &Step, expr: &Expr) -> TokenStream {
    let attrs = &step.attrs;
    match &step.form {
        Form::Let(pat) => quote!(#(#attrs)* let #pat = #expr;),
        Form::Statement if step.discards => quote!(#(#attrs)* let _ = #expr;),
        Form::Statement => quote!(#(#attrs)* #expr;),
        Form::Temporary(_) | Form::Tail(_) => TokenStream::new(),
    }
}
