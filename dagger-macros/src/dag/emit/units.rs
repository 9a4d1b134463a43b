//! The nodes of the parallel form: what each unit does, over slots and pointers.
//!
//! # Why the emitted `unsafe` is sound
//! The units are those of the [parallel](super::parallel) form, and the proof is there.

use std::collections::BTreeMap;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::Expr;

use super::apart::apart;
use super::notes::Calls;
use super::parallel::Parallel;
use super::rewrite::Rewrite;
use super::storage::Storage;
use super::{ask, local, tables};
use crate::dag::options::settle;
use crate::dag::region::{Form, Need, Step, VarId};
use crate::dag::walk::Walker;

impl Parallel<'_> {
    /// The statements that make the nodes, and an array of them.
    ///
    /// Where all variables are behind pointers and in slots, one closure does for all units: each closure would be a type of its own, with functions of
    /// its own in the compiled program. What a closure captures as it stands, it may have to give away, so then each unit has its own.
    pub(super) fn nodes(&self) -> (TokenStream, TokenStream) {
        let units = &self.region.plan.units;
        let sent = |unit: usize, closure: TokenStream| {
            // At the task's own token, where rustc says so if something it captures cannot be sent to another thread.
            let span = self.region.steps[units[unit][0] as usize].span;
            quote_spanned!(Span::mixed_site().located_at(span)=> ::dagger::__private::Sent::sent(#closure))
        };
        if self.captured().is_empty() {
            let count = units.len();
            let (name, body) = (local("__units"), sent(0, self.all_units()));
            return (
                quote!(let #name = ::dagger::__private::Units::new(#body);),
                quote!(#name.erase::<#count>()),
            );
        }
        let names: Vec<Ident> = (0..units.len())
            .map(|unit| format_ident!("__n{}", unit, span = Span::mixed_site()))
            .collect();
        let bodies = (0..units.len()).map(|unit| sent(unit, self.unit(unit)));
        (
            quote!(#(let #names = ::dagger::__private::Node::new(#bodies);)*),
            quote!([#(#names.erase()),*]),
        )
    }

    /// The closure that is told the unit's number.
    fn all_units(&self) -> TokenStream {
        let (at, number) = (local("__at"), local("__unit"));
        let count = self.region.plan.len();
        let arms = (0..count).map(|unit| {
            let (last, body) = (unit + 1 == count, self.steps(unit));
            let unit = unit as u32;
            let pattern = if last { quote!(_) } else { quote!(#unit) };
            quote!(#pattern => { #body })
        });
        quote! {
            |#number: u32, #at: &::dagger::__private::At<'_>| -> ::dagger::Result<()> {
                match #number { #(#arms)* }
                ::core::result::Result::Ok(())
            }
        }
    }

    /// The closure of one unit.
    pub(super) fn unit(&self, unit: usize) -> TokenStream {
        let (at, first) = (local("__at"), self.region.plan.units[unit][0] as usize);
        let body = self.steps(unit);
        quote_spanned! {Span::mixed_site().located_at(self.region.steps[first].span)=>
            |#at: &::dagger::__private::At<'_>| -> ::dagger::Result<()> {
                #body
                ::core::result::Result::Ok(())
            }
        }
    }

    fn steps(&self, unit: usize) -> TokenStream {
        let mut out = TokenStream::new();
        for (place, &step) in self.region.plan.units[unit].iter().enumerate() {
            self.step(step as usize, place > 0, &mut out);
        }
        out
    }

    fn step(&self, index: usize, marks: bool, out: &mut TokenStream) {
        let step = &self.region.steps[index];
        out.extend(self.bindings(&step.needs));
        if marks {
            let step = tables::step(&self.labels, index as u32);
            out.extend(quote!(#step;));
        } else {
            out.extend(tables::call(&self.labels, index as u32));
        }
        let expr = ask::inside(&self.labels, index as u32, step);
        let expr = self.expression(&expr, &step.needs, Calls::of(step));
        let attrs = &step.attrs;
        match &step.form {
            Form::Let(pat) => out.extend(quote!(#(#attrs)* let #pat = #expr;)),
            Form::Statement => out.extend(self.dropped(step, &expr)),
            Form::Temporary(var) => {
                let name = &self.region.vars[*var].name;
                out.extend(quote!(#(#attrs)* let mut #name = #expr;));
            }
            Form::Tail(var) => {
                let (name, ascription) = (&self.region.vars[*var].name, self.context.ascription());
                out.extend(quote!(#(#attrs)* let mut #name #ascription = #expr;));
            }
        }
        out.extend(match step.form {
            Form::Temporary(var) | Form::Tail(var) => {
                let name = &self.region.vars[var].name;
                ask::of_result(&self.labels, index as u32, step, name)
            }
            _ => ask::behind(&self.labels, index as u32, step),
        });
        for &var in &step.defines {
            if self.storage.of[var] == Storage::Slot {
                let (home, name) = (self.home(var), &self.region.vars[var].name);
                out.extend(quote!(unsafe { #home.put(#name) };));
            }
        }
        for (&var, &need) in &step.needs {
            if need == Need::Replace && !self.is_natural(var) {
                let (home, alias) = (self.home(var), self.alias(var));
                let put = match self.storage.of[var] {
                    Storage::Pointer(_) => quote!(put_back),
                    _ => quote!(put),
                };
                out.extend(quote!(unsafe { #home.#put(#alias) };));
            }
        }
    }

    fn dropped(&self, step: &Step, expr: &Expr) -> TokenStream {
        let attrs = &step.attrs;
        if step.discards {
            quote!(#(#attrs)* let _ = #expr;)
        } else {
            quote!(#(#attrs)* #expr;)
        }
    }

    /// `let a = <where a lives>;` for each variable that a step reaches through a slot or a pointer.
    pub(super) fn bindings(&self, needs: &BTreeMap<VarId, Need>) -> TokenStream {
        let mut out = TokenStream::new();
        for (&var, need) in needs {
            if self.is_natural(var) {
                continue;
            }
            let (home, alias) = (self.home(var), self.alias(var));
            let takes = match self.storage.of[var] {
                Storage::Pointer(_) => quote!(read),
                _ => quote!(take),
            };
            out.extend(match need {
                Need::Read => quote!(let #alias = unsafe { #home.shared() };),
                Need::Write => quote!(let #alias = unsafe { #home.unique() };),
                Need::Consume | Need::Replace => {
                    quote!(let mut #alias = unsafe { #home.#takes() };)
                }
            });
        }
        out
    }

    pub(super) fn expression(
        &self,
        expr: &Expr,
        needs: &BTreeMap<VarId, Need>,
        calls: Calls,
    ) -> Expr {
        let mut expr = expr.clone();
        let names = needs
            .iter()
            .map(|(&var, &need)| (self.region.vars[var].name.to_string(), (var, need)))
            .collect();
        let mut rewrite = Rewrite {
            parallel: self,
            names,
            renames_only: false,
            calls,
        };
        apart(&mut expr);
        Walker::new(&mut rewrite).statement(&mut expr);
        settle(&mut expr);
        expr
    }
}
