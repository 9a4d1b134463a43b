//! One step of a loop: run by the driver itself, or made a node.
//!
//! # Why the emitted `unsafe` is sound
//! See the [parent module](super): this file emits only what is proved there.

use std::collections::BTreeMap;

use dagger_ir::{Access, Mode, Place};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};

use super::loans::Loans;
use super::rewrite::has_control;
use super::{Home, Scope, U, Unfolding, Value};
use crate::dag::access::{may_lend, need};
use crate::dag::emit::local;
use crate::dag::names::bindings;
use crate::dag::prologue::{borrows, is_cheap};
use crate::dag::region::{Form, Need, Origin, Step, Use, Var};
use crate::dag::unfold::mentions;

/// How a step reaches a variable.
#[derive(Clone, Debug)]
pub(super) enum Reach {
    /// A local of the driver.
    Driver,
    /// A value of the loops.
    Value(usize, Need),
    /// A variable from outside that the loops change.
    Whole(Need),
    /// The same, but only elements of it.
    Elements(Need),
    /// A variable from outside that the loops only look at.
    Frozen,
}

/// The parts of a node as they come together.
#[derive(Default)]
pub(super) struct Parts {
    /// On the driver, before the node is made.
    pub(super) announced: TokenStream,
    /// In the node, before the statement.
    pub(super) bound: TokenStream,
    /// In the node, after the statement.
    pub(super) kept: TokenStream,
    /// On the driver, where it runs the statement itself.
    pub(super) inline_bound: TokenStream,
    pub(super) inline_kept: TokenStream,
    /// Before both.
    pub(super) declared: TokenStream,
    /// What the node captures: its name in the node, and how the driver makes it.
    pub(super) captured: Vec<(Ident, TokenStream)>,
}

impl Parts {
    /// A capture that the driver has under the same name.
    pub(super) fn captures(&mut self, handle: &Ident) {
        self.captured.push((handle.clone(), quote!(#handle)));
    }
}

/// One step, made ready.
pub(super) enum Made {
    /// The driver runs it in any case.
    Driven(TokenStream),
    /// The driver runs it, or makes it a node.
    Either {
        declared: TokenStream,
        inline: TokenStream,
        node: TokenStream,
    },
}

impl Unfolding<'_> {
    /// The step in the form the driver chooses from; `None` if it has none.
    pub(super) fn step(&mut self, vars: &[Var], step: &Step, extended: &str) -> Option<Made> {
        let mut reaches: BTreeMap<String, Reach> = BTreeMap::new();
        let composite = has_control(&step.expr);
        for (&var, uses) in &step.uses {
            let name = vars[var].name.to_string();
            let reach = self.reach(&name, uses, composite)?;
            reaches.insert(name, reach);
        }
        let uses: BTreeMap<String, &Vec<Use>> = step
            .uses
            .iter()
            .map(|(&var, uses)| (vars[var].name.to_string(), uses))
            .collect();
        let number = self.show(step, &self.accesses(&reaches));
        if let Some(tokens) = self
            .driver_binding(step, &reaches, number)
            .or_else(|| self.counted(step, &reaches, number))
        {
            return Some(Made::Driven(tokens));
        }
        self.keeps_counters(step, &uses)?;
        let scope = self.scopes.len() - 1;
        let mut parts = Parts::default();
        let defined = self.define(vars, step, scope, extended, &mut parts);
        let loans = self.reached(&reaches, &uses, &mut parts, scope);
        self.lend(&defined, &reaches, &loans);
        Some(self.assemble(step, &reaches, &uses, &defined, parts, number))
    }

    fn reach(&self, name: &str, uses: &[Use], composite: bool) -> Option<Reach> {
        if let Some(home) = self.home(name) {
            return Some(match home {
                Home::Driver { .. } => Reach::Driver,
                Home::Value(value) => {
                    let what = &self.values[*value];
                    Reach::Value(
                        *value,
                        need(&what.var, uses, self.is_last(name, what.scope)),
                    )
                }
            });
        }
        let Some(outside) = self.outsides.get(name) else {
            return Some(Reach::Frozen);
        };
        if !outside.written {
            return Some(Reach::Frozen);
        }
        match need(&outside.var, uses, false) {
            Need::Consume | Need::Replace => None,
            need if outside.by_element && !composite && uses.iter().all(|one| one.projected) => {
                Some(Reach::Elements(need))
            }
            need => Some(Reach::Whole(need)),
        }
    }

    pub(super) fn home(&self, name: &str) -> Option<&Home> {
        self.scopes
            .iter()
            .rev()
            .find_map(|scope| scope.names.get(name))
    }

    /// Whether nothing behind the current statement uses the name, in this turn of the loops or a later one.
    pub(super) fn is_last(&self, name: &str, declared: usize) -> bool {
        let inner = &self.scopes[(declared + 1).min(self.scopes.len())..];
        !inner.iter().any(|scope| scope.is_loop)
            && !self.scopes[declared.min(self.scopes.len() - 1)..]
                .iter()
                .any(|scope: &Scope| mentions(&scope.rest, name))
    }

    /// What `graph()` is told: whole variables, once through the loops.
    fn accesses(&self, reaches: &BTreeMap<String, Reach>) -> Vec<Access> {
        let mode = |need: &Need| match need {
            Need::Read => Mode::Read,
            Need::Consume => Mode::Consume,
            _ => Mode::Write,
        };
        reaches
            .iter()
            .filter_map(|(name, reach)| match reach {
                Reach::Value(value, need) => Some(Access::new(
                    Place::whole(self.values[*value].number),
                    mode(need),
                )),
                Reach::Whole(need) | Reach::Elements(need) => Some(Access::new(
                    Place::whole(*self.numbers.get(name)?),
                    mode(need),
                )),
                Reach::Driver | Reach::Frozen => None,
            })
            .collect()
    }

    /// A cheap `let` over the driver's own locals stays one.
    fn driver_binding(
        &mut self,
        step: &Step,
        reaches: &BTreeMap<String, Reach>,
        number: u32,
    ) -> Option<TokenStream> {
        let Form::Let(pat) = &step.form else {
            return None;
        };
        let own = reaches
            .values()
            .all(|reach| matches!(reach, Reach::Driver | Reach::Frozen));
        let is_counter =
            |name: &Ident| self.counters.contains_key(&name.to_string()) && !borrows(&step.expr);
        let fixed = bindings(pat)
            .iter()
            .all(|one| one.mutability.is_none() || is_counter(&one.ident));
        let plain = step.callee.is_none() && step.options.on.is_none();
        if !own || !fixed || !plain || !is_cheap(&step.expr) {
            return None;
        }
        // A borrow of an owned local of the driver would end before the nodes do.
        let owned = |name: &String| {
            matches!(self.home(name), Some(Home::Driver { copy: false, derived, parent: None, .. })
                if derived.is_empty())
        };
        if borrows(&step.expr) && reaches.keys().any(owned) {
            return None;
        }
        let (mut derived, mut parent) = (Vec::new(), None);
        for name in reaches.keys() {
            if let Some(Home::Driver {
                derived: from,
                parent: of,
                ..
            }) = self.home(name)
            {
                derived.extend(from.iter().cloned());
                parent = parent.or(*of);
            }
        }
        for one in bindings(pat) {
            let home = Home::Driver {
                ident: one.ident.clone(),
                copy: false,
                counter: one.mutability.is_some(),
                derived: derived.clone(),
                parent,
            };
            let name = one.ident.to_string();
            self.scopes.last_mut()?.names.insert(name, home);
        }
        let (at, expr, attrs) = (local("__at"), &step.expr, &step.attrs);
        Some(quote!(#at.step(#number); #(#attrs)* let #pat = #expr;))
    }

    /// Declares the values that a step defines.
    fn define(
        &mut self,
        vars: &[Var],
        step: &Step,
        scope: usize,
        extended: &str,
        parts: &mut Parts,
    ) -> Vec<(usize, Ident)> {
        let mut defined = Vec::new();
        for &var in &step.defines {
            let name = vars[var].name.clone();
            let index = self.values.len();
            let mut home = format_ident!("__v{}", index, span = Span::mixed_site());
            home.set_span(home.span().located_at(name.span()));
            let is_temporary = matches!(step.form, Form::Temporary(_));
            let inline_local = is_temporary && name != extended;
            let number = self.builder.variable(name.to_string());
            self.values.push(Value {
                home: home.clone(),
                var: Var {
                    origin: Origin::Bound,
                    ..vars[var].clone()
                },
                scope: scope - 1,
                cells: Vec::new(),
                lenders: Vec::new(),
                inline_local,
                number,
            });
            let output = format_ident!("__o{}", index, span = home.span());
            parts
                .declared
                .extend(quote!(let #home = ::dagger::__private::Var::new();));
            let make = match self.learned.read.contains(&index) {
                true => quote!(output_passed_on),
                false => quote!(output),
            };
            parts
                .announced
                .extend(quote_spanned!(home.span()=> let #output = #U.#make(&#home);));
            parts.captures(&output);
            parts.kept.extend(quote!(unsafe { #output.put(#name) };));
            if !inline_local {
                parts
                    .inline_kept
                    .extend(quote!(unsafe { #home.put(#name) };));
            }
            if is_temporary && !inline_local {
                // Borrowed for longer than the statement: it must not move when nodes come to use it.
                parts.inline_kept.extend(quote!(#home.pin();));
            }
            if let Some(scope) = self.scopes.last_mut() {
                scope.names.insert(name.to_string(), Home::Value(index));
            }
            defined.push((index, name));
        }
        defined
    }

    /// Announces what the step reaches, and binds it to the user's names. Returns what it may lend on.
    fn reached(
        &mut self,
        reaches: &BTreeMap<String, Reach>,
        uses: &BTreeMap<String, &Vec<Use>>,
        parts: &mut Parts,
        scope: usize,
    ) -> Loans {
        let mut loans = Loans::default();
        for (name, reach) in reaches {
            let alias = self.alias(name, uses[name]);
            let lends = |need| uses[name].iter().any(|one| may_lend(one, need));
            match reach {
                Reach::Driver | Reach::Frozen => self.follow_driver(name, &mut loans, parts),
                Reach::Value(value, need) => {
                    self.announce_value(*value, *need, &alias, parts);
                    self.follow(*value, *need, &mut loans, parts, scope);
                    if lends(*need) && *need != Need::Consume {
                        loans.values.push((*value, *need != Need::Read));
                    }
                }
                Reach::Whole(need) => {
                    self.points_to_whole = true;
                    let (home, base) = (self.pointer(name), self.base(name));
                    let handle = self.handle();
                    parts.captures(&handle);
                    parts.announced.extend(match need {
                        Need::Read => quote! {
                            let #handle = #U.read_whole(#base, unsafe { &raw const *#home.shared() });
                        },
                        _ => quote! {
                            let #handle = #U.write_whole(#base, unsafe { &raw mut *#home.unique() });
                        },
                    });
                    parts
                        .bound
                        .extend(quote!(let #alias = unsafe { #handle.get() };));
                    self.inline_pointer(name, *need, &alias, parts);
                    if lends(*need) {
                        loans.wholes.push((name.clone(), *need != Need::Read));
                    }
                    self.follow_outside(name, &mut loans, parts);
                }
                Reach::Elements(need) => {
                    self.inline_pointer(name, *need, &alias, parts);
                    self.follow_outside(name, &mut loans, parts);
                }
            }
        }
        loans
    }

    fn inline_pointer(&self, name: &str, need: Need, alias: &Ident, parts: &mut Parts) {
        let home = self.pointer(name);
        parts.inline_bound.extend(match need {
            Need::Read => quote!(let #alias = unsafe { #home.shared() };),
            _ => quote!(let #alias = unsafe { #home.unique() };),
        });
    }

    fn announce_value(&mut self, value: usize, need: Need, alias: &Ident, parts: &mut Parts) {
        if need == Need::Read {
            self.learned.read.insert(value);
        }
        let handle = self.handle();
        parts.captures(&handle);
        let home = &self.values[value].home;
        let span = Span::mixed_site().located_at(alias.span());
        let (announce, get) = match need {
            Need::Read => (
                quote!(input),
                quote!(let #alias = unsafe { #handle.get() };),
            ),
            Need::Write => (
                quote!(input_mut),
                quote!(let #alias = unsafe { #handle.get() };),
            ),
            Need::Consume => (
                quote!(input_take),
                quote!(let mut #alias = unsafe { #handle.take() };),
            ),
            Need::Replace => (
                quote!(input_mut),
                quote!(let mut #alias = unsafe { #handle.take() };),
            ),
        };
        parts
            .announced
            .extend(quote_spanned!(span=> let #handle = #U.#announce(&#home);));
        parts.bound.extend(get);
        if self.values[value].inline_local {
            // A local of the statement: it is there under its own name.
            if need == Need::Replace {
                parts.kept.extend(quote!(unsafe { #handle.put(#alias) };));
            }
            return;
        }
        parts.inline_bound.extend(match need {
            Need::Read => quote!(let #alias = unsafe { #home.shared() };),
            Need::Write => quote!(let #alias = unsafe { #home.unique() };),
            Need::Consume | Need::Replace => quote!(let mut #alias = unsafe { #home.take() };),
        });
        if need == Need::Replace {
            parts.kept.extend(quote!(unsafe { #handle.put(#alias) };));
            parts
                .inline_kept
                .extend(quote!(unsafe { #home.put(#alias) };));
        }
    }
}
