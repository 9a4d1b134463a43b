//! Values are dropped exactly once, and exactly when nobody can reach them.

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
use std::sync::atomic::{AtomicIsize, Ordering};

/// Counts how many of it are alive.
#[derive(Debug)]
struct Counted(Arc<AtomicIsize>);

impl Counted {
    fn new(alive: &Arc<AtomicIsize>) -> Self {
        alive.fetch_add(1, Ordering::SeqCst);
        Counted(Arc::clone(alive))
    }
}

impl Clone for Counted {
    fn clone(&self) -> Self {
        Counted::new(&self.0)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

#[task]
fn make(alive: &Arc<AtomicIsize>) -> Counted {
    Counted::new(alive)
}

#[task]
fn pass(value: Counted) -> Counted {
    value
}

#[task]
fn fail(value: Counted, really: bool) -> std::result::Result<Counted, std::io::Error> {
    if really {
        Err(std::io::Error::other("really"))
    } else {
        Ok(value)
    }
}

#[task]
fn look(value: &Counted) -> isize {
    value.0.load(Ordering::SeqCst)
}

fn counted(threads: usize, body: impl FnOnce(&Arc<AtomicIsize>) + Send) {
    let alive = Arc::new(AtomicIsize::new(0));
    let runtime = Runtime::builder().threads(threads).build().unwrap();
    runtime.enter(|| body(&alive));
    drop(runtime);
    assert_eq!(alive.load(Ordering::SeqCst), 0, "on {threads} threads");
}

#[test]
fn a_value_goes_with_its_last_handle() {
    for threads in [1, 2] {
        counted(threads, |alive| {
            let t = spawn!(make(Arc::clone(alive)));
            let u = t.clone();
            t.wait().unwrap();
            assert_eq!(alive.load(Ordering::SeqCst), 1);
            drop(t);
            assert_eq!(alive.load(Ordering::SeqCst), 1);
            drop(u);
            assert_eq!(alive.load(Ordering::SeqCst), 0);
        });
    }
}

#[test]
fn a_borrowed_result_keeps_the_value() {
    counted(2, |alive| {
        let t = spawn!(make(Arc::clone(alive)));
        let value = t.get().unwrap();
        assert_eq!(look(&value), 1);
        drop(value);
        drop(t);
        assert_eq!(alive.load(Ordering::SeqCst), 0);
    });
}

#[test]
fn a_moved_handle_moves_the_value_without_a_copy() {
    for threads in [1, 2] {
        counted(threads, |alive| {
            let mut last = spawn!(make(Arc::clone(alive)));
            for _ in 0..100 {
                last = spawn!(pass(last));
            }
            let most = last.take().unwrap();
            assert_eq!(alive.load(Ordering::SeqCst), 1);
            drop(most);
        });
    }
}

#[test]
fn a_pending_task_keeps_what_it_needs_and_no_longer() {
    counted(1, |alive| {
        let t = spawn!(make(Arc::clone(alive)));
        t.wait().unwrap();
        let reader = spawn!(look(&t));
        drop(t);
        assert_eq!(alive.load(Ordering::SeqCst), 1);
        assert_eq!(reader.fetch().unwrap(), 1);
        assert_eq!(alive.load(Ordering::SeqCst), 0);
    });
}

#[test]
fn failing_cancelling_and_panicking_lose_nothing() {
    for threads in [1, 2] {
        counted(threads, |alive| {
            for really in [true, false] {
                let a = spawn!(make(Arc::clone(alive)));
                let b = spawn!(fail(&a, really));
                let c = spawn!(pass(b));
                let d = spawn!(pass(&a));
                d.cancel();
                let e = spawn!(pass(d));
                let _ = (c.wait(), e.wait());
                let captured = Counted::new(alive);
                let f = spawn!({
                    let _captured = captured;
                    panic!("on purpose") as ()
                });
                assert!(f.wait().unwrap_err().is_panic());
            }
        });
    }
}

#[test]
fn cancelled_before_its_dependencies_have_ended() {
    for threads in [1, 2] {
        counted(threads, |alive| {
            for _ in 0..200 {
                let a = spawn!(make(Arc::clone(alive)));
                let b = spawn!(pass(&a));
                b.cancel();
                drop(b);
                let c = spawn!(look(a));
                drop(c);
            }
        });
    }
}

/// A pseudo-random graph: whatever happens to each task, nothing stays and nothing is dropped twice.
#[test]
fn random_graphs_leave_nothing() {
    for threads in [1, 2, 3] {
        counted(threads, |alive| {
            let mut state = 12345_u64 + threads as u64;
            let mut random = move |below: usize| {
                state = state
                    .wrapping_mul(6364136223846793005)
                    .wrapping_add(1442695040888963407);
                (state >> 33) as usize % below
            };
            let mut tasks: Vec<Task<Counted>> = vec![spawn!(make(Arc::clone(alive)))];
            for _ in 0..5_000 {
                let index = random(tasks.len());
                let new = match random(8) {
                    0 => spawn!(make(Arc::clone(alive))),
                    1 => spawn!(fail(&tasks[index], random(20) == 0)),
                    2 | 3 => spawn!(pass(&tasks[index])),
                    4 => {
                        let old = tasks.swap_remove(index);
                        spawn!(pass(old))
                    }
                    5 => {
                        tasks[index].cancel();
                        tasks[index].clone()
                    }
                    6 if tasks.len() > 1 => {
                        drop(tasks.swap_remove(index));
                        continue;
                    }
                    _ => {
                        let _ = tasks[index].wait();
                        continue;
                    }
                };
                tasks.push(new);
            }
            let _ = wait_all(&tasks);
        });
    }
}
