//! The form that crosses workers: the nodes of the parallel form over values that another process can have too.
//!
//! Every caller's local that a node uses is reached through a pointer, and what makes the nodes is a closure without captures, to which pointers and
//! slots are handed. So the same closure can be entered where nothing but the graph's values is there (`dagger_core::slices`).
//! A local that a node takes apart, by moving a field out of it, must be captured as it stands, and so must what only a macro's tokens
//! mention: such a graph stays at home.
//!
//! # Why the emitted `unsafe` is sound
//! The nodes are those of the [parallel](super::parallel) form, with its proof. The tables say of each node everything it does with the
//! values, as the analysis found it; from them the runtime derives the same order between nodes that conflict on one worker, and copies between
//! workers. That values and captures may be used on any thread is checked where the parallel form of the same graph is emitted.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use std::collections::BTreeMap;

use super::parallel::Parallel;
use super::storage::Storage;
use super::{Context, local, tables};
use crate::dag::region::{Need, Origin, Region, Tail, VarId};

/// The form of the region that crosses workers: an expression.
pub(super) fn body(region: &Region, context: &Context) -> TokenStream {
    let mut far = Parallel::across_workers(region, context);
    let result = context.result();
    let (out, run, error) = (local("__out"), local("__run"), local("__error"));
    let (outers, places, part) = (local("__outers"), local("__places"), local("__part"));
    let prologue = far.prologue();
    let (outside, inside) = far.pointers();
    let graph = graph(&far, &part);
    let scopes = far.scopes();
    let (pointers, slots) = values(&far);
    let slots_made = list(
        slots
            .iter()
            .map(|_| quote!(::dagger::__private::Slot::new())),
    );
    let pointer_list = list(pointers.iter().map(|home| quote!(#home)));
    let slot_list = list(slots.iter().map(|home| quote!(#home)));
    let settled = far.settled();
    let tail = far.tail();
    quote! {
        #outside
        ::dagger::__private::parallel(|| -> #result {
            #[allow(warnings)]
            let #out: #result = {
                #prologue
                #inside
                let #outers = #pointer_list;
                let #places = #slots_made;
                let #run = ::dagger::__private::travel(
                    &__DAGGER_SITE,
                    &__DAGGER_PLAN,
                    &__DAGGER_SLICES,
                    &[#(#scopes),*],
                    &#outers,
                    &#places,
                    |#outers, #places, #part| {
                        let #pointer_list = #outers;
                        let #slot_list = #places;
                        #graph
                    },
                );
                let #pointer_list = &#outers;
                let #slot_list = &#places;
                #settled
                if let ::core::result::Result::Err(#error) = #run {
                    return ::core::result::Result::Err(#error);
                }
                #tail
            };
            #out
        })
    }
}

/// The static that says what each node does with each value.
pub(super) fn table(region: &Region, context: &Context) -> TokenStream {
    let far = Parallel::across_workers(region, context);
    let numbers = numbers(&far);
    let outers = numbers.keys().filter(|&&var| is_outer(&far, var)).count() as u16;
    let uses = (0..region.plan.len()).map(|unit| {
        let uses = uses(region, unit, &numbers);
        let uses = uses
            .iter()
            .map(|(value, how)| quote!(::dagger::__private::Use { value: #value, how: #how }));
        quote!(&[#(#uses),*])
    });
    let tasks = region.plan.units.iter().map(|steps| {
        let facts = steps.iter().filter_map(|&step| far.facts(step));
        quote!(&[#(&#facts),*])
    });
    let captured = captured(&far);
    let tail = tail(region).into_iter().filter_map(|var| numbers.get(&var));
    quote! {
        static __DAGGER_SLICES: ::dagger::__private::Slices = ::dagger::__private::Slices {
            uses: &[#(#uses),*],
            tasks: &[#(#tasks),*],
            captured: &[#(#captured),*],
            outers: #outers,
            tail: &[#(#tail),*],
        };
    }
}

/// Makes the nodes and hands them over.
fn graph(far: &Parallel<'_>, part: &Ident) -> TokenStream {
    let units: Vec<TokenStream> = (0..far.region.plan.len())
        .map(|unit| far.unit(unit))
        .collect();
    let (nodes, names) = far.nodes(&units);
    let (pointers, slots) = values(far);
    let fields = pointers.iter().chain(&slots);
    quote! {
        #nodes
        {
            use ::dagger::__private::Stays as _;
            unsafe {
                #part.run(
                    [#(#names.erase()),*],
                    [#((&::dagger::__private::Travels(#fields)).field()),*],
                    &__DAGGER_SITE,
                    &__DAGGER_PLAN,
                )
            }
        }
    }
}

fn is_outer(far: &Parallel<'_>, var: VarId) -> bool {
    matches!(far.storage.of[var], Storage::Pointer(_))
}

/// Pointers and slots, in the order of the values.
fn values(far: &Parallel<'_>) -> (Vec<Ident>, Vec<Ident>) {
    let of = |test: fn(Storage) -> bool| {
        let vars = 0..far.region.vars.len();
        vars.filter(|&var| test(far.storage.of[var]))
            .map(|var| far.home(var))
            .collect()
    };
    (
        of(|storage| matches!(storage, Storage::Pointer(_))),
        of(|storage| storage == Storage::Slot),
    )
}

/// The number of each variable that is a value.
fn numbers(far: &Parallel<'_>) -> BTreeMap<VarId, u16> {
    let vars = 0..far.region.vars.len();
    let pointers = vars.clone().filter(|&var| is_outer(far, var));
    let slots = vars.filter(|&var| far.storage.of[var] == Storage::Slot);
    let numbered = pointers.chain(slots).enumerate();
    numbered.map(|(number, var)| (var, number as u16)).collect()
}

/// `(a, (b, (c, ())))`.
fn list(elements: impl DoubleEndedIterator<Item = TokenStream>) -> TokenStream {
    elements.rfold(quote!(()), |rest, first| quote!((#first, #rest)))
}

const NEEDS: u8 = 1;
const MAKES: u8 = 2;
const TAKES: u8 = 4;
const BORROWS: u8 = 8;
const CHANGES: u8 = 16;

/// What a unit does with each value, as `dagger_core::slices::Use` says it.
fn uses(region: &Region, unit: usize, numbers: &BTreeMap<VarId, u16>) -> BTreeMap<u16, u8> {
    let mut uses: BTreeMap<u16, u8> = BTreeMap::new();
    for &step in &region.plan.units[unit] {
        let what = &region.steps[step as usize];
        for (var, need) in &what.needs {
            let Some(&value) = numbers.get(var) else {
                continue;
            };
            let how = uses.entry(value).or_default();
            if *how & MAKES == 0 {
                *how |= NEEDS;
            }
            match need {
                Need::Read => {}
                Need::Write | Need::Replace => *how = *how & !TAKES | MAKES,
                Need::Consume => *how = *how & !MAKES | TAKES,
            }
        }
        for (var, writes) in &region.lent[step as usize] {
            if let Some(&value) = numbers.get(var) {
                *uses.entry(value).or_default() |= if *writes { CHANGES } else { BORROWS };
            }
        }
        for value in what.defines.iter().filter_map(|var| numbers.get(var)) {
            let how = uses.entry(*value).or_default();
            *how = *how & !TAKES | MAKES;
        }
    }
    uses
}

/// The variables bound by nodes that the result is made of.
fn tail(region: &Region) -> Vec<VarId> {
    match &region.tail {
        Tail::Nothing => Vec::new(),
        Tail::Step(var) => vec![*var],
        Tail::Expr { needs, .. } => {
            let bound = |var: &&VarId| region.vars[**var].origin != Origin::Outer;
            needs.keys().filter(bound).copied().collect()
        }
    }
}

/// The names of the caller's variables that nodes capture as they stand.
fn captured(far: &Parallel<'_>) -> Vec<String> {
    let used = |var: usize| {
        far.region
            .steps
            .iter()
            .any(|step| step.needs.contains_key(&var))
    };
    let vars = far.region.vars.iter().enumerate();
    vars.filter(|(_, what)| what.origin == Origin::Outer)
        .filter(|&(var, _)| far.storage.of[var] == Storage::Natural && used(var))
        .map(|(_, what)| what.name.to_string())
        .collect()
}

impl Parallel<'_> {
    /// Pointers made before the closure, and in it, as in [`homes`](Self::homes), but to everything, and without checks.
    fn pointers(&self) -> (TokenStream, TokenStream) {
        let (mut outside, mut inside) = (TokenStream::new(), TokenStream::new());
        let shadows = self.shadows();
        for (var, what) in self.region.vars.iter().enumerate() {
            let Storage::Pointer(surely_mut) = self.storage.of[var] else {
                continue;
            };
            let span = Span::mixed_site().located_at(what.name.span());
            let (home, place) = (self.home(var), self.outside(var));
            let changes = |need: &Need| matches!(need, Need::Write | Need::Replace);
            let needs = self
                .region
                .steps
                .iter()
                .filter_map(|step| step.needs.get(&var));
            let is_changed = needs.into_iter().any(changes);
            let new = match (is_changed, surely_mut) {
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
            };
            if self.is_pointed_to_inside(var) {
                inside.extend(made);
            } else {
                outside.extend(made);
            }
        }
        (outside, inside)
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

    /// The static with the facts of the task that a step calls.
    fn facts(&self, step: u32) -> Option<Ident> {
        tables::facts(&self.labels, step as usize)
    }

    /// The statements that make the nodes, and the nodes' names.
    pub(super) fn nodes(&self, units: &[TokenStream]) -> (TokenStream, Vec<Ident>) {
        let names: Vec<Ident> = (0..units.len())
            .map(|unit| format_ident!("__n{}", unit, span = Span::mixed_site()))
            .collect();
        // At the task's own token, where rustc says so if something it captures cannot be sent to another thread.
        let sent = self.region.plan.units.iter().zip(units).map(|(steps, unit)| {
            let span = self.region.steps[steps[0] as usize].span;
            quote_spanned!(Span::mixed_site().located_at(span)=> ::dagger::__private::Sent::sent(#unit))
        });
        let nodes = quote!(#(let #names = ::dagger::__private::Node::new(#sent);)*);
        (nodes, names)
    }
}
