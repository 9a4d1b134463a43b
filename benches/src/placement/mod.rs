//! What one decision of the learned placement costs: the driver makes one for each task that may run anywhere.
//!
//! Tasks have two inputs of 1 MiB on two workers. Every task ends at once and is learned from outside the clock, so that models
//! and books are those of a busy run. There is no peer to compare with; the aims are absolute.

use std::time::{Duration, Instant};

use dagger::Unit as PlaceUnit;
use dagger::placement::Learned;
use dagger::seam::{Candidate, Input, Lesson, Placement, Processor, TaskView};

use crate::harness::{Batch, Effort, Failure, Goal, LineUp, Question, Unit};

/// Decisions between two looks at the clock, and tasks under way at a time.
const DECISIONS: u64 = 64;

/// This module's questions.
pub fn questions(_: Effort) -> Vec<Question> {
    [(16, 1_000.0), (1_000, 10_000.0), (10_000, 10_000.0)]
        .map(|(ranks, aim)| {
            Question::new(
                format!("placement/a task among {ranks} ranks"),
                Unit::nanoseconds("decision", DECISIONS),
                "Choosing a rank for a task with two inputs and booking it. What is learned from its end is outside the clock.",
                move |_| LineUp::new().ours(contender(ranks)),
            )
            .on(&[1])
            .aim(Goal::AtMost(aim))
        })
        .into()
}

/// A rank's pool of two threads.
#[derive(Debug)]
struct Pool(usize);

impl Processor for Pool {
    fn place(&self) -> dagger::Place {
        dagger::Place {
            worker: self.0,
            unit: PlaceUnit::Thread(0),
        }
    }

    fn class(&self) -> &str {
        "cpu"
    }

    fn thread(&self) -> Option<usize> {
        None
    }

    fn slots(&self) -> usize {
        2
    }
}

fn contender(ranks: usize) -> impl FnMut(Batch) -> Result<Duration, Failure> {
    let pools: &'static [Pool] = (0..ranks).map(Pool).collect::<Vec<_>>().leak();
    let candidates: Vec<Candidate<'static>> = pools
        .iter()
        .enumerate()
        .map(|(index, pool)| Candidate::new(index, pool))
        .collect();
    let placement = Learned::new();
    let mut turn = 0;
    move |batch| {
        let mut elapsed = Duration::ZERO;
        let mut chosen = Vec::with_capacity(DECISIONS as usize);
        for run in 0..batch.total() {
            let start = Instant::now();
            for _ in 0..DECISIONS {
                turn += 1;
                let (one, other) = ([turn % ranks], [turn * 7 % ranks]);
                let inputs = [
                    Input::new(Some(1 << 20), &one),
                    Input::new(Some(1 << 20), &other),
                ];
                let task = TaskView::new("work", 0).with_inputs(&inputs);
                chosen.push(placement.choose(&task, &candidates));
            }
            if run >= batch.warm {
                elapsed += start.elapsed();
            }
            for index in chosen.drain(..) {
                if index >= ranks {
                    return Err(Failure::Wrong(format!("rank {index} of {ranks}")));
                }
                placement.learn(&Lesson::Ended {
                    index,
                    key: 0,
                    name: "work",
                    input_bytes: 2 << 20,
                    count: 1,
                    seconds: Some(1e-3),
                    output_bytes: None,
                });
            }
        }
        Ok(elapsed)
    }
}
