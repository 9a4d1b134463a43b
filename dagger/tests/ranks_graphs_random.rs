//! One graph with everything in it, its nodes placed at random on three workers, failing at random, against the same statements run in a row.

mod ranks_support;

use dagger::prelude::*;
use proptest::prelude::*;
use ranks_support::in_three;
use std::cell::Cell;

/// What a run is asked for: the workers of the nodes, and which nodes fail, by returning an error or by a panic.
#[derive(Clone, Debug)]
struct Asked {
    on: Vec<usize>,
    fails: u32,
    panics: u32,
    seed: i64,
}

/// What nodes are told: which they are, which fail, and by panic.
type Orders = (u32, u32);

fn trouble(node: u32, (fails, panics): Orders) -> Result<(), String> {
    if panics >> node & 1 == 1 {
        panic!("node {node} panics");
    }
    if fails >> node & 1 == 1 {
        return Err(format!("node {node} fails"));
    }
    Ok(())
}

#[task]
fn first(node: u32, orders: Orders, seed: i64) -> Result<i64, String> {
    trouble(node, orders)?;
    Ok(seed * 3 + 1)
}

#[task]
fn list(node: u32, orders: Orders, x: i64) -> Result<Vec<i64>, String> {
    trouble(node, orders)?;
    // From short to long: beyond some size memory travels as a piece of its own.
    Ok((0..(x.unsigned_abs() % 700) as i64)
        .map(|i| i * x)
        .collect())
}

#[task]
fn grow(node: u32, orders: Orders, v: &mut Vec<i64>, x: i64) -> Result<(), String> {
    trouble(node, orders)?;
    v.push(x);
    Ok(())
}

#[task]
fn sum(node: u32, orders: Orders, v: &[i64]) -> Result<i64, String> {
    trouble(node, orders)?;
    Ok(v.iter()
        .fold(7, |sum, x| sum.wrapping_mul(31).wrapping_add(*x)))
}

#[task]
fn join(node: u32, orders: Orders, a: Vec<i64>, b: Vec<i64>) -> Result<Vec<i64>, String> {
    trouble(node, orders)?;
    Ok(a.into_iter().chain(b).collect())
}

#[task]
fn shout(node: u32, orders: Orders, text: String) -> Result<String, String> {
    trouble(node, orders)?;
    Ok(text.to_uppercase())
}

#[task]
fn pair(node: u32, orders: Orders, x: i64) -> Result<(i64, Vec<i64>), String> {
    trouble(node, orders)?;
    Ok((x - 1, vec![x; 5]))
}

type Outcome = (i64, i64, i64, Vec<i64>, String, i64);

/// The statements, as a graph and as plain code.
macro_rules! statements {
    ($run:ident, $on:ident, $orders:ident, $seed:ident, $base:ident, $text:ident) => {
        $run! {
            #[on(worker = $on[0])]
            let a = first(0, $orders, $seed)?;
            #[on(worker = $on[1])]
            let mut v = list(1, $orders, a)?;
            #[on(worker = $on[2])]
            grow(2, $orders, &mut v, a)?;
            #[on(worker = $on[3])]
            let s = sum(3, $orders, &v)?;
            #[on(worker = $on[4])]
            grow(4, $orders, &mut $base, s)?;
            #[on(worker = $on[5])]
            let t = sum(5, $orders, &$base)?;
            #[on(worker = $on[6])]
            let k = if t % 2 == 0 { sum(6, $orders, &v)? } else { sum(6, $orders, &$base)? + 1 };
            #[on(worker = $on[7])]
            let (x, w) = pair(7, $orders, k)?;
            #[on(worker = $on[8])]
            let joined = join(8, $orders, v, w)?;
            #[on(worker = $on[9])]
            grow(9, $orders, &mut $base, x)?;
            #[on(worker = $on[10])]
            let words = shout(10, $orders, $text)?;
            #[on(worker = $on[11])]
            let e = sum(11, $orders, &joined)?;
            (s, t, k, joined, words, e)
        }
    };
}

fn across(asked: &Asked, base: &mut Vec<i64>) -> dagger::Result<Outcome> {
    let (on, orders, seed) = (&asked.on, (asked.fails, asked.panics), asked.seed);
    let text = format!("text of {seed}");
    let mut local = std::mem::take(base);
    let result = statements!(dag, on, orders, seed, local, text);
    *base = local;
    result
}

fn in_a_row(asked: &Asked, base: &mut Vec<i64>) -> Result<Outcome, String> {
    let (orders, seed) = ((asked.fails, asked.panics), asked.seed);
    let text = format!("text of {seed}");
    let a = first(0, orders, seed)?;
    let mut v = list(1, orders, a)?;
    grow(2, orders, &mut v, a)?;
    let s = sum(3, orders, &v)?;
    grow(4, orders, base, s)?;
    let t = sum(5, orders, base)?;
    let k = if t % 2 == 0 {
        sum(6, orders, &v)?
    } else {
        sum(6, orders, base)? + 1
    };
    let (x, w) = pair(7, orders, k)?;
    let joined = join(8, orders, v, w)?;
    grow(9, orders, base, x)?;
    let words = shout(10, orders, text)?;
    let e = sum(11, orders, &joined)?;
    Ok((s, t, k, joined, words, e))
}

fn check(asked: &Asked) {
    let (mut base, mut expected_base) = (vec![1, 2, 3], vec![1, 2, 3]);
    let found = across(asked, &mut base);
    let bad = asked.fails | asked.panics;
    if bad == 0 {
        let expected = in_a_row(asked, &mut expected_base).expect("nothing fails");
        assert_eq!(found.expect("nothing fails"), expected, "{asked:?}");
        assert_eq!(base, expected_base, "{asked:?}");
        return;
    }
    let node = bad.trailing_zeros();
    let error = found.expect_err("something fails");
    let panics = asked.panics >> node & 1 == 1;
    let says = if panics { "panics" } else { "fails" };
    assert_eq!(error.message(), format!("node {node} {says}"), "{asked:?}");
    assert_eq!(error.is_panic(), panics);
    let worker = asked.on[node as usize];
    assert_eq!(error.worker().unwrap_or(0), worker, "{asked:?}");
    assert!(
        error
            .location()
            .is_some_and(|at| at.file.ends_with("ranks_graphs_random.rs"))
    );
}

fn asked() -> impl Strategy<Value = Asked> {
    let on = prop::collection::vec(0..3_usize, 12);
    let fails = prop_oneof![2 => Just((0, 0)), 1 => (0..12_u32, 0..12_u32, any::<bool>()).prop_map(|(a, b, panics)| {
        if panics { (1 << a, 1 << b) } else { (1 << a | 1 << b, 0) }
    })];
    (on, fails, -1000..1000_i64).prop_map(|(on, (fails, panics), seed)| Asked {
        on,
        fails,
        panics,
        seed,
    })
}

fn any_placement_gives_what_the_statements_give() {
    in_three(|| {
        let runs = Cell::new(0);
        let config = ProptestConfig {
            cases: 300,
            failure_persistence: None,
            ..ProptestConfig::default()
        };
        proptest!(config, |(asked in asked())| {
            check(&asked);
            runs.set(runs.get() + 1);
        });
        assert!(runs.get() >= 300);
    });
}

fn each_node_may_fail() {
    in_three(|| {
        for node in 0..12 {
            for panics in [false, true] {
                let bit = 1 << node;
                check(&Asked {
                    on: (0..12).map(|node| (node + 1) % 3).collect(),
                    fails: if panics { 0 } else { bit },
                    panics: if panics { bit } else { 0 },
                    seed: 5,
                });
            }
        }
    });
}

ranks_support::scenarios! {
    any_placement_gives_what_the_statements_give,
    each_node_may_fail,
}
