//! Idle workers take queued tasks from busy ones.

use dagger::prelude::*;
use std::time::Duration;

#[task]
fn work(milliseconds: u64) -> usize {
    std::thread::sleep(Duration::from_millis(milliseconds));
    this_worker()
}

/// Spawns many tasks, which all begin in the queue of its own worker.
#[task]
fn fan_out(count: usize) -> Vec<usize> {
    let tasks: Vec<_> = (0..count).map(|_| spawn!(work(20))).collect();
    fetch_all(tasks).expect("they do not fail")
}

#[task]
fn fails_late(x: i64) -> Result<i64, String> {
    std::thread::sleep(Duration::from_millis(20));
    if x == 7 {
        Err(format!("{x} is bad"))
    } else {
        Ok(x)
    }
}

#[task]
fn all_of(count: i64) -> i64 {
    let tasks: Vec<_> = (0..count).map(|x| spawn!(fails_late(x))).collect();
    let failed: Vec<_> = tasks.iter().filter_map(|task| task.fetch().err()).collect();
    assert_eq!(failed.len(), 1);
    assert_eq!(failed[0].task(), Some("fails_late"));
    assert!(failed[0].to_string().contains("7 is bad"));
    tasks.iter().filter_map(|task| task.fetch().ok()).sum()
}

#[test]
fn tasks_that_one_worker_spawns_spread() {
    let runtime = Runtime::builder()
        .workers(3)
        .threads(1)
        .build()
        .expect("three workers start");
    let mut used = runtime.enter(|| {
        spawn!(
            #[name("root")]
            fan_out(60)
        )
        .fetch()
        .expect("it does not fail")
    });
    used.sort_unstable();
    used.dedup();
    assert_eq!(used, [0, 1, 2]);
}

#[test]
fn failures_of_moved_tasks_come_back() {
    let runtime = Runtime::builder()
        .workers(3)
        .threads(1)
        .build()
        .expect("three workers start");
    let sum = runtime.enter(|| spawn!(all_of(40)).fetch().expect("it does not fail"));
    assert_eq!(sum, (0..40).sum::<i64>() - 7);
}

#[test]
fn a_task_with_a_place_stays_there() {
    let runtime = Runtime::builder()
        .workers(3)
        .threads(1)
        .build()
        .expect("three workers start");
    runtime.enter(|| {
        let tasks: Vec<_> = (0..30)
            .map(|_| {
                spawn!(
                    #[on(worker = 1)]
                    work(5)
                )
            })
            .collect();
        for worker in fetch_all(tasks).expect("they do not fail") {
            assert_eq!(worker, 1);
        }
    });
}
