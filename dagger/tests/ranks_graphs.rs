//! `dag!` across workers: where nodes run, and what becomes of values.

#![allow(
    clippy::multiple_bound_locations,
    reason = "what is prepared adds a bound of its own to a parameter"
)]

mod ranks_support;

use dagger::prelude::*;
use ranks_support::in_three;
use std::collections::BTreeMap;
use std::sync::Mutex;

#[task]
fn make(n: usize) -> Vec<f64> {
    (0..n).map(|i| i as f64).collect()
}

#[task]
fn total(v: &[f64]) -> f64 {
    v.iter().sum()
}

#[task]
fn place() -> usize {
    this_worker()
}

#[task(on(worker = 2))]
fn always_on_two(x: usize) -> usize {
    x + this_worker()
}

#[task]
fn bump(v: &mut Vec<f64>) {
    v.push(100.0 * (1 + this_worker()) as f64);
}

#[task]
fn length(text: String) -> usize {
    text.len() + 10 * this_worker()
}

#[task]
fn sub(a: f64, b: f64) -> f64 {
    a - b
}

#[task]
fn locked(x: i64) -> Mutex<i64> {
    Mutex::new(x + this_worker() as i64)
}

#[task]
fn unlocked(x: &Mutex<i64>) -> i64 {
    *x.lock().expect("nobody panics")
}

#[task]
fn longest<'a>(a: &'a [f64], b: &'a [f64]) -> &'a [f64] {
    if a.len() > b.len() { a } else { b }
}

#[task]
fn spawns() -> Vec<usize> {
    let inner = spawn!(place());
    vec![this_worker(), inner.fetch().expect("it runs")]
}

fn statements_say_where() {
    in_three(|| {
        let places = dag! {
            #[on(worker = 1)]
            let a = place();
            #[on(workers = [2])]
            let b = place();
            let c = place();
            #[on(local)]
            let d = place();
            (a, b, c, d)
        };
        assert_eq!(places.expect("it runs"), (1, 2, 0, 0));
    });
}

fn options_around_the_graph_say_where() {
    in_three(|| {
        let places = with_options(Options::new().on(Scope::worker(2)), || {
            dag! {
                let a = place();
                #[on(worker = 1)]
                let b = place();
                let c = spawns();
                (a, b, c)
            }
        });
        assert_eq!(places.expect("it runs"), (2, 1, vec![2, 2]));
        let spread = with_options(Options::new().on(Scope::workers([1, 2])), || {
            dag! {
                let a = place();
                let b = place();
                (a, b)
            }
        });
        let (a, b) = spread.expect("it runs");
        assert!(a > 0 && b > 0, "{a} {b}");
    });
}

fn a_task_says_where() {
    in_three(|| {
        let sum = dag! {
            let a = always_on_two(10);
            let b = always_on_two(20);
            #[on(worker = 1)]
            let c = place();
            (a, b, c)
        };
        assert_eq!(sum.expect("it runs"), (12, 22, 1));
        let sum = dag! {
            let a = always_on_two(10);
            let b = place();
            (a, b)
        };
        assert_eq!(sum.expect("it runs"), (12, 0));
    });
}

fn values_go_where_they_are_used() {
    in_three(|| {
        let n = 1000;
        let mut w = vec![1.0];
        let big = vec![2.0; 500];
        let text = String::from("four");
        let result = dag! {
            #[on(worker = 1)]
            let a = make(n);
            #[on(worker = 2)]
            bump(&mut w);
            #[on(worker = 2)]
            let b = total(&a);
            #[on(worker = 1)]
            let c = total(&big);
            #[on(worker = 1)]
            let k = if b > 3.0 { total(&w) } else { total(&big) };
            #[on(worker = 2)]
            let q = length(text);
            #[on(worker = 1)]
            bump(&mut w);
            let z = sub(b, c);
            (z, k, q)
        };
        assert_eq!(result.expect("it runs"), (499_500.0 - 1000.0, 301.0, 24));
        assert_eq!(w, [1.0, 300.0, 200.0]);
        assert_eq!(big.len(), 500, "it was only lent");
    });
}

fn large_values_cross_as_they_are() {
    in_three(|| {
        let mut tile = make(100_000);
        let sum = dag! {
            #[on(worker = 1)]
            bump(&mut tile);
            #[on(worker = 2)]
            let a = total(&tile);
            #[on(worker = 2)]
            bump(&mut tile);
            #[on(worker = 1)]
            let b = total(&tile);
            b - a
        };
        assert_eq!(sum.expect("it runs"), 300.0);
        assert_eq!(tile[99_999..], [99_999.0, 200.0, 300.0]);
    });
}

fn what_cannot_travel_stays_and_says_so_if_it_may_not() {
    in_three(|| {
        let sum = dag! {
            #[on(worker = 1)]
            let a = place();
            let m = locked(40);
            let b = unlocked(&m);
            (a, b)
        };
        assert_eq!(sum.expect("it runs"), (1, 40));
        let error = dag! {
            #[on(worker = 1)]
            let m = locked(40);
            #[on(worker = 2)]
            let b = unlocked(&m);
            b
        }
        .expect_err("a lock is not `Wire`");
        let text = error.to_string();
        assert!(
            text.contains("Mutex<i64>") && text.contains("`worker 1`"),
            "{text}"
        );
        assert_eq!(error.task(), Some("locked"));
    });
}

fn borrows_stay_with_their_lender() {
    in_three(|| {
        let (a, b) = (make(3), make(4));
        let sum = dag! {
            #[on(worker = 1)]
            let c = make(5);
            let l = longest(&a, &b);
            let m = longest(l, &c);
            let s = total(m);
            #[on(worker = 2)]
            let t = total(&c);
            (s, t, m.len())
        };
        assert_eq!(sum.expect("it runs"), (10.0, 10.0, 5));
    });
}

fn a_scope_that_nobody_satisfies_is_an_error() {
    in_three(|| {
        let error = dag! {
            #[on(worker = 7)]
            let a = place();
            let b = place();
            (a, b)
        }
        .expect_err("there is no worker 7");
        assert!(error.is_unsatisfied());
        assert_eq!(
            (error.task(), error.location().map(|at| at.line)),
            (Some("place"), Some(line!() - 8))
        );
    });
}

dag! {
    /// Generic, with parameters that are references.
    pub fn sums<T: Copy + Send + Sync + Wire + Into<f64>>(x: T, y: &[f64], z: &mut Vec<f64>) -> f64 {
        #[on(worker = 1)]
        let a = twice(x);
        let b = total(y);
        bump(z);
        #[on(worker = 2)]
        let c = sub(a, b);
        c
    }
}

#[task]
fn twice<T: Copy + Into<f64>>(x: T) -> f64 {
    2.0 * x.into() + 1000.0 * this_worker() as f64
}

fn named_graphs_travel_too() {
    in_three(|| {
        let mut z = vec![];
        assert_eq!(
            sums::run(3.0_f32, &[1.0, 2.0], &mut z).expect("it runs"),
            1003.0
        );
        assert_eq!(
            sums::run(3_i32, &[1.0, 2.0], &mut z).expect("it runs"),
            1003.0
        );
        assert_eq!(z, [100.0, 100.0]);
    });
}

struct Config {
    sizes: Vec<usize>,
    scale: f64,
}

#[task]
fn scaled(x: f64, scale: f64) -> f64 {
    x * scale
}

fn a_variable_that_is_taken_apart_keeps_its_graph_at_home() {
    in_three(|| {
        let config = Config {
            sizes: vec![1, 2],
            scale: 3.0,
        };
        let sum = dag! {
            #[on(local)]
            let a = scaled(2.0, config.scale);
            let b = total(&[1.0]);
            a + b
        };
        assert_eq!(sum.expect("it runs"), 7.0);
        let error = dag! {
            #[on(worker = 1)]
            let a = scaled(2.0, config.scale);
            let b = total(&[1.0]);
            a + b
        }
        .expect_err("it cannot leave");
        assert!(error.to_string().contains("`config`"), "{error}");
        assert_eq!(config.sizes.len(), 2);
    });
}

/// Counts, by name, values that are alive in this process.
static ALIVE: Mutex<BTreeMap<i64, i64>> = Mutex::new(BTreeMap::new());

struct Counted(i64);

impl Counted {
    fn new(kind: i64) -> Self {
        *ALIVE
            .lock()
            .expect("nobody panics")
            .entry(kind)
            .or_default() += 1;
        Counted(kind)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        *ALIVE
            .lock()
            .expect("nobody panics")
            .entry(self.0)
            .or_default() -= 1;
    }
}

impl Wire for Counted {
    fn encode<'a>(&'a self, out: &mut dagger::wire::Encoder<'a>) {
        self.0.encode(out);
    }

    fn decode(input: &mut dagger::wire::Decoder<'_>) -> dagger::Result<Self> {
        i64::decode(input).map(Counted::new)
    }
}

#[task]
fn counted(kind: i64) -> Counted {
    Counted::new(kind)
}

#[task]
fn keep(x: &Counted, fails: bool) -> Result<i64, String> {
    if fails {
        Err("as asked".to_owned())
    } else {
        Ok(x.0)
    }
}

#[task]
fn consume(x: Counted, y: Counted) -> i64 {
    x.0 + y.0
}

fn alive(kind: i64) -> i64 {
    ALIVE
        .lock()
        .expect("nobody panics")
        .get(&kind)
        .copied()
        .unwrap_or(0)
}

fn everything_is_freed() {
    in_three(|| {
        for fails in [false, true] {
            let kind = if fails { 1 } else { 2 };
            let (lent, given) = (Counted::new(kind), Counted::new(kind));
            let result = dag! {
                #[on(worker = 1)]
                let a = counted(kind);
                #[on(worker = 2)]
                let x = keep(&a, false)?;
                #[on(worker = 2)]
                let y = keep(&lent, fails)?;
                #[on(worker = 1)]
                let z = consume(a, given);
                x + y + z
            };
            match result {
                Ok(sum) => assert_eq!((fails, sum), (false, 8)),
                Err(error) => assert_eq!((fails, error.task()), (true, Some("keep"))),
            }
            assert_eq!(alive(kind), 1, "only what was lent is left");
            drop(lent);
            assert_eq!(alive(kind), 0);
        }
    });
}

ranks_support::scenarios! {
    statements_say_where,
    options_around_the_graph_say_where,
    a_task_says_where,
    values_go_where_they_are_used,
    large_values_cross_as_they_are,
    what_cannot_travel_stays_and_says_so_if_it_may_not,
    borrows_stay_with_their_lender,
    a_scope_that_nobody_satisfies_is_an_error,
    named_graphs_travel_too,
    a_variable_that_is_taken_apart_keeps_its_graph_at_home,
    everything_is_freed,
}
