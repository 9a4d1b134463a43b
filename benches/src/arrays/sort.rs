//! Sorting a long vector: as fast as the libraries that sort?

use std::sync::{Arc, OnceLock};

use dagger::array::{Blocks, DArray};
use ndarray::{Array1, Ix1};
use rayon::slice::ParallelSliceMut;

use crate::harness::{Effort, Goal, LineUp, Question, Unit, time_part};
use crate::peers::{numpy, rayon_pool};

const HOW: &str = "Random 64-bit floating-point numbers. Ours are in blocks of two mebibytes, and so is the sorted array; the unsorted one stays. \
rayon and std sort in place, by `total_cmp`; copying what they sort is not in their time.";

pub(super) fn question(effort: Effort) -> Question {
    let length = effort.size(10_000_000, 100_000);
    let unit = Unit::nanoseconds("element", length as u64);
    Question::new(
        format!("array/sort of {length}"),
        unit,
        HOW,
        move |threads| line_up(length, threads),
    )
    .aim(Goal::LevelWith("rayon par_sort_unstable"))
}

struct Numbers {
    blocks: DArray<f64, Ix1>,
    local: Array1<f64>,
    sorted: Vec<f64>,
}

impl Numbers {
    fn new(length: usize) -> Self {
        let blocks = DArray::random_with(1, [length], Blocks::auto());
        let local = blocks.collect().expect("the array can be made");
        let mut sorted = local.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        Numbers {
            blocks,
            local,
            sorted,
        }
    }

    /// Some elements, for a check that costs nothing.
    fn probes(&self) -> Vec<f64> {
        self.sorted.iter().copied().step_by(9973).collect()
    }
}

fn probes(sorted: &[f64]) -> Vec<f64> {
    sorted.iter().copied().step_by(9973).collect()
}

fn line_up(length: usize, threads: usize) -> LineUp {
    let numbers: Arc<OnceLock<Numbers>> = Arc::default();
    let [ours, rayon, std] = std::array::from_fn(|_| Arc::clone(&numbers));
    let make = move || Numbers::new(length);
    LineUp::new()
        .ours(move |batch| {
            let numbers = ours.get_or_init(make);
            let timed = crate::ours::sample(threads, batch, &true, || {
                numbers.blocks.sort().wait().is_ok()
            })?;
            let sorted = numbers.blocks.sort().collect().expect("no task fails");
            match probes(&sorted.to_vec()) == numbers.probes() {
                true => Ok(timed),
                false => Err(crate::harness::Failure::Wrong("another order".into())),
            }
        })
        .peer("rayon par_sort_unstable", move |batch| {
            let numbers = rayon.get_or_init(make);
            let expected = numbers.probes();
            rayon_pool::pool(threads).install(|| {
                time_part(
                    batch,
                    &expected,
                    || numbers.local.to_vec(),
                    |mut elements| {
                        elements.par_sort_unstable_by(f64::total_cmp);
                        probes(&elements)
                    },
                )
            })
        })
        .peer("numpy sort", move |batch| {
            numpy::sample(
                batch,
                threads,
                &format!("a = np.random.default_rng(1).random({length})"),
                "b = np.sort(a)",
                "(b[:-1] <= b[1:]).all()",
            )
        })
        .serial("std sort_unstable", move |batch| {
            let numbers = std.get_or_init(make);
            let expected = numbers.probes();
            time_part(
                batch,
                &expected,
                || numbers.local.to_vec(),
                |mut elements| {
                    elements.sort_unstable_by(f64::total_cmp);
                    probes(&elements)
                },
            )
        })
}
