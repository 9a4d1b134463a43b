//! Where each variable of the parallel form lives.
//!
//! A caller's variable is reached through a pointer, in an order that the plan fixes, unless a unit takes it apart or it may be no variable at
//! all: such a one is captured by the units' closures as it stands, and rustc checks that.

use std::collections::BTreeSet;

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
    /// What several units take by value, while none changes it or takes it away: it must be `Copy`.
    pub(super) copied: Vec<VarId>,
    /// Units that take a caller's variable away through a pointer.
    pub(super) witnesses: Vec<(usize, VarId)>,
}

pub(super) fn plan(region: &Region) -> Plan {
    let unit_of = region.unit_of();
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
        let is_certain = uses().any(is_certain) && !uses().any(takes_apart);
        if is_certain || Users::of(region, &unit_of, var).conflict() {
            Storage::Pointer(surely_mut(region, var))
        } else {
            Storage::Natural
        }
    };
    let mut of: Vec<Storage> = region.vars.iter().enumerate().map(of).collect();
    let witnesses = witnesses(region, &unit_of, &mut of);
    let copied = (0..region.vars.len())
        .filter(|&var| region.vars[var].origin == Origin::Outer)
        .filter(|&var| Users::of(region, &unit_of, var).copy())
        .collect();
    Plan {
        of,
        copied,
        witnesses,
    }
}

/// The units that use a caller's variable.
struct Users {
    all: BTreeSet<usize>,
    /// Those that take it by value.
    by_value: BTreeSet<usize>,
    is_changed: bool,
    is_taken: bool,
}

impl Users {
    fn of(region: &Region, unit_of: &[usize], var: VarId) -> Self {
        let mut users = Users {
            all: BTreeSet::new(),
            by_value: BTreeSet::new(),
            is_changed: false,
            is_taken: false,
        };
        for (index, step) in region.steps.iter().enumerate() {
            let Some(need) = step.needs.get(&var) else {
                continue;
            };
            users.all.insert(unit_of[index]);
            users.is_changed |= matches!(need, Need::Write | Need::Replace);
            users.is_taken |= *need == Need::Consume;
            let is_whole = |one: &Use| one.how == How::Value && !one.projected;
            if step.uses[&var].iter().any(is_whole) {
                users.by_value.insert(unit_of[index]);
            }
        }
        users
    }

    /// Whether there are several, and one changes it or takes it away.
    fn conflict(&self) -> bool {
        let only_values = self.by_value.len() == self.all.len();
        self.all.len() > 1 && (self.is_changed || self.is_taken && !only_values)
    }

    /// Whether they take it by value although it is used afterwards, and do not conflict.
    fn copy(&self) -> bool {
        let last = self.all.last();
        let is_used_again = |unit: &usize| Some(unit) < last;
        !self.conflict() && (self.by_value.len() > 1 || self.by_value.iter().any(is_used_again))
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
