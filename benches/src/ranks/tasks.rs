//! The same at the level of tasks: what a program pays for a task on another worker.

use std::time::{Duration, Instant};

use dagger::prelude::*;

use super::{GIB, LARGE, Row};
use crate::harness::{Effort, Summary};

/// How often each question is asked.
const ROUNDS: usize = 9;
/// Tasks that are under way together.
const BATCH: usize = 10_000;

#[task]
fn successor(number: u64) -> u64 {
    number + 1
}

#[task]
fn large(elements: usize) -> Vec<u64> {
    vec![1; elements]
}

/// The figures of a runtime, whose driver this is.
#[derive(Debug)]
pub struct Measured {
    /// Seconds from spawning to fetching the smallest task.
    there_and_back: Summary,
    /// Independent tasks a second.
    rate: Summary,
    /// Bytes a second of a large value.
    bandwidth: Summary,
}

/// Measures tasks that the driver gives to worker 1, on one of the driver's threads.
///
/// # Errors
/// When a task fails, or gives a wrong answer.
pub fn measure(runtime: &Runtime, effort: Effort) -> Result<Measured> {
    let trips = effort.size(2_000, 100);
    let transfers = effort.size(8, 2);
    let batches = effort.size(5, 1);
    runtime.enter(|| {
        let mut samples = [const { Vec::new() }; 3];
        // The first round warms up.
        for round in 0..=effort.size(ROUNDS, 2) {
            let figures = [
                there_and_back(trips)?,
                rate(batches)?,
                bandwidth(transfers)?,
            ];
            if round > 0 {
                for (samples, figure) in samples.iter_mut().zip(figures) {
                    samples.push(figure);
                }
            }
        }
        let [there_and_back, rate, bandwidth] =
            samples.map(|samples| Summary::of(&samples).expect("there are rounds"));
        Ok(Measured {
            there_and_back,
            rate,
            bandwidth,
        })
    })
}

fn there_and_back(trips: usize) -> Result<f64> {
    let start = Instant::now();
    for trip in 0..trips as u64 {
        let task = spawn!(
            #[on(worker = 1)]
            successor(trip)
        );
        expect(task.fetch()?, trip + 1)?;
    }
    Ok(start.elapsed().as_secs_f64() / trips as f64)
}

fn rate(batches: usize) -> Result<f64> {
    let mut tasks = Vec::with_capacity(BATCH);
    let start = Instant::now();
    for _ in 0..batches {
        for number in 0..BATCH as u64 {
            tasks.push(spawn!(
                #[on(worker = 1)]
                successor(number)
            ));
        }
        wait_all(&tasks)?;
        tasks.clear();
    }
    Ok((batches * BATCH) as f64 / start.elapsed().as_secs_f64())
}

/// The value is there before the clock starts, so that only its way is measured.
fn bandwidth(transfers: usize) -> Result<f64> {
    let mut elapsed = Duration::ZERO;
    for _ in 0..transfers {
        let elements = LARGE / size_of::<u64>();
        let task = spawn!(
            #[on(worker = 1)]
            large(elements)
        );
        task.wait()?;
        let start = Instant::now();
        let value = task.get()?;
        elapsed += start.elapsed();
        expect(value.len() as u64, elements as u64)?;
        expect(value[elements - 1], 1)?;
    }
    Ok((transfers * LARGE) as f64 / elapsed.as_secs_f64())
}

fn expect(found: u64, wanted: u64) -> Result<()> {
    if found == wanted {
        return Ok(());
    }
    Err(Error::msg(format!("{found} where {wanted} was expected")))
}

/// The figures as rows. `beside` are the rows of the transport below, if it was measured: what is to be compared.
pub fn rows(measured: &Measured, beside: &[Row]) -> Vec<Row> {
    let of = |name, row: &str, factor: f64| {
        let row = beside.iter().find(|other| other.name == row)?;
        let (_, raw) = row.peers.first()?;
        Some((name, raw.scaled(factor)))
    };
    let own = |name, row: &str, factor: f64| {
        let row = beside.iter().find(|other| other.name == row)?;
        Some((name, row.ours.scaled(factor)))
    };
    let list = |peers: [Option<_>; 2]| peers.into_iter().flatten().collect();
    vec![
        Row {
            name: "smallest remote task, spawn to fetch",
            unit: "µs",
            aim: "at most plain MPI's there and back + 5 µs",
            ours: measured.there_and_back.scaled(1e6),
            peers: list([
                of("plain MPI, 8 bytes there and back", super::LATENCY, 2.0),
                own("our transport", super::LATENCY, 2.0),
            ]),
        },
        Row {
            name: "independent remote tasks, 10,000 at a time",
            unit: "M/s",
            aim: "at least 0.5",
            ours: measured.rate.scaled(1e-6),
            peers: list([of("plain MPI, messages of 8 bytes", super::RATE, 1.0), None]),
        },
        Row {
            name: "value of 64 MiB, asked for by a task's handle",
            unit: "GiB/s",
            aim: "at least 95 % of plain MPI",
            ours: measured.bandwidth.scaled(1.0 / GIB),
            peers: list([
                of("plain MPI", super::BANDWIDTH, 1.0),
                own("our transport", super::BANDWIDTH, 1.0),
            ]),
        },
    ]
}
