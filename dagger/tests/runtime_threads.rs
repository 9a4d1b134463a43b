//! Runtimes side by side, rayon inside tasks, and threads that belong to no runtime.

#![allow(
    clippy::style,
    clippy::complexity,
    clippy::perf,
    clippy::pedantic,
    reason = "the tests write what users write"
)]
#![allow(clippy::multiple_bound_locations, unreachable_pub, dead_code)]

use dagger::prelude::*;
use rayon::prelude::*;
use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex};

#[task]
fn square_sum(from: u64, to: u64) -> u64 {
    (from..to).into_par_iter().map(|x| x * x).sum()
}

#[task]
fn meet(barrier: &Barrier) -> std::thread::ThreadId {
    barrier.wait();
    std::thread::current().id()
}

fn expected(to: u64) -> u64 {
    (0..to).map(|x| x * x).sum()
}

#[test]
fn nodes_without_edges_overlap() {
    let runtime = Runtime::builder().threads(2).build().unwrap();
    let barrier = Barrier::new(2);
    let (a, b) = runtime
        .enter(|| {
            dag! {
                let a = meet(&barrier);
                let b = meet(&barrier);
                (a, b)
            }
        })
        .unwrap();
    assert_ne!(a, b);
}

#[test]
fn par_iter_in_tasks_uses_the_same_threads() {
    let runtime = Runtime::builder().threads(3).build().unwrap();
    let seen = Mutex::new(HashSet::new());
    runtime.enter(|| {
        let sum = dag! {
            let a = square_sum(0, 50_000);
            let b = square_sum(50_000, 100_000);
            a + b
        }
        .unwrap();
        assert_eq!(sum, expected(100_000));
        let tasks: Vec<_> = (0..50).map(|_| spawn!(square_sum(0, 10_000))).collect();
        for task in tasks {
            assert_eq!(task.fetch().unwrap(), expected(10_000));
        }
        (0..100_000).into_par_iter().for_each(|_| {
            seen.lock().unwrap().insert(std::thread::current().id());
        });
        assert_eq!(rayon::current_num_threads(), 3);
    });
    assert!(seen.into_inner().unwrap().len() <= 3);
}

#[test]
fn two_runtimes_call_into_each_other() {
    let outer = Runtime::builder().threads(2).name("outer").build().unwrap();
    let inner = Runtime::builder().threads(2).name("inner").build().unwrap();
    for _ in 0..50 {
        let sum = outer.enter(|| {
            dag! {
                let a = square_sum(0, 1_000);
                let b = inner.enter(|| square_sum(1_000, 2_000));
                a + b
            }
        });
        assert_eq!(sum.unwrap(), expected(2_000));
    }
}

#[test]
fn dropping_a_runtime_waits_for_its_tasks() {
    static DONE: AtomicUsize = AtomicUsize::new(0);
    #[task]
    fn slow() {
        std::thread::sleep(std::time::Duration::from_millis(5));
        DONE.fetch_add(1, Ordering::Relaxed);
    }
    let runtime = Runtime::builder().threads(2).build().unwrap();
    runtime.enter(|| {
        for _ in 0..20 {
            drop(spawn!(slow()));
        }
    });
    drop(runtime);
    assert_eq!(DONE.load(Ordering::Relaxed), 20);
}

#[test]
fn many_runtimes_come_and_go() {
    for threads in 1..=6 {
        for _ in 0..10 {
            let runtime = Runtime::builder().threads(threads).build().unwrap();
            assert_eq!(runtime.threads(), threads);
            let x = runtime
                .enter(|| dag! { let a = square_sum(0, 10); let b = square_sum(10, 20); a + b });
            assert_eq!(x.unwrap(), expected(20));
        }
    }
}

#[test]
fn threads_outside_any_runtime_share_the_default_one() {
    let results: Vec<_> = (0..8)
        .map(|_| {
            std::thread::spawn(|| {
                let shared = Arc::new(3_u64);
                dag! {
                    let a = square_sum(0, *shared * 1000);
                    let b = square_sum(3000, 6000);
                    a + b
                }
                .unwrap()
            })
        })
        .map(|thread| thread.join().unwrap())
        .collect();
    assert!(results.iter().all(|&sum| sum == expected(6000)));
}

#[test]
fn more_threads_than_a_machine_word_has_bits() {
    let runtime = Runtime::builder()
        .threads(70)
        .stack_size(1 << 20)
        .build()
        .unwrap();
    let mut v = vec![0_u64; 1000];
    runtime
        .enter(|| {
            dag! {
                for i in 0..1000_usize {
                    fill(i, &mut v[i]);
                }
            }
        })
        .unwrap();
    assert!(v.iter().enumerate().all(|(i, &x)| x == expected(i as u64)));
}

#[task]
fn fill(i: usize, x: &mut u64) {
    *x = (0..i as u64).map(|x| x * x).sum();
}

#[test]
fn bad_settings_are_errors() {
    assert!(Runtime::builder().threads(0).build().is_err());
    let error = Runtime::builder().workers(0).build().unwrap_err();
    assert!(error.to_string().contains("at least one worker"), "{error}");
}
