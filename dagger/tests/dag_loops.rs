//! Loops that unfold compute what the same loops do without `dag!`.

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
fn make(i: usize) -> Vec<u64> {
    vec![i as u64; i % 5 + 1]
}

#[task]
fn sum(v: &[u64]) -> u64 {
    v.iter().sum()
}

#[task]
fn add(x: u64, y: u64) -> u64 {
    x.wrapping_mul(3).wrapping_add(y)
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

#[task]
fn check(x: u64) -> std::result::Result<u64, String> {
    if x == 13 {
        Err(format!("{x} is unlucky"))
    } else {
        Ok(x)
    }
}

#[task]
fn concat(a: String, b: &str) -> String {
    a + b
}

#[test]
fn elements_of_a_vector() {
    every_way(|| {
        let n = 12;
        let mut a: Vec<u64> = (0..n as u64).collect();
        let mut expected = a.clone();
        for k in 0..n {
            set(&mut expected[k], k as u64 + 3);
            for i in k + 1..n {
                let (head, tail) = expected.split_at_mut(i);
                mix(&head[k], &head[i - 1], &mut tail[0]);
            }
        }
        dag! {
            for k in 0..n {
                set(&mut a[k], k as u64 + 3);
                for i in k + 1..n {
                    let left = a[k];
                    let right = norm(&left);
                    set(&mut a[i], right);
                }
            }
        }
        .unwrap();
        let mut again: Vec<u64> = (0..n as u64).collect();
        for k in 0..n {
            set(&mut again[k], k as u64 + 3);
            for i in k + 1..n {
                let left = again[k];
                let right = norm(&left);
                set(&mut again[i], right);
            }
        }
        assert_eq!(a, again);
    });
}

#[test]
fn values_carried_through_a_loop() {
    every_way(|| {
        let n = 40;
        let total = dag! {
            let mut total = 0;
            for i in 0..n {
                let v = make(i);
                total = add(total, sum(&v));
            }
            total
        }
        .unwrap();
        let mut expected = 0;
        for i in 0..n {
            expected = add(expected, sum(&make(i)));
        }
        assert_eq!(total, expected);
    });
}

#[test]
fn an_outer_total() {
    every_way(|| {
        let mut total = 5;
        let mut count = 0;
        dag! {
            for i in 0..30usize {
                let v = make(i);
                total = add(total, sum(&v));
                count += sum(&v);
            }
        }
        .unwrap();
        let (mut expected, mut counted) = (5, 0);
        for i in 0..30 {
            expected = add(expected, sum(&make(i)));
            counted += sum(&make(i));
        }
        assert_eq!((total, count), (expected, counted));
    });
}

#[test]
fn chunks_of_a_slice() {
    every_way(|| {
        let mut v: Vec<u64> = (0..50).collect();
        let s = dag! {
            for (i, c) in v.chunks_mut(7).enumerate() {
                scale(c, i as u64);
            }
            for c in v.chunks_mut(5) {
                scale(c, 2);
                scale(c, 3);
            }
            sum(&v)
        }
        .unwrap();
        let expected: Vec<u64> = (0..50).map(|x| x * (x / 7) * 6).collect();
        assert_eq!(v, expected);
        assert_eq!(s, expected.iter().sum::<u64>());
    });
}

#[test]
fn collected_results() {
    every_way(|| {
        let names = ["a", "bb", "ccc"];
        let (all, lengths) = dag! {
            let mut all = String::new();
            let mut lengths = Vec::new();
            for (i, name) in names.iter().enumerate() {
                let n = add(name.len() as u64, i as u64);
                all = concat(all, name);
                lengths.push(n);
            }
            (all, lengths)
        }
        .unwrap();
        assert_eq!(all, "abbccc");
        assert_eq!(lengths, [3, 7, 11]);
    });
}

#[test]
fn the_first_error_in_program_order() {
    every_way(|| {
        let mut done = vec![0; 20];
        let error = dag! {
            for i in 0..20u64 {
                let x = check(i)?;
                set(&mut done[i as usize], x + 1);
            }
        }
        .unwrap_err();
        assert!(error.to_string().contains("13 is unlucky"), "{error}");
        assert!(error.to_string().contains("check"), "{error}");
        assert!(done[..13].iter().all(|&x| x > 0));
    });
}

#[test]
fn conditions_of_the_driver() {
    every_way(|| {
        let mut v = vec![1_u64; 16];
        dag! {
            for i in 0..16 {
                if i == 12 {
                    break;
                }
                if i % 2 == 0 {
                    set(&mut v[i], 5);
                } else if i % 3 == 0 {
                    set(&mut v[i], 7);
                } else {
                    continue;
                }
                set(&mut v[15 - i / 4], i as u64);
            }
        }
        .unwrap();
        let mut w = vec![1_u64; 16];
        for i in 0..16 {
            if i == 12 {
                break;
            }
            if i % 2 == 0 {
                set(&mut w[i], 5);
            } else if i % 3 == 0 {
                set(&mut w[i], 7);
            } else {
                continue;
            }
            set(&mut w[15 - i / 4], i as u64);
        }
        assert_eq!(v, w);
    });
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

#[task]
fn longest<'a>(a: &'a [u64], b: &'a [u64]) -> &'a [u64] {
    if a.len() >= b.len() { a } else { b }
}

#[task]
fn head(v: &[u64; 4]) -> &u64 {
    &v[0]
}

#[task]
fn array(i: u64) -> [u64; 4] {
    [i, i + 1, i + 2, i + 3]
}

#[test]
fn values_that_borrow_from_values() {
    every_way(|| {
        let n = 60;
        let fixed = [7_u64, 8];
        let mut out = vec![0; n];
        let sums = dag! {
            let mut sums = Vec::new();
            for i in 0..n {
                let a = array(i as u64);
                let h = head(&a);
                let v = make(i);
                let l = longest(&v, &fixed);
                let s = sum(l);
                let t = &array(3);
                set(&mut out[i], *h + s + t[1]);
                let u = add(s, *head(t));
                sums.push(u);
            }
            sums
        }
        .unwrap();
        for i in 0..n {
            let v = make(i);
            let s = sum(longest(&v, &fixed));
            assert_eq!(out[i], i as u64 + s + 4);
            assert_eq!(sums[i], add(s, 3));
        }
    });
}

#[test]
fn loops_over_values() {
    every_way(|| {
        let mut out = vec![0; 12];
        let total = dag! {
            let mut total = 0;
            for k in 0..4 {
                let parts = make(4 * k);
                for p in parts.iter() {
                    total = add(total, norm(p));
                }
                for (i, p) in parts.iter().enumerate() {
                    set(&mut out[3 * k + i % 3], *p + k as u64);
                }
                for p in parts {
                    total = add(total, p);
                }
            }
            total
        }
        .unwrap();
        let (mut expected, mut filled) = (0, vec![0; 12]);
        for k in 0..4 {
            let parts = make(4 * k);
            for p in parts.iter() {
                expected = add(expected, norm(p));
            }
            for (i, p) in parts.iter().enumerate() {
                filled[3 * k + i % 3] = *p + k as u64;
            }
            for p in parts {
                expected = add(expected, p);
            }
        }
        assert_eq!((total, out), (expected, filled));
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
fn weigh<T: Into<u64> + Copy + Send + Sync>(x: &T, by: u64) -> u64 {
    (*x).into() * by
}

dag! {
    fn weighted<T: Into<u64> + Copy + Send + Sync, const N: usize>(
        xs: &[T; N],
        weights: &[u64],
        out: &mut [u64],
        limit: u64,
    ) -> u64 {
        let n = xs.len().min(weights.len());
        let mut over = 0;
        for i in 0..n {
            let w = weigh(&xs[i], weights[i]);
            match w {
                0 => out[i] = 1,
                w if w > limit => {
                    over += 1;
                    set(&mut out[i], limit);
                }
                _ => set(&mut out[i], w),
            }
            while out[i] % 2 == 1 {
                out[i] += add(out[i], 0) % 3 + 1;
            }
        }
        add(over, sum(out))
    }
}

#[test]
fn decisions_on_computed_values_inside_loops() {
    let xs = [1_u32, 5, 0, 9, 13];
    let weights = [3, 4, 5, 6];
    let (mut over, mut expected) = (0, vec![0; 5]);
    for i in 0..4 {
        let w = weigh(&xs[i], weights[i]);
        match w {
            0 => expected[i] = 1,
            w if w > 30 => {
                over += 1;
                set(&mut expected[i], 30);
            }
            _ => set(&mut expected[i], w),
        }
        while expected[i] % 2 == 1 {
            expected[i] += add(expected[i], 0) % 3 + 1;
        }
    }
    let total = add(over, sum(&expected));
    every_way(|| {
        let mut out = vec![0; 5];
        assert_eq!(weighted::run(&xs, &weights, &mut out, 30).unwrap(), total);
        assert_eq!(out, expected);
    });
    let graph = weighted::graph();
    assert!(graph.find("weigh").is_some() && graph.find("add").is_some());
    assert_eq!(graph.len(), graph.nodes().len());
}

#[test]
fn a_panic_in_a_loop_names_its_task() {
    #[task]
    fn fragile(i: usize) -> u64 {
        assert!(i != 7, "seven");
        i as u64
    }
    every_way(|| {
        let mut out = vec![0; 20];
        let error = dag! {
            for i in 0..20 {
                let x = fragile(i);
                set(&mut out[i], x);
            }
        }
        .unwrap_err();
        let text = error.to_string();
        assert!(text.contains("fragile") && text.contains("seven"), "{text}");
        let error = dag! {
            for i in 0..30 {
                set(&mut out[i], 1);
            }
        }
        .unwrap_err();
        let text = error.to_string();
        assert!(
            text.contains("set") && text.contains("out of bounds"),
            "{text}"
        );
    });
}

#[test]
fn loops_in_branches_and_graphs_in_tasks() {
    #[task]
    fn inner(n: u64) -> dagger::Result<u64> {
        dag! {
            let a = add(n, 1);
            let b = add(n, 2);
            a + b
        }
    }
    every_way(|| {
        for flag in [true, false] {
            let mut v = vec![1_u64; 9];
            let r = dag! {
                let k = add(1, 2);
                let r = if flag {
                    for i in 0..9 {
                        let x = inner(k + i as u64)?;
                        set(&mut v[i], x);
                    }
                    sum(&v)
                } else {
                    let a = inner(k)?;
                    let b = inner(a)?;
                    add(a, b)
                };
                let s = sum(&v);
                (r, s)
            }
            .unwrap();
            let each = |n: u64| add(n, 1) + add(n, 2);
            let k = add(1, 2);
            let expected = if flag {
                let total = (0..9).map(|i| each(k + i)).sum();
                (total, total)
            } else {
                (add(each(k), each(each(k))), 9)
            };
            assert_eq!(r, expected);
        }
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

#[test]
fn owners_in_the_head_of_a_loop_outlive_its_nodes() {
    every_way(|| {
        let rows = vec![make(3), make(4), make(2)];
        let (mut total, mut again) = (0, 0);
        dag! {
            for row in rows.clone() {
                for x in row.iter() {
                    total = add(total, norm(x));
                }
            }
            for x in rows[1].to_vec().iter() {
                again = add(again, norm(x));
            }
        }
        .unwrap();
        let (mut expected, mut twice) = (0, 0);
        for row in rows.clone() {
            for x in row.iter() {
                expected = add(expected, norm(x));
            }
        }
        for x in rows[1].to_vec().iter() {
            twice = add(twice, norm(x));
        }
        assert_eq!((total, again), (expected, twice));
    });
}
