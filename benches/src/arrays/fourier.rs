//! The Fourier transform of a matrix: what do tasks add to the library that transforms its lines?

use std::sync::{Arc, OnceLock};

use dagger::array::{Blocks, DArray};
use ndarray::{Array2, Ix2};
use num_complex::Complex;
use rustfft::FftPlanner;

use crate::harness::{Effort, Goal, LineUp, Question, Unit, time};
use crate::peers::numpy;

type C = Complex<f64>;

const HOW: &str = "Complex numbers of two 64-bit floating-point numbers, transformed along both axes. Ours are in blocks of whole rows, and so is \
the result. rustfft alone transforms the rows of a copy, transposes, transforms again and transposes back, on one thread. scipy has as many \
workers as we have threads.";

pub(super) fn question(effort: Effort) -> Question {
    let edge = effort.size(2048, 128);
    let unit = Unit::nanoseconds("element", (edge * edge) as u64);
    Question::new(
        format!("array/Fourier transform of {edge}²"),
        unit,
        HOW,
        move |threads| line_up(edge, threads),
    )
    .aim(Goal::LevelWith("scipy fft2"))
}

struct Numbers {
    blocks: DArray<C, Ix2>,
    local: Array2<C>,
    /// One frequency, by which answers are checked.
    probe: C,
}

/// Where the frequency is.
const PROBE: [usize; 2] = [3, 5];

impl Numbers {
    fn new(edge: usize) -> Self {
        let blocks = DArray::<f64, Ix2>::random_with(1, [edge, edge], Blocks([edge / 16, edge]))
            .map(|re: f64| C::new(re, 1.0 - re))
            .eval();
        let local = blocks.collect().expect("the array can be made");
        let probe = by_library(&local)[PROBE];
        Numbers {
            blocks,
            local,
            probe,
        }
    }

    fn agrees(&self, found: C) -> bool {
        (found - self.probe).norm() < 1e-6 * self.local.len() as f64
    }
}

fn line_up(edge: usize, threads: usize) -> LineUp {
    let numbers: Arc<OnceLock<Numbers>> = Arc::default();
    let [ours, library] = std::array::from_fn(|_| Arc::clone(&numbers));
    let make = move || Numbers::new(edge);
    LineUp::new()
        .ours(move |batch| {
            let numbers = ours.get_or_init(make);
            crate::ours::sample(threads, batch, &true, || {
                let spectrum = numbers.blocks.fftn();
                spectrum.wait().is_ok()
                    && spectrum.get(PROBE).fetch().is_ok_and(|x| numbers.agrees(x))
            })
        })
        .peer("scipy fft2", move |batch| {
            let setup = format!(
                "import scipy.fft\na = np.random.default_rng(1).random(({edge}, {edge})) * (1 - 1j) + 1j"
            );
            let statement = format!("b = scipy.fft.fft2(a, workers={threads})");
            numpy::sample(batch, threads, &setup, &statement, "abs(b[0, 0] - a.sum()) < 1e-3")
        })
        .serial("rustfft alone", move |batch| {
            let numbers = library.get_or_init(make);
            time(batch, &true, || {
                numbers.agrees(by_library(&numbers.local)[PROBE])
            })
        })
}

/// Along both axes, on this thread.
fn by_library(matrix: &Array2<C>) -> Array2<C> {
    let mut planner = FftPlanner::new();
    let mut made = matrix.clone();
    for length in [matrix.ncols(), matrix.nrows()] {
        let plan = planner.plan_fft_forward(length);
        plan.process(made.as_slice_mut().expect("in row-major order"));
        made = transposed(&made);
    }
    made
}

/// In tiles that fit the first-level cache.
fn transposed(matrix: &Array2<C>) -> Array2<C> {
    const TILE: usize = 32;
    let mut made = Array2::zeros((matrix.ncols(), matrix.nrows()));
    for i in (0..matrix.nrows()).step_by(TILE) {
        for j in (0..matrix.ncols()).step_by(TILE) {
            let (rows, columns) = (
                i..(i + TILE).min(matrix.nrows()),
                j..(j + TILE).min(matrix.ncols()),
            );
            let tile = matrix.slice(ndarray::s![rows.clone(), columns.clone()]);
            made.slice_mut(ndarray::s![columns, rows]).assign(&tile.t());
        }
    }
    made
}
