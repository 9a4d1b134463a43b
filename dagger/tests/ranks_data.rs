//! Data on several workers: what moves, and where tasks over them go.

use dagger::prelude::*;
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

#[task]
fn numbers(count: usize, seed: u64) -> Vec<f64> {
    (0..count)
        .map(|i| ((i as u64 ^ seed) % 1009) as f64)
        .collect()
}

/// Looks at a part only, so that it takes less time than moving the numbers also without optimisation.
#[task]
fn total(v: &[f64]) -> (usize, f64) {
    (this_worker(), v.iter().step_by(64).sum())
}

#[task]
fn totals(a: &[f64], b: &[f64]) -> (usize, f64) {
    (
        this_worker(),
        a.iter().step_by(64).sum::<f64>() + b.iter().step_by(64).sum::<f64>(),
    )
}

#[task]
fn slow_total(v: &[f64]) -> usize {
    std::thread::sleep(Duration::from_millis(100));
    assert!(!v.is_empty());
    this_worker()
}

#[task]
fn place() -> (usize, usize) {
    std::thread::sleep(Duration::from_millis(50));
    (this_worker(), this_thread())
}

/// One at a time: what is learned of a worker that another test keeps busy says little.
fn in_three(f: impl FnOnce() + Send) {
    static TURN: Mutex<()> = Mutex::new(());
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let runtime = Runtime::builder()
        .workers(3)
        .threads(2)
        .build()
        .expect("three workers start");
    runtime.enter(f);
}

fn made_on(worker: usize, count: usize) -> Task<Vec<f64>> {
    let made = with_options(Options::new().on(Scope::worker(worker)), || {
        spawn!(numbers(count, 7))
    });
    made.wait().expect("it is made");
    made
}

fn total_on(worker: usize, v: &Task<Vec<f64>>) -> (usize, f64) {
    with_options(Options::new().on(Scope::worker(worker)), || {
        spawn!(total(v))
    })
    .fetch()
    .expect("it is summed")
}

/// Cells 6 and 7 of the tutorial.
#[test]
fn places_asked_for_and_any() {
    in_three(|| {
        for worker in [2, 0, 1, 1, 2, 0] {
            let ran = with_options(Options::new().on(Scope::worker(worker)), || spawn!(place()));
            assert_eq!(ran.fetch().unwrap().0, worker);
        }
        for _ in 0..5 {
            let ran = spawn!(
                #[on(workers = [1, 2])]
                place()
            );
            assert!([1, 2].contains(&ran.fetch().unwrap().0));
        }
        let tasks: Vec<_> = (0..20).map(|_| spawn!(place())).collect();
        let used: BTreeSet<(usize, usize)> = fetch_all(tasks).unwrap().into_iter().collect();
        let all: BTreeSet<_> = (0..3).flat_map(|w| [(w, 0), (w, 1)]).collect();
        assert_eq!(used, all);
    });
}

/// Cells 14 and 15.
#[test]
fn what_moves_is_counted_to_the_byte() {
    in_three(|| {
        let a = made_on(1, 10240 * 1024);
        let before = dagger::traffic().unwrap();
        let here = total_on(1, &a);
        let between = dagger::traffic().unwrap();
        let there = total_on(2, &a);
        let after = dagger::traffic().unwrap();
        assert_eq!((here.0, there.0), (1, 2));
        assert_eq!(here.1, there.1);
        assert_eq!((between.clone() - before).total().bulk_bytes, 0);
        let moved = after - between;
        assert_eq!(moved.between(1, 2).bulk_bytes, 80 << 20);
        assert_eq!(moved.total().bulk_bytes, 80 << 20);
        assert!(moved.between(0, 2).messages > 0 && moved.between(9, 9).messages == 0);
    });
}

/// Cells 16 and 17.
#[test]
fn tasks_go_where_their_data_are() {
    in_three(|| {
        let (a, b) = (made_on(1, 1 << 20), made_on(2, 1 << 20));
        let before = dagger::traffic().unwrap();
        for _ in 0..5 {
            assert_eq!(spawn!(total(&a)).fetch().unwrap().0, 1);
        }
        for _ in 0..5 {
            assert_eq!(spawn!(total(&b)).fetch().unwrap().0, 2);
        }
        let moved = dagger::traffic().unwrap() - before;
        assert_eq!(moved.total().bulk_bytes, 0);
    });
}

/// Cells 18 and 19: both owners are used, the worker without data never is.
#[test]
fn tasks_over_both_are_shared_by_the_owners() {
    in_three(|| {
        let (a, b) = (made_on(1, 1 << 20), made_on(2, 1 << 20));
        let mut ran = [0; 3];
        for _ in 0..10 {
            ran[spawn!(totals(&a, &b)).fetch().unwrap().0] += 1;
        }
        assert_eq!(ran[0], 0);
        assert!(ran[1] > 0 && ran[2] > 0, "{ran:?}");
    });
}

/// A copy that is there serves all tasks that use it at the same time, and no longer.
#[test]
fn tasks_side_by_side_share_a_copy() {
    in_three(|| {
        let a = made_on(1, 1 << 17);
        let before = dagger::traffic().unwrap();
        let tasks: Vec<Task<usize>> = (0..6)
            .map(|_| {
                spawn!(
                    #[on(worker = 2)]
                    slow_total(&a)
                )
            })
            .collect();
        assert_eq!(fetch_all(tasks).unwrap(), [2; 6]);
        let moved = dagger::traffic().unwrap() - before;
        assert_eq!(moved.total().bulk_bytes, 8 << 17);
        assert_eq!(spawn!(total(&a)).fetch().unwrap().0, 1);
    });
}
