//! What the expansion calls its handles, pointers and bases, and the user's variables inside nodes.

use proc_macro2::{Ident, Span};
use quote::format_ident;

use super::{Home, Unfolding};
use crate::dag::emit::local;
use crate::dag::region::Use;

impl Unfolding<'_> {
    pub(super) fn handle(&mut self) -> Ident {
        self.handles += 1;
        format_ident!("__h{}", self.handles, span = Span::mixed_site())
    }

    pub(super) fn named(&self, prefix: &str, name: &str) -> Ident {
        let index = self
            .outsides
            .keys()
            .position(|known| known == name)
            .unwrap_or(0);
        let mut ident = format_ident!("{}{}", prefix, index, span = Span::mixed_site());
        if let Some(outside) = self.outsides.get(name) {
            ident.set_span(ident.span().located_at(outside.var.name.span()));
        }
        ident
    }

    pub(super) fn pointer(&self, name: &str) -> Ident {
        self.named("__p", name)
    }

    pub(super) fn base(&self, name: &str) -> Ident {
        self.named("__b", name)
    }

    pub(super) fn frozen(&self, name: &str) -> Ident {
        self.named("__f", name)
    }

    pub(super) fn alias(&self, name: &str, uses: &[Use]) -> Ident {
        if name == "self" {
            return local("__self");
        }
        let span = uses.first().map_or_else(Span::call_site, |one| one.span);
        match (self.home(name), self.outsides.get(name)) {
            (Some(Home::Value(value)), _) => self.values[*value].var.name.clone(),
            (Some(Home::Driver { ident, .. }), _) => ident.clone(),
            (None, Some(outside)) => outside.var.name.clone(),
            (None, None) => Ident::new(name, span),
        }
    }
}
