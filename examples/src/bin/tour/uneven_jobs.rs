//! Cells 11 to 13: 15 jobs, the first much longer than the others. How close does the whole come to the best possible?
//!
//! No schedule can end before its longest job has, nor before the work has been shared out evenly: the makespan is at least
//! max(longest job, total ÷ processors), where threads that share a core are one processor. The jobs' lengths are those of the serial run: on
//! threads that share cores each job takes longer, which would flatter the bound.

use dagger::observe;
use dagger::prelude::*;
use std::thread;
use std::time::{Duration, Instant};

/// The tutorial's sizes: 2.5 once, then 0.5, 0.1, 0.3 and so on.
fn job_size(number: usize) -> f64 {
    if number <= 1 {
        1.5 + number as f64
    } else {
        (number % 3) as f64 / 5.0 + 0.1
    }
}

const JOBS: usize = 15;
const ROUNDS_PER_UNIT: f64 = 660.0;
const NUMBERS: usize = 100_000;

/// Fills a vector with random numbers and takes their standard deviation, again and again.
#[task]
fn delay(job_size: f64) -> f64 {
    let mut random = fastrand::Rng::with_seed(job_size.to_bits());
    let mut numbers = vec![0.0; NUMBERS];
    let mut total = 0.0;
    for _ in 0..(ROUNDS_PER_UNIT * job_size).round() as usize {
        numbers.iter_mut().for_each(|number| *number = random.f64());
        total += deviation(&numbers);
    }
    total
}

fn deviation(numbers: &[f64]) -> f64 {
    let count = numbers.len() as f64;
    let mean = numbers.iter().sum::<f64>() / count;
    let squares: f64 = numbers.iter().map(|number| (number - mean).powi(2)).sum();
    (squares / (count - 1.0)).sqrt()
}

pub(crate) fn show() -> Result<()> {
    let mut lengths = Vec::with_capacity(JOBS);
    let mut expected = Vec::with_capacity(JOBS);
    for number in 1..=JOBS {
        let clock = Instant::now();
        expected.push(delay(job_size(number)));
        lengths.push(clock.elapsed());
    }
    let serial: Duration = lengths.iter().sum();

    let recorder = observe::record();
    let clock = Instant::now();
    let jobs: Vec<Task<f64>> = (1..=JOBS)
        .map(|number| spawn!(delay(job_size(number))))
        .collect();
    let found = fetch_all(jobs)?;
    let parallel = clock.elapsed();
    let recording = recorder.finish();
    assert_eq!(found, expected);

    println!("serial  {serial:>9.2?}");
    println!("spawn!  {parallel:>9.2?}");
    let threads = recording.utilisation();
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let processors = threads.len().clamp(1, cores);
    let longest = lengths.iter().max().copied().unwrap_or_default();
    let bound = longest.max(serial / processors as u32);
    println!(
        "longest job {longest:.2?}, threads {} on {cores} cores: no schedule ends before {bound:.2?}",
        threads.len(),
    );
    let makespan = Duration::from_nanos(recording.makespan());
    println!(
        "makespan {makespan:.2?}: {:.3} × that bound",
        makespan.as_secs_f64() / bound.as_secs_f64()
    );
    for row in &threads {
        println!(
            "  {}: jobs {}, {:.0} % busy",
            row.thread,
            row.tasks,
            row.fraction * 100.0
        );
    }
    let file = "tour-jobs.svg";
    std::fs::write(
        file,
        recording.gantt().title("15 jobs of uneven length").svg(),
    )?;
    println!("the Gantt chart is in {file}");
    Ok(())
}
