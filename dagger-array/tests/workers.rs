//! Arrays on three workers of one process, which share nothing: where blocks are made, and what crosses.

use dagger::array::*;
use dagger::prelude::*;
use ndarray::{Array2, Ix1, Ix2};
use std::collections::BTreeSet;

fn three() -> Runtime {
    Runtime::builder()
        .workers(3)
        .threads(2)
        .build()
        .expect("three workers start")
}

#[test]
fn blocks_are_made_on_several_workers() {
    three().enter(|| {
        let a = DArray::<f64, Ix2>::random_with(1, [600, 600], Blocks([100, 100]));
        let at = a.map(|_| this_worker()).collect().unwrap();
        let all: BTreeSet<usize> = at.iter().copied().collect();
        assert!(all.len() > 1, "{at}");
        for block in at.exact_chunks([100, 100]) {
            assert!(block.iter().all(|worker| *worker == block[[0, 0]]));
        }
    });
}

#[test]
fn functions_with_captures_run_where_they_are() {
    three().enter(|| {
        let a = DArray::<f64, Ix2>::from_fn([20, 20], Blocks([5, 5]), |(i, j)| (i * j) as f64);
        let factor = std::hint::black_box(3.0);
        let made = a.map(move |x| x * factor + this_worker() as f64).eval();
        let expected = Array2::from_shape_fn((20, 20), |(i, j)| 3.0 * (i * j) as f64);
        assert_eq!(made.collect().unwrap(), expected);
    });
}

#[derive(Clone, Wire, Debug, PartialEq)]
struct Reading {
    name: String,
    values: Vec<f64>,
}

#[test]
fn elements_of_a_type_of_ones_own_cross() {
    three().enter(|| {
        let a = DArray::<Reading, Ix1>::from_fn([9], Blocks([2]), |i| Reading {
            name: format!("r{i}"),
            values: vec![i as f64; 3],
        });
        let lengths = a.map(|reading| reading.name.len() + reading.values.len());
        assert_eq!(lengths.sum().fetch().unwrap(), 9 * 5);
        assert_eq!(a.collect().unwrap()[8].values, [8.0; 3]);
    });
}
