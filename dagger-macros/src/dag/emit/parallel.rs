//! The parallel form: one closure a unit, over slots and pointers.
//!
//! # Why the emitted `unsafe` is sound
//! - *Slots and pointers* (`put`, `shared`, `unique`, `take`, `read`): the plan orders every two units whose steps
//!   [conflict](crate::dag::access), and inside a unit steps run in program order. So a slot is put before it is used (its
//!   definition is a write that each use is ordered after), shared references to it exist only while nobody has a unique one, and it
//!   is taken by its last user in program order, after which no step names it. A pointer's place is a
//!   local of the enclosing function, or what one of its references points to; it outlives the frame, which `run`
//!   does not leave before all units have ended.
//! - *Lifetimes* of references out of slots are unbounded. That they are not too long is what rustc has checked in the
//!   serial form, where the same values flow through the same expressions.
//! - *`run`*: the plan is the one above. The captures may be used on any thread: `Sent` checks each closure, `Crosses` each
//!   slot and pointer, and `Shares` those that several threads read.
//! - *`taken`* copies a `Copy` value that nobody changes meanwhile: a by-value use that is not the last is a read in the plan.
//! - *Fields*: two fields of one variable count as independent places. `disjoint` makes rustc prove that
//!   they are fields and not calls of `Deref`.

use std::collections::BTreeMap;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::Expr;

use super::apart::apart;
use super::ask;
use super::rewrite::Rewrite;
use super::storage::{self, Storage};
use super::tables::{self, Label};
use super::{Context, local};
use crate::dag::methods;
use crate::dag::options::{settle, strip};
use crate::dag::region::{Form, Need, Origin, Region, Step, Tail, Use, VarId};
use crate::dag::syntax::is_plain;
use crate::dag::walk::{Captured, How, Walker, dereferenced};

/// The parallel form of the region: an expression.
pub(super) fn body(region: &Region, context: &Context) -> TokenStream {
    Parallel::over(region, context, storage::plan(region)).body()
}

pub(super) struct Parallel<'r> {
    pub(super) region: &'r Region,
    pub(super) context: &'r Context,
    pub(super) storage: storage::Plan,
    pub(super) labels: Vec<Label>,
    /// A variable that stands as the user wrote it, although it lives behind a pointer: in a witness.
    pub(super) natural: Option<VarId>,
    /// Whether it is the form that crosses workers: it leaves complaints to this one.
    pub(super) is_far: bool,
}

impl<'r> Parallel<'r> {
    /// The emission of a region with its variables where `storage` says.
    fn over(region: &'r Region, context: &'r Context, storage: storage::Plan) -> Self {
        Parallel {
            region,
            context,
            storage,
            labels: tables::labels(region),
            natural: None,
            is_far: false,
        }
    }

    /// The same for the form that crosses workers.
    pub(super) fn across_workers(region: &'r Region, context: &'r Context) -> Self {
        Parallel {
            is_far: true,
            ..Parallel::over(region, context, storage::far(region))
        }
    }
}

impl Parallel<'_> {
    fn body(mut self) -> TokenStream {
        let result = self.context.result();
        let (out, run, error) = (local("__out"), local("__run"), local("__error"));
        let prologue = self.prologue();
        let (outside, homes) = self.homes();
        let units: Vec<TokenStream> = (0..self.region.plan.len())
            .map(|unit| self.unit(unit))
            .collect();
        let frame = self.frame(&units);
        let settled = self.settled();
        let disjoint = self.disjoint();
        let tail = self.tail();
        quote! {
            #outside
            ::dagger::__private::parallel(|| -> #result {
                #[allow(warnings)]
                let #out: #result = {
                    #prologue
                    #homes
                    let #run = { #frame };
                    #settled
                    #disjoint
                    if let ::core::result::Result::Err(#error) = #run {
                        return ::core::result::Result::Err(#error);
                    }
                    #tail
                };
                #out
            })
        }
    }

    pub(super) fn prologue(&self) -> TokenStream {
        if self.region.prologue.is_empty() {
            return TokenStream::new();
        }
        let mut statements = TokenStream::new();
        let (mut inner, mut outer) = (Vec::new(), Vec::new());
        for step in &self.region.prologue {
            let (attrs, expr) = (&step.attrs, &step.expr);
            if let Form::Let(pat) = &step.form {
                statements.extend(quote!(#(#attrs)* let #pat = #expr;));
            }
            for &var in &step.defines {
                let what = &self.region.vars[var];
                let name = &what.name;
                // A name bound twice is its last binding.
                if let Some(position) = inner.iter().position(|known: &Ident| known == name) {
                    inner.remove(position);
                    outer.remove(position);
                }
                inner.push(name.clone());
                outer.push(if what.mutable {
                    quote!(mut #name)
                } else {
                    quote!(#name)
                });
            }
        }
        let (at, value, error) = (local("__at"), local("__value"), local("__error"));
        quote! {
            let (#(#outer,)*) = match ::dagger::__private::guarded(
                &__DAGGER_SITE,
                |#at: &::dagger::__private::At<'_>| {
                    #statements
                    ::core::result::Result::Ok((#(#inner,)*))
                },
            ) {
                ::core::result::Result::Ok(#value) => #value,
                ::core::result::Result::Err(#error) => return ::core::result::Result::Err(#error),
            };
        }
    }

    /// Pointers made before the closure of the parallel form, and slots and pointers made in it, with the checks
    /// that rustc makes on their types.
    ///
    /// A pointer to a local that the closure only borrows is made outside, where the local is at hand: through the closure's
    /// own borrow it could not be written to. A local that the closure moves in is pointed to inside.
    fn homes(&self) -> (TokenStream, TokenStream) {
        let (mut outside, mut homes) = (TokenStream::new(), TokenStream::new());
        for (var, what) in self.region.vars.iter().enumerate() {
            let span = Span::mixed_site().located_at(what.name.span());
            let shared = self.region.read_side_by_side[var];
            let home = self.home(var);
            match self.storage.of[var] {
                Storage::Natural => {}
                Storage::Slot => {
                    let shares = shared.then(
                        || quote_spanned!(span=> ::dagger::__private::Shares::held(#home.of());),
                    );
                    homes.extend(quote_spanned! {span=>
                        let #home = ::dagger::__private::Slot::new();
                        ::dagger::__private::Crosses::held(#home.of());
                        #shares
                    });
                }
                Storage::Pointer(surely_mut) => {
                    let place = self.outside(var);
                    let shares = shared.then(
                        || quote_spanned!(span=> ::dagger::__private::Shares::held(#home.of());),
                    );
                    let new = if surely_mut {
                        quote_spanned!(span=> ::dagger::__private::Outer::new_mut(&raw mut #place))
                    } else {
                        quote_spanned!(span=> ::dagger::__private::Outer::new(&raw const #place))
                    };
                    let made = quote_spanned! {span=>
                        #[allow(warnings)]
                        let #home = #new;
                        ::dagger::__private::Crosses::held(#home.of());
                        #shares
                    };
                    if self.is_pointed_to_inside(var) {
                        homes.extend(made);
                    } else {
                        outside.extend(made);
                    }
                }
            }
        }
        for &var in &self.storage.copied {
            let place = self.outside(var);
            let span = Span::mixed_site().located_at(self.value_span(var));
            let value = local("__value");
            homes.extend(quote_spanned! {span=>
                let _ = || { let #value = ::dagger::__private::Copied::copied(&#place); };
            });
        }
        (outside, homes)
    }

    /// Whether the closure of the parallel form has the variable for its own: one of the prologue's, or one that it moves in.
    pub(super) fn is_pointed_to_inside(&self, var: VarId) -> bool {
        let of_prologue = |step: &Step| step.defines.contains(&var);
        let moved_by_tail = match &self.region.tail {
            Tail::Expr { uses, .. } => uses.get(&var).is_some_and(|uses| uses.iter().any(may_move)),
            _ => false,
        };
        moved_by_tail
            || self.region.prologue.iter().any(of_prologue)
            || self
                .storage
                .witnesses
                .iter()
                .any(|&(_, taken)| taken == var)
    }

    /// The place of a caller's variable, outside of all units.
    pub(super) fn outside(&self, var: VarId) -> Expr {
        let what = &self.region.vars[var];
        if what.transparent {
            return dereferenced(&what.name, what.name.span());
        }
        let name = &what.name;
        syn::parse_quote!(#name)
    }

    fn value_span(&self, var: VarId) -> Span {
        let of_value = |uses: &Vec<Use>| {
            uses.iter()
                .find(|one| one.how == How::Value)
                .map(|one| one.span)
        };
        self.region
            .steps
            .iter()
            .filter_map(|step| step.uses.get(&var))
            .find_map(of_value)
            .unwrap_or_else(|| self.region.vars[var].name.span())
    }

    /// The slot or the pointer of a variable.
    pub(super) fn home(&self, var: VarId) -> Ident {
        let mut home = match self.region.vars[var].origin {
            Origin::Outer => format_ident!("__p{}", var, span = Span::mixed_site()),
            _ => format_ident!("__s{}", var, span = Span::mixed_site()),
        };
        home.set_span(home.span().located_at(self.region.vars[var].name.span()));
        home
    }

    /// What a step calls the reference through which it reaches the variable.
    pub(super) fn alias(&self, var: VarId) -> Ident {
        let name = &self.region.vars[var].name;
        if name == "self" {
            return local("__self");
        }
        name.clone()
    }

    pub(super) fn is_natural(&self, var: VarId) -> bool {
        self.storage.of[var] == Storage::Natural || self.natural == Some(var)
    }

    fn frame(&self, units: &[TokenStream]) -> TokenStream {
        let (nodes, names) = self.nodes(units);
        let pins = self.pins();
        quote! {
            #nodes
            unsafe {
                ::dagger::__private::Frame::new(&__DAGGER_SITE, &__DAGGER_PLAN, [#(#names.erase()),*])
                    #pins
                    .run()
            }
        }
    }

    fn pins(&self) -> TokenStream {
        let mut pins = TokenStream::new();
        for (unit, steps) in self.region.plan.units.iter().enumerate() {
            let unit = unit as u32;
            for &step in steps {
                if let Some(on) = &self.region.steps[step as usize].options.on {
                    let scope = &on.scope;
                    pins.extend(quote!(.scoped(#unit, #scope)));
                }
            }
        }
        pins
    }

    /// The closure of a unit.
    pub(super) fn unit(&self, unit: usize) -> TokenStream {
        let steps: Vec<usize> = self.region.plan.units[unit]
            .iter()
            .map(|&step| step as usize)
            .collect();
        let (at, first) = (local("__at"), steps[0]);
        let mut out = TokenStream::new();
        for step in steps {
            self.step(step, step != first, &mut out);
        }
        quote_spanned! {Span::mixed_site().located_at(self.region.steps[first].span)=>
            |#at: &::dagger::__private::At<'_>| -> ::dagger::Result<()> {
                #out
                ::core::result::Result::Ok(())
            }
        }
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
        let expr = self.expression(&expr, &step.needs);
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
    fn bindings(&self, needs: &BTreeMap<VarId, Need>) -> TokenStream {
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

    fn expression(&self, expr: &Expr, needs: &BTreeMap<VarId, Need>) -> Expr {
        let mut expr = expr.clone();
        let names = needs
            .iter()
            .map(|(&var, &need)| (self.region.vars[var].name.to_string(), (var, need)))
            .collect();
        let mut rewrite = Rewrite {
            parallel: self,
            names,
            renames_only: false,
        };
        apart(&mut expr);
        Walker::new(&mut rewrite).statement(&mut expr);
        if self.is_far {
            strip(&mut expr);
        } else {
            settle(&mut expr);
        }
        expr
    }

    pub(super) fn tail(&self) -> TokenStream {
        match &self.region.tail {
            Tail::Nothing => quote!(::core::result::Result::Ok(())),
            Tail::Step(var) => {
                let home = self.home(*var);
                quote!(::core::result::Result::Ok(unsafe { #home.take() }))
            }
            Tail::Expr { expr, needs, .. } => {
                // What the caller's locals hold is theirs again: the frame has ended.
                let inner: BTreeMap<VarId, Need> = needs
                    .iter()
                    .filter(|(var, _)| self.region.vars[**var].origin != Origin::Outer)
                    .map(|(&var, &need)| (var, need))
                    .collect();
                let bindings = self.bindings(&inner);
                let expr_tokens = self.expression(expr, &inner);
                let done = self.context.done(&quote!(#expr_tokens));
                if is_plain(expr) {
                    return quote!(#bindings #done);
                }
                let (at, number) = (local("__at"), self.region.steps.len() as u32);
                let result = self.context.result();
                quote! {
                    #bindings
                    ::dagger::__private::guarded(
                        &__DAGGER_SITE,
                        |#at: &::dagger::__private::At<'_>| -> #result {
                            #at.step(#number);
                            #done
                        },
                    )
                }
            }
        }
    }
}

/// Whether rustc may take a use for a move.
fn may_move(one: &Use) -> bool {
    match &one.how {
        How::Value => true,
        How::Receiver(method) => !methods::only_looks(method) && !methods::changes(method),
        _ => one.captured == Captured::Moved,
    }
}
