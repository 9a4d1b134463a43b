//! The textbook's tiled Cholesky on three workers: the bits of the serial loops, and no message more than there must be.

mod ranks_support;

use dagger::prelude::*;
use ranks_support::{in_three, three};
use std::collections::BTreeSet;
use std::ops::{Index, IndexMut};

#[derive(Clone, Debug, PartialEq, Wire)]
struct Tile {
    rows: usize,
    columns: usize,
    values: Vec<f64>,
}

impl Tile {
    fn at(&self, i: usize, j: usize) -> f64 {
        self.values[i * self.columns + j]
    }
}

/// The lower triangle, in tiles.
#[derive(Clone, Debug, PartialEq)]
struct Tiles(Vec<Tile>);

impl Index<(usize, usize)> for Tiles {
    type Output = Tile;
    fn index(&self, (i, j): (usize, usize)) -> &Tile {
        &self.0[i * (i + 1) / 2 + j]
    }
}

impl IndexMut<(usize, usize)> for Tiles {
    fn index_mut(&mut self, (i, j): (usize, usize)) -> &mut Tile {
        &mut self.0[i * (i + 1) / 2 + j]
    }
}

#[task]
fn potrf(a: &mut Tile) -> std::result::Result<(), String> {
    let n = a.rows;
    for j in 0..n {
        for k in 0..j {
            for i in j..n {
                a.values[i * n + j] -= a.at(i, k) * a.at(j, k);
            }
        }
        let root = a.at(j, j).sqrt();
        if root.is_nan() || root == 0.0 {
            return Err(format!("pivot {j} is {}", a.at(j, j)));
        }
        for i in j..n {
            a.values[i * n + j] /= root;
        }
    }
    Ok(())
}

#[task]
fn trsm(l: &Tile, a: &mut Tile) {
    let n = a.columns;
    for i in 0..a.rows {
        for j in 0..n {
            let known: f64 = (0..j).map(|k| a.at(i, k) * l.at(j, k)).sum();
            a.values[i * n + j] = (a.at(i, j) - known) / l.at(j, j);
        }
    }
}

#[task]
fn gemm(a: &Tile, b: &Tile, c: &mut Tile) {
    for i in 0..c.rows {
        for j in 0..c.columns {
            let product: f64 = (0..a.columns).map(|k| a.at(i, k) * b.at(j, k)).sum();
            c.values[i * c.columns + j] -= product;
        }
    }
}

#[task]
fn syrk(a: &Tile, c: &mut Tile) {
    gemm(a, a, c);
}

const SIZE: usize = 29;
const TILE: usize = 6;
/// Tile rows; the last of 5.
const NT: usize = SIZE.div_ceil(TILE);

fn tiles() -> Tiles {
    let length = |index: usize| TILE.min(SIZE - index * TILE);
    let value = |i: usize, j: usize| {
        let apart = i.abs_diff(j);
        if apart == 0 {
            40.0
        } else {
            1.0 / (1 + apart) as f64
        }
    };
    let mut all = Vec::new();
    for i in 0..NT {
        for j in 0..=i {
            let (rows, columns) = (length(i), length(j));
            let values = (0..rows * columns)
                .map(|at| value(i * TILE + at / columns, j * TILE + at % columns))
                .collect();
            all.push(Tile {
                rows,
                columns,
                values,
            });
        }
    }
    Tiles(all)
}

fn serial(a: &mut Tiles) {
    for k in 0..NT {
        potrf(&mut a[(k, k)]).expect("positive definite");
        let diagonal = a[(k, k)].clone();
        for i in k + 1..NT {
            trsm(&diagonal, &mut a[(i, k)]);
        }
        for i in k + 1..NT {
            let left = a[(i, k)].clone();
            syrk(&left, &mut a[(i, i)]);
            for j in k + 1..i {
                let right = a[(j, k)].clone();
                gemm(&left, &right, &mut a[(i, j)]);
            }
        }
    }
}

fn owner(i: usize, j: usize) -> usize {
    (i + 2 * j) % workers()
}

fn placed(a: &mut Tiles) -> dagger::Result<()> {
    dag! {
        for k in 0..NT {
            #[on(worker = owner(k, k))]
            potrf(&mut a[(k, k)])?;
            for i in k + 1..NT {
                #[on(worker = owner(i, k))]
                trsm(&a[(k, k)], &mut a[(i, k)]);
            }
            for i in k + 1..NT {
                #[on(worker = owner(i, i))]
                syrk(&a[(i, k)], &mut a[(i, i)]);
                for j in k + 1..i {
                    #[on(worker = owner(i, j))]
                    gemm(&a[(i, k)], &a[(j, k)], &mut a[(i, j)]);
                }
            }
        }
    }
}

fn textbook(a: &mut Tiles) -> dagger::Result<()> {
    dag! {
        for k in 0..NT {
            potrf(&mut a[(k, k)])?;
            for i in k + 1..NT { trsm(&a[(k, k)], &mut a[(i, k)]); }
            for i in k + 1..NT {
                syrk(&a[(i, k)], &mut a[(i, i)]);
                for j in k + 1..i { gemm(&a[(i, k)], &a[(j, k)], &mut a[(i, j)]); }
            }
        }
    }
}

fn tiles_where_the_statements_say() {
    in_three(|| {
        let (mut a, mut expected) = (tiles(), tiles());
        serial(&mut expected);
        placed(&mut a).expect("it runs");
        assert_eq!(a, expected);
    });
}

fn tiles_where_they_are_first_used() {
    in_three(|| {
        let (mut a, mut expected) = (tiles(), tiles());
        serial(&mut expected);
        let before = dagger::traffic().expect("there are workers");
        let all = Scope::worker(0) | Scope::worker(1) | Scope::worker(2);
        with_options(Options::new().on(all), || textbook(&mut a)).expect("it runs");
        assert_eq!(a, expected);
        let moved = dagger::traffic().expect("there are workers") - before;
        assert!(moved.between(1, 2).messages > 0, "straight between workers");
    });
}

fn a_matrix_without_a_factor_says_where() {
    in_three(|| {
        let mut a = tiles();
        a[(3, 3)].values[7] = -1000.0;
        let error = placed(&mut a).expect_err("not positive definite");
        assert_eq!(
            (error.task(), error.worker()),
            (Some("potrf"), Some(owner(3, 3)).filter(|&at| at != 0))
        );
        assert!(error.to_string().contains("pivot 1"), "{error}");
    });
}

/// The values that must cross: each version once to each worker that reads it, and home what was changed elsewhere.
#[derive(Default)]
struct Least {
    holders: Vec<BTreeSet<usize>>,
    changed: Vec<bool>,
    values: u64,
}

impl Least {
    fn needs(&mut self, worker: usize, place: usize) {
        if self.holders[place].insert(worker) && self.changed[place] {
            self.values += 1;
        }
    }

    fn node(&mut self, worker: usize, reads: &[(usize, usize)], (i, j): (usize, usize)) {
        let number = |(i, j): (usize, usize)| i * (i + 1) / 2 + j;
        for &place in reads {
            self.needs(worker, number(place));
        }
        let place = number((i, j));
        self.needs(worker, place);
        self.holders[place] = BTreeSet::from([worker]);
        self.changed[place] = true;
    }
}

#[test]
fn messages_are_the_least_there_can_be() {
    let runtime = three();
    let least = runtime.enter(|| {
        let mut least = Least {
            holders: vec![BTreeSet::from([0]); NT * (NT + 1) / 2],
            changed: vec![false; NT * (NT + 1) / 2],
            values: 0,
        };
        for k in 0..NT {
            least.node(owner(k, k), &[], (k, k));
            for i in k + 1..NT {
                least.node(owner(i, k), &[(k, k)], (i, k));
            }
            for i in k + 1..NT {
                least.node(owner(i, i), &[(i, k)], (i, i));
                for j in k + 1..i {
                    least.node(owner(i, j), &[(i, k), (j, k)], (i, j));
                }
            }
        }
        for place in 0..least.holders.len() {
            least.needs(0, place);
        }
        placed(&mut tiles()).expect("it runs");
        least
    });
    // A slice and an end for each of two workers, and the values; nothing for a task.
    let sent = dagger::__private::slice_items(&runtime);
    assert_eq!(sent, [2, least.values, 2, 0]);
}

ranks_support::scenarios! {
    tiles_where_the_statements_say,
    tiles_where_they_are_first_used,
    a_matrix_without_a_factor_says_where,
}
