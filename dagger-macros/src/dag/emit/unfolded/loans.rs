//! What the values of loops may borrow: announced again wherever the value is used.

use std::collections::BTreeMap;

use proc_macro2::Ident;
use quote::quote;

use super::node::{Parts, Reach};
use super::{Home, U, Unfolding};
use crate::dag::region::Need;

/// What a step may lend to what it makes or changes.
#[derive(Default)]
pub(super) struct Loans {
    /// Elements, as other values remember them.
    pub(super) cells: Vec<(Ident, String, bool)>,
    pub(super) values: Vec<(usize, bool)>,
    pub(super) wholes: Vec<(String, bool)>,
}

impl Unfolding<'_> {
    /// Announces what a value that the step uses may have borrowed.
    pub(super) fn follow(
        &mut self,
        value: usize,
        need: Need,
        loans: &mut Loans,
        parts: &mut Parts,
        scope: usize,
    ) {
        let reads = need == Need::Read;
        for (cell, name, write) in self.values[value].cells.clone() {
            let base = self.base(&name);
            let touch = if write {
                quote!(touch_mut)
            } else {
                quote!(touch)
            };
            parts.announced.extend(quote! {
                if let ::core::option::Option::Some(__lent) = &#cell { #U.#touch(#base, __lent); }
            });
            loans.cells.push((cell, name, write && !reads));
        }
        for (lender, write) in self.values[value].lenders.clone() {
            let (handle, home) = (self.handle(), &self.values[lender].home);
            let announce = if write && !reads {
                quote!(input_mut)
            } else {
                quote!(input)
            };
            parts
                .announced
                .extend(quote!(let #handle = #U.#announce(&#home);));
            parts.bound.extend(quote!(let _ = &#handle;));
            if self.values[lender].scope <= scope {
                loans.values.push((lender, write && !reads));
            }
        }
        self.follow_coarse(&format!("v{value}"), loans, parts);
    }

    pub(super) fn follow_outside(&mut self, name: &str, loans: &mut Loans, parts: &mut Parts) {
        if self.prefix_names.iter().any(|own| own == name) {
            self.follow_coarse(&format!("o{name}"), loans, parts);
        }
    }

    fn follow_coarse(&mut self, key: &str, loans: &mut Loans, parts: &mut Parts) {
        let Some(lenders) = self.learned.coarse.get(key) else {
            return;
        };
        for (name, &write) in lenders {
            let base = self.base(name);
            parts.announced.extend(quote!(#U.derived(#base, #write);));
            loans.wholes.push((name.clone(), write));
        }
    }

    /// Announces what a local of the driver was derived from.
    pub(super) fn follow_driver(&mut self, name: &str, loans: &mut Loans, parts: &mut Parts) {
        let Some(Home::Driver {
            derived, parent, ..
        }) = self.home(name).cloned()
        else {
            return;
        };
        for (source, write) in derived {
            let base = self.base(&source);
            parts.announced.extend(quote!(#U.derived(#base, #write);));
            loans.wholes.push((source, write));
        }
        if let Some(parent) = parent {
            let (handle, home) = (self.handle(), &self.values[parent].home);
            parts
                .announced
                .extend(quote!(let #handle = #U.input(&#home);));
            parts.bound.extend(quote!(let _ = &#handle;));
            loans.values.push((parent, false));
        }
    }

    /// Remembers what the values a step makes or changes may borrow.
    pub(super) fn lend(
        &mut self,
        defined: &[(usize, Ident)],
        reaches: &BTreeMap<String, Reach>,
        loans: &Loans,
    ) {
        for (value, _) in defined {
            let what = &mut self.values[*value];
            what.cells.extend(loans.cells.iter().cloned());
            what.lenders.extend(loans.values.iter().copied());
            if !what.inline_local {
                self.pinned
                    .extend(loans.values.iter().map(|lender| lender.0));
            }
            let coarse = self.learned.coarse.entry(format!("v{value}")).or_default();
            for (name, write) in &loans.wholes {
                *coarse.entry(name.clone()).or_default() |= write;
            }
        }
        for (name, reach) in reaches {
            let key = match reach {
                // A value that is taken holds nothing afterwards.
                Reach::Value(value, Need::Write | Need::Replace) => {
                    let scope = self.values[*value].scope;
                    for &(lender, write) in &loans.values {
                        if lender != *value && self.values[lender].scope <= scope {
                            self.values[*value].lenders.push((lender, write));
                            self.pinned.insert(lender);
                        }
                    }
                    format!("v{value}")
                }
                Reach::Whole(need) | Reach::Elements(need)
                    if *need != Need::Read && self.prefix_names.contains(name) =>
                {
                    format!("o{name}")
                }
                _ => continue,
            };
            let elements = reaches.iter().filter_map(|(other, reach)| match reach {
                Reach::Elements(need) if other != name => {
                    Some((other.clone(), *need != Need::Read))
                }
                _ => None,
            });
            let wholes = loans
                .wholes
                .iter()
                .filter(|(other, _)| other != name)
                .cloned();
            let cells = loans
                .cells
                .iter()
                .map(|(_, other, write)| (other.clone(), *write));
            let coarse = self.learned.coarse.entry(key).or_default();
            for (other, write) in elements.chain(wholes).chain(cells) {
                *coarse.entry(other).or_default() |= write;
            }
        }
        for value in &mut self.values {
            value.lenders.sort_unstable();
            value.lenders.dedup();
        }
    }
}
