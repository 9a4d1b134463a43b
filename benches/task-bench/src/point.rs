//! One task: check all inputs, write the output, run the kernel.
//!
//! An output is filled with *stamps*: which row and which point wrote it, and in which run. So an input that is stale, torn or
//! somebody else's is found out by the task that reads it. The original's stamps hold no run; here graphs run
//! many times in the same memory, and what an earlier run left there must not pass for this run's.

use crate::graph::TaskGraph;
use crate::kernel::{MAGIC, Position};
use std::cell::RefCell;
use std::fmt;

/// Who wrote something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct Stamp {
    /// The row, with the run in the upper half.
    row: i64,
    point: i64,
}

impl Stamp {
    /// The stamp of a task in run `run`.
    pub fn new(run: u32, step: i64, point: i64) -> Stamp {
        Stamp {
            row: i64::from(run) << 32 | step,
            point,
        }
    }
}

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (run, step) = (self.row >> 32, self.row & 0xFFFF_FFFF);
        write!(f, "(run {run} timestep {step} point {})", self.point)
    }
}

/// The memory of outputs comes in cache lines, so that two tasks never write to the same one.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C, align(64))]
pub struct Line([Stamp; 4]);

/// The words of a line.
pub const WORDS: usize = 8;

impl Line {
    /// As words, for other processes.
    pub fn words(self) -> [i64; WORDS] {
        let [a, b, c, d] = self.0;
        [
            a.row, a.point, b.row, b.point, c.row, c.point, d.row, d.point,
        ]
    }

    /// The line of these words.
    pub fn of_words(words: [i64; WORDS]) -> Line {
        let (stamps, _) = words.as_chunks::<2>();
        Line(std::array::from_fn(|at| Stamp {
            row: stamps[at][0],
            point: stamps[at][1],
        }))
    }
}

/// Bytes of a stamp: the least size of an output.
pub const STAMP_BYTES: usize = size_of::<Stamp>();

/// The lines an output of so many bytes needs.
pub fn lines(output_bytes: usize) -> usize {
    output_bytes.div_ceil(size_of::<Line>())
}

/// The stamps of an output.
fn stamps(lines: &[Line], output_bytes: usize) -> impl Iterator<Item = &Stamp> {
    lines
        .iter()
        .flat_map(|line| &line.0)
        .take(output_bytes / STAMP_BYTES)
}

/// An input that is not what it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Corrupted {
    task: Position,
    input: usize,
    what: What,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum What {
    /// At this place of the input.
    Value {
        place: usize,
        expected: Stamp,
        found: Stamp,
    },
    Missing,
    Surplus,
    Scratch,
}

impl fmt::Display for Corrupted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Position { graph, step, point } = self.task;
        write!(f, "task (graph {graph} timestep {step} point {point}): ")?;
        match &self.what {
            What::Value {
                place,
                expected,
                found,
            } => write!(
                f,
                "corrupted value in input {}, position {place}: expected {expected}, found {found}",
                self.input
            ),
            What::Missing => write!(f, "input {} is missing", self.input),
            What::Surplus => write!(f, "input {} is one too many", self.input),
            What::Scratch => write!(f, "the scratch memory is corrupted"),
        }
    }
}

impl std::error::Error for Corrupted {}

/// A task in one run of a graph.
#[derive(Clone, Copy, Debug)]
pub struct Execution<'g> {
    /// The graph.
    pub graph: &'g TaskGraph,
    /// Which run.
    pub run: u32,
    /// The row.
    pub step: i64,
    /// The point.
    pub point: i64,
}

impl Execution<'_> {
    fn position(&self) -> Position {
        Position {
            graph: self.graph.index,
            step: self.step,
            point: self.point,
        }
    }

    #[cold]
    fn corrupted(&self, input: usize, what: What) -> Corrupted {
        Corrupted {
            task: self.position(),
            input,
            what,
        }
    }

    /// Checks inputs against `expected`, the points they must come from. Input `first` is the first of them. Returns how many there were.
    ///
    /// # Errors
    /// Which value is not the expected one.
    #[inline]
    pub fn check<'a>(
        &self,
        first: usize,
        expected: &mut impl Iterator<Item = i64>,
        inputs: impl Iterator<Item = &'a [Line]>,
    ) -> Result<usize, Corrupted> {
        let mut number = first;
        for input in inputs {
            let Some(from) = expected.next() else {
                return Err(self.corrupted(number, What::Surplus));
            };
            let expected = Stamp::new(self.run, self.step - 1, from);
            for (place, &found) in stamps(input, self.graph.output_bytes).enumerate() {
                if found != expected {
                    return Err(self.corrupted(
                        number,
                        What::Value {
                            place,
                            expected,
                            found,
                        },
                    ));
                }
            }
            number += 1;
        }
        Ok(number - first)
    }

    /// That nothing is left of what was expected after `number` inputs.
    ///
    /// # Errors
    /// If an input is missing.
    #[inline]
    pub fn end_of_inputs(
        &self,
        number: usize,
        expected: &mut impl Iterator<Item = i64>,
    ) -> Result<(), Corrupted> {
        match expected.next() {
            None => Ok(()),
            Some(_) => Err(self.corrupted(number, What::Missing)),
        }
    }

    /// Writes the output and runs the kernel.
    ///
    /// # Errors
    /// If the scratch memory is not what the kernels left.
    #[inline]
    pub fn work(&self, output: &mut [Line]) -> Result<(), Corrupted> {
        let stamp = Stamp::new(self.run, self.step, self.point);
        let mut left = self.graph.output_bytes / STAMP_BYTES;
        for line in output {
            for place in line.0.iter_mut().take(left) {
                *place = stamp;
            }
            left = left.saturating_sub(line.0.len());
        }
        match self.graph.scratch_bytes / size_of::<u64>() {
            0 => self.graph.kernel.execute(self.position(), &mut []),
            words => return self.work_in_scratch(words),
        }
        Ok(())
    }

    fn work_in_scratch(&self, words: usize) -> Result<(), Corrupted> {
        thread_local! {
            static SCRATCH: RefCell<Vec<u64>> = const { RefCell::new(Vec::new()) };
        }
        SCRATCH.with_borrow_mut(|scratch| {
            if scratch.len() < words {
                scratch.resize(words, MAGIC);
            }
            if scratch[0] != MAGIC {
                return Err(self.corrupted(0, What::Scratch));
            }
            self.graph
                .kernel
                .execute(self.position(), &mut scratch[..words]);
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::Pattern;

    fn graph() -> TaskGraph {
        TaskGraph {
            pattern: Pattern::Stencil1d,
            output_bytes: 100,
            ..TaskGraph::new(0)
        }
    }

    fn execution(graph: &TaskGraph, step: i64, point: i64) -> Execution<'_> {
        Execution {
            graph,
            run: 7,
            step,
            point,
        }
    }

    fn output(graph: &TaskGraph, step: i64, point: i64) -> Vec<Line> {
        let mut lines = vec![Line::default(); lines(graph.output_bytes)];
        execution(graph, step, point).work(&mut lines).unwrap();
        lines
    }

    fn check(graph: &TaskGraph, inputs: &[Vec<Line>]) -> Result<(), Corrupted> {
        let task = execution(graph, 3, 2);
        let mut expected = graph.inputs(3, 2).flat_map(|interval| interval.points());
        let number = task.check(0, &mut expected, inputs.iter().map(Vec::as_slice))?;
        task.end_of_inputs(number, &mut expected)
    }

    #[test]
    fn outputs_are_the_inputs_of_the_next_row() {
        let graph = graph();
        let inputs = [1, 2, 3].map(|point| output(&graph, 2, point));
        assert_eq!(check(&graph, &inputs), Ok(()));
    }

    #[test]
    fn an_output_fills_its_bytes_and_no_more() {
        let lines = output(&graph(), 2, 1);
        let written: Vec<bool> = lines
            .iter()
            .flat_map(|line| line.0)
            .map(|stamp| stamp == Stamp::new(7, 2, 1))
            .collect();
        assert_eq!(written, [true, true, true, true, true, true, false, false]);
    }

    #[test]
    fn a_wrong_stamp_anywhere_in_an_input_is_found() {
        let graph = graph();
        let good = [1, 2, 3].map(|point| output(&graph, 2, point));
        for input in 0..3 {
            for place in 0..6 {
                for wrong in [
                    Stamp::new(7, 1, input as i64 + 1),
                    Stamp::new(7, 2, input as i64),
                    Stamp::new(6, 2, input as i64 + 1),
                ] {
                    let mut bad = good.clone();
                    bad[input][place / 4].0[place % 4] = wrong;
                    let text = check(&graph, &bad).unwrap_err().to_string();
                    assert_eq!(
                        text,
                        format!(
                            "task (graph 0 timestep 3 point 2): corrupted value in input {input}, position {place}: \
                             expected (run 7 timestep 2 point {}), found {wrong}",
                            input + 1
                        )
                    );
                }
            }
        }
    }

    #[test]
    fn inputs_that_are_missing_or_too_many_are_found() {
        let graph = graph();
        let inputs = [1, 2, 3, 3].map(|point| output(&graph, 2, point));
        let text = |inputs| check(&graph, inputs).unwrap_err().to_string();
        assert!(text(&inputs[..2]).ends_with("input 2 is missing"));
        assert!(text(&inputs).ends_with("input 3 is one too many"));
    }
}
