//! Loops over tiles, grids and buffers compute what the same loops do without `dag!`.

#![allow(
    clippy::style,
    clippy::complexity,
    clippy::perf,
    clippy::pedantic,
    reason = "the tests write what users write"
)]
#![allow(clippy::multiple_bound_locations, unreachable_pub, dead_code)]

mod dag_support;

use dag_support::every_way;
use dagger::prelude::*;

#[task]
fn set(x: &mut u64, to: u64) {
    *x = to;
}

#[task]
fn mix(x: &u64, y: &u64, z: &mut u64) {
    *z = z.wrapping_mul(31).wrapping_add(x.wrapping_mul(7) ^ *y);
}

#[task]
fn scale(v: &mut [u64], by: u64) {
    for x in v {
        *x *= by;
    }
}

#[task]
fn norm(x: &u64) -> u64 {
    x % 97
}

struct Tiles {
    n: usize,
    tiles: Vec<u64>,
}

impl std::ops::Index<(usize, usize)> for Tiles {
    type Output = u64;
    fn index(&self, (i, j): (usize, usize)) -> &u64 {
        &self.tiles[i * self.n + j]
    }
}

impl std::ops::IndexMut<(usize, usize)> for Tiles {
    fn index_mut(&mut self, (i, j): (usize, usize)) -> &mut u64 {
        &mut self.tiles[i * self.n + j]
    }
}

#[task]
fn diagonal(x: &mut u64) -> std::result::Result<(), String> {
    *x = x.wrapping_mul(5) + 1;
    if *x == 0 {
        Err("singular".to_owned())
    } else {
        Ok(())
    }
}

#[task]
fn solve(d: &u64, x: &mut u64) {
    *x = x.wrapping_mul(3) ^ *d;
}

#[task]
fn update(a: &u64, b: &u64, c: &mut u64) {
    *c = c.wrapping_sub(a.wrapping_mul(*b));
}

dag! {
    /// The shape of a tiled Cholesky factorisation.
    fn factor(a: &mut Tiles, nt: usize) {
        for k in 0..nt {
            diagonal(&mut a[(k, k)])?;
            for i in k + 1..nt {
                solve(&a[(k, k)], &mut a[(i, k)]);
            }
            for i in k + 1..nt {
                solve(&a[(i, k)], &mut a[(i, i)]);
                for j in k + 1..i {
                    update(&a[(i, k)], &a[(j, k)], &mut a[(i, j)]);
                }
            }
        }
    }
}

#[test]
fn a_tiled_factorisation() {
    let tiles = || Tiles {
        n: 6,
        tiles: (0..36).collect(),
    };
    let mut expected = tiles();
    // Plain Rust cannot borrow two tiles at once: copies stand in for the shared ones.
    let a = &mut expected;
    for k in 0..6 {
        diagonal(&mut a[(k, k)]).unwrap();
        for i in k + 1..6 {
            let d = a[(k, k)];
            solve(&d, &mut a[(i, k)]);
        }
        for i in k + 1..6 {
            let d = a[(i, k)];
            solve(&d, &mut a[(i, i)]);
            for j in k + 1..i {
                let (x, y) = (a[(i, k)], a[(j, k)]);
                update(&x, &y, &mut a[(i, j)]);
            }
        }
    }
    every_way(|| {
        let mut a = tiles();
        factor::run(&mut a, 6).unwrap();
        assert_eq!(a.tiles, expected.tiles);
    });
}

#[test]
fn grids_of_rows() {
    every_way(|| {
        let mut grid = vec![vec![1_u64; 5]; 6];
        dag! {
            for (i, row) in grid.iter_mut().enumerate() {
                for (j, x) in row.iter_mut().enumerate() {
                    set(x, (10 * i + j) as u64);
                }
            }
            for i in 1..6 {
                for j in 0..5 {
                    mix(&grid[i - 1][j], &grid[i][(j + 1) % 5], &mut grid[i][j]);
                }
            }
            for row in &mut grid {
                scale(row, 2);
                row.push(9);
            }
        }
        .unwrap();
        let mut expected: Vec<Vec<u64>> = (0..6)
            .map(|i| (0..5).map(|j| 10 * i + j).collect())
            .collect();
        for i in 1..6 {
            for j in 0..5 {
                let (x, y) = (expected[i - 1][j], expected[i][(j + 1) % 5]);
                mix(&x, &y, &mut expected[i][j]);
            }
        }
        for row in &mut expected {
            scale(row, 2);
            row.push(9);
        }
        assert_eq!(grid, expected);
    });
}

#[task]
fn step(old: &u64, left: &u64, new: &mut u64) {
    *new = old.wrapping_mul(3) ^ left.wrapping_add(1);
}

#[task]
fn swap(a: &mut Vec<u64>, b: &mut Vec<u64>) {
    std::mem::swap(a, b);
}

#[test]
fn elements_between_changes_of_the_whole() {
    every_way(|| {
        let (mut old, mut new): (Vec<u64>, Vec<u64>) = ((0..9).collect(), vec![0; 9]);
        let (mut a, mut b) = (old.clone(), new.clone());
        dag! {
            for round in 0..5usize {
                for i in 0..9 {
                    step(&old[i], &old[(i + 8) % 9], &mut new[i]);
                }
                swap(&mut old, &mut new);
                if round == 2 {
                    for x in &mut old {
                        *x += norm(x);
                    }
                    new.push(1);
                }
            }
        }
        .unwrap();
        for round in 0..5 {
            for i in 0..9 {
                step(&a[i], &a[(i + 8) % 9], &mut b[i]);
            }
            swap(&mut a, &mut b);
            if round == 2 {
                for x in &mut a {
                    *x += norm(x);
                }
                b.push(1);
            }
        }
        assert_eq!((old, new), (a, b));
    });
}

#[test]
fn buffers_that_swap() {
    every_way(|| {
        let (mut old, mut new): (Vec<u64>, Vec<u64>) = ((0..9).collect(), vec![0; 9]);
        let (mut a, mut b) = (old.clone(), new.clone());
        dag! {
            for _ in 0..6usize {
                for i in 0..9 {
                    step(&old[i], &old[(i + 8) % 9], &mut new[i]);
                }
                swap(&mut old, &mut new);
            }
        }
        .unwrap();
        for _ in 0..6 {
            for i in 0..9 {
                step(&a[i], &a[(i + 8) % 9], &mut b[i]);
            }
            swap(&mut a, &mut b);
        }
        assert_eq!((old, new), (a, b));
    });
}
