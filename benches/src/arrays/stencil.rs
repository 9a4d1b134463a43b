//! Many sweeps of a 5-point stencil: as fast as a loop by hand, and faster with several sweeps in one pass over memory?

use std::sync::{Arc, OnceLock};
use std::{mem, thread};

use dagger::array::{Blocks, Boundary, DArray};
use dagger::prelude::Neighbours;
use ndarray::Ix2;

use crate::harness::{Effort, Goal, LineUp, Question, Unit, time};
use crate::peers::numpy;

const BY_HAND: &str = "threads by hand";
const SINGLE: &str = "sweep by sweep";

const HOW: &str = "Each element becomes the mean of its four neighbours, the edges repeated outwards, from and into new arrays of 64-bit floating-point \
numbers. Ours in blocks of 1024 × 1024, all sweeps in one call, and sweep by sweep with a call for each. By hand: one thread started for each part of the \
rows, two arrays in turn. numpy adds four slices, fewer sweeps. The results of ours and by hand have the same bits.";

pub(super) fn question(effort: Effort) -> Question {
    let (edge, sweeps) = effort.size((8192, 100), (512, 20));
    let unit = Unit::nanoseconds("thousand elements", (edge * edge * sweeps / 1000) as u64);
    Question::new(
        format!("array/{sweeps} sweeps over {edge}²"),
        unit,
        HOW,
        move |threads| line_up(edge, sweeps, threads),
    )
    .aim(Goal::Share {
        percent: 90.0,
        of: BY_HAND,
    })
    .aim(Goal::AheadOf(SINGLE))
    .on(&[2])
}

struct Plate {
    blocks: DArray<f64, Ix2>,
    local: Vec<f64>,
    /// One element of the result, by which answers are checked.
    probe: f64,
}

/// Whose element every answer is checked by: far enough from everywhere to depend on many others.
const PROBE: usize = 37;

impl Plate {
    fn new(edge: usize, sweeps: usize) -> Self {
        let blocks = DArray::random_with(1, [edge, edge], Blocks([1024, 1024]));
        let local = blocks.collect().expect("the array can be made");
        let local = local.into_raw_vec_and_offset().0;
        let made = by_hand(&local, edge, sweeps, 2);
        let probe = made[PROBE * edge + PROBE];
        Plate {
            blocks,
            local,
            probe,
        }
    }
}

fn mean(u: Neighbours<'_, f64, 2>) -> f64 {
    0.25 * (u[[-1, 0]] + u[[1, 0]] + u[[0, -1]] + u[[0, 1]])
}

fn line_up(edge: usize, sweeps: usize, threads: usize) -> LineUp {
    let plate: Arc<OnceLock<Plate>> = Arc::default();
    let [ours, single, hand] = std::array::from_fn(|_| Arc::clone(&plate));
    let make = move || Plate::new(edge, sweeps);
    let done = |made: DArray<f64, Ix2>| {
        made.wait().expect("no task fails");
        made.get([PROBE, PROBE]).fetch().expect("no task fails")
    };
    LineUp::new()
        .ours(move |batch| {
            let plate = ours.get_or_init(make);
            crate::ours::sample(threads, batch, &plate.probe, || {
                done(plate.blocks.sweeps(sweeps, [1, 1], Boundary::Clamp, mean))
            })
        })
        .peer(SINGLE, move |batch| {
            let plate = single.get_or_init(make);
            crate::ours::sample(threads, batch, &plate.probe, || {
                let first = plate.blocks.clone();
                done((0..sweeps).fold(first, |plate, _| plate.stencil([1, 1], Boundary::Clamp, mean)))
            })
        })
        .peer(BY_HAND, move |batch| {
            let plate = hand.get_or_init(make);
            time(batch, &plate.probe, || {
                by_hand(&plate.local, edge, sweeps, threads)[PROBE * edge + PROBE]
            })
        })
        .smaller_peer("numpy, 2 sweeps", (edge * edge * 2 / 1000) as u64, move |batch| {
            let setup = format!(
                "p = np.pad(np.random.default_rng(1).random(({edge}, {edge})), 1, 'edge')\n\
                 def sweep(p):\n    return np.pad(0.25 * (p[:-2, 1:-1] + p[2:, 1:-1] + p[1:-1, :-2] + p[1:-1, 2:]), 1, 'edge')"
            );
            numpy::sample(batch, threads, &setup, "q = sweep(sweep(p))", "0 < q.max() < 1")
        })
}

fn by_hand(start: &[f64], edge: usize, sweeps: usize, threads: usize) -> Vec<f64> {
    let (mut from, mut to) = (start.to_vec(), vec![0.0; start.len()]);
    let part = edge.div_ceil(threads);
    for _ in 0..sweeps {
        let source: &[f64] = &from;
        thread::scope(|scope| {
            let mut parts = to.chunks_mut(part * edge).enumerate();
            let own = parts.next();
            for (number, rows) in parts {
                scope.spawn(move || sweep(source, edge, number * part, rows));
            }
            own.into_iter()
                .for_each(|(_, rows)| sweep(source, edge, 0, rows));
        });
        mem::swap(&mut from, &mut to);
    }
    from
}

/// Computes rows from number `first` on.
fn sweep(source: &[f64], edge: usize, first: usize, rows: &mut [f64]) {
    let row = |number: usize| &source[number * edge..][..edge];
    for (number, out) in rows.chunks_exact_mut(edge).enumerate() {
        let at = first + number;
        let (above, own) = (row(at.saturating_sub(1)), row(at));
        let below = row((at + 1).min(edge - 1));
        let last = edge - 1;
        out[0] = 0.25 * (above[0] + below[0] + own[0] + own[1]);
        for j in 1..last {
            out[j] = 0.25 * (above[j] + below[j] + own[j - 1] + own[j + 1]);
        }
        out[last] = 0.25 * (above[last] + below[last] + own[last - 1] + own[last]);
    }
}
