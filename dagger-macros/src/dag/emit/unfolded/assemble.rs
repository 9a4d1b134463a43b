//! A node from its parts: the closure, and what it is called with.
//!
//! # Why the emitted `unsafe` is sound
//! See the [parent module](super): this file emits only what is proved there.

use std::collections::BTreeMap;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};

use super::node::{Made, Parts, Reach};
use super::rewrite::{Rewrite, statement};
use super::{Home, U, Unfolding};
use crate::dag::emit::notes::Calls;
use crate::dag::emit::{ask, local, tables};
use crate::dag::region::{Form, Known, Step, Use};

impl Unfolding<'_> {
    /// The step as the driver runs it, and as a node.
    pub(super) fn assemble(
        &mut self,
        step: &Step,
        reaches: &BTreeMap<String, Reach>,
        uses: &BTreeMap<String, &Vec<Use>>,
        defined: &[(usize, Ident)],
        mut parts: Parts,
        number: u32,
    ) -> Made {
        let at = local("__at");
        let mut inline = Rewrite::new(self, reaches, false, Calls::of(step));
        let inline_expr = inline.run(&step.expr);
        let asking = ask::inside(&self.labels, number, step);
        let mut node = Rewrite::new(self, reaches, true, Calls::of(step));
        let node_expr = node.run(&asking);
        let (elements, drivers, frozen) = (node.elements, node.drivers, node.frozen);
        self.announce_elements(elements, defined, &mut parts, number);
        let wishes = self.wishes(step);
        parts.announced.extend(wishes);
        for name in drivers {
            let (copy, counter) = match self.home(&name) {
                Some(Home::Driver { copy, counter, .. }) => (*copy, *counter),
                _ => (false, false),
            };
            let alias = self.alias(&name, uses[&name]);
            if copy {
                let own = self.handle();
                parts
                    .captured
                    .push((own.clone(), quote!(::dagger::__private::Own::new(#alias))));
                parts
                    .bound
                    .extend(quote!(let #alias = unsafe { #own.get() };));
                continue;
            }
            let keep = self.handle();
            parts.captures(&keep);
            let value = if counter {
                quote!(::core::clone::Clone::clone(&#alias))
            } else {
                quote!(#alias)
            };
            parts
                .announced
                .extend(quote!(let #keep = ::dagger::__private::Keep::new(#value);));
            parts
                .bound
                .extend(quote!(let mut #alias = unsafe { (&&&*#keep).again(#at) }?;));
        }
        for name in frozen {
            let (alias, home) = (self.alias(&name, uses[&name]), self.frozen(&name));
            self.frozen_used.insert(name.clone());
            let own = self.handle();
            if self.is_recorded {
                // The node outlives the parameter: it has a value of its own.
                let known = self.outsides[&name].var.known;
                let (made, there) = match known {
                    Known::Nothing => (
                        quote!(::dagger::__private::Keep::new(::dagger::__private::Again::again(#home))),
                        quote!(let #alias = unsafe { #own.shared() };),
                    ),
                    Known::Shared => (
                        quote!(::dagger::__private::Lent::new(*#home)),
                        quote!(let #alias = &unsafe { #own.get() };),
                    ),
                    Known::Unique => (
                        quote!(::dagger::__private::Lent::new(&**#home)),
                        quote!(let #alias = &unsafe { #own.get() };),
                    ),
                };
                parts.announced.extend(quote!(let #own = #made;));
                parts.captures(&own);
                parts.bound.extend(there);
            } else {
                parts
                    .captured
                    .push((own.clone(), quote!(::dagger::__private::Lent::new(#home))));
                parts
                    .bound
                    .extend(quote!(let #alias = unsafe { #own.get() };));
            }
        }
        let bind = |expr| match (&step.form, defined) {
            (Form::Temporary(_) | Form::Tail(_), [(_, name)]) => quote!(let mut #name = #expr;),
            _ => statement(step, expr),
        };
        let (inline_statement, node_statement) = (bind(&inline_expr), bind(&node_expr));
        let asked = match defined {
            [(_, name)] => ask::of_result(&self.labels, number, step, name),
            _ => ask::behind(&self.labels, number, step),
        };
        let Parts {
            announced,
            bound,
            kept,
            inline_bound,
            inline_kept,
            declared,
            captured,
        } = parts;
        let span = Span::mixed_site().located_at(step.span);
        let body = local("__body");
        let (begun, called) = (
            tables::step(&self.labels, number),
            tables::call(&self.labels, number),
        );
        let out = local("__passages");
        let names: Vec<&Ident> = captured.iter().map(|(name, _)| name).collect();
        let list = |each: &dyn Fn(usize) -> TokenStream| {
            (0..captured.len()).rfold(quote!(()), |rest, index| {
                let first = each(index);
                quote!((#first, #rest))
            })
        };
        let made = list(&|index| captured[index].1.clone());
        let pattern = list(&|index| names[index].to_token_stream());
        // At the task's own token, where rustc says so if something it captures cannot be sent to another thread.
        let sent = quote_spanned! {span=>
            ::dagger::__private::Sent::sent(::dagger::__private::bound(
                #made,
                move |#at, #pattern| -> ::dagger::Result<()> {
                    #bound
                    #called
                    #node_statement
                    #asked
                    #kept
                    ::core::result::Result::Ok(())
                },
                |#pattern, #out| {
                    #(#out.push(::dagger::__private::Carries(#names).carried());)*
                },
            ))
        };
        Made::Either {
            declared,
            inline: quote! {
                #begun;
                #inline_bound
                #inline_statement
                #inline_kept
            },
            node: quote! {
                #announced
                let #body = #sent;
                unsafe { #U.node(#number, #body) }?;
            },
        }
    }
}
