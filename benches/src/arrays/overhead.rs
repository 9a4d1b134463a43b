//! Operations on an array of one block of one element: what an operation costs beside its work.

use std::sync::{Arc, OnceLock};

use dagger::array::{Blocks, DArray};
use ndarray::{Array2, Ix2};

use crate::harness::{Goal, LineUp, Question, Unit, time};

const HOW: &str =
    "An array of 1 × 1 element in one block; from the call to the result being there.";

pub(super) fn questions() -> Vec<Question> {
    let question = |name, line_up: fn(usize) -> LineUp| {
        Question::new(name, Unit::nanoseconds("operation", 1), HOW, line_up)
            .aim(Goal::AtMost(2000.0))
    };
    vec![
        question("array/a*2+b of one element", fused),
        question("array/sum of one element", sum),
    ]
}

type One = Arc<OnceLock<DArray<f64, Ix2>>>;

fn one() -> DArray<f64, Ix2> {
    DArray::full([1, 1], Blocks([1, 1]), 3.0)
}

fn fused(threads: usize) -> LineUp {
    let array: One = Arc::default();
    LineUp::new()
        .ours(move |batch| {
            let a = array.get_or_init(one);
            crate::ours::sample(threads, batch, &Ok(9.0), || {
                let made = (a * 2.0 + a).eval().block([0, 0]);
                made.get()
                    .map(|block| block[(0, 0)])
                    .map_err(|error| error.to_string())
            })
        })
        .serial("ndarray", move |batch| {
            let a = Array2::from_elem((1, 1), 3.0);
            time(batch, &9.0, || (&a * 2.0 + &a)[(0, 0)])
        })
}

fn sum(threads: usize) -> LineUp {
    let array: One = Arc::default();
    LineUp::new()
        .ours(move |batch| {
            let a = array.get_or_init(one);
            crate::ours::sample(threads, batch, &Ok(3.0), || {
                a.sum().fetch().map_err(|error| error.to_string())
            })
        })
        .serial("ndarray", move |batch| {
            let a = Array2::from_elem((1, 1), 3.0);
            time(batch, &3.0, || a.sum())
        })
}
