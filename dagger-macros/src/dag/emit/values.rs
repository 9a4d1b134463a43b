//! The values of a graph as numbers, so that another process can have them too.
//!
//! Every caller's local that a node uses is reached through a pointer, and what makes the nodes is a closure without captures, to which pointers and
//! slots are handed. So the same closure can be entered where nothing but the graph's values is there (`dagger_core::slices`).
//! A local that a node takes apart, by moving a field out of it, must be captured as it stands, and so must what only a macro's tokens
//! mention: such a graph stays at home.
//!
//! The table says of each node everything it does with the values, as the analysis found it; from it the runtime derives the same order between
//! nodes that conflict on one worker, and copies between workers.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use std::collections::BTreeMap;

use super::parallel::Parallel;
use super::storage::Storage;
use super::{Context, tables};
use crate::dag::region::{Need, Origin, Region, Tail, VarId};

/// As many values stand side by side in a tuple, for which `dagger_core::slices` implements its traits.
const WIDTH: usize = 8;

/// The static that says what each node does with each value.
pub(super) fn table(region: &Region, context: &Context) -> TokenStream {
    let form = Parallel::of(region, context);
    let numbers = numbers(&form);
    let outers = numbers.keys().filter(|&&var| is_outer(&form, var)).count() as u16;
    let uses = (0..region.plan.len()).map(|unit| {
        let uses = uses(region, unit, &numbers);
        let uses = uses
            .iter()
            .map(|(value, how)| quote!(::dagger::__private::Use { value: #value, how: #how }));
        quote!(&[#(#uses),*])
    });
    let tasks = region.plan.units.iter().map(|steps| {
        let facts = steps
            .iter()
            .filter_map(|&step| tables::facts(&form.labels, step as usize));
        quote!(&[#(&#facts),*])
    });
    let captured = form.captured();
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

fn is_outer(form: &Parallel<'_>, var: VarId) -> bool {
    matches!(form.storage.of[var], Storage::Pointer(_))
}

/// The number of each variable that is a value.
fn numbers(form: &Parallel<'_>) -> BTreeMap<VarId, u16> {
    let vars = 0..form.region.vars.len();
    let pointers = vars.clone().filter(|&var| is_outer(form, var));
    let slots = vars.filter(|&var| form.storage.of[var] == Storage::Slot);
    let numbered = pointers.chain(slots).enumerate();
    numbered.map(|(number, var)| (var, number as u16)).collect()
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

impl Parallel<'_> {
    /// Pointers and slots, in the order of the values.
    pub(super) fn values(&self) -> (Vec<Ident>, Vec<Ident>) {
        let of = |test: fn(Storage) -> bool| {
            let vars = 0..self.region.vars.len();
            vars.filter(|&var| test(self.storage.of[var]))
                .map(|var| self.home(var))
                .collect()
        };
        (
            of(|storage| matches!(storage, Storage::Pointer(_))),
            of(|storage| storage == Storage::Slot),
        )
    }

    /// The names of the caller's variables that nodes capture as they stand.
    pub(super) fn captured(&self) -> Vec<String> {
        let used = |var: usize| {
            self.region
                .steps
                .iter()
                .any(|step| step.needs.contains_key(&var))
        };
        let vars = self.region.vars.iter().enumerate();
        vars.filter(|(_, what)| what.origin == Origin::Outer)
            .filter(|&(var, _)| self.storage.of[var] == Storage::Natural && used(var))
            .map(|(_, what)| what.name.to_string())
            .collect()
    }
}

/// The values as a tuple, of tuples where there are many: an expression or a pattern. A hundred values of one type are a dozen types then; a
/// list would be a hundred.
pub(super) fn tree(values: &[Ident]) -> TokenStream {
    let mut level: Vec<TokenStream> = values.iter().map(|value| quote!(#value)).collect();
    while level.len() > WIDTH {
        level = level
            .chunks(WIDTH)
            .map(|part| quote!((#(#part,)*)))
            .collect();
    }
    quote!((#(#level,)*))
}
