//! Patterns.

use super::{Lower, line};
use crate::kernel::diagnostics::no;
use proc_macro2::TokenStream;
use quote::quote;
use std::collections::HashMap;
use syn::{Expr, Ident, Lit, Pat, RangeLimits};

/// The names of an or-pattern's earlier alternatives.
type Bound = HashMap<String, usize>;

impl Lower<'_> {
    /// The tokens of a pattern, whose names are visible from now on.
    pub(super) fn pattern(&mut self, pat: &Pat) -> TokenStream {
        self.pattern_with(pat, &mut Bound::new())
    }

    fn pattern_with(&mut self, pat: &Pat, bound: &mut Bound) -> TokenStream {
        match pat {
            Pat::Wild(_) => quote!(__k::Pattern::Any),
            Pat::Paren(paren) => self.pattern_with(&paren.pat, bound),
            Pat::Type(typed) => self.pattern_with(&typed.pat, bound),
            Pat::Ident(ident) if ident.by_ref.is_some() => {
                self.no_pattern(pat, "a kernel has no references: leave out `ref`")
            }
            Pat::Ident(ident)
                if ident.subpat.is_none() && ident.mutability.is_none() && is_constant(&ident.ident) =>
            {
                let name = &ident.ident;
                let value = self.node(line(name), quote!(Constant(&#name)));
                quote!(__k::Pattern::Value(#value))
            }
            Pat::Ident(ident) => {
                let name = ident.ident.to_string();
                let number = match bound.get(&name) {
                    Some(number) => *number,
                    None => {
                        let number = self.scope.declare(&ident.ident);
                        bound.insert(name, number);
                        number
                    }
                };
                let inner = match &ident.subpat {
                    Some((_, inner)) => {
                        let inner = self.pattern_with(inner, bound);
                        quote!(::core::option::Option::Some(&#inner))
                    }
                    None => quote!(::core::option::Option::None),
                };
                quote!(__k::Pattern::Bind(#number, #inner))
            }
            Pat::Lit(lit) => {
                let value = self.pattern_literal(&lit.lit);
                quote!(__k::Pattern::Value(#value))
            }
            Pat::Path(path) => {
                let value = self.node(line(path), quote!(Constant(&#path)));
                quote!(__k::Pattern::Value(#value))
            }
            Pat::Range(range) => {
                let low = self.pattern_end(range.start.as_deref());
                let high = self.pattern_end(range.end.as_deref());
                let closed = matches!(range.limits, RangeLimits::Closed(_));
                quote!(__k::Pattern::Range { low: #low, high: #high, closed: #closed })
            }
            Pat::Tuple(tuple) => {
                let parts = self.parts(tuple.elems.iter(), bound);
                quote!(__k::Pattern::Tuple(&[#(#parts),*]))
            }
            Pat::Slice(slice) => {
                let parts = self.parts(slice.elems.iter(), bound);
                quote!(__k::Pattern::Array(&[#(#parts),*]))
            }
            Pat::Or(or) => {
                let parts = self.parts(or.cases.iter(), bound);
                quote!(__k::Pattern::Or(&[#(#parts),*]))
            }
            Pat::Rest(_) => self.no_pattern(
                pat,
                "`..` in a pattern leaves parts out: write a `_` for each of them",
            ),
            Pat::Reference(_) => {
                self.no_pattern(pat, "a kernel has no references: leave out `&`")
            }
            Pat::Struct(_) | Pat::TupleStruct(_) => self.no_pattern(
                pat,
                "a kernel has no structs and enums: use tuples, and numbers for the cases",
            ),
            _ => self.no_pattern(pat, "a kernel cannot take a value apart like this: use numbers, ranges, names and tuples"),
        }
    }

    fn parts<'p>(
        &mut self,
        patterns: impl Iterator<Item = &'p Pat>,
        bound: &mut Bound,
    ) -> Vec<TokenStream> {
        patterns.map(|pat| self.pattern_with(pat, bound)).collect()
    }

    fn no_pattern(&mut self, at: &Pat, text: &str) -> TokenStream {
        self.errors.push(no(at, text));
        quote!(__k::Pattern::Any)
    }

    fn pattern_end(&mut self, end: Option<&Expr>) -> TokenStream {
        match end {
            Some(Expr::Lit(lit)) => {
                let value = self.pattern_literal(&lit.lit);
                quote!(::core::option::Option::Some(#value))
            }
            Some(expr) => {
                let value = self.expr(expr);
                quote!(::core::option::Option::Some(#value))
            }
            None => quote!(::core::option::Option::None),
        }
    }

    /// In patterns a literal may have a minus.
    fn pattern_literal(&mut self, lit: &Lit) -> TokenStream {
        let line = line(lit);
        let positive = match lit {
            Lit::Int(int) if int.base10_digits().starts_with('-') => {
                let text = format!("{}{}", &int.base10_digits()[1..], int.suffix());
                Lit::Int(syn::LitInt::new(&text, int.span()))
            }
            Lit::Float(float) if float.base10_digits().starts_with('-') => {
                let text = format!("{}{}", &float.base10_digits()[1..], float.suffix());
                Lit::Float(syn::LitFloat::new(&text, float.span()))
            }
            other => return self.literal(other),
        };
        let positive = self.literal(&positive);
        self.node(line, quote!(Unary(__k::UnaryOperator::Negate, &#positive)))
    }
}

/// Whether a name is written as constants are: then a pattern of that name is one.
pub(super) fn is_constant(name: &Ident) -> bool {
    let name = name.to_string();
    name.starts_with(|first: char| first.is_uppercase())
}
