//! Spawned tasks on several workers of one process, which send each other messages.

mod ranks_support;

use dagger::prelude::*;
use ranks_support::three;

#[task]
fn where_am_i() -> usize {
    this_worker()
}

#[task]
fn add(x: i64, y: i64) -> i64 {
    x + y
}

#[task]
fn make(n: usize) -> Vec<f64> {
    (0..n).map(|i| i as f64).collect()
}

#[task]
fn total(v: &[f64]) -> (usize, f64) {
    (this_worker(), v.iter().sum())
}

#[task]
fn doubled(mut v: Vec<f64>) -> Vec<f64> {
    for x in &mut v {
        *x *= 2.0;
    }
    v
}

#[task]
fn fails(x: i64) -> Result<i64, String> {
    if x > 2 {
        Err(format!("{x} is too large"))
    } else {
        Ok(x)
    }
}

#[test]
fn scopes_are_obeyed() {
    three().enter(|| {
        assert_eq!(workers(), 3);
        for _ in 0..10 {
            assert_eq!(
                spawn!(
                    #[on(worker = 0)]
                    where_am_i()
                )
                .fetch()
                .unwrap(),
                0
            );
            assert_eq!(
                spawn!(
                    #[on(worker = 1)]
                    where_am_i()
                )
                .fetch()
                .unwrap(),
                1
            );
            assert_eq!(
                spawn!(
                    #[on(worker = 2)]
                    where_am_i()
                )
                .fetch()
                .unwrap(),
                2
            );
        }
    });
}

#[test]
fn values_go_from_worker_to_worker() {
    three().enter(|| {
        for n in [0, 1, 10, 100_000] {
            let v = spawn!(
                #[on(worker = 1)]
                make(n)
            );
            let there = spawn!(
                #[on(worker = 1)]
                total(&v)
            );
            let elsewhere = spawn!(
                #[on(worker = 2)]
                total(&v)
            );
            let here = spawn!(
                #[on(worker = 0)]
                total(&v)
            );
            let sum: f64 = (0..n).map(|i| i as f64).sum();
            assert_eq!(there.fetch().unwrap(), (1, sum));
            assert_eq!(elsewhere.fetch().unwrap(), (2, sum));
            assert_eq!(here.fetch().unwrap(), (0, sum));
            let w = spawn!(
                #[on(worker = 2)]
                doubled(v)
            );
            assert_eq!(
                w.take().unwrap(),
                (0..n).map(|i| 2.0 * i as f64).collect::<Vec<_>>()
            );
        }
    });
}

#[test]
fn chains_hop_over_workers() {
    three().enter(|| {
        let mut sum = spawn!(add(0, 0));
        for i in 1..=300 {
            sum = spawn!(add(sum, i));
        }
        assert_eq!(sum.fetch().unwrap(), 300 * 301 / 2);
    });
}

#[test]
fn failures_name_the_task_and_its_worker() {
    three().enter(|| {
        let bad = spawn!(
            #[on(worker = 2)]
            fails(3)
        );
        let after = spawn!(
            #[on(worker = 1)]
            add(bad, 1)
        );
        let error = after.fetch().unwrap_err();
        assert_eq!(error.task(), Some("fails"));
        assert_eq!(error.worker(), Some(2));
        assert!(error.to_string().contains("3 is too large"), "{error}");
    });
}
