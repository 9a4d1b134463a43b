//! Nodes that lend on what they borrow: parts of vectors, fields, references in and out.

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
use std::sync::atomic::{AtomicUsize, Ordering};

#[task]
fn make(n: usize) -> Vec<i64> {
    (0..n as i64).collect()
}

#[task]
fn sum(v: &[i64]) -> i64 {
    v.iter().sum()
}

#[task]
fn add(x: i64, y: i64) -> i64 {
    x + y
}

#[task]
fn push(v: &mut Vec<i64>, x: i64) {
    v.push(x);
}

#[task]
fn scale(v: &mut [i64], by: i64) {
    v.iter_mut().for_each(|x| *x *= by);
}

#[task]
fn first(v: &[i64]) -> &i64 {
    &v[0]
}

#[task]
fn halves(v: &mut [i64]) -> (&mut [i64], &mut [i64]) {
    let mid = v.len() / 2;
    v.split_at_mut(mid)
}

#[task]
fn apply<F: Fn(i64) -> i64>(f: &F, x: i64) -> i64 {
    f(x)
}

#[task]
fn describe(name: &str, x: i64) -> String {
    format!("{name}={x}")
}

#[derive(Clone, Debug, PartialEq)]
struct World {
    left: Vec<i64>,
    right: Vec<i64>,
    step: i64,
}

struct Wrapped {
    inner: World,
}

impl Wrapped {
    fn advance(&mut self) -> dagger::Result<i64> {
        dag! {
            scale(&mut self.inner.left, 2);
            scale(&mut self.inner.right, 3);
            let l = sum(&self.inner.left);
            let r = sum(&self.inner.right);
            self.inner.step += 1;
            add(l, r)
        }
    }
}

#[test]
fn borrows_out_of_values() {
    every_way(|| {
        let r = dag! {
            let mut v = make(6);
            let f = first(&v);
            let g = add(*f, 1);
            push(&mut v, g);
            let (l, r) = halves(&mut v);
            scale(l, 10);
            scale(r, 100);
            let s = sum(&v);
            (s, v)
        }
        .unwrap();
        assert_eq!(r.0, 10 * 3 + 100 * 13);
        assert_eq!(r.1, [0, 10, 20, 300, 400, 500, 100]);
    });
}

#[test]
fn slices_of_one_vector() {
    every_way(|| {
        let mut v = make(8);
        dag! {
            scale(&mut v[..4], 2);
            scale(&mut v[4..], 3);
            scale(&mut v[2..6], 5);
        }
        .unwrap();
        assert_eq!(v, [0, 2, 20, 30, 60, 75, 18, 21]);
    });
}

#[test]
fn fields_of_a_struct() {
    every_way(|| {
        let mut world = World {
            left: make(3),
            right: make(4),
            step: 1,
        };
        let total = dag! {
            scale(&mut world.left, 2);
            scale(&mut world.right, 3);
            world.step += 1;
            let l = sum(&world.left);
            let r = sum(&world.right);
            push(&mut world.left, l + r);
            add(l, world.step)
        }
        .unwrap();
        assert_eq!(total, 8);
        assert_eq!(
            world,
            World {
                left: vec![0, 2, 4, 24],
                right: vec![0, 3, 6, 9],
                step: 2
            }
        );
        let mut wrapped = Wrapped { inner: world };
        assert_eq!(wrapped.advance().unwrap(), 60 + 54);
        assert_eq!(wrapped.inner.step, 3);
    });
}

static ALIVE: AtomicUsize = AtomicUsize::new(0);

struct Counted(i64);

impl Counted {
    fn new(x: i64) -> Self {
        ALIVE.fetch_add(1, Ordering::Relaxed);
        Counted(x)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        ALIVE.fetch_sub(1, Ordering::Relaxed);
    }
}

#[task]
fn evens(n: i64) -> impl Iterator<Item = i64> + Send {
    (0..n).filter(|x| x % 2 == 0)
}

#[task]
fn drain<I: Iterator<Item = i64>>(it: I) -> i64 {
    it.sum()
}

#[task]
fn lend<'a>(v: &'a mut Vec<i64>) -> &'a mut i64 {
    v.push(1);
    v.last_mut().unwrap()
}

#[task]
fn set(x: &mut i64, to: i64) {
    *x = to;
}

#[test]
fn hidden_types_trait_objects_and_lent_references() {
    every_way(|| {
        let mut w = make(2);
        let r = dag! {
            let it = evens(10);
            let jt = evens(7);
            let a = drain(it);
            let b = drain(jt);
            let boxed: Box<dyn Fn(i64) -> i64 + Send + Sync> = Box::new(move |x| x + a);
            let c = apply(&boxed, b);
            let d = boxed(c);
            let last = lend(&mut w);
            set(last, d);
            let e = sum(&w);
            (c, d, e)
        }
        .unwrap();
        assert_eq!(r, (32, 52, 53));
        assert_eq!(w, [0, 1, 52]);
    });
}

#[test]
fn references_as_parameters_are_lent_on() {
    fn twice(v: &mut Vec<i64>, names: &[&str]) -> dagger::Result<(i64, String)> {
        dag! {
            push(&mut *v, 1);
            let a = sum(&*v);
            push(&mut *v, a);
            let b = sum(v);
            let t = describe(names[0], a);
            let u = describe(names[1], b);
            (b, t + &u)
        }
    }
    every_way(|| {
        let mut v = make(3);
        assert_eq!(
            twice(&mut v, &["x", "y"]).unwrap(),
            (8, "x=4y=8".to_owned())
        );
        assert_eq!(v, [0, 1, 2, 1, 4]);
    });
}
