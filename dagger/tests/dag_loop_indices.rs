//! Loops whose indices come from tasks, and from variables that the loops change.

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
fn mirror(i: usize) -> usize {
    39 - i
}

#[task]
fn bump(x: &mut u64, by: u64) {
    *x = x.wrapping_mul(3).wrapping_add(by);
}

#[task]
fn set(x: &mut usize, to: usize) {
    *x = to;
}

#[task]
fn pick(x: &u64) -> &u64 {
    x
}

/// The program, with and without `dag!`.
macro_rules! program {
    ($run:ident $v:ident $w:ident) => {
        $run! {
            for i in 0..40 {
                set(&mut $w[i], 39 - i);
                bump(&mut $v[$w[i]], i as u64);
                bump(&mut $v[mirror(i)], 100);
                let r = pick(&$v[mirror(i)]);
                let s = *r;
                bump(&mut $v[$w[$w[i]]], s);
                let at = mirror(i);
                bump(&mut $v[at], 7);
                bump(&mut $v[at / 2], 8);
            }
        }
    };
}

macro_rules! plainly {
    ($($all:tt)*) => { { $($all)* } };
}

#[test]
fn elements_found_by_what_the_loop_makes() {
    every_way(|| {
        let (mut v, mut w) = (vec![0_u64; 40], vec![0; 40]);
        program!(dag v w).unwrap();
        let (mut a, mut b) = (vec![0_u64; 40], vec![0; 40]);
        program!(plainly a b);
        assert_eq!((v, w), (a, b));
    });
}

dag! {
    fn scatter(v: &mut [u64], n: usize) {
        for i in 0..n {
            let at = mirror(i);
            bump(&mut v[at], i as u64);
        }
    }
}

#[test]
fn a_prepared_graph_finds_them_anew() {
    every_way(|| {
        let (mut v, mut expected) = (vec![0_u64; 40], vec![0_u64; 40]);
        let graph = scatter::prepare(&mut v, 40).unwrap();
        for _ in 0..2 {
            graph.run().unwrap();
            for i in 0..40 {
                bump(&mut expected[mirror(i)], i as u64);
            }
        }
        drop(graph);
        assert_eq!(v, expected);
    });
}
