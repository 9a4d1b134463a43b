//! Waiting inside tasks: no deadlock on any number of threads, no deep stack.

#![allow(
    clippy::style,
    clippy::complexity,
    clippy::perf,
    clippy::pedantic,
    reason = "the tests write what users write"
)]
#![allow(clippy::multiple_bound_locations, unreachable_pub, dead_code)]

use dagger::prelude::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

fn on_threads(counts: &[usize], body: impl Fn() + Sync) {
    for &threads in counts {
        let runtime = Runtime::builder().threads(threads).build().unwrap();
        runtime.enter(&body);
    }
}

#[task]
fn fib(n: u64) -> Result<u64> {
    if n < 2 {
        return Ok(n);
    }
    let a = spawn!(fib(n - 1));
    let b = spawn!(fib(n - 2));
    Ok(a.fetch()? + b.fetch()?)
}

#[test]
fn recursive_tasks_that_wait_for_their_children() {
    on_threads(&[1, 2, 4], || {
        assert_eq!(spawn!(fib(16)).fetch().unwrap(), 987)
    });
}

#[task]
fn down(depth: u32) -> Result<u32> {
    if depth == 0 {
        return Ok(0);
    }
    Ok(spawn!(down(depth - 1)).fetch()? + 1)
}

#[test]
fn recursion_twenty_thousand_deep() {
    on_threads(&[1, 2], || {
        assert_eq!(spawn!(down(20_000)).fetch().unwrap(), 20_000)
    });
}

#[task]
fn next(x: u64) -> u64 {
    x + 1
}

#[test]
fn a_chain_of_a_million_runs_and_is_freed() {
    on_threads(&[1, 2], || {
        let gate = spawn!(0_u64);
        let mut last = gate;
        for _ in 0..1_000_000 {
            last = spawn!(next(last));
        }
        assert_eq!(last.fetch().unwrap(), 1_000_000);
    });
}

#[test]
fn a_chain_of_a_million_fails_and_is_cancelled() {
    on_threads(&[1, 2], || {
        for cancelled in [false, true] {
            let go = Arc::new(AtomicUsize::new(0));
            let gate = Arc::clone(&go);
            let first = spawn!(
                #[name("first")]
                {
                    while gate.load(Ordering::SeqCst) == 0 && !is_cancelled() {
                        std::thread::yield_now();
                    }
                    Err::<u64, _>(std::io::Error::other("no"))
                }
            );
            let second = spawn!(next(&first));
            let mut last = second.clone();
            for _ in 0..1_000_000 {
                last = spawn!(next(last));
            }
            if cancelled {
                assert!(second.cancel());
            }
            go.store(1, Ordering::SeqCst);
            let error = last.fetch().unwrap_err();
            assert_eq!(error.is_cancelled(), cancelled, "{error}");
        }
    });
}

/// A list whose tail is the value of a task, a million long: dropping its head must not recurse.
#[test]
fn values_that_hold_handles_are_freed_without_recursion() {
    #[derive(Clone)]
    struct List {
        _tail: Option<Task<List>>,
    }
    on_threads(&[2], || {
        let mut list = List { _tail: None };
        for _ in 0..1_000_000 {
            let node = spawn!({ list });
            node.wait().unwrap();
            list = List { _tail: Some(node) };
        }
        drop(list);
    });
}

#[test]
fn waiting_finds_the_dependencies_of_a_pending_task() {
    on_threads(&[1], || {
        let answer = spawn!({
            let a = spawn!(1_u64);
            let b = spawn!(next(&a));
            let c = spawn!(next(b));
            let unrelated = spawn!(next(10));
            let d = spawn!(a + c);
            let d = d.fetch()?;
            Ok::<u64, dagger::Error>(d + unrelated.fetch()?)
        });
        assert_eq!(answer.fetch().unwrap(), 15);
    });
}

/// X waits for Y, and Y waits for something slow: X must not be run on top of Y's stack.
#[test]
fn what_waits_for_the_waiting_task_is_not_run_on_top_of_it() {
    on_threads(&[1, 2, 3], || {
        for _ in 0..20 {
            let slow = spawn!({
                std::thread::sleep(Duration::from_millis(2));
                1_u64
            });
            let waited = slow.clone();
            let y = spawn!({ waited.fetch().map(|v| v + 1) });
            let others: Vec<Task<u64>> = (0..4)
                .map(|_| {
                    let y = y.clone();
                    spawn!({ y.fetch().map(|v| v + 1) })
                })
                .collect();
            assert_eq!(fetch_all(others).unwrap(), [3; 4]);
        }
    });
}

#[test]
fn waiting_from_threads_outside() {
    let t = spawn!({
        std::thread::sleep(Duration::from_millis(20));
        5
    });
    let shared = &t;
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(move || assert_eq!(shared.fetch().unwrap(), 5));
        }
    });
}

#[test]
fn a_loop_of_spawn_and_fetch_leaves_nothing_behind() {
    on_threads(&[1, 2], || {
        let start = Instant::now();
        let mut sum = 0;
        for i in 0..200_000_u64 {
            sum += spawn!(next(i)).fetch().unwrap();
        }
        assert_eq!(sum, 200_000 * 200_001 / 2);
        assert!(start.elapsed() < Duration::from_secs(20));
    });
}

#[test]
fn tasks_spread_over_threads() {
    let runtime = Runtime::builder().threads(2).build().unwrap();
    runtime.enter(|| {
        let meeting = Arc::new(std::sync::Barrier::new(2));
        let tasks: Vec<Task<usize>> = (0..2)
            .map(|_| {
                let meeting = Arc::clone(&meeting);
                spawn!({
                    meeting.wait();
                    this_thread()
                })
            })
            .collect();
        let mut threads = fetch_all(tasks).unwrap();
        threads.sort_unstable();
        assert_eq!(threads, [0, 1]);
    });
}
