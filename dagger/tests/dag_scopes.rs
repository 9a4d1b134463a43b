//! Nodes confined to threads run there and nowhere else; impossible scopes are errors before anything runs.

#![allow(
    clippy::style,
    clippy::complexity,
    clippy::perf,
    clippy::pedantic,
    reason = "the tests write what users write"
)]
#![allow(clippy::multiple_bound_locations, unreachable_pub, dead_code)]

use dagger::prelude::*;
use std::sync::atomic::{AtomicBool, Ordering};

#[task]
fn here() -> usize {
    this_thread()
}

#[task]
fn same(a: usize, b: usize) -> bool {
    a == b
}

#[test]
fn each_node_runs_on_its_thread() {
    let runtime = Runtime::builder().threads(3).build().unwrap();
    for _ in 0..200 {
        let (a, b, c, d) = runtime
            .enter(|| {
                dag! {
                    #[on(thread = 0)] let a = here();
                    #[on(thread = 1)] let b = here();
                    #[on(thread = 2)] let c = here();
                    #[on(threads = [0, 2])] let d = here();
                    (a, b, c, d)
                }
            })
            .unwrap();
        assert_eq!((a, b, c), (0, 1, 2));
        assert!(d == 0 || d == 2);
    }
}

#[test]
fn inside_tasks_and_on_one_thread() {
    #[task]
    fn inner() -> (usize, usize) {
        dag! {
            #[on(thread = 0)] let a = here();
            #[on(local)] let b = here();
            (a, b)
        }
        .unwrap()
    }
    for threads in [1, 2] {
        let runtime = Runtime::builder().threads(threads).build().unwrap();
        for _ in 0..100 {
            let ((a, _), (b, _)) = runtime
                .enter(|| {
                    dag! {
                        let x = inner();
                        let y = inner();
                        (x, y)
                    }
                })
                .unwrap();
            assert_eq!((a, b), (0, 0));
        }
    }
}

#[test]
fn a_scope_that_nothing_satisfies() {
    static RAN: AtomicBool = AtomicBool::new(false);
    #[task]
    fn never() {
        RAN.store(true, Ordering::Relaxed);
    }
    let runtime = Runtime::builder().threads(2).build().unwrap();
    let error = runtime
        .enter(|| {
            dag! {
                never();
                #[on(thread = 7)] let a = here();
                same(a, 7)
            }
        })
        .unwrap_err();
    assert!(error.is_unsatisfied());
    assert!(error.to_string().contains("thread 7"), "{error}");
    assert!(!RAN.load(Ordering::Relaxed));
}
