//! Where each variable of the parallel form lives.
//!
//! A caller's variable that one unit uses, or that all units only look at, is captured by the units' closures as
//! it stands, and rustc checks that. Everything else is reached through a slot or a pointer, in an order that the plan fixes.

use std::collections::{BTreeMap, BTreeSet};

use crate::dag::methods;
use crate::dag::region::{Need, Origin, Region, Use, Var, VarId};
use crate::dag::walk::{CALLEE, How};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Storage {
    /// An ordinary local of the unit, or a capture of its closure.
    Natural,
    /// A slot in the frame.
    Slot,
    /// A pointer to the caller's local; `true` if that is surely declared `mut`.
    Pointer(bool),
}

pub(super) struct Plan {
    pub(super) of: Vec<Storage>,
    /// Captured naturally by several units that take it by value: it must be `Copy`.
    pub(super) copied: Vec<VarId>,
    /// Units that take a caller's variable away through a pointer.
    pub(super) witnesses: Vec<(usize, VarId)>,
}

pub(super) fn plan(region: &Region) -> Plan {
    let unit_of = region.unit_of();
    // For each variable, what the steps need of it, by unit.
    let mut users: Vec<BTreeMap<usize, Vec<Need>>> = vec![BTreeMap::new(); region.vars.len()];
    let mut by_value: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); region.vars.len()];
    for (index, step) in region.steps.iter().enumerate() {
        let unit = unit_of[index];
        for (&var, &need) in &step.needs {
            users[var].entry(unit).or_default().push(need);
            if step.uses[&var]
                .iter()
                .any(|one| one.how == How::Value && !one.projected)
            {
                by_value[var].insert(unit);
            }
        }
    }
    let mut of = Vec::new();
    let mut copied = Vec::new();
    for (var, what) in region.vars.iter().enumerate() {
        let storage = if what.origin != Origin::Outer {
            bound(region, var)
        } else {
            let (needs, count) = (&users[var], users[var].len());
            let any = |test: fn(&Need) -> bool| needs.values().flatten().any(test);
            let changed = any(|need| matches!(need, Need::Write | Need::Replace));
            let taken = any(|need| *need == Need::Consume);
            let only_values = by_value[var].len() == count;
            if count > 1 && (changed || taken && !only_values) {
                Storage::Pointer(surely_mut(region, var))
            } else {
                let last = users[var].keys().next_back();
                if by_value[var].len() > 1 || by_value[var].iter().any(|unit| Some(unit) < last) {
                    copied.push(var);
                }
                Storage::Natural
            }
        };
        of.push(storage);
    }
    let witnesses = witnesses(region, &unit_of, &mut of);
    Plan {
        of,
        copied,
        witnesses,
    }
}

/// The same for the form that crosses workers: a caller's variable is reached through a pointer, unless a node takes
/// it apart, or it may be none.
pub(super) fn far(region: &Region) -> Plan {
    let unit_of = region.unit_of();
    let natural = plan(region).of;
    let of = |(var, what): (usize, &Var)| {
        if what.origin != Origin::Outer {
            return bound(region, var);
        }
        let uses = || {
            region
                .steps
                .iter()
                .filter_map(|step| step.uses.get(&var))
                .flatten()
        };
        if uses().any(is_certain) && !uses().any(takes_apart) {
            Storage::Pointer(surely_mut(region, var))
        } else {
            natural[var]
        }
    };
    let mut of: Vec<Storage> = region.vars.iter().enumerate().map(of).collect();
    let witnesses = witnesses(region, &unit_of, &mut of);
    Plan {
        of,
        copied: Vec::new(),
        witnesses,
    }
}

/// Whether a use is surely one of a variable. What stands in a text or in the tokens of a macro may only look like one.
fn is_certain(one: &Use) -> bool {
    match &one.how {
        How::Inline => false,
        How::Receiver(method) => !method.is_empty(),
        _ => true,
    }
}

/// Whether a use may move a part out of a variable.
fn takes_apart(one: &Use) -> bool {
    one.projected
        && match &one.how {
            How::Value => true,
            How::Receiver(method) => {
                methods::takes(method) || method.is_empty() || method == CALLEE
            }
            _ => false,
        }
}

/// A variable of the region is a local if one unit has it for itself.
fn bound(region: &Region, var: VarId) -> Storage {
    let units = &region.touched_by[var];
    let tail = region.plan.len();
    let alone = units.len() <= 1 && !units.contains(&tail);
    // `let _guard = ..` is held until the end.
    let guards = region.vars[var].name.to_string().starts_with('_')
        && region.vars[var].origin == Origin::Bound
        && !region.steps.iter().any(|step| step.uses.contains_key(&var));
    if alone && !guards {
        Storage::Natural
    } else {
        Storage::Slot
    }
}

/// Whether rustc insists, in the serial form, that the variable is declared `mut`.
fn surely_mut(region: &Region, var: VarId) -> bool {
    let what = &region.vars[var];
    what.mutable
        || region
            .steps
            .iter()
            .filter_map(|step| step.uses.get(&var))
            .flatten()
            .any(|one| !one.projected && matches!(one.how, How::Mut | How::Update | How::Assign))
            && !what.transparent
}

/// The units that take a variable through a pointer. A closure that shows rustc the move takes along whatever
/// else the unit takes, so all that must go through pointers too.
fn witnesses(region: &Region, unit_of: &[usize], of: &mut [Storage]) -> Vec<(usize, VarId)> {
    let takes = |unit: usize| {
        region
            .steps
            .iter()
            .enumerate()
            .filter(move |&(index, _)| unit_of[index] == unit)
            .flat_map(|(_, step)| &step.needs)
            .filter(|(_, need)| matches!(need, Need::Consume | Need::Replace))
            .map(|(&var, _)| var)
            .filter(|&var| region.vars[var].origin == Origin::Outer)
            .collect::<BTreeSet<_>>()
    };
    let mut found = Vec::new();
    for unit in 0..region.plan.len() {
        let taken = takes(unit);
        if taken.iter().any(|&var| of[var] != Storage::Natural) {
            for var in taken {
                if of[var] == Storage::Natural {
                    of[var] = Storage::Pointer(false);
                }
                found.push((unit, var));
            }
        }
    }
    found
}
