//! Factorisations and equations: do tiles chosen by themselves beat the libraries made for whole matrices?

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use dagger::array::{Blocks, DArray};
use ndarray::{Ix1, Ix2};

use super::close;
use crate::harness::{Batch, Effort, Failure, Goal, LineUp, Question, Unit};
use crate::peers::openblas::OpenBlas;
use crate::peers::{faer_matrices, numpy, rayon_pool};

const HOW: &str = "Square matrices of 64-bit floating-point numbers, in blocks that `Blocks::auto` chooses. Cholesky, LU and QR work where the \
matrix lies (ours, faer, OpenBLAS: copies are made outside the clock); numpy and dask.array have their own copies. LU and the equations \
pivot partially (dask.array does not pivot across blocks). 10 ns for 1000 operations are 100 GFLOP/s.";

pub(super) fn questions(effort: Effort) -> Vec<Question> {
    let edge = |full| effort.size(full, 400);
    vec![
        question("Cholesky", edge(8192), cholesky::line_up, |n| n * n * n / 3),
        question("LU", edge(4096), lu::line_up, |n| 2 * n * n * n / 3),
        question("QR", edge(4096), qr::line_up, |n| 4 * n * n * n / 3),
        question("equations", edge(4096), equations::line_up, |n| {
            2 * n * n * n / 3
        }),
    ]
}

fn question(
    name: &str,
    edge: usize,
    line_up: impl Fn(usize, usize) -> LineUp + 'static,
    operations: impl Fn(u64) -> u64,
) -> Question {
    let unit = Unit::nanoseconds("thousand operations", operations(edge as u64) / 1000);
    let name = format!("array/{name} of {edge}²");
    Question::new(name, unit, HOW, move |threads| line_up(edge, threads))
        .aim_on(2, Goal::AheadOf("OpenBLAS"))
        .aim_on(2, Goal::AheadOf("faer"))
}

/// Times `work` on what `prepare` makes outside of the clock, and checks its last result outside of it too.
fn timed<P, R>(
    batch: Batch,
    mut prepare: impl FnMut() -> P,
    mut work: impl FnMut(P) -> Result<R, Failure>,
    check: impl Fn(&R) -> bool,
) -> Result<Duration, Failure> {
    let mut elapsed = Duration::ZERO;
    let mut last = None;
    for run in 0..batch.total() {
        // What is left of the run before goes first, so that its memory can be used again.
        drop(last.take());
        let prepared = prepare();
        let start = Instant::now();
        let result = std::hint::black_box(work(prepared)?);
        if run >= batch.warm {
            elapsed += start.elapsed();
        }
        last = Some(result);
    }
    match last.is_none_or(|result| check(&result)) {
        true => Ok(elapsed),
        false => Err(Failure::Wrong(
            "the factors are not those of the matrix".to_owned(),
        )),
    }
}

fn broken(error: dagger::Error) -> Failure {
    Failure::Broken(error.to_string())
}

/// The matrix in blocks, and whole. Peers read it by columns and so have its transpose, which takes the same work.
struct Operands {
    array: DArray<f64, Ix2>,
    whole: Vec<f64>,
    edge: usize,
    /// The logarithm of the absolute value of the determinant.
    logarithm: OnceLock<f64>,
}

impl Operands {
    fn new(array: DArray<f64, Ix2>) -> Operands {
        let whole = array.collect().expect("the array can be made");
        Operands {
            edge: whole.nrows(),
            whole: whole.into_raw_vec_and_offset().0,
            array,
            logarithm: OnceLock::new(),
        }
    }

    fn general(edge: usize) -> Operands {
        Operands::new(DArray::random_with(1, [edge, edge], Blocks::auto()))
    }

    fn positive(edge: usize) -> Operands {
        let element = move |(i, j): (usize, usize)| {
            let (low, high) = (i.max(j), i.min(j));
            let mixed = (low * edge + high).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
            let strong = if i == j { edge as f64 } else { 0.0 };
            strong + mixed as f64 / f64::from(1 << 24) - 0.5
        };
        Operands::new(DArray::from_fn([edge, edge], Blocks::auto(), element))
    }

    /// A copy that nobody else refers to.
    fn own_array(&self) -> DArray<f64, Ix2> {
        let copy = self.array.map(|x: f64| x).eval();
        copy.wait().expect("the array can be made");
        copy
    }

    /// Whether a triangle has the determinant's absolute value as the product of its diagonal, which is given.
    fn has_determinant(&self, diagonal: impl Iterator<Item = f64>) -> bool {
        self.has_logarithm(diagonal.map(|pivot| pivot.abs().ln()).sum())
    }

    fn has_logarithm(&self, logarithm: f64) -> bool {
        let exact = self.logarithm.get_or_init(|| {
            let mut factors = self.whole.clone();
            faer_matrices::lu(&mut factors, self.edge, 1);
            self.diagonal(&factors).map(|pivot| pivot.abs().ln()).sum()
        });
        close(logarithm, *exact)
    }

    fn diagonal<'a>(&self, matrix: &'a [f64]) -> impl Iterator<Item = f64> + 'a {
        matrix.iter().copied().step_by(self.edge + 1)
    }
}

/// One set of operands for all contenders, made when the first needs it.
fn shared(make: impl Fn() -> Operands + Clone + 'static) -> impl Fn() -> Arc<Operands> + Clone {
    let operands: Arc<OnceLock<Arc<Operands>>> = Arc::default();
    move || Arc::clone(operands.get_or_init(|| Arc::new(make())))
}

/// Adds the libraries that factor a matrix where it lies and leave the determinant on its diagonal.
fn in_place(
    line_up: LineUp,
    operands: impl Fn() -> Arc<Operands> + Clone + 'static,
    [edge, threads]: [usize; 2],
    faer: fn(&mut [f64], usize, usize),
    blas: fn(&OpenBlas, &mut [f64], usize) -> Result<(), Failure>,
) -> LineUp {
    let theirs = operands.clone();
    line_up
        .peer("faer", move |batch| {
            let operands = operands();
            rayon_pool::pool(threads).install(|| {
                timed(
                    batch,
                    || operands.whole.clone(),
                    |mut a| {
                        faer(&mut a, edge, threads);
                        Ok(a)
                    },
                    |a| operands.has_determinant(operands.diagonal(a)),
                )
            })
        })
        .peer("OpenBLAS", move |batch| {
            let (library, operands) = (OpenBlas::with_threads(threads)?, theirs());
            timed(
                batch,
                || operands.whole.clone(),
                |mut a| {
                    blas(library, &mut a, edge)?;
                    Ok(a)
                },
                |a| operands.has_determinant(operands.diagonal(a)),
            )
        })
}

/// Adds what Python has, which makes matrices of its own.
fn with_python(
    line_up: LineUp,
    statements: &[(&'static str, &'static str)],
    edge: usize,
    threads: usize,
) -> LineUp {
    let setup = format!(
        "a = np.random.default_rng(1).random(({edge}, {edge})) - 0.5\n\
         s = (a + a.T) / 2 + {edge} * np.eye({edge})\n"
    );
    statements
        .iter()
        .fold(line_up, |line_up, &(name, statement)| {
            let mut setup = setup.clone();
            if name == "dask.array" {
                setup += &format!(
                    "import dask, dask.array\n\
                 dask.config.set(scheduler='threads', num_workers={threads})\n\
                 a, s = (dask.array.from_array(x, chunks=1024) for x in (a, s))\n"
                );
            }
            // One thread a task, as dask advises.
            let threads = if name == "dask.array" { 1 } else { threads };
            line_up.peer(name, move |batch| {
                numpy::sample(batch, threads, &setup, statement, "r is not None")
            })
        })
}

mod cholesky {
    use super::*;

    pub(super) fn line_up(edge: usize, threads: usize) -> LineUp {
        let operands = shared(move || Operands::positive(edge));
        let [ours, faer, blas] = std::array::from_fn(|_| operands.clone());
        // Two rows of L make an element of the matrix.
        let (i, j) = (edge - 1, edge / 2);
        let line_up = LineUp::new()
            .ours(move |batch| {
                let operands = ours();
                crate::ours::runtime(threads).enter(|| {
                    let work = |a: DArray<f64, Ix2>| {
                        let l = a.into_cholesky().l;
                        l.wait().map_err(broken)?;
                        Ok(l)
                    };
                    timed(
                        batch,
                        || operands.own_array(),
                        work,
                        |l| {
                            let row = |i: usize| l.slice(ndarray::s![i, ..]).collect();
                            let rows = row(i).and_then(|one| Ok(one.dot(&row(j)?)));
                            rows.is_ok_and(|element| close(element, operands.whole[i * edge + j]))
                        },
                    )
                })
            })
            .peer("faer", move |batch| {
                let operands = faer();
                rayon_pool::pool(threads).install(|| {
                    timed(
                        batch,
                        || operands.whole.clone(),
                        |mut a| match faer_matrices::cholesky(&mut a, edge, threads) {
                            true => Ok(a),
                            false => Err(Failure::Broken("not positive definite".to_owned())),
                        },
                        |l| checked(l, &operands, i, j),
                    )
                })
            })
            .peer("OpenBLAS", move |batch| {
                let (library, operands) = (OpenBlas::with_threads(threads)?, blas());
                timed(
                    batch,
                    || operands.whole.clone(),
                    |mut a| {
                        library.cholesky(&mut a, edge)?;
                        Ok(a)
                    },
                    |l| checked(l, &operands, i, j),
                )
            });
        let statements = [
            ("numpy", "r = np.linalg.cholesky(s)"),
            (
                "dask.array",
                "r = dask.array.linalg.cholesky(s, lower=True).compute()",
            ),
        ];
        with_python(line_up, &statements, edge, threads)
    }

    /// `l` by columns, with anything above its diagonal.
    fn checked(l: &[f64], operands: &Operands, i: usize, j: usize) -> bool {
        let edge = operands.edge;
        let products = (0..=i.min(j)).map(|k| l[k * edge + i] * l[k * edge + j]);
        close(products.sum(), operands.whole[i * edge + j])
    }
}

mod lu {
    use super::*;

    pub(super) fn line_up(edge: usize, threads: usize) -> LineUp {
        let operands = shared(move || Operands::general(edge));
        let ours = operands.clone();
        let line_up = LineUp::new().ours(move |batch| {
            let operands = ours();
            crate::ours::runtime(threads).enter(|| {
                let work = |a: DArray<f64, Ix2>| {
                    let lu = a.into_lu();
                    lu.factors.wait().map_err(broken)?;
                    Ok(lu)
                };
                timed(
                    batch,
                    || operands.own_array(),
                    work,
                    |lu| {
                        let determinant = lu.sln_det().fetch();
                        determinant.is_ok_and(|(_, logarithm)| operands.has_logarithm(logarithm))
                    },
                )
            })
        });
        let line_up = in_place(
            line_up,
            operands,
            [edge, threads],
            |a, edge, threads| drop(faer_matrices::lu(a, edge, threads)),
            OpenBlas::lu,
        );
        let statements = [("dask.array", "r = dask.compute(*dask.array.linalg.lu(a))")];
        with_python(line_up, &statements, edge, threads)
    }
}

mod qr {
    use super::*;

    pub(super) fn line_up(edge: usize, threads: usize) -> LineUp {
        let operands = shared(move || Operands::general(edge));
        let ours = operands.clone();
        let line_up = LineUp::new().ours(move |batch| {
            let operands = ours();
            crate::ours::runtime(threads).enter(|| {
                let work = |a: DArray<f64, Ix2>| {
                    let r = a.qr().r();
                    r.wait().map_err(broken)?;
                    Ok(r)
                };
                timed(
                    batch,
                    || operands.own_array(),
                    work,
                    |r| {
                        let r = r.collect();
                        r.is_ok_and(|r| operands.has_determinant(r.diag().iter().copied()))
                    },
                )
            })
        });
        let line_up = in_place(
            line_up,
            operands,
            [edge, threads],
            faer_matrices::qr,
            OpenBlas::qr,
        );
        let statements = [("numpy", "r = np.linalg.qr(a, mode='r')")];
        with_python(line_up, &statements, edge, threads)
    }
}

mod equations {
    use super::*;

    pub(super) fn line_up(edge: usize, threads: usize) -> LineUp {
        let operands = shared(move || Operands::general(edge));
        let [ours, faer, blas] = std::array::from_fn(|_| operands.clone());
        let line_up = LineUp::new()
            .ours(move |batch| {
                let operands = ours();
                crate::ours::runtime(threads).enter(|| {
                    let b = DArray::<f64, Ix1>::ones([edge], Blocks::auto());
                    let work = |(a, b): (DArray<f64, Ix2>, DArray<f64, Ix1>)| {
                        let x = a.solve(&b);
                        x.wait().map_err(broken)?;
                        Ok(x)
                    };
                    timed(
                        batch,
                        || (operands.array.clone(), b.clone()),
                        work,
                        |x| {
                            let row = ndarray::ArrayView1::from(&operands.whole[..edge]);
                            x.collect().is_ok_and(|x| solved(row.dot(&x)))
                        },
                    )
                })
            })
            .peer("faer", move |batch| {
                let operands = faer();
                let b = vec![1.0; edge];
                rayon_pool::pool(threads).install(|| {
                    timed(
                        batch,
                        || operands.whole.clone(),
                        |mut a| Ok(faer_matrices::solve(&mut a, &b, edge, threads)),
                        |x| first_equation(&operands, x),
                    )
                })
            })
            .peer("OpenBLAS", move |batch| {
                let (library, operands) = (OpenBlas::with_threads(threads)?, blas());
                timed(
                    batch,
                    || (operands.whole.clone(), vec![1.0; edge]),
                    |(mut a, mut b)| {
                        library.solve(&mut a, &mut b, edge)?;
                        Ok(b)
                    },
                    |x| first_equation(&operands, x),
                )
            });
        let statements = [
            ("numpy", "r = np.linalg.solve(a, a[0])"),
            (
                "dask.array",
                "r = dask.array.linalg.solve(a, a[0]).compute()",
            ),
        ];
        with_python(line_up, &statements, edge, threads)
    }

    /// Of the transpose, which is what the peers read.
    fn first_equation(operands: &Operands, x: &[f64]) -> bool {
        let column = operands.whole.iter().step_by(operands.edge);
        solved(column.zip(x).map(|(a, x)| a * x).sum())
    }

    fn solved(left: f64) -> bool {
        (left - 1.0).abs() < 1e-6
    }
}
