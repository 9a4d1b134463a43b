//! `while` and `loop`, and branches that jump: what they do next may depend on what nodes make.
//!
//! A condition that the driver can decide by itself it decides. Any other one becomes a node like a statement, `let go = ..;`, and the
//! driver waits for that node, and so for those that it depends on, before it goes on; all others keep running. Variables
//! that only count turns stay with the driver (see [`counters`](crate::dag::counters)).
//!
//! A loop with a `let` in its condition, one that has a value, and one that jumps out of a node stay in one node.
//!
//! # Why the emitted `unsafe` is sound
//! `awaited` returns when the node that makes the value has ended, so nobody changes it while the driver reads it. For the
//! rest see the [parent module](super).

use std::collections::{BTreeMap, HashMap};

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};
use syn::spanned::Spanned;
use syn::{Expr, Stmt};

use super::node::Reach;
use super::{Both, Home, Scope, U, Unfolding};
use crate::dag::counters;
use crate::dag::emit::tables;
use crate::dag::region::{Form, Step, Use};
use crate::dag::walk::How;
use crate::dag::{jumps, methods};

/// A condition, and what comes before it.
pub(super) struct Choice {
    pub(super) before: Both,
    /// In the serial form.
    pub(super) cond: TokenStream,
    /// In the driver.
    pub(super) driven: TokenStream,
}

impl Unfolding<'_> {
    /// A loop in the form that `unfold` gives it, or as one node where it has none.
    pub(super) fn whole_unless(
        &mut self,
        stmt: &Stmt,
        unfold: impl FnOnce(&mut Self) -> Option<Both>,
    ) -> Option<Both> {
        let number = self.repeats;
        self.repeats += 1;
        if self.learned.solid.contains(&number) {
            return self.steps_of(stmt);
        }
        let before = self.learned.clone();
        let done = unfold(self);
        // If something else was learned on the way, it may have been that.
        let same =
            before.no_counters == self.learned.no_counters && before.solid == self.learned.solid;
        if done.is_none() && same {
            self.learned.solid.insert(number);
        }
        self.unfolds |= done.is_some();
        done
    }

    pub(super) fn while_loop(&mut self, repeat: &syn::ExprWhile) -> Option<Both> {
        let (label, cond, body) = (&repeat.label, &repeat.cond, &repeat.body);
        self.scopes.push(Scope {
            is_loop: true,
            rest: quote!(#body),
            ..Scope::default()
        });
        let driven = self.is_driven(cond);
        let done = self
            .choice(cond)
            .and_then(|choice| Some((choice, self.scoped(body)?)));
        self.scopes.pop();
        let (choice, body) = done?;
        let (serial, unfolded) = (body.serial, body.unfolded);
        let Choice {
            before,
            cond,
            driven: decided,
        } = choice;
        if driven {
            let drain = before.unfolded;
            return Some(Both {
                serial: quote!(#label while #cond { #serial }),
                unfolded: quote!(#label while { #drain #decided } { #unfolded }),
            });
        }
        let (made, announced) = (before.serial, before.unfolded);
        Some(Both {
            serial: quote!(#label loop { #made if !#cond { break; } #serial }),
            unfolded: quote!(#label loop { #announced if !#decided { break; } #unfolded }),
        })
    }

    pub(super) fn endless_loop(&mut self, repeat: &syn::ExprLoop) -> Option<Both> {
        let (label, body) = (&repeat.label, &repeat.body);
        if jumps::breaks_with_value(body) {
            return None;
        }
        let body = self.block(body, true)?;
        let (serial, unfolded) = (body.serial, body.unfolded);
        Some(Both {
            serial: quote!(#label loop { #serial }),
            unfolded: quote!(#label loop { #unfolded }),
        })
    }

    /// How the driver decides a condition; `None` if it cannot, because that binds names, or because nodes are only recorded.
    pub(super) fn choice(&mut self, cond: &Expr) -> Option<Choice> {
        if self.is_driven(cond) {
            let drain = self.drain_for(cond);
            return Some(Choice {
                before: Both {
                    serial: TokenStream::new(),
                    unfolded: drain,
                },
                cond: quote!(#cond),
                driven: quote!(#cond),
            });
        }
        if self.is_recorded || has_let(cond) {
            return None;
        }
        let go = format_ident!(
            "__dagger_go{}",
            self.handles,
            span = Span::mixed_site().located_at(cond.span())
        );
        self.handles += 1;
        let before = self.steps_of(&syn::parse_quote!(let #go: bool = #cond;))?;
        let Some(Home::Value(value)) = self.home(&go.to_string()) else {
            return None;
        };
        let home = &self.values[*value].home;
        Some(Choice {
            before,
            cond: quote!(#go),
            driven: quote!({ #U.awaited(&#home)?; *unsafe { #home.shared() } }),
        })
    }

    /// The counters from outside of the loops, as locals of the driver.
    pub(super) fn outer_counters(&self) -> HashMap<String, Home> {
        self.counters
            .iter()
            .map(|(name, ident)| {
                let home = Home::Driver {
                    ident: ident.clone(),
                    copy: false,
                    counter: true,
                    derived: Vec::new(),
                    parent: None,
                };
                (name.clone(), home)
            })
            .collect()
    }

    /// `i += 1;` of a counter, by the driver.
    pub(super) fn counted(
        &mut self,
        step: &Step,
        reaches: &BTreeMap<String, Reach>,
        number: u32,
    ) -> Option<TokenStream> {
        let name = counters::changed(&step.expr)?.to_string();
        let own = reaches
            .values()
            .all(|reach| matches!(reach, Reach::Driver | Reach::Frozen));
        let counter = matches!(self.home(&name), Some(Home::Driver { counter: true, .. }));
        if !own || !counter || !matches!(step.form, Form::Statement) || step.options.on.is_some() {
            return None;
        }
        let (step_tokens, expr, attrs) =
            (tables::step(&self.labels, number), &step.expr, &step.attrs);
        Some(quote!(#step_tokens; #(#attrs)* #expr;))
    }

    /// That a node uses counters by their values only. One that it changes, or that its result may borrow, is no
    /// counter, which the next attempt then knows.
    pub(super) fn keeps_counters(
        &mut self,
        step: &Step,
        uses: &BTreeMap<String, &Vec<Use>>,
    ) -> Option<()> {
        let mut all = true;
        for (name, uses) in uses {
            if !matches!(self.home(name), Some(Home::Driver { counter: true, .. })) {
                continue;
            }
            let by_value = uses.iter().all(|one| match &one.how {
                How::Value | How::Inline => true,
                How::Ref => step.defines.is_empty(),
                How::Receiver(method) => methods::measures(method),
                How::Mut | How::Update | How::Assign => false,
            });
            if !by_value {
                self.learned.no_counters.insert(name.clone());
                all = false;
            }
        }
        all.then_some(())
    }
}

/// Whether a condition binds names.
fn has_let(cond: &Expr) -> bool {
    match cond {
        Expr::Let(_) => true,
        Expr::Binary(binary) => has_let(&binary.left) || has_let(&binary.right),
        Expr::Paren(paren) => has_let(&paren.expr),
        _ => false,
    }
}
