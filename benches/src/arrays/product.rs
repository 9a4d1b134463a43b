//! The product of two matrices: what does cutting it into tasks cost?

use std::sync::{Arc, OnceLock};

use dagger::array::{Blocks, DArray};
use ndarray::linalg::general_mat_mul;
use ndarray::{Array2, Axis, Ix2};

use super::close;
use crate::harness::{Effort, Goal, LineUp, Question, Unit, time};
use crate::peers::openblas::OpenBlas;
use crate::peers::{faer_matrices, numpy, rayon_pool};

const HOW: &str = "Square matrices of 64-bit floating-point numbers. The library is the crate gemm, which has the kernels of faer and \
does the tiles of ours too: here it is given whole matrices and its own threads. 10 ns for 1000 operations are 100 GFLOP/s.";

pub(super) fn questions(effort: Effort) -> Vec<Question> {
    let sizes: &[(usize, usize)] = effort.size(&[(4096, 512), (1024, 256)], &[(512, 128)]);
    let question = |&(edge, block): &(usize, usize)| {
        let unit = Unit::nanoseconds("thousand operations", 2 * (edge as u64).pow(3) / 1000);
        Question::new(
            format!("array/product of {edge}² in blocks of {block}²"),
            unit,
            HOW,
            move |threads| line_up(edge, block, threads),
        )
        .aim(Goal::LevelWith("the library's threads"))
        .aim_on(2, Goal::LevelWith("OpenBLAS"))
        .aim_on(2, Goal::LevelWith("numpy"))
    };
    sizes.iter().map(question).collect()
}

struct Operands {
    a: DArray<f64, Ix2>,
    b: DArray<f64, Ix2>,
    local_a: Array2<f64>,
    local_b: Array2<f64>,
    /// One element of the product, by which answers are checked.
    probe: f64,
}

impl Operands {
    fn new(edge: usize, block: usize) -> Self {
        let make = |seed| DArray::random_with(seed, [edge, edge], Blocks([block, block]));
        let (a, b): (DArray<f64, Ix2>, DArray<f64, Ix2>) = (make(1), make(2));
        let local = |of: &DArray<f64, Ix2>| of.collect().expect("the array can be made");
        let (local_a, local_b) = (local(&a), local(&b));
        let probe = local_a.row(edge / 3).dot(&local_b.column(edge / 2));
        Operands {
            a,
            b,
            local_a,
            local_b,
            probe,
        }
    }

    /// The operands by columns are their transposes, so `bᵀ·aᵀ` is the product by columns of the transpose: the product by rows.
    fn transposed(&self) -> (&[f64], &[f64]) {
        let by_rows = "arrays are collected by rows";
        (
            self.local_a.as_slice().expect(by_rows),
            self.local_b.as_slice().expect(by_rows),
        )
    }
}

/// A matrix in Python.
fn python(edge: usize) -> String {
    format!("a = np.random.default_rng(1).random(({edge}, {edge}))\n")
}

/// Each thread multiplies some of the rows with ndarray.
fn by_pieces(a: &Array2<f64>, b: &Array2<f64>, threads: usize) -> Array2<f64> {
    let rows = a.nrows().div_ceil(threads).max(1);
    let mut product = Array2::zeros((a.nrows(), b.ncols()));
    rayon::scope(|scope| {
        let pieces = product.axis_chunks_iter_mut(Axis(0), rows);
        for (mut piece, rows) in pieces.zip(a.axis_chunks_iter(Axis(0), rows)) {
            scope.spawn(move |_| general_mat_mul(1.0, &rows, b, 0.0, &mut piece));
        }
    });
    product
}

fn line_up(edge: usize, block: usize, threads: usize) -> LineUp {
    let operands: Arc<OnceLock<Operands>> = Arc::default();
    let [ours, library, faer, blas, pieces, ndarray] =
        std::array::from_fn(|_| Arc::clone(&operands));
    let make = move || Operands::new(edge, block);
    let probe = [edge / 3, edge / 2];
    LineUp::new()
        .ours(move |batch| {
            let operands = ours.get_or_init(make);
            crate::ours::sample(threads, batch, &true, || {
                let product = operands.a.dot(&operands.b);
                product.wait().expect("no task fails");
                close(
                    product.get(probe).fetch().unwrap_or(f64::NAN),
                    operands.probe,
                )
            })
        })
        .peer("the library's threads", move |batch| {
            let operands = library.get_or_init(make);
            rayon_pool::sample(threads, batch, &true, || {
                let product = by_library(&operands.local_a, &operands.local_b, threads);
                close(product[probe], operands.probe)
            })
        })
        .peer("faer", move |batch| {
            let operands = faer.get_or_init(make);
            let (a, b) = operands.transposed();
            rayon_pool::sample(threads, batch, &true, || {
                let mut product = vec![0.0; edge * edge];
                faer_matrices::product(b, a, &mut product, edge, threads);
                close(product[probe[0] * edge + probe[1]], operands.probe)
            })
        })
        .peer("OpenBLAS", move |batch| {
            let library = OpenBlas::with_threads(threads)?;
            let operands = blas.get_or_init(make);
            let (a, b) = operands.transposed();
            time(batch, &true, || {
                let mut product = vec![0.0; edge * edge];
                library.product(b, a, &mut product, edge);
                close(product[probe[0] * edge + probe[1]], operands.probe)
            })
        })
        .peer("ndarray + rayon", move |batch| {
            let operands = pieces.get_or_init(make);
            rayon_pool::sample(threads, batch, &true, || {
                let product = by_pieces(&operands.local_a, &operands.local_b, threads);
                close(product[probe], operands.probe)
            })
        })
        .peer("numpy", move |batch| {
            numpy::sample(batch, threads, &python(edge), "r = a @ a", "r.shape == a.shape")
        })
        .peer("dask.array", move |batch| {
            let setup = python(edge)
                + &format!("import dask, dask.array\na = dask.array.from_array(a, chunks=1024)\ndask.config.set(scheduler='threads', num_workers={threads})\n");
            // One thread a task, as dask advises.
            numpy::sample(batch, 1, &setup, "r = (a @ a).compute()", "r.shape == a.shape")
        })
        .serial("ndarray dot", move |batch| {
            let operands = ndarray.get_or_init(make);
            time(batch, &true, || {
                close(
                    operands.local_a.dot(&operands.local_b)[probe],
                    operands.probe,
                )
            })
        })
}

fn by_library(a: &Array2<f64>, b: &Array2<f64>, threads: usize) -> Array2<f64> {
    let edge = a.nrows();
    assert!(
        a.dim() == (edge, edge) && b.dim() == (edge, edge),
        "square matrices of one size"
    );
    assert!(a.is_standard_layout() && b.is_standard_layout());
    let mut product = Array2::zeros((edge, edge));
    let row = edge as isize;
    let parallelism = match threads {
        1 => gemm::Parallelism::None,
        _ => gemm::Parallelism::Rayon(threads),
    };
    // SAFETY: three matrices of `edge` × `edge` elements in row-major order (checked above, and made so), the first of them
    // borrowed exclusively.
    unsafe {
        gemm::gemm(
            edge,
            edge,
            edge,
            product.as_mut_ptr(),
            1,
            row,
            false,
            a.as_ptr(),
            1,
            row,
            b.as_ptr(),
            1,
            row,
            0.0,
            1.0,
            false,
            false,
            false,
            parallelism,
        );
    }
    product
}
