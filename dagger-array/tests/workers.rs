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

/// The worker that says it computes every block, by the first element of it.
fn computed_on(array: &DArray<f64, Ix2>) -> Vec<usize> {
    let at = array.map(|_| this_worker()).eval();
    at.blocks()
        .iter()
        .map(|block| block.get().unwrap()[[0, 0]])
        .collect()
}

/// What `run` moves between workers, without what it takes to ask.
fn moved(run: impl FnOnce()) -> u64 {
    let before = dagger::traffic().unwrap();
    run();
    (dagger::traffic().unwrap() - before).total().bulk_bytes
}

#[test]
fn blocks_are_where_they_are_placed_and_results_follow() {
    three().enter(|| {
        let made = |placement: Placement| {
            DArray::<f64, Ix2>::random_with(1, [120, 120], Blocks([40, 40]).on(placement))
        };
        let rows = made(Placement::block_row());
        let expected = [0, 0, 0, 1, 1, 1, 2, 2, 2];
        assert_eq!(computed_on(&rows), expected);
        let columns = made(Placement::block_column());
        assert_eq!(computed_on(&columns), [0, 1, 2, 0, 1, 2, 0, 1, 2]);
        assert_eq!(computed_on(&made(Placement::worker(1))), [1; 9]);
        let grid = made(Placement::block_cyclic([3, 1]));
        assert_eq!(computed_on(&grid), expected);
        rows.wait().unwrap();
        columns.wait().unwrap();
        // Nothing crosses where nothing has to.
        let mut changed = rows.clone();
        let (mut doubled, mut transposed) = (rows.clone(), rows.clone());
        let local = moved(|| {
            doubled = (&rows * 2.0 + 1.0).eval();
            doubled.wait().unwrap();
            transposed = rows.t();
            transposed.wait().unwrap();
            changed += &doubled;
            changed.wait().unwrap();
            rows.sum().wait().unwrap();
        });
        assert_eq!(local, 0);
        assert_eq!(computed_on(&doubled), expected);
        assert_eq!(computed_on(&changed), expected);
        assert_eq!(computed_on(&transposed), [0, 1, 2, 0, 1, 2, 0, 1, 2]);
        // The six blocks off the diagonal, once each.
        let mut other = rows.clone();
        let bytes = moved(|| {
            other = rows.rechunk(Blocks([40, 40]).on(Placement::block_column()));
            other.wait().unwrap();
        });
        assert_eq!(bytes, 6 * 40 * 40 * 8);
        assert_eq!(other.layout(), columns.layout());
        assert_eq!(computed_on(&other), [0, 1, 2, 0, 1, 2, 0, 1, 2]);
        let sum = moved(|| (&rows + &other).eval().wait().unwrap());
        assert_eq!(sum, 6 * 40 * 40 * 8);
        assert_eq!(rows.collect().unwrap(), columns.collect().unwrap());
    });
}

#[test]
fn a_slice_is_where_most_of_it_is() {
    three().enter(|| {
        let blocks = Blocks([40, 40]).on(Placement::block_row());
        let a = DArray::<f64, Ix2>::from_fn([120, 80], blocks, |(i, j)| (i * 100 + j) as f64);
        let part = a
            .slice(ndarray::s![30..110;-1, ..40])
            .rechunk(Blocks([40, 40]));
        assert_eq!(computed_on(&part), [2, 1]);
        let expected = a.collect().unwrap();
        let expected = expected.slice(ndarray::s![30..110;-1, ..40]);
        assert_eq!(part.collect().unwrap(), expected);
        let means = a.mean_axis(ndarray::Axis(1));
        assert_eq!(means.layout().owner(2), Some(2));
        let wide = a.reshape_into([40, 240], Blocks([40, 240]));
        assert_eq!(wide.layout().owner(0), Some(0));
        assert_eq!(wide.sum().fetch().unwrap(), a.sum().fetch().unwrap());
    });
}

#[test]
fn placements_that_cannot_be_are_errors() {
    three().enter(|| {
        let say = |placement: Placement| {
            let blocks = Blocks([4, 4]).on(placement);
            let made = DArray::<f64, Ix2>::zeros([8, 8], blocks);
            made.check().unwrap_err().to_string()
        };
        let error = say(Placement::worker(3));
        assert!(error.contains("no worker 3"), "{error}");
        let error = say(Placement::cyclic(2));
        assert!(
            error.contains("axis 2") && error.contains("[8, 8]"),
            "{error}"
        );
        let error = say(Placement::block_cyclic([2, 2]));
        assert!(error.contains("[2, 2]") && error.contains('3'), "{error}");
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
