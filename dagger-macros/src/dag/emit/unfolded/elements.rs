//! Elements that a node reaches through pointers of their own.
//!
//! # Why the emitted `unsafe` is sound
//! See the [parent module](super): this file emits only what is proved there.

use std::collections::BTreeSet;

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::Expr;

use super::driver::Look;
use super::node::Parts;
use super::rewrite::Element;
use super::{U, Unfolding};
use crate::dag::emit::local;

impl Unfolding<'_> {
    /// Announces the elements of a node, on the driver.
    pub(super) fn announce_elements(
        &mut self,
        elements: Vec<Element>,
        defined: &[(usize, Ident)],
        parts: &mut Parts,
        number: u32,
    ) {
        // The driver looks at indices before the node comes to own what it takes.
        let announced = std::mem::take(&mut parts.announced);
        let before = elements.iter().map(|element| element.before.clone());
        parts.announced.extend(before);
        parts.announced.extend(announced);
        let reached: BTreeSet<&String> = elements.iter().map(|element| &element.name).collect();
        for name in reached {
            let base = self.base(name);
            parts.announced.extend(quote!(#U.reach(#base)?;));
        }
        parts.announced.extend(kept_apart(&elements, number));
        for element in elements {
            self.announce_element(element, defined, parts);
        }
    }

    /// Announces an element, and remembers it in the values that may borrow it.
    fn announce_element(
        &mut self,
        element: Element,
        defined: &[(usize, Ident)],
        parts: &mut Parts,
    ) {
        let Element {
            handle,
            name,
            place,
            inline_place,
            write,
            lends,
            ..
        } = element;
        parts.captures(&handle);
        let base = self.base(&name);
        let (pointer, kind) = if write {
            (quote!(&raw mut #place), quote!(ArgMut))
        } else {
            (quote!(&raw const #place), quote!(Arg))
        };
        // At the user's token, where rustc says so if the element cannot be sent or shared.
        parts.announced.extend(if write {
            quote_spanned!(handle.span()=> let #handle = #U.write(#base, unsafe { #pointer });)
        } else {
            quote_spanned!(handle.span()=> let #handle = #U.read(#base, unsafe { #pointer });)
        });
        if !lends || defined.is_empty() {
            return;
        }
        let cell = self.handle();
        parts
            .declared
            .extend(quote!(let mut #cell = ::core::option::Option::None;));
        parts
            .announced
            .extend(quote!(#cell = ::core::option::Option::Some(#handle);));
        let pointer = if write {
            quote!(&raw mut #inline_place)
        } else {
            quote!(&raw const #inline_place)
        };
        parts.inline_bound.extend(quote! {
            #cell = ::core::option::Option::Some(::dagger::__private::#kind::new(unsafe { #pointer }));
        });
        for (value, _) in defined {
            self.values[*value]
                .cells
                .push((cell.clone(), name.clone(), write));
        }
    }
}

impl Unfolding<'_> {
    /// Rewrites the indices of an element to where the driver finds their variables, and says what it waits for before.
    pub(super) fn indices(
        &mut self,
        place: &mut Expr,
        inline_place: &mut Expr,
        root: &str,
        before: &mut TokenStream,
    ) {
        match (place, inline_place) {
            (Expr::Paren(one), Expr::Paren(two)) => {
                self.indices(&mut one.expr, &mut two.expr, root, before);
            }
            (Expr::Group(one), Expr::Group(two)) => {
                self.indices(&mut one.expr, &mut two.expr, root, before);
            }
            (Expr::Field(one), Expr::Field(two)) => {
                self.indices(&mut one.base, &mut two.base, root, before);
            }
            (Expr::Unary(one), Expr::Unary(two)) => {
                self.indices(&mut one.expr, &mut two.expr, root, before);
            }
            (Expr::Index(one), Expr::Index(two)) => {
                self.indices(&mut one.expr, &mut two.expr, root, before);
                self.index(&mut one.index, &mut two.index, root, before);
            }
            _ => {}
        }
    }

    fn index(
        &mut self,
        index: &mut Expr,
        inline_index: &mut Expr,
        root: &str,
        before: &mut TokenStream,
    ) {
        let looks = self.looks_at(index).unwrap_or_default();
        let (mut drains, mut values, mut inline_values) = (false, Vec::new(), Vec::new());
        for look in looks {
            match look {
                Look::Own(_) => {}
                // Nodes that change the length of what is indexed are waited for in any case.
                Look::Length(name) => drains |= name != root,
                Look::Part(..) => drains = true,
                Look::Value(value, name, _) => {
                    let (home, alias) = (&self.values[value].home, &self.values[value].var.name);
                    before.extend(quote! {
                        #U.awaited(&#home)?;
                        #home.pin();
                        let #alias = unsafe { #home.shared() };
                    });
                    if !self.values[value].inline_local {
                        inline_values.push(name.clone());
                    }
                    values.push(name);
                }
            }
        }
        if drains {
            before.extend(quote!(#U.drain()?;));
        }
        if drains || !values.is_empty() {
            // What a recorded graph would have to look at is not there before it runs.
            self.points_to_whole = true;
            *index = self.as_head(index, values);
            *inline_index = self.as_head(inline_index, inline_values);
        }
    }
}

/// Checks that the elements a node changes are none that it also borrows otherwise.
fn kept_apart(elements: &[Element], number: u32) -> TokenStream {
    let mut checks = TokenStream::new();
    for (index, first) in elements.iter().enumerate() {
        for second in &elements[index + 1..] {
            let conflict = first.name == second.name && (first.write || second.write);
            if conflict && first.borrows && second.borrows {
                let (first, second) = (&first.place, &second.place);
                checks.extend(quote! {
                    ::dagger::__private::apart(
                        unsafe { &raw const #first }, unsafe { &raw const #second });
                });
            }
        }
    }
    if checks.is_empty() {
        return checks;
    }
    let at = local("__at");
    quote!(#at.step(#number); #checks)
}
