//! Which variables are read by units that may run at the same time, and so must be `Sync`.

use super::region::{Need, Region};

/// For each variable, the units that only read it.
pub(super) fn readers(region: &Region, unit: &dyn Fn(usize) -> usize) -> Vec<Vec<usize>> {
    let mut readers = vec![Vec::new(); region.vars.len()];
    for (index, step) in region.steps.iter().enumerate() {
        for (&var, &need) in &step.needs {
            if need == Need::Read {
                readers[var].push(unit(index));
            }
        }
    }
    for units in &mut readers {
        units.sort_unstable();
        units.dedup();
    }
    readers
}

/// For each variable, whether two of its readers are not ordered by the plan.
pub(super) fn side_by_side(plan: &dagger_ir::Plan, readers: &[Vec<usize>]) -> Vec<bool> {
    let count = plan.len();
    let words = count.div_ceil(64);
    let mut after = vec![0_u64; count * words];
    for unit in (0..count).rev() {
        for &next in plan.successors_of(unit) {
            let next = next as usize;
            after[unit * words + next / 64] |= 1 << (next % 64);
            for word in 0..words {
                let reach = after[next * words + word];
                after[unit * words + word] |= reach;
            }
        }
    }
    let ordered = |a: usize, b: usize| after[a * words + b / 64] >> (b % 64) & 1 == 1;
    readers
        .iter()
        .map(|units| {
            units.iter().enumerate().any(|(i, &a)| {
                units[i + 1..]
                    .iter()
                    .any(|&b| !ordered(a, b) && !ordered(b, a))
            })
        })
        .collect()
}
