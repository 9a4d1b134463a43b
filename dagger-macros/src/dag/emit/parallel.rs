//! The parallel form: the [units](super::units) of the graph, over slots and pointers. The same nodes run on the threads of this worker, and
//! across workers over [values](super::values) that another process can have too.
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
//!   slot and pointer, `Shares` those that several threads read, and `Lends` the caller's locals that are only read.
//! - *`taken`* copies a `Copy` value that nobody changes meanwhile: a by-value use that is not the last is a read in the plan.
//! - *Fields*: two fields of one variable count as independent places. `disjoint` makes rustc prove that
//!   they are fields and not calls of `Deref`.

use std::collections::BTreeMap;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::Expr;

use super::notes::Calls;
use super::storage::{self, Storage};
use super::tables::{self, Label};
use super::{Context, local, values};
use crate::dag::methods;
use crate::dag::region::{Form, Need, Origin, Region, Step, Tail, Use, VarId};
use crate::dag::syntax::is_plain;
use crate::dag::walk::{Captured, How, dereferenced};

/// The parallel form of the region: an expression. `gate` is what has chosen it.
pub(super) fn body(region: &Region, context: &Context, gate: &Ident) -> TokenStream {
    Parallel::of(region, context).body(gate)
}

pub(super) struct Parallel<'r> {
    pub(super) region: &'r Region,
    pub(super) context: &'r Context,
    pub(super) storage: storage::Plan,
    pub(super) labels: Vec<Label>,
    /// A variable that stands as the user wrote it, although it lives behind a pointer: in a witness.
    pub(super) natural: Option<VarId>,
}

impl<'r> Parallel<'r> {
    pub(super) fn of(region: &'r Region, context: &'r Context) -> Self {
        Parallel {
            region,
            context,
            storage: storage::plan(region),
            labels: tables::labels(region),
            natural: None,
        }
    }
}

impl Parallel<'_> {
    fn body(mut self, gate: &Ident) -> TokenStream {
        let result = self.context.result();
        let (out, run, error) = (local("__out"), local("__run"), local("__error"));
        let (outers, places, part) = (local("__outers"), local("__places"), local("__part"));
        let prologue = self.prologue();
        let (outside, inside) = self.homes();
        let graph = self.graph(&part);
        let scopes = self.scopes();
        let (pointers, slots) = self.values();
        let pointer_tree = values::tree(&pointers);
        let slot_tree = values::tree(&slots);
        let settled = self.settled();
        let disjoint = self.disjoint();
        let tail = self.tail();
        quote! {
            #outside
            ::dagger::__private::parallel(|| -> #result {
                #[allow(warnings)]
                let #out: #result = {
                    #prologue
                    #inside
                    let #outers = #pointer_tree;
                    let #places = #slot_tree;
                    let #run = #gate.carry_out(
                        &__DAGGER_SITE,
                        &[#(#scopes),*],
                        &#outers,
                        &#places,
                        |#outers, #places, #part| {
                            let #pointer_tree = #outers;
                            let #slot_tree = #places;
                            #graph
                        },
                    );
                    let #pointer_tree = &#outers;
                    let #slot_tree = &#places;
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

    /// Makes the nodes, and hands them over with the values.
    fn graph(&self, part: &Ident) -> TokenStream {
        let (made, nodes) = self.nodes();
        let (pointers, slots) = self.values();
        let fields = pointers.iter().chain(&slots);
        quote! {
            #made
            {
                use ::dagger::__private::Stays as _;
                unsafe {
                    #part.run(
                        #nodes,
                        [#((&::dagger::__private::Travels(#fields)).field()),*],
                        &__DAGGER_SITE,
                        &__DAGGER_PLAN,
                    )
                }
            }
        }
    }

    fn prologue(&self) -> TokenStream {
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
        let (mut outside, mut inside) = (TokenStream::new(), TokenStream::new());
        let shadows = self.shadows();
        for (var, what) in self.region.vars.iter().enumerate() {
            let span = Span::mixed_site().located_at(what.name.span());
            let home = self.home(var);
            let rules = self.rules(var, span);
            let rules = quote_spanned!(span=> #(#rules::held(#home.of());)*);
            match self.storage.of[var] {
                Storage::Natural => {}
                Storage::Slot => inside.extend(quote_spanned! {span=>
                    let #home = ::dagger::__private::Slot::new();
                    #rules
                }),
                Storage::Pointer(surely_mut) => {
                    let place = self.outside(var);
                    let new = match (self.is_changed(var), surely_mut) {
                        (true, true) => quote!(new_mut(&raw mut #place)),
                        (true, false) => quote!(new(&raw const #place)),
                        // By way of a reference, since it may be no variable at all but the name of a function.
                        (false, _) => quote!(new(&raw const *&#place)),
                    };
                    let made = quote_spanned! {span=>
                        #[allow(warnings)]
                        let #home = {
                            #shadows
                            ::dagger::__private::Outer::#new
                        };
                        #rules
                    };
                    if self.is_pointed_to_inside(var) {
                        inside.extend(made);
                    } else {
                        outside.extend(made);
                    }
                }
            }
        }
        for &var in &self.storage.copied {
            let (place, value) = (self.outside(var), local("__value"));
            let span = Span::mixed_site().located_at(self.value_span(var));
            inside.extend(quote_spanned! {span=>
                let _ = || { let #value = ::dagger::__private::Copied::copied(&#place); };
            });
        }
        (outside, inside)
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

    /// The rules that the type of a variable must keep.
    fn rules(&self, var: VarId, span: Span) -> Vec<TokenStream> {
        let shared = self.region.read_side_by_side[var];
        let is_outer = self.region.vars[var].origin == Origin::Outer;
        if is_outer && !self.is_changed(var) && !self.is_taken(var) {
            let local = quote_spanned!(span=> ::dagger::__private::Local);
            return vec![quote_spanned!(span=> <#local as ::dagger::__private::Lends<_>>)];
        }
        let mut rules = vec![quote_spanned!(span=> ::dagger::__private::Crosses)];
        if shared {
            rules.push(quote_spanned!(span=> ::dagger::__private::Shares));
        }
        rules
    }

    fn is_changed(&self, var: VarId) -> bool {
        let needs = self
            .region
            .steps
            .iter()
            .filter_map(|step| step.needs.get(&var));
        needs
            .into_iter()
            .any(|need| matches!(need, Need::Write | Need::Replace))
    }

    /// Whether the value itself comes into a step, moved or copied.
    fn is_taken(&self, var: VarId) -> bool {
        let steps = &self.region.steps;
        steps
            .iter()
            .any(|step| step.needs.get(&var) == Some(&Need::Consume))
            || steps
                .iter()
                .filter_map(|step| step.uses.get(&var))
                .flatten()
                .any(|one| one.how == How::Value)
    }

    /// Names that are in scope where the user's statements are: so rustc says the same of a name that does not exist, and says it once.
    fn shadows(&self) -> TokenStream {
        let vars = &self.region.vars;
        let outer = |name: &Ident| {
            vars.iter()
                .any(|var| var.origin == Origin::Outer && var.name == *name)
        };
        let names = vars
            .iter()
            .filter(|var| var.origin == Origin::Bound && !outer(&var.name))
            .map(|var| &var.name);
        quote!(#(let #names = ();)*)
    }

    /// Units that statements confine, with their scopes.
    fn scopes(&self) -> Vec<TokenStream> {
        let mut scopes = Vec::new();
        for (unit, steps) in self.region.plan.units.iter().enumerate() {
            let unit = unit as u32;
            for &step in steps {
                if let Some(on) = &self.region.steps[step as usize].options.on {
                    let scope = &on.scope;
                    scopes.push(quote!((#unit, #scope)));
                }
            }
        }
        scopes
    }

    /// Whether the closure of the parallel form has the variable for its own: one of the prologue's, or one that it moves in.
    fn is_pointed_to_inside(&self, var: VarId) -> bool {
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
    fn outside(&self, var: VarId) -> Expr {
        let what = &self.region.vars[var];
        if what.transparent {
            return dereferenced(&what.name, what.name.span());
        }
        let name = &what.name;
        syn::parse_quote!(#name)
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

    fn tail(&self) -> TokenStream {
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
                let expr_tokens = self.expression(expr, &inner, Calls::Noted);
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
