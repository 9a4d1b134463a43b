//! The item form: `run`, `graph`, generics, visibility.

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
use std::ops::{Add, Sub};

/// What the graph computes with.
pub trait Number: Copy + Add<Output = Self> + Sub<Output = Self> + Send + Sync {}
impl Number for f64 {}
impl Number for i64 {}

#[task]
fn twice<T: Number>(x: T) -> T {
    x + x
}

#[task]
fn double<T: Number>(x: &T) -> T {
    *x + *x
}

#[task]
fn halve(x: &f64) -> f64 {
    *x / 2.0
}

#[task]
fn subtract<T: Number>(x: T, y: T) -> T {
    x - y
}

#[task]
fn bump(v: &mut [i64], by: i64) {
    for x in v {
        *x += by;
    }
}

#[task]
fn total(v: &[i64]) -> i64 {
    v.iter().sum()
}

#[task]
fn longest<'a>(a: &'a str, b: &'a str) -> &'a str {
    if a.len() >= b.len() { a } else { b }
}

#[task]
fn swallow(v: Vec<i64>) -> usize {
    v.len()
}

dag! {
    /// A diamond.
    pub fn diamond<T: Number>(x: T) -> T {
        let a = twice(x);
        let b = double(&a);
        #[priority(3)]
        let c = double(&b);
        let d = double(&a);
        subtract(subtract(c, d), b)
    }

    fn bumped(v: &mut Vec<i64>, by: i64) -> i64 {
        let before = total(v);
        bump(v, by);
        let middle = total(v);
        bump(&mut v[..1], by);
        before + middle + total(v)
    }

    fn halves(v: &mut [i64]) {
        let mid = v.len() / 2;
        let (l, r) = v.split_at_mut(mid);
        bump(l, 1);
        bump(r, 2);
    }

    fn pick<'a>(a: &'a str, b: &'a str, c: &'a str) -> &'a str {
        let ab = longest(a, b);
        let bc = longest(b, c);
        longest(ab, bc)
    }

    fn owner<const N: usize>(v: Vec<i64>, w: [i64; N]) -> (i64, usize, i64)
    where
        [i64; N]: Clone,
    {
        let a = total(&v);
        let n = swallow(v);
        let b = total(&w);
        (a, n, b)
    }
}

mod inner {
    use super::*;
    dag! {
        pub(crate) fn nested(x: f64) -> f64 {
            let a = halve(&x);
            let b = twice(x);
            subtract(a, b)
        }
    }
}

#[test]
fn item_forms_run() {
    every_way(|| {
        assert_eq!(diamond::run(3.0).unwrap(), 24.0 - 12.0 - 12.0);
        assert_eq!(diamond::run(2_i64).unwrap(), 16 - 8 - 8);
        let mut v = vec![1, 2, 3];
        assert_eq!(bumped::run(&mut v, 10).unwrap(), 6 + 36 + 46);
        assert_eq!(v, [21, 12, 13]);
        halves::run(&mut v).unwrap();
        assert_eq!(v, [22, 14, 15]);
        assert_eq!(pick::run("a", "ccc", "bb").unwrap(), "ccc");
        assert_eq!(owner::run(vec![1, 2], [4, 5]).unwrap(), (3, 2, 9));
        assert_eq!(inner::nested::run(4.0).unwrap(), -6.0);
    });
}

#[test]
fn graphs_show_what_was_written() {
    let graph = diamond::graph();
    assert_eq!(graph.name, "diamond");
    assert_eq!(graph.len(), 6);
    assert_eq!(graph.nodes()[0].name, "twice");
    assert_eq!(graph.nodes()[0].binding, "a");
    assert_eq!(graph.nodes()[2].priority, 3);
    assert_eq!(graph.successors(0), [1, 3]);
    let location = graph.location(0);
    assert!(
        location.contains("dag_items.rs:") && location.ends_with(":17"),
        "{location}"
    );
    assert_eq!(graph.nodes()[1].line, graph.nodes()[0].line + 1);
    assert!(graph.to_dot().contains("twice"));
}

#[test]
fn items_work_inside_functions() {
    #[task]
    fn local(x: i64) -> i64 {
        x + 1
    }
    dag! {
        fn inside(x: i64) -> i64 {
            let a = local(x);
            let b = local(x);
            a * b
        }
    }
    every_way(|| assert_eq!(inside::run(2).unwrap(), 9));
}
