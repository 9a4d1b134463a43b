//! Ready nodes of higher priority start first, in every form of a graph; what a statement says is stronger than the task.

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
use std::sync::{Mutex, MutexGuard};

/// What has run, in order.
struct Log(Mutex<Vec<usize>>);

impl Log {
    fn new() -> Self {
        Log(Mutex::new(Vec::new()))
    }

    fn taken(&self) -> Vec<usize> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

#[task]
fn note(log: &Log, what: usize) {
    log.0.lock().unwrap().push(what);
}

#[task(priority = 5)]
fn urgent(log: &Log, what: usize) {
    log.0.lock().unwrap().push(what);
}

#[task(priority = -1)]
fn lazy(log: &Log, what: usize) {
    log.0.lock().unwrap().push(what);
}

#[task]
fn first() -> usize {
    0
}

/// The switch is one for the process.
fn in_parallel_form<R: Send>(threads: usize, body: impl FnOnce() -> R + Send) -> R {
    static ONE: Mutex<()> = Mutex::new(());
    let _alone: MutexGuard<'_, ()> = ONE.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let runtime = Runtime::builder().threads(threads).build().unwrap();
    runtime.enter(|| {
        force_parallel(true);
        let result = body();
        force_parallel(false);
        result
    })
}

#[test]
fn in_a_static_graph() {
    let log = &Log::new();
    in_parallel_form(1, || {
        dag! {
            lazy(log, 1);
            note(log, 2);
            urgent(log, 3);
            #[priority(9)] note(log, 4);
            #[priority(0)] urgent(log, 5);
            #[priority(1)] lazy(log, 6);
        }
        .unwrap();
        assert_eq!(log.taken(), [4, 3, 6, 2, 5, 1]);
        dag! {
            let a = first();
            lazy(log, a + 1);
            urgent(log, a + 2);
            note(log, a + 3);
            #[priority(6)] note(log, a + 4);
        }
        .unwrap();
        assert_eq!(log.taken(), [4, 2, 3, 1]);
    });
}

#[test]
fn what_becomes_ready_waits_for_what_is_more_urgent() {
    let log = &Log::new();
    in_parallel_form(1, || {
        // 1 makes 2 ready, while 3 has been ready for long; in program order 2 would be next.
        dag! {
            let mut x = 0;
            #[priority(8)] bump(log, &mut x, 1);
            lazy_bump(log, &x, 2);
            lazy_bump(log, &x, 4);
            #[priority(7)] note(log, 3);
        }
        .unwrap();
        assert_eq!(log.taken(), [1, 3, 2, 4]);
    });
}

#[task]
fn bump(log: &Log, x: &mut usize, what: usize) {
    *x += 1;
    log.0.lock().unwrap().push(what);
}

#[task(priority = -3)]
fn lazy_bump(log: &Log, x: &usize, what: usize) {
    assert_eq!(*x, 1);
    log.0.lock().unwrap().push(what);
}

#[test]
fn in_a_loop() {
    let log = &Log::new();
    in_parallel_form(1, || {
        dag! {
            for i in 0..8 {
                #[priority(i as i32 % 4)] note(log, i);
            }
        }
        .unwrap();
        assert_eq!(log.taken(), [3, 7, 2, 6, 1, 5, 0, 4]);
        dag! {
            for i in 0..3 {
                lazy(log, i);
                note(log, i + 10);
                urgent(log, i + 20);
                #[priority(-7)] urgent(log, i + 30);
            }
        }
        .unwrap();
        assert_eq!(log.taken(), [20, 21, 22, 10, 11, 12, 0, 1, 2, 30, 31, 32]);
    });
}

dag! {
    fn columns(log: &Log, v: &mut [usize], n: usize) {
        for i in 0..n {
            #[priority(i as i32)] count(log, &mut v[i], i);
            lazy_count(log, &mut v[i], i + 10);
        }
    }
}

#[task]
fn count(log: &Log, x: &mut usize, what: usize) {
    *x += 1;
    log.0.lock().unwrap().push(what);
}

#[task(priority = -1)]
fn lazy_count(log: &Log, x: &mut usize, what: usize) {
    assert_eq!(*x % 2, 1);
    *x += 1;
    log.0.lock().unwrap().push(what);
}

#[test]
fn in_a_prepared_graph() {
    let log = &Log::new();
    in_parallel_form(1, || {
        let mut v = [0; 4];
        let graph = columns::prepare(log, &mut v, 4).unwrap();
        for _ in 0..3 {
            graph.run().unwrap();
            assert_eq!(log.taken(), [3, 2, 1, 0, 10, 11, 12, 13]);
        }
        drop(graph);
        assert_eq!(v, [6; 4]);
    });
}

#[test]
fn every_node_runs_once_on_many_threads() {
    let log = &Log::new();
    for threads in 2..=4 {
        in_parallel_form(threads, || {
            let mut v = [0; 64];
            let graph = columns::prepare(log, &mut v, 64).unwrap();
            for _ in 0..20 {
                graph.run().unwrap();
            }
            drop(graph);
            assert_eq!(v, [40; 64]);
            for _ in 0..20 {
                columns::run(log, &mut v, 64).unwrap();
                dag! {
                    let a = first();
                    lazy(log, a);
                    urgent(log, a);
                    note(log, a);
                    #[on(thread = 1)] #[priority(3)] urgent(log, a);
                    #[priority(6)] note(log, a);
                }
                .unwrap();
            }
            assert_eq!(v, [80; 64]);
            assert_eq!(log.taken().len(), 40 * 128 + 20 * 5);
        });
    }
}

#[test]
fn graphs_show_priorities() {
    let graph = shown::graph();
    let priorities: Vec<i32> = graph.nodes().iter().map(|node| node.priority).collect();
    assert_eq!(priorities, [5, -1, 0, 2]);
}

dag! {
    fn shown(log: &Log) {
        urgent(log, 1);
        lazy(log, 2);
        note(log, 3);
        #[priority(2)] urgent(log, 4);
    }
}
