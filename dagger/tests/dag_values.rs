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
fn pair(n: usize) -> (Vec<i64>, String) {
    ((0..n as i64).collect(), format!("n={n}"))
}

#[task]
fn apply<F: Fn(i64) -> i64>(f: &F, x: i64) -> i64 {
    f(x)
}

#[task]
fn find(m: &HashMap<String, i64>, key: &str) -> Option<i64> {
    m.get(key).copied()
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
