//! Elements that a node reaches through pointers of their own.
//!
//! # Why the emitted `unsafe` is sound
//! See the [parent module](super): this file emits only what is proved there.

use std::collections::BTreeSet;

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};

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
            write,
            lends,
            ..
        } = element;
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
