//! Expressions.

use super::patterns::is_constant;
use super::{Lower, line};
use crate::kernel::diagnostics::{self, no};
use dagger_ir::kernel::ScalarType;
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{BinOp, Expr, ExprPath, Lit, Member, UnOp};

impl Lower<'_> {
    /// The tokens of an expression.
    pub(super) fn expr(&mut self, expr: &Expr) -> TokenStream {
        let at = line(expr);
        match expr {
            Expr::Paren(paren) => self.expr(&paren.expr),
            Expr::Group(group) => self.expr(&group.expr),
            Expr::Lit(lit) => self.literal(&lit.lit),
            Expr::Path(path) => self.path(path),
            Expr::Unary(unary) => {
                let operator = match unary.op {
                    UnOp::Neg(_) => quote!(Negate),
                    UnOp::Not(_) => quote!(Not),
                    _ => {
                        let text = "a kernel has no references: leave out `*`";
                        return self.failed(no(unary.op, text));
                    }
                };
                let operand = self.expr(&unary.expr);
                self.node(at, quote!(Unary(__k::UnaryOperator::#operator, &#operand)))
            }
            Expr::Binary(binary) => {
                let left = self.expr(&binary.left);
                let right = self.expr(&binary.right);
                match &binary.op {
                    BinOp::And(_) => self.node(at, quote!(And(&#left, &#right))),
                    BinOp::Or(_) => self.node(at, quote!(Or(&#left, &#right))),
                    operator => {
                        let (name, updates) = operator_name(operator);
                        let kind = if updates {
                            quote!(Update)
                        } else {
                            quote!(Binary)
                        };
                        let kind = quote!(#kind(__k::BinaryOperator::#name, &#left, &#right));
                        self.node(at, kind)
                    }
                }
            }
            Expr::Assign(assign) => {
                let place = self.place(&assign.left);
                let value = self.expr(&assign.right);
                self.node(at, quote!(Assign(&#place, &#value)))
            }
            Expr::Cast(cast) => {
                let value = self.expr(&cast.expr);
                let ty = self.ty(&cast.ty);
                self.node(at, quote!(Cast(&#value, #ty)))
            }
            Expr::Tuple(tuple) if tuple.elems.len() > 8 => self.failed(no(
                tuple,
                "a tuple of a kernel has at most 8 parts: nest tuples, or use an array",
            )),
            Expr::Tuple(tuple) => {
                let parts: Vec<TokenStream> =
                    tuple.elems.iter().map(|part| self.expr(part)).collect();
                self.node(at, quote!(Tuple(&[#(#parts),*])))
            }
            Expr::Array(array) => {
                let parts: Vec<TokenStream> =
                    array.elems.iter().map(|part| self.expr(part)).collect();
                self.node(at, quote!(Array(&[#(#parts),*])))
            }
            Expr::Repeat(repeat) => {
                let element = self.expr(&repeat.expr);
                let length = &repeat.len;
                self.node(at, quote!(Repeat(&#element, { #length })))
            }
            Expr::Field(field) => match &field.member {
                Member::Unnamed(index) => {
                    let tuple = self.expr(&field.base);
                    let index = index.index as usize;
                    self.node(at, quote!(Field(&#tuple, #index)))
                }
                Member::Named(name) => {
                    let text = format!(
                        "a kernel has no structs, so no field `{name}`: use a tuple, or take the fields as parameters"
                    );
                    self.failed(no(name, &text))
                }
            },
            Expr::Index(index) => self.index(index),
            Expr::Call(call) => self.call(call),
            Expr::MethodCall(call) => self.method(call),
            Expr::Macro(call) => self.expand(&call.mac),
            Expr::Block(block) => self.labelled(block),
            Expr::If(choice) => self.choice(choice),
            Expr::Match(choice) => self.match_arms(choice),
            Expr::Loop(turns) => self.forever(turns),
            Expr::While(turns) => self.while_true(turns),
            Expr::ForLoop(turns) => self.for_each(turns),
            Expr::Break(leave) => self.leave(leave),
            Expr::Continue(next) => self.next_turn(next),
            Expr::Return(leave) => match &leave.expr {
                Some(value) => {
                    let value = self.expr(value);
                    self.node(at, quote!(Return(&#value)))
                }
                None => self.failed(no(leave, "a kernel gives a value: write it after `return`")),
            },
            other => {
                let error = unsupported(other);
                self.failed(error)
            }
        }
    }

    /// The tokens of a literal.
    pub(super) fn literal(&mut self, lit: &Lit) -> TokenStream {
        let at = line(lit);
        match lit {
            Lit::Bool(value) => {
                let value = value.value;
                self.node(at, quote!(Bool(#value)))
            }
            Lit::Int(int) => {
                let suffix = int.suffix();
                let Some(ty) = self.suffix(suffix, lit) else {
                    return quote!();
                };
                if matches!(suffix, "f32" | "f64") {
                    let text = int.base10_digits();
                    return self.node(at, quote!(Number(__k::Number::Fraction(#text), #ty)));
                }
                match int.base10_digits().parse::<u64>() {
                    Ok(value) => self.node(at, quote!(Number(__k::Number::Integer(#value), #ty))),
                    Err(_) => self.failed(diagnostics::number_too_large(int.span())),
                }
            }
            Lit::Float(float) => {
                let Some(ty) = self.suffix(float.suffix(), lit) else {
                    return quote!();
                };
                let text = float.base10_digits();
                self.node(at, quote!(Number(__k::Number::Fraction(#text), #ty)))
            }
            Lit::Byte(byte) => {
                let value = u64::from(byte.value());
                let ty = quote!(::core::option::Option::Some(__k::ScalarType::U8));
                self.node(at, quote!(Number(__k::Number::Integer(#value), #ty)))
            }
            _ => self.failed(no(lit, "a kernel has no text: use numbers")),
        }
    }

    /// The type that a suffix says; `None` after an error.
    fn suffix(&mut self, suffix: &str, lit: &Lit) -> Option<TokenStream> {
        if suffix.is_empty() {
            return Some(quote!(::core::option::Option::None));
        }
        if ScalarType::named(suffix).is_none() {
            self.errors.push(diagnostics::unsupported_type(lit, suffix));
            return None;
        }
        let ty = proc_macro2::Ident::new(suffix, lit.span());
        Some(quote!(::core::option::Option::Some(<#ty as __k::Scalar>::SCALAR)))
    }

    fn path(&mut self, path: &ExprPath) -> TokenStream {
        let at = line(path);
        if let Some(name) = path.path.get_ident()
            && path.qself.is_none()
        {
            if let Some(number) = self.scope.find(name) {
                if self.scope.dimensions(number).is_some() {
                    let text = format!(
                        "`{name}` is a neighbourhood: read an element of it, as in `{name}[(-1, 0)]`, or pass it to another kernel"
                    );
                    return self.failed(no(name, &text));
                }
                return self.node(at, quote!(Local(#number)));
            }
            if !is_constant(name) {
                let error = diagnostics::unknown_variable(name, self.scope.names());
                return self.failed(error);
            }
        }
        if let Some(first) = path.path.segments.first()
            && self.generics.iter().any(|generic| first.ident == generic)
        {
            let text = "a constant of a type parameter is not known here: write the number with `T::of(0.5)`, or use a function such as `T::zero()` or `T::PI()`";
            return self.failed(no(path, text));
        }
        self.node(at, quote_spanned!(path.span()=> Constant(&#path)))
    }
}

/// The operator's name, and whether it is one with `=`.
fn operator_name(operator: &BinOp) -> (TokenStream, bool) {
    match operator {
        BinOp::Add(_) => (quote!(Add), false),
        BinOp::Sub(_) => (quote!(Sub), false),
        BinOp::Mul(_) => (quote!(Mul), false),
        BinOp::Div(_) => (quote!(Div), false),
        BinOp::Rem(_) => (quote!(Rem), false),
        BinOp::BitXor(_) => (quote!(BitXor), false),
        BinOp::BitAnd(_) => (quote!(BitAnd), false),
        BinOp::BitOr(_) => (quote!(BitOr), false),
        BinOp::Shl(_) => (quote!(Shl), false),
        BinOp::Shr(_) => (quote!(Shr), false),
        BinOp::Lt(_) => (quote!(Lt), false),
        BinOp::Le(_) => (quote!(Le), false),
        BinOp::Ne(_) => (quote!(Ne), false),
        BinOp::Ge(_) => (quote!(Ge), false),
        BinOp::Gt(_) => (quote!(Gt), false),
        BinOp::AddAssign(_) => (quote!(Add), true),
        BinOp::SubAssign(_) => (quote!(Sub), true),
        BinOp::MulAssign(_) => (quote!(Mul), true),
        BinOp::DivAssign(_) => (quote!(Div), true),
        BinOp::RemAssign(_) => (quote!(Rem), true),
        BinOp::BitXorAssign(_) => (quote!(BitXor), true),
        BinOp::BitAndAssign(_) => (quote!(BitAnd), true),
        BinOp::BitOrAssign(_) => (quote!(BitOr), true),
        BinOp::ShlAssign(_) => (quote!(Shl), true),
        BinOp::ShrAssign(_) => (quote!(Shr), true),
        _ => (quote!(Eq), false),
    }
}

/// The error for an expression that no kernel can have.
fn unsupported(expr: &Expr) -> syn::Error {
    let text = match expr {
        Expr::Reference(reference) => {
            return no(
                reference.and_token,
                "a kernel has no references, it works on values: leave out `&`",
            );
        }
        Expr::Closure(_) => {
            "a kernel has no closures: write the code in place, or make a kernel of it and call that"
        }
        Expr::Try(attempt) => {
            return no(
                attempt.question_token,
                "a kernel has no `?`, for it has no `Result`: decide with `if`, or end with `assert!`",
            );
        }
        Expr::Range(_) => "a range is only there for a `for` loop to go through: `for i in 0..n`",
        Expr::Struct(_) => "a kernel has no structs: use a tuple",
        Expr::Unsafe(block) => {
            return no(
                block.unsafe_token,
                "a kernel only computes, nothing in it is `unsafe`",
            );
        }
        Expr::Async(_) | Expr::Await(_) => {
            "a kernel only computes, so there is nothing to wait for"
        }
        Expr::Let(_) => {
            "`let` in a condition stands alone in a kernel: nest the `if`s, or write a `match`"
        }
        Expr::Const(_) => "a kernel has no `const` block: define a `const` outside",
        Expr::Infer(_) => "`_` has no value",
        _ => "a kernel cannot do this",
    };
    no(expr, text)
}
