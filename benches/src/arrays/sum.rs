//! The sum of a large array in blocks: as fast as memory can be read?

use std::sync::{Arc, OnceLock};
use std::thread;

use dagger::array::{Blocks, DArray};
use ndarray::{Array2, Axis, Ix2};
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use rayon::slice::ParallelSlice;

use super::close;
use crate::harness::{Effort, Goal, LineUp, Question, Unit, time};
use crate::peers::{dask, numpy, rayon_pool};

const READ: &str = "STREAM-like read";

const HOW: &str = "The elements are 64-bit floating-point numbers, ours in blocks of 1024 × 1024, the others' in one piece \
(dask's in the same blocks). STREAM-like read is the machine's read bandwidth: one thread started for each part of the array adds it up in 16 lanes, which \
the compiler vectorises. 50 ns a kilobyte are 20 GB/s.";

pub(super) fn question(effort: Effort) -> Question {
    let edge = effort.size(10_240, 1024);
    let unit = Unit::nanoseconds("kilobyte", (edge * edge * 8 / 1000) as u64);
    Question::new(format!("array/sum of {edge}²"), unit, HOW, move |threads| {
        line_up(edge, threads)
    })
    .aim(Goal::Share {
        percent: 95.0,
        of: READ,
    })
    .aim_on(2, Goal::LevelWith("rayon par_chunks"))
}

/// The same numbers in blocks and in one piece, made when they are first needed and shared by all contenders.
struct Numbers {
    blocks: DArray<f64, Ix2>,
    local: Array2<f64>,
    sum: f64,
}

fn line_up(edge: usize, threads: usize) -> LineUp {
    let numbers: Arc<OnceLock<Numbers>> = Arc::default();
    let make = move || {
        let blocks = DArray::random_with(1, [edge, edge], Blocks([1024, 1024]));
        let local = blocks.collect().expect("the array can be made");
        let sum = in_lanes(local.as_slice().unwrap_or_default());
        Numbers { blocks, local, sum }
    };
    let [ours, by_hand, rayon, both, ndarray] = std::array::from_fn(|_| Arc::clone(&numbers));
    LineUp::new()
        .ours(move |batch| {
            let numbers = ours.get_or_init(make);
            crate::ours::sample(threads, batch, &true, || {
                close(
                    numbers.blocks.sum().fetch().unwrap_or(f64::NAN),
                    numbers.sum,
                )
            })
        })
        .peer(READ, move |batch| {
            let numbers = by_hand.get_or_init(make);
            let elements = numbers.local.as_slice().unwrap_or_default();
            time(batch, &true, || {
                close(with_threads(elements, threads), numbers.sum)
            })
        })
        .peer("rayon par_chunks", move |batch| {
            let numbers = rayon.get_or_init(make);
            let elements = numbers.local.as_slice().unwrap_or_default();
            rayon_pool::sample(threads, batch, &true, || {
                close(
                    elements.par_chunks(1 << 17).map(in_lanes).sum(),
                    numbers.sum,
                )
            })
        })
        .peer("ndarray with rayon", move |batch| {
            let numbers = both.get_or_init(make);
            rayon_pool::sample(threads, batch, &true, || {
                let rows = numbers.local.axis_chunks_iter(Axis(0), 64).into_par_iter();
                close(rows.map(|some| some.sum()).sum(), numbers.sum)
            })
        })
        .peer("numpy", move |batch| {
            let setup = format!("a = np.random.default_rng(1).random(({edge}, {edge}))");
            numpy::sample(batch, threads, &setup, "s = a.sum()", "0 < s < a.size")
        })
        .peer("dask.array", move |batch| {
            let setup = format!(
                "a = da.random.default_rng(1).random(({edge}, {edge}), chunks=(1024, 1024)).persist()"
            );
            dask::sample(batch, threads, &setup, "s = a.sum().compute()", "0 < s < a.size")
        })
        .serial("ndarray sum", move |batch| {
            let numbers = ndarray.get_or_init(make);
            time(batch, &true, || close(numbers.local.sum(), numbers.sum))
        })
}

fn with_threads(elements: &[f64], threads: usize) -> f64 {
    let part = elements.len().div_ceil(threads);
    thread::scope(|scope| {
        let mut parts = elements.chunks(part);
        let own = parts.next().unwrap_or_default();
        let others: Vec<_> = parts
            .map(|part| scope.spawn(move || in_lanes(part)))
            .collect();
        let own = in_lanes(own);
        others
            .into_iter()
            .fold(own, |sum, part| sum + part.join().unwrap_or(f64::NAN))
    })
}

fn in_lanes(elements: &[f64]) -> f64 {
    let mut lanes = [0.0; 16];
    let (rows, rest) = elements.as_chunks::<16>();
    for row in rows {
        for (lane, element) in lanes.iter_mut().zip(row) {
            *lane += element;
        }
    }
    lanes.iter().sum::<f64>() + rest.iter().sum::<f64>()
}
