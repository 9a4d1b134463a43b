//! The settings of `#[kernel(..)]`.

use crate::settings::{self, Setting};
use proc_macro2::{Span, TokenStream};
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{Error, Expr, LitInt, Token};

const KNOWN: &[&str] = &["reduce", "identity", "commutative", "stencil", "radius"];

/// What `#[kernel(..)]` says.
#[derive(Default)]
pub(super) struct Attributes {
    /// Where `reduce` stands.
    pub(super) reduce: Option<Span>,
    pub(super) identity: Option<Expr>,
    pub(super) commutative: bool,
    /// Where `stencil` stands.
    pub(super) stencil: Option<Span>,
    /// One number for all dimensions, or one for each.
    pub(super) radius: Option<(Span, Vec<usize>)>,
}

impl Attributes {
    pub(super) fn parse(tokens: TokenStream, errors: &mut Vec<Error>) -> Self {
        let mut attributes = Attributes::default();
        for setting in settings::parse(tokens, KNOWN, errors) {
            errors.extend(attributes.set(&setting).err());
        }
        errors.extend(attributes.together());
        attributes
    }

    fn set(&mut self, setting: &Setting) -> syn::Result<()> {
        let span = setting.name.span();
        match &*setting.name.to_string() {
            "reduce" => {
                setting.flag()?;
                self.reduce = Some(span);
            }
            "identity" => {
                self.identity =
                    Some(setting.expression(|_| true, "a value, as in `identity = 0.0`")?);
            }
            "commutative" => {
                setting.flag()?;
                self.commutative = true;
            }
            "stencil" => {
                setting.flag()?;
                self.stencil = Some(span);
            }
            "radius" => {
                let wrong = || {
                    let text = "`radius` needs whole numbers, as in `radius = 2` or `radius(2, 1)`: how far away neighbours are, in each dimension";
                    Error::new(span, text)
                };
                let value = setting.value.clone().ok_or_else(wrong)?;
                let numbers = Punctuated::<LitInt, Token![,]>::parse_terminated
                    .parse2(value)
                    .map_err(|_| wrong())?;
                let numbers: Result<Vec<usize>, Error> =
                    numbers.iter().map(LitInt::base10_parse).collect();
                self.radius = Some((span, numbers.map_err(|_| wrong())?));
            }
            other => unreachable!("`{other}` is not in the list of known settings"),
        }
        Ok(())
    }

    /// Settings that only go with others.
    fn together(&self) -> Option<Error> {
        if let (Some(_), Some(span)) = (self.reduce, self.stencil) {
            let text = "a kernel either combines values (`reduce`) or reads neighbours (`stencil`): keep one";
            return Some(Error::new(span, text));
        }
        if let (Some(span), None) = (self.reduce, &self.identity) {
            let text = "a reduction needs its identity, as in `reduce, identity = 0.0`: the value that changes nothing when it is combined with another";
            return Some(Error::new(span, text));
        }
        if let (None, Some(identity)) = (self.reduce, &self.identity) {
            let text = "only a reduction has an identity: write `reduce` too";
            return Some(Error::new_spanned(identity, text));
        }
        if let (None, Some((span, _))) = (self.stencil, &self.radius) {
            let text = "only a stencil has a radius: write `stencil` too";
            return Some(Error::new(*span, text));
        }
        None
    }
}
