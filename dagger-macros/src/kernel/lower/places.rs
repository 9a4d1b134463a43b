//! Places, and elements of arrays and neighbourhoods.

use super::{Lower, line};
use crate::kernel::diagnostics::{self, no};
use proc_macro2::TokenStream;
use quote::quote;
use syn::{Expr, ExprIndex, Lit, UnOp};

impl Lower<'_> {
    /// The left side of `=`.
    pub(super) fn place(&mut self, expr: &Expr) -> TokenStream {
        let at = line(expr);
        match expr {
            Expr::Infer(_) => self.node(at, quote!(Nowhere)),
            Expr::Paren(paren) => self.place(&paren.expr),
            Expr::Tuple(tuple) => {
                let parts: Vec<TokenStream> =
                    tuple.elems.iter().map(|part| self.place(part)).collect();
                self.node(at, quote!(Tuple(&[#(#parts),*])))
            }
            Expr::Array(array) => {
                let parts: Vec<TokenStream> =
                    array.elems.iter().map(|part| self.place(part)).collect();
                self.node(at, quote!(Array(&[#(#parts),*])))
            }
            other => self.expr(other),
        }
    }

    pub(super) fn index(&mut self, index: &ExprIndex) -> TokenStream {
        let at = line(index);
        if let Some((number, dimensions)) = self.neighbourhood(&index.expr) {
            return self.neighbour(number, dimensions, &index.index, at);
        }
        if matches!(&*index.index, Expr::Range(_)) {
            return self.failed(no(
                &index.index,
                "a kernel has no slices: read the elements one by one",
            ));
        }
        let array = self.expr(&index.expr);
        let element = self.expr(&index.index);
        self.node(at, quote!(Index(&#array, &#element)))
    }

    /// The neighbourhood that a path names: its variable and its dimensions.
    pub(super) fn neighbourhood(&self, expr: &Expr) -> Option<(usize, usize)> {
        let Expr::Path(path) = expr else { return None };
        let number = self.scope.find(path.path.get_ident()?)?;
        Some((number, self.scope.dimensions(number)?))
    }

    fn neighbour(
        &mut self,
        number: usize,
        dimensions: usize,
        index: &Expr,
        at: u32,
    ) -> TokenStream {
        let offsets: Vec<&Expr> = match index {
            Expr::Tuple(tuple) => tuple.elems.iter().collect(),
            Expr::Array(array) => array.elems.iter().collect(),
            other => vec![other],
        };
        if offsets.len() != dimensions {
            let text =
                format!("these neighbours have {dimensions} dimensions: give an offset in each");
            return self.failed(no(index, &text));
        }
        for (dimension, offset) in offsets.iter().enumerate() {
            match (distance(offset), &self.declared_radius) {
                (None, None) => {
                    let error = diagnostics::radius_unknown(offset);
                    return self.failed(error);
                }
                (Some(distance), Some(radius)) if distance > radius[dimension] => {
                    let error = diagnostics::beyond_radius(offset, radius[dimension]);
                    return self.failed(error);
                }
                (Some(distance), None) => {
                    let seen = &mut self.seen_radius[dimension];
                    *seen = distance.max(*seen);
                }
                (_, Some(_)) => {}
            }
        }
        let offsets: Vec<TokenStream> = offsets.iter().map(|offset| self.expr(offset)).collect();
        self.node(at, quote!(Neighbour(#number, &[#(#offsets),*])))
    }
}

/// How far away an offset is, where it is written as a number.
fn distance(offset: &Expr) -> Option<usize> {
    match offset {
        Expr::Lit(lit) => match &lit.lit {
            Lit::Int(int) => int.base10_parse().ok(),
            _ => None,
        },
        Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => distance(&unary.expr),
        Expr::Paren(paren) => distance(&paren.expr),
        Expr::Group(group) => distance(&group.expr),
        _ => None,
    }
}
