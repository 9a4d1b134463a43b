//! Values are dropped once, moved on one side only, replaced, and held to the end.

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
use std::collections::HashMap;
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
fn eat(v: Vec<i64>) -> i64 {
    v.into_iter().sum()
}

#[task]
fn add(x: i64, y: i64) -> i64 {
    x + y
}

#[task]
fn find(m: &HashMap<String, i64>, key: &str) -> Option<i64> {
    m.get(key).copied()
}

#[test]
fn options_and_errors_end_the_graph() {
    every_way(|| {
        let mut map = HashMap::new();
        map.insert("a".to_owned(), 1);
        let ok = dag! {
            let a = find(&map, "a")?;
            add(a, find(&map, "a")?)
        };
        assert_eq!(ok.unwrap(), 2);
        let none: dagger::Result<i64> = dag! {
            let a = find(&map, "a")?;
            let b = find(&map, "b")?;
            add(a, b)
        };
        let error = none.unwrap_err();
        assert!(error.to_string().contains("find"), "{error}");
        let parsed: dagger::Result<i64> = dag! {
            let a = "x".parse::<i64>()?;
            add(a, 1)
        };
        assert!(parsed.is_err());
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
fn counted(x: i64) -> Counted {
    Counted::new(x)
}

#[task]
fn spent(x: Counted) -> i64 {
    x.0
}

#[task]
fn peek(x: &Counted) -> std::result::Result<i64, String> {
    if x.0 == 3 {
        Err("three".to_owned())
    } else {
        Ok(x.0)
    }
}

#[task]
fn explode(x: &Counted) -> i64 {
    assert!(x.0 != 4, "four");
    x.0
}

#[test]
fn nothing_leaks_and_nothing_is_dropped_twice() {
    every_way(|| {
        for x in 1..6 {
            let outer = Counted::new(x);
            let kept = Counted::new(x);
            let r = dag! {
                let a = counted(x);
                let b = counted(x + 1);
                let p = peek(&a)?;
                let q = explode(&b);
                let o = peek(&outer)?;
                let k = explode(&kept);
                let s = spent(a);
                let t = spent(outer);
                p + q + o + k + s + t
            };
            assert_eq!(r.is_ok(), x == 1 || x == 2 || x == 5, "{x}");
            assert_eq!(kept.0, x);
        }
    });
    // Other tests do not use it.
    assert_eq!(ALIVE.load(Ordering::Relaxed), 0);
}

#[test]
fn conditions_move_on_one_side_only() {
    every_way(|| {
        for flag in [true, false] {
            let v = make(3);
            let r = dag! {
                let a = make(4);
                let s = sum(&v);
                let t = if flag { eat(a) } else { s };
                let u = if t > 3 { eat(v) + 1 } else { 0 };
                match u {
                    0 => t,
                    n if flag => add(n, t),
                    _ => -1,
                }
            }
            .unwrap();
            assert_eq!(r, if flag { 10 } else { 3 });
        }
    });
}

#[test]
fn assignments_replace_values() {
    every_way(|| {
        let r = dag! {
            let mut best = make(2);
            let other = make(5);
            let s = sum(&best);
            if sum(&other) > s {
                best = other;
            }
            let mut n = sum(&best);
            n += add(n, 1);
            n = add(n, n);
            (best.len(), n)
        }
        .unwrap();
        assert_eq!(r, (5, 42));
    });
}

#[test]
fn guards_live_to_the_end() {
    struct Guard<'a>(&'a AtomicUsize);
    impl Drop for Guard<'_> {
        fn drop(&mut self) {
            self.0.store(1, Ordering::SeqCst);
        }
    }
    every_way(|| {
        let dropped = AtomicUsize::new(0);
        let seen = dag! {
            let _guard = Guard(&dropped);
            let a = add(1, 2);
            let b = add(a, dropped.load(Ordering::SeqCst) as i64);
            let c = add(a, 5);
            (b, c)
        }
        .unwrap();
        assert_eq!(seen, (3, 8));
        assert_eq!(dropped.load(Ordering::SeqCst), 1);
    });
}
