//! `a * 2 + b`: one pass over memory?

use std::sync::{Arc, OnceLock};
use std::thread;

use dagger::array::{Blocks, DArray};
use ndarray::{Array2, Ix2, Zip};
use rayon::iter::{IndexedParallelIterator, IntoParallelRefIterator, ParallelIterator};

use crate::harness::{Effort, Goal, LineUp, Question, Unit, time};
use crate::peers::{dask, numpy, rayon_pool};

const TRIAD: &str = "STREAM triad";
const UNFUSED: &str = "unfused";

const HOW: &str = "Of two arrays of 64-bit floating-point numbers a third is made, in new memory: ours in blocks of 1024 × 1024, fused \
into one task a block. Unfused is ours with a pass and an array for each operation, as numpy does it: `a * 2` is done before `+ b` begins. It moves \
40 bytes for an element where fused moves 24, so with memory that is used again fused can be 1.67 times as fast, and more where, as in numpy, memory is new. STREAM triad is the machine's bandwidth: \
one thread started for each part writes into an array that is there already. A kilobyte is one of the 24 bytes that each element takes in all three; \
50 ns a kilobyte are 20 GB/s.";

pub(super) fn question(effort: Effort) -> Question {
    let edge = effort.size(10_240, 1024);
    let unit = Unit::nanoseconds("kilobyte", (edge * edge * 24 / 1000) as u64);
    Question::new(
        format!("array/a*2+b of {edge}²"),
        unit,
        HOW,
        move |threads| line_up(edge, threads),
    )
    .aim(Goal::Share {
        percent: 90.0,
        of: TRIAD,
    })
    .aim(Goal::Share {
        percent: 200.0,
        of: UNFUSED,
    })
    .aim(Goal::Share {
        percent: 200.0,
        of: "numpy",
    })
    .aim(Goal::LevelWith("rayon"))
}

struct Operands {
    a: DArray<f64, Ix2>,
    b: DArray<f64, Ix2>,
    local_a: Array2<f64>,
    local_b: Array2<f64>,
}

/// The element that every answer is checked by.
const PROBE: [usize; 2] = [777, 333];

impl Operands {
    fn new(edge: usize) -> Self {
        let make = |seed| DArray::random_with(seed, [edge, edge], Blocks([1024, 1024]));
        let (a, b): (DArray<f64, Ix2>, DArray<f64, Ix2>) = (make(1), make(2));
        let local = |of: &DArray<f64, Ix2>| of.collect().expect("the array can be made");
        let (local_a, local_b) = (local(&a), local(&b));
        Operands {
            a,
            b,
            local_a,
            local_b,
        }
    }

    fn expected(&self) -> f64 {
        self.local_a[PROBE] * 2.0 + self.local_b[PROBE]
    }
}

fn line_up(edge: usize, threads: usize) -> LineUp {
    let operands: Arc<OnceLock<Operands>> = Arc::default();
    let [ours, two, triad, rayon, both, ndarray] = std::array::from_fn(|_| Arc::clone(&operands));
    let done = |made: DArray<f64, Ix2>| {
        made.wait().expect("no task fails");
        made.get(PROBE).fetch().expect("no task fails")
    };
    let mut made = Vec::new();
    LineUp::new()
        .ours(move |batch| {
            let Operands { a, b, .. } = ours.get_or_init(|| Operands::new(edge));
            let expected = ours.get_or_init(|| Operands::new(edge)).expected();
            crate::ours::sample(threads, batch, &expected, || done((a * 2.0 + b).eval()))
        })
        .peer(UNFUSED, move |batch| {
            let operands = two.get_or_init(|| Operands::new(edge));
            crate::ours::sample(threads, batch, &operands.expected(), || {
                let twice = (&operands.a * 2.0).eval();
                twice.wait().expect("no task fails");
                done((twice + &operands.b).eval())
            })
        })
        .peer(TRIAD, move |batch| {
            let operands = triad.get_or_init(|| Operands::new(edge));
            let a = operands.local_a.as_slice().unwrap_or_default();
            let b = operands.local_b.as_slice().unwrap_or_default();
            made.resize(a.len(), 0.0);
            let probe = PROBE[0] * edge + PROBE[1];
            time(batch, &operands.expected(), || {
                triad_with_threads(a, b, &mut made, threads);
                made[probe]
            })
        })
        .peer("rayon", move |batch| {
            let operands = rayon.get_or_init(|| Operands::new(edge));
            let a = operands.local_a.as_slice().unwrap_or_default();
            let b = operands.local_b.as_slice().unwrap_or_default();
            let probe = PROBE[0] * edge + PROBE[1];
            rayon_pool::sample(threads, batch, &operands.expected(), || {
                let both = a.par_iter().zip(b).with_min_len(1 << 16);
                both.map(|(a, b)| a * 2.0 + b).collect::<Vec<f64>>()[probe]
            })
        })
        .peer("ndarray with rayon", move |batch| {
            let operands = both.get_or_init(|| Operands::new(edge));
            rayon_pool::sample(threads, batch, &operands.expected(), || {
                let (a, b) = (&operands.local_a, &operands.local_b);
                Zip::from(a).and(b).par_map_collect(|a, b| a * 2.0 + b)[PROBE]
            })
        })
        .peer("numpy", move |batch| {
            let setup = format!(
                "r = np.random.default_rng(1)\na = r.random(({edge}, {edge}))\nb = r.random(({edge}, {edge}))"
            );
            let check = "c[777, 333] == a[777, 333] * 2 + b[777, 333]";
            numpy::sample(batch, threads, &setup, "c = a * 2 + b", check)
        })
        .peer("dask.array", move |batch| {
            let one = format!("r.random(({edge}, {edge}), chunks=(1024, 1024)).persist()");
            let setup = format!("r = da.random.default_rng(1)\na = {one}\nb = {one}");
            let check = "abs((c - a * 2 - b).max().compute()) < 1e-9";
            dask::sample(batch, threads, &setup, "c = (a * 2 + b).persist()", check)
        })
        .serial("ndarray", move |batch| {
            let operands = ndarray.get_or_init(|| Operands::new(edge));
            time(batch, &operands.expected(), || {
                (&operands.local_a * 2.0 + &operands.local_b)[PROBE]
            })
        })
}

/// Each thread does a part, into memory that is there.
fn triad_with_threads(a: &[f64], b: &[f64], made: &mut [f64], threads: usize) {
    let part = a.len().div_ceil(threads);
    let parts = a
        .chunks(part)
        .zip(b.chunks(part))
        .zip(made.chunks_mut(part));
    thread::scope(|scope| {
        let mut parts = parts.map(|((a, b), made)| {
            move || {
                for ((made, a), b) in made.iter_mut().zip(a).zip(b) {
                    *made = a * 2.0 + b;
                }
            }
        });
        let own = parts.next();
        parts.for_each(|part| drop(scope.spawn(part)));
        own.into_iter().for_each(|mut part| part());
    });
}
