//! Values of loops that borrow from other values, and loops over values.

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
fn norm(x: &u64) -> u64 {
    x % 97
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
