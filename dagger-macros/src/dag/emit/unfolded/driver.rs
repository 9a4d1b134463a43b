//! What the driver does between nodes: loop heads, conditions, pointers, and the values it takes over at the end.
//!
//! # Why the emitted `unsafe` is sound
//! See the [parent module](super): this file emits only what is proved there.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::visit::{self, Visit};
use syn::{Expr, Ident};

use super::{Home, U, Unfolding};
use crate::dag::methods;
use crate::dag::names::task_of;
use crate::dag::region::{Known, Use};
use crate::dag::unfold::{self, is_mutable, mentions};
use crate::dag::walk::{Action, CALLEE, Captured, How, Occurrence, Visitor, Walker, dereferenced};

/// What a loop iterates over, for the driver.
pub(super) struct Source {
    /// Waits, if the head looks at what nodes may be changing.
    pub(super) drain: TokenStream,
    pub(super) bound: TokenStream,
    pub(super) head: Expr,
    /// The variables from outside that what it hands out is derived from, and whether to change them.
    pub(super) derived: Vec<(String, bool)>,
    /// The value that what it hands out is derived from.
    pub(super) parent: Option<usize>,
}

impl Unfolding<'_> {
    /// Whether the driver can decide a condition without waiting for values.
    pub(super) fn is_driven(&self, cond: &Expr) -> bool {
        !calls_task(cond)
            && self.looks_at(cond).is_some_and(|looked| {
                looked
                    .iter()
                    .all(|look| matches!(look, Look::Length(_) | Look::Own(_)))
            })
    }

    /// Waits for all nodes, if the driver is going to look at a variable that they change.
    pub(super) fn drain_for(&self, expr: &Expr) -> TokenStream {
        let looks = self.looks_at(expr).unwrap_or_default();
        let lengths: Vec<&String> = looks
            .iter()
            .filter_map(|look| match look {
                Look::Length(name) => Some(name),
                _ => None,
            })
            .collect();
        if lengths.is_empty() {
            TokenStream::new()
        } else {
            quote!(#U.drain()?;)
        }
    }

    /// How the driver iterates over the head of a loop; `None` if it cannot.
    pub(super) fn source(&mut self, head: &Expr) -> Option<Source> {
        if calls_task(head) {
            return None;
        }
        let outlives = |name: &Ident| match self.home(&name.to_string()) {
            // An owned local of the driver ends with its turn of the loop, a reference into a variable does not.
            Some(Home::Driver {
                copy,
                derived,
                parent,
                ..
            }) => *copy || !derived.is_empty() || parent.is_some(),
            _ => true,
        };
        if !unfold::is_range(head) && !unfold::lends_only(head, &outlives) {
            return None;
        }
        let looks = self.looks_at(head)?;
        // While nodes are only recorded, no value is there yet.
        if self.is_recorded && looks.iter().any(|look| matches!(look, Look::Value(..))) {
            return None;
        }
        let mut source = Source {
            drain: TokenStream::new(),
            bound: TokenStream::new(),
            head: head.clone(),
            derived: Vec::new(),
            parent: None,
        };
        let mutable = is_mutable(head);
        let mut values = Vec::new();
        for look in &looks {
            match look {
                Look::Own(name) => {
                    if let Some(Home::Driver {
                        derived, parent, ..
                    }) = self.home(name).cloned()
                    {
                        source.derived.extend(derived);
                        source.parent = source.parent.or(parent);
                    }
                }
                Look::Length(_) => source.drain = quote!(#U.drain()?;),
                Look::Part(name, moves) => {
                    if *moves && self.outsides[name].var.known == Known::Nothing {
                        return None;
                    }
                    source.drain = quote!(#U.drain()?;);
                    source.derived.push((name.clone(), mutable || *moves));
                }
                Look::Value(value, name, moves) => {
                    source.drain = quote!(#U.drain()?;);
                    let (home, alias) = (
                        self.values[*value].home.clone(),
                        self.values[*value].var.name.clone(),
                    );
                    if *moves {
                        if !self.is_last(name, self.values[*value].scope) {
                            return None;
                        }
                        source
                            .bound
                            .extend(quote!(let mut #alias = unsafe { #home.take() };));
                        let lenders = self.values[*value].lenders.first().map(|lender| lender.0);
                        source.parent = source.parent.or(lenders);
                        let coarse = self.learned.coarse.get(&format!("v{value}"));
                        source.derived.extend(
                            coarse
                                .into_iter()
                                .flatten()
                                .map(|(name, &write)| (name.clone(), write)),
                        );
                        if !self.values[*value].cells.is_empty()
                            || self.values[*value].lenders.len() > 1
                        {
                            return None;
                        }
                    } else {
                        if mutable || source.parent.is_some() {
                            return None;
                        }
                        source
                            .bound
                            .extend(quote!(#home.pin(); let #alias = unsafe { #home.shared() };));
                        source.parent = Some(*value);
                        values.push(name.clone());
                    }
                }
            }
        }
        source.head = self.as_head(&source.head, values);
        Some(source)
    }

    /// An expression that the driver evaluates while no node runs; `borrowed` are values that it only looks at.
    pub(super) fn as_head(&self, expr: &Expr, borrowed: Vec<String>) -> Expr {
        let mut heads = Head {
            unfolding: self,
            borrowed,
        };
        let mut rewritten = expr.clone();
        Walker::new(&mut heads).value(&mut rewritten);
        rewritten
    }

    /// The variables an expression of the driver looks at; `None` if it changes one.
    pub(super) fn looks_at(&self, expr: &Expr) -> Option<Vec<Look>> {
        let mut looks = Looks {
            unfolding: self,
            found: Vec::new(),
            fails: false,
        };
        Walker::new(&mut looks).value(&mut expr.clone());
        (!looks.fails).then_some(looks.found)
    }

    /// Pointers to the variables that nodes change, made where the local is at hand: of the caller's before the
    /// closures, of the driver's own behind the statements that bind them. And references to those that nodes only look at.
    pub(super) fn pointers(&self) -> (TokenStream, TokenStream) {
        let (mut outside, mut inside) = (TokenStream::new(), TokenStream::new());
        for (name, what) in &self.outsides {
            let place: Expr = if what.var.transparent {
                dereferenced(&what.var.name, what.var.name.span())
            } else {
                let name = &what.var.name;
                syn::parse_quote!(#name)
            };
            let span = Span::mixed_site().located_at(what.var.name.span());
            if !what.written {
                if self.frozen_used.contains(name) {
                    let home = self.frozen(name);
                    inside.extend(quote_spanned!(span=> let #home = &#place;));
                }
                continue;
            }
            let (home, base) = (self.pointer(name), self.base(name));
            let new = if what.surely_mut {
                quote_spanned!(span=> new_mut(&raw mut #place))
            } else {
                quote_spanned!(span=> new(&raw const #place))
            };
            let made = quote_spanned! {span=>
                #[allow(warnings)]
                let #home = ::dagger::__private::Outer::#new;
                ::dagger::__private::Spreads::held(#home.of());
            };
            if self.prefix_names.contains(name) {
                inside.extend(made);
            } else {
                outside.extend(made);
            }
            inside.extend(quote!(let #base = #U.base();));
        }
        (outside, inside)
    }

    /// After the loops: the values that the last statements mention, as locals.
    pub(super) fn taken(&self, suffix: &TokenStream) -> TokenStream {
        let mut taken = TokenStream::new();
        let Some(scope) = self.scopes.first() else {
            return taken;
        };
        let mut names: Vec<(&String, usize)> = scope
            .names
            .iter()
            .filter_map(|(name, home)| match home {
                Home::Value(value) => Some((name, *value)),
                Home::Driver { .. } => None,
            })
            .collect();
        names.sort_by_key(|(_, value)| *value);
        for (name, value) in names {
            if mentions(suffix, name) {
                let (home, alias) = (&self.values[value].home, &self.values[value].var.name);
                taken.extend(quote!(let mut #alias = unsafe { #home.take() };));
            }
        }
        taken
    }
}

/// What the driver looks at.
#[derive(Clone, Debug)]
pub(super) enum Look {
    /// A local of its own, or a variable nobody changes.
    Own(String),
    /// The length, or so, of a variable that nodes change.
    Length(String),
    /// Such a variable itself, or parts of it; whether it moves it.
    Part(String, bool),
    /// A value that nodes make; whether it moves it.
    Value(usize, String, bool),
}

struct Looks<'l, 'u> {
    unfolding: &'l Unfolding<'u>,
    found: Vec<Look>,
    fails: bool,
}

impl Visitor for Looks<'_, '_> {
    fn occurrence(&mut self, one: &Occurrence<'_>) -> Action {
        let name = one.ident.to_string();
        let is_callee = matches!(&one.how, How::Receiver(method) if method == CALLEE);
        let moves = !one.projected && one.how == How::Value
            || matches!(&one.how, How::Receiver(method) if methods::takes(method));
        if matches!(one.how, How::Update | How::Assign) {
            self.fails = true;
        }
        match self.unfolding.home(&name) {
            Some(Home::Driver { .. }) => self.found.push(Look::Own(name)),
            Some(Home::Value(value)) => self.found.push(Look::Value(*value, name, moves)),
            None => match self.unfolding.outsides.get(&name) {
                Some(outside) if outside.written => {
                    let measured =
                        matches!(&one.how, How::Receiver(method) if methods::measures(method));
                    if measured && one.captured == Captured::No {
                        self.found.push(Look::Length(name));
                    } else {
                        self.found.push(Look::Part(name, moves));
                    }
                }
                _ if is_callee => {}
                _ => self.found.push(Look::Own(name)),
            },
        }
        Action::Keep
    }
}

/// Rewrites the head of a loop to where its variables are.
struct Head<'h, 'u> {
    unfolding: &'h Unfolding<'u>,
    /// Values that are only looked at.
    borrowed: Vec<String>,
}

impl Visitor for Head<'_, '_> {
    fn occurrence(&mut self, one: &Occurrence<'_>) -> Action {
        let name = one.ident.to_string();
        if self.borrowed.contains(&name) {
            return Action::At(Box::new(dereferenced(one.ident, one.ident.span())));
        }
        Action::Keep
    }

    fn place(&mut self, place: &Expr, root: &Ident, how: &How, captured: Captured) -> Option<Expr> {
        let name = root.to_string();
        let outside = self.unfolding.outsides.get(&name)?;
        if !outside.written || self.unfolding.home(&name).is_some() {
            return None;
        }
        let found = Use {
            how: how.clone(),
            path: Vec::new(),
            projected: false,
            captured,
            span: root.span(),
        };
        let home = self.unfolding.pointer(&name);
        let writes = crate::dag::access::writes(&found, &outside.var);
        let root: Expr = if writes {
            syn::parse_quote!((*unsafe { #home.unique() }))
        } else {
            syn::parse_quote!((*unsafe { #home.shared() }))
        };
        let mut place = place.clone();
        super::rewrite::put_root(&mut place, &root);
        if *how == How::Value && outside.var.known == Known::Unique {
            return Some(syn::parse_quote!((&mut *#place)));
        }
        Some(place)
    }
}

fn calls_task(expr: &Expr) -> bool {
    struct Calls(bool);
    impl<'ast> Visit<'ast> for Calls {
        fn visit_expr(&mut self, expr: &'ast Expr) {
            match expr {
                Expr::Call(call) => self.0 |= task_of(call, &|_| false).is_some(),
                Expr::Let(_) | Expr::Try(_) => self.0 = true,
                _ => {}
            }
            visit::visit_expr(self, expr);
        }
    }
    let mut calls = Calls(false);
    calls.visit_expr(expr);
    calls.0
}
