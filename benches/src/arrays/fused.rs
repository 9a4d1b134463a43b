//! `a * 2 + b`: one pass over memory?

use std::sync::{Arc, OnceLock};

use dagger::array::{Blocks, DArray};
use ndarray::{Array2, Ix2};
use rayon::iter::{IndexedParallelIterator, IntoParallelRefIterator, ParallelIterator};

use crate::harness::{Effort, Goal, LineUp, Question, Unit, time};
use crate::peers::rayon_pool;

const HOW: &str = "Of two arrays of 64-bit floating-point numbers a third is made, in new memory: ours in blocks of 1024 × 1024, fused \
into one task a block and, to compare, as two operations. A kilobyte is one of the 24 bytes that each element takes in all three.";

pub(super) fn question(effort: Effort) -> Question {
    let edge = effort.size(10_240, 1024);
    let unit = Unit::nanoseconds("kilobyte", (edge * edge * 24 / 1000) as u64);
    Question::new(
        format!("array/a*2+b of {edge}²"),
        unit,
        HOW,
        move |threads| line_up(edge, threads),
    )
    .aim(Goal::AheadOf("two operations"))
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
    let [ours, two, rayon, ndarray] = std::array::from_fn(|_| Arc::clone(&operands));
    let done = |made: DArray<f64, Ix2>| {
        made.wait().expect("no task fails");
        made.get(PROBE).fetch().expect("no task fails")
    };
    LineUp::new()
        .ours(move |batch| {
            let Operands { a, b, .. } = ours.get_or_init(|| Operands::new(edge));
            let expected = ours.get_or_init(|| Operands::new(edge)).expected();
            crate::ours::sample(threads, batch, &expected, || done((a * 2.0 + b).eval()))
        })
        .peer("two operations", move |batch| {
            let operands = two.get_or_init(|| Operands::new(edge));
            crate::ours::sample(threads, batch, &operands.expected(), || {
                done(((&operands.a * 2.0).eval() + &operands.b).eval())
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
        .serial("ndarray", move |batch| {
            let operands = ndarray.get_or_init(|| Operands::new(edge));
            time(batch, &operands.expected(), || {
                (&operands.local_a * 2.0 + &operands.local_b)[PROBE]
            })
        })
}
