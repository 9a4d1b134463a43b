//! Calls that borrow several elements of one variable, one of them to change it: `update(&a[i], &mut a[j])`.
//!
//! Rust refuses them, since it does not know that `i` and `j` differ. Here pointers to all but one of the elements are
//! taken first, the remaining one is borrowed as the user wrote it, `apart` looks whether they differ, and
//! `beside` gives the others its lifetime. So what the call returns is still held to the borrow of the variable.
//!
//! # Why the emitted `unsafe` is sound
//! The variable is borrowed uniquely by the remaining `&mut` for as long as the references are used, so nobody else reaches the
//! elements; among themselves they are apart, or shared ones only.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::visit_mut::{self, VisitMut};
use syn::{Expr, ExprCall, ExprReference};

use crate::dag::walk::root_of;

/// Rewrites all such calls in the expression.
pub(super) fn apart(expr: &mut Expr) {
    apart_if(expr, &|_| true);
}

/// Rewrites such calls with elements of a variable for which `concerned` holds.
pub(super) fn apart_if(expr: &mut Expr, concerned: &dyn Fn(&str) -> bool) {
    Calls { concerned }.visit_expr_mut(expr);
}

struct Calls<'c> {
    concerned: &'c dyn Fn(&str) -> bool,
}

impl VisitMut for Calls<'_> {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        visit_mut::visit_expr_mut(self, expr);
        if let Expr::Call(call) = expr
            && let Some(tokens) = rewritten(call, self.concerned)
        {
            *expr = syn::parse_quote!(#tokens);
        }
    }
}

/// The arguments that borrow elements of the variable of a `&mut` argument.
struct Borrows {
    /// The `&mut` that stays as it is.
    anchor: usize,
    /// The others, and whether they change their element.
    others: Vec<(usize, bool)>,
}

fn rewritten(call: &ExprCall, concerned: &dyn Fn(&str) -> bool) -> Option<TokenStream> {
    let Borrows { anchor, others } = borrows(call, concerned)?;
    let mut call = call.clone();
    let (mut taken, mut checked, mut tied) =
        (TokenStream::new(), TokenStream::new(), TokenStream::new());
    let name = |prefix: &str, index: usize| -> Ident {
        format_ident!("{}{}", prefix, index, span = Span::mixed_site())
    };
    let anchor_name = name("__anchor", anchor);
    for (position, &(index, mutable)) in others.iter().enumerate() {
        let Expr::Reference(reference) = &call.args[index] else {
            return None;
        };
        let (place, pointer, reference_name) = (
            &reference.expr,
            name("__place", index),
            name("__beside", index),
        );
        let span = Span::mixed_site().located_at(reference.span());
        let (take, tie) = if mutable {
            (quote!(&raw mut #place), quote!(beside_mut))
        } else {
            (quote!(&raw const #place), quote!(beside))
        };
        taken.extend(quote_spanned!(span=> let #pointer = #take;));
        checked.extend(
            quote_spanned!(span=> ::dagger::__private::apart(#pointer, &raw const *#anchor_name);),
        );
        for &(other, other_mutable) in &others[..position] {
            if mutable || other_mutable {
                let other = name("__place", other);
                checked
                    .extend(quote_spanned!(span=> ::dagger::__private::apart(#pointer, #other);));
            }
        }
        tied.extend(quote_spanned! {span=>
            let #reference_name = unsafe { ::dagger::__private::#tie(#pointer, &#anchor_name) };
        });
    }
    let kept = call.args[anchor].clone();
    for (index, _) in others {
        let reference_name = name("__beside", index);
        call.args[index] = syn::parse_quote!(#reference_name);
    }
    call.args[anchor] = syn::parse_quote!(#anchor_name);
    // In parentheses it is no block of a branch.
    Some(quote!(({ #taken let #anchor_name = #kept; #checked #tied #call })))
}

fn borrows(call: &ExprCall, concerned: &dyn Fn(&str) -> bool) -> Option<Borrows> {
    let element = |expr: &Expr| -> Option<(String, bool)> {
        let Expr::Reference(ExprReference {
            mutability, expr, ..
        }) = expr
        else {
            return None;
        };
        has_index(expr).then_some(())?;
        let root = root_of(expr)?.to_string();
        concerned(&root).then(|| (root, mutability.is_some()))
    };
    let elements: Vec<Option<(String, bool)>> = call.args.iter().map(element).collect();
    let anchor = (0..elements.len()).rev().find(|&index| {
        let Some((root, true)) = &elements[index] else {
            return false;
        };
        elements.iter().enumerate().any(|(other, two)| {
            other != index
                && two
                    .as_ref()
                    .is_some_and(|(other_root, _)| other_root == root)
        })
    })?;
    let root = elements[anchor].as_ref().map(|(root, _)| root.clone());
    let others = elements
        .iter()
        .enumerate()
        .filter(|&(index, _)| index != anchor)
        .filter_map(|(index, one)| {
            let (name, mutable) = one.as_ref()?;
            (Some(name) == root.as_ref()).then_some((index, *mutable))
        })
        .collect();
    Some(Borrows { anchor, others })
}

fn has_index(expr: &Expr) -> bool {
    match expr {
        Expr::Index(_) => true,
        Expr::Field(field) => has_index(&field.base),
        Expr::Paren(paren) => has_index(&paren.expr),
        Expr::Group(group) => has_index(&group.expr),
        Expr::Unary(unary) => has_index(&unary.expr),
        _ => false,
    }
}
