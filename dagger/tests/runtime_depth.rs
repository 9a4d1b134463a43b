//! Deep recursion and long chains stay within the stack, whatever form the graphs take.

#![allow(
    clippy::style,
    clippy::complexity,
    clippy::perf,
    clippy::pedantic,
    reason = "the tests write what users write"
)]
#![allow(clippy::multiple_bound_locations, unreachable_pub, dead_code)]

use dagger::__private::force_parallel;
use dagger::prelude::*;

#[task]
fn one() -> u64 {
    1
}

#[task]
fn add(a: u64, b: u64) -> u64 {
    a + b
}

/// Fork-join down to the bottom: each level has two calls side by side.
#[task]
fn depth(levels: u64) -> u64 {
    if levels == 0 {
        return 0;
    }
    dag! {
        let below = depth(levels - 1);
        let here = one();
        add(below, here)
    }
    .unwrap()
}

/// A graph that is one chain at each level.
#[task]
fn chain_depth(levels: u64) -> u64 {
    if levels == 0 {
        return 0;
    }
    dag! {
        let below = chain_depth(levels - 1);
        add(below, 1)
    }
    .unwrap()
}

/// The deep call comes first in a loop form.
#[task]
fn loop_depth(levels: u64) -> u64 {
    let mut found = [0_u64, 0];
    if levels > 0 {
        dag! {
            for i in 0..2_usize {
                descend(levels, i, &mut found[i]);
            }
        }
        .unwrap();
    }
    found[0] + 1
}

#[task]
fn descend(levels: u64, side: usize, found: &mut u64) {
    if side == 0 {
        *found = loop_depth(levels - 1);
    }
}

#[task]
fn spawned_depth(levels: u64) -> u64 {
    if levels == 0 {
        return 0;
    }
    let below = spawn!(spawned_depth(levels - 1));
    below.fetch().unwrap() + 1
}

/// Runs `check` as the runtime likes and in the parallel form, on 1 and 3 threads.
fn every_way(check: impl Fn() + Sync) {
    for threads in [1, 3] {
        let runtime = Runtime::builder().threads(threads).build().unwrap();
        for forced in [false, true] {
            force_parallel(forced);
            runtime.enter(&check);
        }
        force_parallel(false);
    }
}

#[test]
fn recursion_twenty_thousand_deep() {
    every_way(|| {
        assert_eq!(depth(20_000), 20_000);
        assert_eq!(chain_depth(20_000), 20_000);
        assert_eq!(loop_depth(5_000), 5_001);
        assert_eq!(spawned_depth(20_000), 20_000);
    });
}

#[test]
fn a_chain_of_a_million() {
    every_way(|| {
        let mut x = 0_u64;
        dag! {
            for _ in 0..1_000_000 {
                increment(&mut x);
            }
        }
        .unwrap();
        assert_eq!(x, 1_000_000);
    });
}

#[task]
fn increment(x: &mut u64) {
    *x += 1;
}

#[test]
fn a_spawned_chain_of_a_million() {
    let runtime = Runtime::builder().threads(2).build().unwrap();
    runtime.enter(|| {
        let mut last = spawn!(one());
        for _ in 0..1_000_000 {
            last = spawn!(add(last, 1));
        }
        assert_eq!(last.fetch().unwrap(), 1_000_001);
    });
}

#[test]
fn from_a_thread_with_a_small_stack() {
    let deep = std::thread::Builder::new()
        .stack_size(1 << 20)
        .spawn(|| depth(20_000))
        .unwrap();
    assert_eq!(deep.join().unwrap(), 20_000);
}
