//! Moves, borrows, loans, shadowing, closures, drops: what a value goes through in a graph.

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
fn pair(n: usize) -> (Vec<i64>, String) {
    ((0..n as i64).collect(), format!("n={n}"))
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

#[test]
fn values_move_to_their_last_user() {
    every_way(|| {
        let r = dag! {
            let a = make(5);
            let b = sum(&a);
            let mut c = a;
            push(&mut c, b);
            let d = sum(&c);
            let e = eat(c);
            (d, e)
        }
        .unwrap();
        assert_eq!(r, (20, 20));
    });
}

#[test]
fn callers_locals_by_value_and_by_reference() {
    every_way(|| {
        let v = make(4);
        let mut w = make(3);
        let k = 7;
        let text = String::from("t");
        let r = dag! {
            push(&mut w, k);
            let a = sum(&v);
            let b = sum(&w);
            push(&mut w, a);
            let c = sum(&w);
            let d = eat(v);
            let e = describe(&text, d);
            let f = describe(&text, k);
            (a, b, c, d, e, f)
        }
        .unwrap();
        assert_eq!(r, (6, 10, 16, 6, "t=6".into(), "t=7".into()));
        assert_eq!(w, [0, 1, 2, 7, 6]);
        assert_eq!(text, "t");
    });
}

#[test]
fn callers_locals_changed_by_nodes_and_moved_by_the_result() {
    every_way(|| {
        let mut w = make(3);
        let moved = dag! {
            let a = sum(&w);
            let b = first(&w);
            let c = add(*b, 4);
            push(&mut w, a);
            push(&mut w, c);
            w
        }
        .unwrap();
        assert_eq!(moved, [0, 1, 2, 3, 4]);
        let mut x = [1_i64, 2];
        let y = dag! {
            let a = sum(&x);
            let b = sum(&x[1..]);
            scale(&mut x, a + b);
            x
        }
        .unwrap();
        assert_eq!((x, y), ([5, 10], [5, 10]));
    });
}

#[test]
fn bound_structs_and_destructuring() {
    every_way(|| {
        let r = dag! {
            let (v, text) = pair(4);
            let mut world = World { left: make(2), right: v, step: 0 };
            scale(&mut world.left, 5);
            scale(&mut world.right, 7);
            let World { left, right, .. } = world;
            let a = eat(left);
            let b = eat(right);
            let _ = add(a, b);
            (a, b, text)
        }
        .unwrap();
        assert_eq!(r, (5, 42, "n=4".to_owned()));
    });
}

#[test]
fn shadowing_makes_new_variables() {
    every_way(|| {
        let x = 1;
        let r = dag! {
            let x = add(x, 1);
            let y = add(x, 10);
            let x = add(x, 100);
            let z = add(x, y);
            let x = { let x = z + 1; x * 2 };
            add(x, z)
        }
        .unwrap();
        assert_eq!(r, (102 + 12 + 1) * 2 + 114);
    });
}

#[test]
fn closures_capture_variables() {
    every_way(|| {
        let r = dag! {
            let k = add(1, 2);
            let f = |x: i64| x * k;
            let a = apply(&f, 10);
            let b = apply(&f, 20);
            let g = move |x| x + k;
            let c = apply(&g, a);
            let d = g(b);
            let v: Vec<i64> = [a, b].iter().map(|x| x + k).collect();
            (c, d, v)
        }
        .unwrap();
        assert_eq!(r, (33, 63, vec![33, 63]));
    });
}

#[test]
fn temporaries_and_nested_calls() {
    every_way(|| {
        let r = dag! {
            let a = sum(&make(4));
            let b = sum(&vec![1, 2, 3]);
            let v = &make(5);
            let c = first(v);
            let d = add(add(a, b), add(*c, sum(&make(3))));
            let e = add(d, 1) + add(d, 2) * 2;
            let f = [add(e, 1), add(e, 2)];
            let g = (add(f[0], 0), -add(f[1], 0));
            g
        }
        .unwrap();
        let d = 6 + 6 + 3;
        let e = d + 1 + (d + 2) * 2;
        assert_eq!(r, (e + 1, -(e + 2)));
    });
}

#[test]
fn order_of_evaluation_is_kept() {
    every_way(|| {
        let mut v = make(3);
        let r = dag! {
            let a = add(v.len() as i64, { push(&mut v, 9); v.len() as i64 });
            push(&mut v, a);
            let b = add(v.pop().unwrap(), sum(&v));
            b
        }
        .unwrap();
        assert_eq!(r, 7 + 12);
    });
}

#[test]
fn macros_see_values() {
    every_way(|| {
        let r = dag! {
            let a = add(1, 2);
            let b = add(a, 2);
            assert_eq!(a, 3);
            assert!(b > a, "{b} is not above {}", a);
            let v = vec![a, b];
            let t = format!("{a:>w$} {b} {} {c}", a + b, w = 4, c = v.len());
            let is = matches!(v.first(), Some(3));
            (t, is)
        }
        .unwrap();
        assert_eq!(r, ("   3 5 8 2".to_owned(), true));
    });
}

#[test]
fn loops_inside_a_straight_graph() {
    every_way(|| {
        let r = dag! {
            let mut n = add(0, 27);
            let mut steps = 0;
            while n != 1 {
                n = if n % 2 == 0 { n / 2 } else { 3 * n + 1 };
                steps += 1;
            }
            let found = loop {
                n += 7;
                if n % 5 == 0 {
                    break n;
                }
            };
            add(steps, found)
        }
        .unwrap();
        assert_eq!(r, 111 + 15);
    });
}
