//! Cells 14 to 19: data stay where they are made, tasks go to them, and what moves is counted.

use dagger::prelude::*;
use std::time::Instant;

#[task]
fn random_numbers(count: usize, seed: u64) -> Vec<f64> {
    let mut random = fastrand::Rng::with_seed(seed);
    (0..count).map(|_| random.f64()).collect()
}

/// The worker it ran on, and the sum.
#[task]
fn sum(numbers: &[f64]) -> (usize, f64) {
    (this_worker(), numbers.iter().sum())
}

#[task]
fn sums(a: &[f64], b: &[f64]) -> (usize, f64) {
    (this_worker(), a.iter().sum::<f64>() + b.iter().sum::<f64>())
}

pub(crate) fn show() -> Result<()> {
    if workers() < 3 {
        println!("this takes three workers; there are {}", workers());
        return Ok(());
    }
    moving()?;
    staying()?;
    split()
}

/// Numbers of 8 bytes, made on a worker.
fn made_on(worker: usize, count: usize, seed: u64) -> Result<Task<Vec<f64>>> {
    let numbers = with_options(Options::new().on(Scope::worker(worker)), || {
        spawn!(random_numbers(count, seed))
    });
    numbers.wait()?;
    Ok(numbers)
}

/// Cells 14 and 15: 80 MiB made on worker 1, summed there and on worker 2.
fn moving() -> Result<()> {
    let a = made_on(1, 10240 * 1024, 1)?;
    let mut results = Vec::new();
    for worker in [1, 2] {
        let before = dagger::traffic()?;
        let clock = Instant::now();
        let (ran_on, sum) =
            with_options(Options::new().on(Scope::worker(worker)), || spawn!(sum(&a))).fetch()?;
        let time = clock.elapsed();
        let moved = dagger::traffic()? - before;
        assert_eq!(ran_on, worker);
        println!(
            "80 MiB made on worker 1, summed on worker {worker} in {time:.2?}: {} MiB moved",
            moved.total().bulk_bytes >> 20
        );
        results.push((sum, time, moved));
    }
    assert_eq!(results[0].0, results[1].0, "the sums are equal");
    assert_eq!(results[0].2.total().bulk_bytes, 0);
    assert_eq!(results[1].2.between(1, 2).bulk_bytes, 80 << 20);
    println!(
        "the sums agree; moving cost {:.2} ×",
        results[1].1.as_secs_f64() / results[0].1.as_secs_f64()
    );
    Ok(())
}

/// Cells 16 and 17: tasks that may run anywhere run where their data are.
fn staying() -> Result<()> {
    let a = made_on(1, 1 << 20, 2)?;
    let b = made_on(2, 1 << 20, 3)?;
    for (name, numbers, home) in [("A", &a, 1), ("B", &b, 2)] {
        let mut there = 0;
        for _ in 0..5 {
            let (worker, _) = spawn!(sum(numbers)).fetch()?;
            there += usize::from(worker == home);
        }
        println!("{name} is on worker {home}: {there} of 5 tasks ran there");
        assert_eq!(there, 5);
    }
    Ok(())
}

/// Cells 18 and 19: a task that needs both goes to either.
fn split() -> Result<()> {
    let a = made_on(1, 1 << 20, 4)?;
    let b = made_on(2, 1 << 20, 5)?;
    let mut ran = vec![0; workers()];
    for _ in 0..10 {
        let (worker, _) = spawn!(sums(&a, &b)).fetch()?;
        ran[worker] += 1;
    }
    println!(
        "A on worker 1, B on worker 2, tasks over both: {} on worker 1, {} on worker 2",
        ran[1], ran[2]
    );
    assert_eq!(ran[1] + ran[2], 10, "none where both would have to be sent");
    assert!(ran[1] > 0 && ran[2] > 0);
    Ok(())
}
