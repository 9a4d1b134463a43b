//! A graph on two workers, each with a chain of nodes whose ends meet, as `dag!` and as single tasks.

use std::time::Instant;

use dagger::prelude::*;

use super::Row;
use crate::harness::{Effort, Summary};

/// How often each question is asked.
const ROUNDS: usize = 9;
/// Nodes on each worker.
const CHAIN: u64 = 32;

#[task]
fn next(x: &u64) -> u64 {
    x + 1
}

#[task]
fn join(x: &u64, y: &u64) -> u64 {
    x + y
}

/// The figures of a runtime, whose driver this is.
#[derive(Debug)]
pub struct Measured {
    /// Seconds a node: as a graph, as single tasks.
    time: [Summary; 2],
    /// Messages between the workers a graph.
    messages: [Summary; 2],
}

/// Measures graphs on workers 0 and 1, from one of the driver's threads.
///
/// # Errors
/// When a node fails, or gives a wrong answer.
pub fn measure(runtime: &Runtime, effort: Effort) -> Result<Measured> {
    let graphs = effort.size(200, 10);
    runtime.enter(|| {
        let mut samples = [const { Vec::new() }; 4];
        // The first round warms up.
        for round in 0..=effort.size(ROUNDS, 2) {
            let by_graph = timed(graphs, as_graph)?;
            let by_tasks = timed(graphs, as_tasks)?;
            let figures = [by_graph.0, by_tasks.0, by_graph.1, by_tasks.1];
            if round > 0 {
                for (samples, figure) in samples.iter_mut().zip(figures) {
                    samples.push(figure);
                }
            }
        }
        let [a, b, c, d] = samples.map(|samples| Summary::of(&samples).expect("there are rounds"));
        Ok(Measured {
            time: [a, b],
            messages: [c, d],
        })
    })
}

/// Seconds a node and messages a graph.
fn timed(graphs: usize, run: impl Fn(u64) -> Result<u64>) -> Result<(f64, f64)> {
    let before = dagger::traffic()?;
    let start = Instant::now();
    for x in 0..graphs as u64 {
        if run(x)? != 2 * (x + CHAIN) {
            return Err(Error::msg(
                "a graph gives something else than its statements",
            ));
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    let moved = dagger::traffic()? - before;
    let messages = moved.between(0, 1).messages + moved.between(1, 0).messages;
    let nodes = graphs as f64 * (2 * CHAIN + 1) as f64;
    Ok((seconds / nodes, messages as f64 / graphs as f64))
}

/// Two chains over these names, in turns.
macro_rules! chains {
    ($x:ident: $a:ident $b:ident $($more:ident)*) => {
        chains!(@steps [$a $b $($more)*] [
            #[on(worker = 0)] let $a = next(&$x);
            #[on(worker = 1)] let $b = next(&$x);
        ])
    };
    (@steps [$a:ident $b:ident $c:ident $d:ident $($more:ident)*] [$($done:tt)*]) => {
        chains!(@steps [$c $d $($more)*] [
            $($done)*
            #[on(worker = 0)] let $c = next(&$a);
            #[on(worker = 1)] let $d = next(&$b);
        ])
    };
    (@steps [$a:ident $b:ident] [$($done:tt)*]) => {
        dag! {
            $($done)*
            join(&$a, &$b)
        }
    };
}

fn as_graph(x: u64) -> Result<u64> {
    chains!(x:
        a0 b0 a1 b1 a2 b2 a3 b3 a4 b4 a5 b5 a6 b6 a7 b7 a8 b8 a9 b9 a10 b10 a11 b11 a12 b12 a13 b13 a14 b14 a15 b15
        a16 b16 a17 b17 a18 b18 a19 b19 a20 b20 a21 b21 a22 b22 a23 b23 a24 b24 a25 b25 a26 b26 a27 b27 a28 b28 a29 b29
        a30 b30 a31 b31
    )
}

fn as_tasks(x: u64) -> Result<u64> {
    let mut ends = Vec::with_capacity(2);
    for worker in 0..2 {
        let mut end = spawn!(
            #[on(worker = worker)]
            next(x)
        );
        for _ in 1..CHAIN {
            end = spawn!(
                #[on(worker = worker)]
                next(&end)
            );
        }
        ends.push(end);
    }
    spawn!(join(&ends[0], &ends[1])).fetch()
}

/// The figures as rows.
pub fn rows(measured: &Measured) -> Vec<Row> {
    let [time, by_tasks] = &measured.time;
    let [messages, of_tasks] = &measured.messages;
    vec![
        Row {
            name: "dag! of 65 nodes on two workers, a node",
            unit: "µs",
            aim: "less than by spawn!",
            ours: time.scaled(1e6),
            peers: vec![("by spawn!", by_tasks.scaled(1e6))],
        },
        Row {
            name: "messages of such a graph",
            unit: "a graph",
            aim: "3: slice, value, end",
            ours: messages.scaled(1.0),
            peers: vec![("by spawn!", of_tasks.scaled(1.0))],
        },
    ]
}
