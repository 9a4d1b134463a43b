//! Nodes of graphs that wait for dynamic tasks which contain graphs themselves: nobody waits for what lies below on their own stack.

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
use std::time::{Duration, Instant};

#[task]
fn nap(milliseconds: u64) -> u64 {
    let start = Instant::now();
    while start.elapsed() < Duration::from_millis(milliseconds) {
        std::thread::yield_now();
    }
    milliseconds
}

#[task]
fn plus(a: u64, b: u64) -> u64 {
    a + b
}

#[task]
fn slow_graph() -> u64 {
    dag! {
        let a = nap(1);
        let b = nap(6);
        plus(a, b)
    }
    .unwrap()
}

#[task]
fn ask(x: &Task<u64>) -> u64 {
    x.clone().fetch().unwrap()
}

#[test]
fn a_node_fetches_a_task_that_runs_a_graph() {
    force_parallel(true);
    for threads in [1, 2, 3] {
        let runtime = Runtime::builder().threads(threads).build().unwrap();
        for _ in 0..20 {
            let sum = runtime.enter(|| {
                let x = spawn!(slow_graph());
                dag! {
                    let a = nap(2);
                    let b = ask(&x);
                    let c = ask(&x);
                    plus(a, b + c)
                }
            });
            assert_eq!(sum.unwrap(), 2 + 7 + 7);
        }
    }
}

#[test]
fn tasks_with_graphs_that_fetch_tasks_with_graphs() {
    #[task]
    fn tower(levels: u64) -> u64 {
        if levels == 0 {
            return 1;
        }
        let below = spawn!(tower(levels - 1));
        dag! {
            let a = ask(&below);
            let b = ask(&below);
            plus(a, b)
        }
        .unwrap()
    }
    force_parallel(true);
    for threads in [1, 2, 4] {
        let runtime = Runtime::builder().threads(threads).build().unwrap();
        for _ in 0..50 {
            assert_eq!(runtime.enter(|| tower(7)), 128);
        }
    }
}
