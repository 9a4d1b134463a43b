//! Straight-line graphs compute what the same statements do without `dag!`.

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
fn make(n: usize) -> Vec<f64> {
    (0..n).map(|i| i as f64).collect()
}
#[task]
fn double(v: &Vec<f64>) -> Vec<f64> {
    v.iter().map(|x| 2.0 * x).collect()
}
#[task]
fn halve(v: &Vec<f64>) -> Vec<f64> {
    v.iter().map(|x| x / 2.0).collect()
}
#[task]
fn sub(a: Vec<f64>, b: Vec<f64>) -> Vec<f64> {
    a.iter().zip(&b).map(|(a, b)| a - b).collect()
}
#[task]
fn sum(v: &[f64]) -> f64 {
    v.iter().sum()
}
#[task]
fn scale(v: &mut [f64], by: f64) {
    for x in v {
        *x *= by
    }
}
#[task]
fn parse(s: &str) -> std::result::Result<i64, std::num::ParseIntError> {
    s.parse()
}
#[task]
fn add(a: i64, b: i64) -> i64 {
    a + b
}
#[task]
fn append(mut s: String, t: &str) -> String {
    s.push_str(t);
    s
}
#[task]
fn consume(v: Vec<f64>) -> usize {
    v.len()
}

#[test]
fn diamond() {
    every_way(|| {
        let n = 10;
        let d = dag! {
            let a = make(n);
            let b = double(&a);
            let c = halve(&a);
            sub(b, c)
        }
        .unwrap();
        assert_eq!(d[2], 3.0);
        let d = dag! { let a = make(n); sub(double(&a), halve(&a)) }.unwrap();
        assert_eq!(d[2], 3.0);
        let (x, y) =
            dag! { let a = make(n); let b = double(&a); let s = sum(&a); (s, b.len()) }.unwrap();
        assert_eq!((x, y), (45.0, 10));
    });
}
#[test]
fn in_place() {
    every_way(|| {
        let mut v = make(8);
        let (before, after) = dag! {
            let mid = v.len() / 2;
            let before = sum(&v);
            let (l, r) = v.split_at_mut(mid);
            scale(l, 2.0);
            scale(r, 3.0);
            let after = sum(&v);
            (before, after)
        }
        .unwrap();
        assert_eq!((before, after), (28.0, 12.0 + 66.0));
        assert_eq!(v[7], 21.0);
    });
}
#[test]
fn moved_in() {
    every_way(|| {
        let v = make(8);
        let w = make(5);
        let n = dag! {
            let a = sum(&v);
            let k = consume(v);
            let w2 = double(&w);
            let b = sum(&w2);
            (a, k, b)
        }
        .unwrap();
        assert_eq!(n, (28.0, 8, 20.0));
        assert_eq!(w.len(), 5);
    });
}
#[test]
fn errors() {
    every_way(|| {
        let r: Result<i64> = dag! {
            let a = parse("1")?;
            let b = parse("x")?;
            let c = parse("y")?;
            add(a, add(b, c))
        };
        let e = r.unwrap_err();
        assert!(e.to_string().contains("parse"), "{e}");
        let r = dag! {
            let a = parse("1")?;
            let b = parse("2")?;
            add(a, b)
        };
        assert_eq!(r.unwrap(), 3);
    });
}
#[test]
fn branches() {
    every_way(|| {
        for n in [1usize, 6] {
            let r = dag! {
                let a = make(n);
                let s = sum(&a);
                let t = if s > 3.0 {
                    let b = double(&a);
                    let c = halve(&a);
                    sum(&sub(b, c))
                } else { 0.5 };
                let u = match n { 1 => sum(&a), _ => { let q = double(&a); sum(&q) } };
                t + u
            }
            .unwrap();
            let expect = if n == 1 { 0.5 } else { 15.0 * 1.5 + 30.0 };
            assert_eq!(r, expect);
        }
    });
}
#[test]
fn assign_and_strings() {
    every_way(|| {
        let mut total = 0;
        let r = dag! {
            let x = 3;
            total = add(total, x);
            let s = append(String::from("a"), "b");
            let mut t = append(String::from("c"), "d");
            t = append(t, &s);
            total += add(1, 2);
            let m = format!("{s}-{t} {} {total}", s.len());
            m
        }
        .unwrap();
        assert_eq!(r, "ab-cdab 2 6");
        assert_eq!(total, 6);
    });
}

#[test]
fn options_inside_branches() {
    every_way(|| {
        for n in [2usize, 5] {
            let r = dag! {
                let a = make(n);
                let b = make(n + 1);
                let c = if n > 3 {
                    #[priority(2)]
                    let x = sum(&a);
                    #[name("other")]
                    let y = sum(&b);
                    x + y
                } else {
                    #[priority(1)]
                    let z = sum(&a);
                    z
                };
                #[priority(5)]
                let d = consume(a);
                (c, d)
            }
            .unwrap();
            assert_eq!(r, (if n > 3 { 25.0 } else { 1.0 }, n));
        }
    });
}
