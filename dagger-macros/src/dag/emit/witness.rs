//! What never runs, and only lets rustc see in the parallel form what the serial form shows it: moves out of the caller's variables,
//! and parts of one variable that are used at the same time.
//!
//! # Why the emitted `unsafe` is sound
//! The closures that hold it are never called.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use super::local;
use super::parallel::Parallel;
use super::storage::Storage;
use crate::dag::region::{Need, VarId};
use crate::dag::walk::dereferenced;

impl Parallel<'_> {
    /// Makes the caller's scope agree on what was moved out of it through pointers.
    pub(super) fn settled(&mut self) -> TokenStream {
        let mut out = TokenStream::new();
        for (unit, var) in self.storage.witnesses.clone() {
            self.natural = Some(var);
            let (home, witness) = (self.home(var), self.unit(unit));
            let borrowed = match self.storage.of[var] {
                Storage::Pointer(true) => None,
                // The closure around must borrow the variable as its writers do.
                _ => self.writer_of(var).map(|unit| self.unit(unit)),
            };
            self.natural = None;
            let borrowed = borrowed.map(|unit| quote!(let _ = #unit;));
            out.extend(quote!(#borrowed #home.settle(#witness);));
        }
        out
    }

    /// A unit that changes the variable in place.
    fn writer_of(&self, var: VarId) -> Option<usize> {
        self.region.plan.units.iter().position(|steps| {
            steps
                .iter()
                .any(|&step| self.region.steps[step as usize].needs.get(&var) == Some(&Need::Write))
        })
    }

    /// Never runs: lets rustc borrow at the same time what the plan lets units use at the same time.
    pub(super) fn disjoint(&self) -> TokenStream {
        let mut out = TokenStream::new();
        for pair in &self.region.disjoint {
            let storage = self.storage.of[pair.var];
            if storage == Storage::Natural {
                continue;
            }
            let (home, name) = (self.home(pair.var), local("__whole"));
            let [first, second] = pair.parts.each_ref().map(|(path, writes)| {
                let whole = dereferenced(&name, self.region.vars[pair.var].name.span());
                let fields = path.iter().map(|field| match field.parse::<u32>() {
                    Ok(index) => {
                        let index = syn::Index::from(index as usize);
                        quote!(.#index)
                    }
                    Err(_) => {
                        let field = Ident::new(field, Span::call_site());
                        quote!(.#field)
                    }
                });
                let mutable = writes.then(|| quote!(mut));
                quote!(& #mutable #whole #(#fields)*)
            });
            out.extend(quote! {
                let _ = || {
                    let #name = unsafe { #home.unique() };
                    (#first, #second);
                };
            });
        }
        out
    }
}
