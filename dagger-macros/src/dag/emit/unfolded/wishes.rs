//! What a statement of a loop says about its nodes: `#[on(..)]` and `#[priority(..)]`, told to the runtime by the driver right
//! before it makes the node.
//!
//! Both may be computed, from what the driver knows: its own variables, and those that no node changes. A variable that nodes
//! change is looked at after they have ended.
//!
//! # Why the emitted `unsafe` is sound
//! See the [parent module](super): this file emits only what is proved there.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::Expr;
use syn::spanned::Spanned;

use super::driver::Look;
use super::{U, Unfolding};
use crate::dag::diagnostics as say;
use crate::dag::region::Step;

impl Unfolding<'_> {
    /// Tells the runtime what the statement says of the node that is made next.
    pub(super) fn wishes(&mut self, step: &Step) -> TokenStream {
        let mut out = TokenStream::new();
        if let Some(on) = &step.options.on {
            self.has_places = true;
            match syn::parse2::<Expr>(on.scope.clone()) {
                Ok(scope) => {
                    let scope = self.known_to_driver(&scope);
                    out.extend(quote!(#U.place(#scope);));
                }
                Err(error) => out.extend(error.to_compile_error()),
            }
        }
        if let Some(priority) = &step.options.priority
            && step.options.literal_priority().is_none()
        {
            self.has_priorities = true;
            let priority = self.known_to_driver(priority);
            out.extend(quote!(#U.priority(#priority);));
        }
        out
    }

    /// What the driver says to the runtime before all loops.
    pub(super) fn particular(&self) -> TokenStream {
        let places = self.has_places.then(|| quote!(#U.has_places();));
        let priorities = self.has_priorities.then(|| quote!(#U.has_priorities();));
        quote!(#places #priorities)
    }

    /// The expression as the driver evaluates it; a compile error if it depends on what nodes make.
    fn known_to_driver(&mut self, expr: &Expr) -> TokenStream {
        let looks = self.looks_at(expr);
        let known = looks.as_ref().is_some_and(|looks| {
            looks.iter().all(|look| match look {
                Look::Own(_) | Look::Length(_) => true,
                Look::Part(_, moves) => !moves,
                Look::Value(..) => false,
            })
        });
        let Some(looks) = looks.filter(|_| known) else {
            return say::place_not_known(expr.span()).to_compile_error();
        };
        if looks.iter().all(|look| matches!(look, Look::Own(_))) {
            return expr.to_token_stream();
        }
        // What a recorded graph would have to look at is not there before it runs.
        self.points_to_whole |= looks.iter().any(|look| matches!(look, Look::Part(..)));
        let expr = self.as_head(expr, Vec::new());
        quote!({ #U.drain()?; #expr })
    }
}
