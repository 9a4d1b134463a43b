//! The diamond of four nodes, end to end: one, then two side by side, then one.
//!
//! Empty, it must stay on the caller and cost next to nothing; busy, its two sides must run on two threads.

use std::hint::black_box;
use std::time::Duration;

use chili::Scope;
use dagx::{DagRunner, Task, task};

use crate::busy::{steps, work};
use crate::harness::{Batch, Failure, Goal, LineUp, Question, Unit, answered, time, time_part};
use crate::peers::dagrs_graph::DagrsGraph;
use crate::peers::{chili_pool, openmp, rayon_pool, tbb, tokio_pool};

/// Nanoseconds a run with nodes that do nothing.
pub fn empty() -> Question {
    let how = "Four nodes end to end, each a call of a function that does nothing. Graph libraries build their graph \
               outside the clock.";
    Question::new(
        "static/diamond, empty nodes",
        Unit::nanoseconds("run", 1),
        how,
        |threads| line_up(threads, 0),
    )
    .aim(Goal::OverSerial {
        percent: 0.0,
        nanoseconds: 100.0,
    })
}

/// How many times faster than plain calls, with nodes of so many microseconds, on two threads.
pub fn busy(microseconds: u32) -> Question {
    let how = "Four nodes end to end, each of the same fixed amount of arithmetic. Plain calls take four nodes' time, \
               two threads at best three: 1.33 is the most there is. The aim holds for nodes above 20 µs, and asks for \
               nine tenths of the gain.";
    let line_up = move |threads| line_up(threads, steps(microseconds.into()));
    let question = Question::new(
        format!("static/diamond, nodes of {microseconds} µs"),
        Unit::SpeedUp,
        how,
        line_up,
    )
    .on(&[2]);
    if microseconds > 20 {
        question.aim(Goal::AtLeast(1.3))
    } else {
        question
    }
}

fn line_up(threads: usize, steps: u64) -> LineUp {
    // The first node's result goes into both sides, and both into the last.
    let expected = 5 * (steps + 1);
    let line_up = LineUp::new()
        .ours(move |batch| {
            crate::ours::sample(threads, batch, &expected, || {
                ours::diamond(black_box(steps))
            })
        })
        .peer("chili", move |batch| {
            chili_pool::sample(threads, batch, &expected, |scope| {
                with_chili(scope, black_box(steps))
            })
        })
        .peer("rayon join", move |batch| {
            rayon_pool::sample(threads, batch, &expected, || with_rayon(black_box(steps)))
        })
        .peer("dagx", move |batch| {
            with_dagx(threads, batch, steps, expected)
        });
    // dagrs takes plain functions, which cannot know how long to work.
    let line_up = if steps == 0 {
        let mut dagrs = DagrsGraph::new(
            &[
                |_| work(0),
                |a| a + work(0),
                |a| a + work(0),
                |sum| sum + work(0),
            ],
            &[(0, 1), (0, 2), (1, 3), (2, 3)],
        );
        line_up.peer("dagrs", move |batch| dagrs.sample(threads, batch, expected))
    } else {
        line_up
    };
    line_up
        .peer("oneTBB flow graph", move |batch| {
            answered(tbb::diamond_graph(batch, threads, work, steps)?, expected)
        })
        .peer("oneTBB parallel_invoke", move |batch| {
            answered(tbb::diamond_invoke(batch, threads, work, steps)?, expected)
        })
        .peer("OpenMP tasks", move |batch| {
            answered(openmp::diamond(batch, threads, work, steps)?, expected)
        })
        .serial("plain calls", move |batch| {
            time(batch, &expected, || plain(black_box(steps)))
        })
}

mod ours {
    use dagger::prelude::*;

    use crate::busy::work;

    #[task]
    fn top(steps: u64) -> u64 {
        work(steps)
    }

    #[task]
    fn side(a: &u64, steps: u64) -> u64 {
        a + work(steps)
    }

    #[task]
    fn bottom(b: u64, c: u64, steps: u64) -> u64 {
        b + c + work(steps)
    }

    pub(super) fn diamond(steps: u64) -> u64 {
        dag! {
            let a = top(steps);
            let b = side(&a, steps);
            let c = side(&a, steps);
            bottom(b, c, steps)
        }
        .expect("no node fails")
    }
}

fn plain(steps: u64) -> u64 {
    let a = work(steps);
    let b = a + work(steps);
    let c = a + work(steps);
    b + c + work(steps)
}

fn with_chili(scope: &mut Scope<'_>, steps: u64) -> u64 {
    let a = work(steps);
    let (b, c) = scope.join(|_| a + work(steps), |_| a + work(steps));
    b + c + work(steps)
}

fn with_rayon(steps: u64) -> u64 {
    let a = work(steps);
    let (b, c) = rayon::join(|| a + work(steps), || a + work(steps));
    b + c + work(steps)
}

struct Top(u64);

#[task]
impl Top {
    async fn run(&self) -> u64 {
        work(self.0)
    }
}

struct Side(u64);

#[task]
impl Side {
    async fn run(&self, a: &u64) -> u64 {
        a + work(self.0)
    }
}

struct Bottom(u64);

#[task]
impl Bottom {
    async fn run(&self, b: &u64, c: &u64) -> u64 {
        b + c + work(self.0)
    }
}

fn with_dagx(threads: usize, batch: Batch, steps: u64, expected: u64) -> Result<Duration, Failure> {
    let build = || {
        let dag = DagRunner::new();
        let a = dag.add_task(Top(steps)).depends_on(());
        let b = dag.add_task(Side(steps)).depends_on(a);
        let c = dag.add_task(Side(steps)).depends_on(a);
        let d = dag.add_task(Bottom(steps)).depends_on((&b, &c));
        (dag, d)
    };
    time_part(batch, &expected, build, |(dag, d)| {
        tokio_pool::run(threads, async move {
            let spawn = |future| {
                tokio::spawn(future);
            };
            dag.run(spawn).await.expect("no task fails");
            dag.get(d).expect("the task has run")
        })
    })
}
