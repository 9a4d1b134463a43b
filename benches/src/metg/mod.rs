//! The minimum effective task granularity of Dagger and its peers, by sweeps of Task Bench.
//!
//! A *shape* is a graph without iterations. Its sweep runs it with fewer and fewer iterations of the kernel `compute_bound`; every
//! contender runs every size in every round, in turns. The peak that efficiency is measured against is the best rate that anybody reached on
//! that many threads.

mod contenders;

use std::sync::Arc;

use task_bench::metg::{Metg, Size, metg};
use task_bench::report::Totals;
use task_bench::{KernelKind, Pattern, Schedule, TaskGraph};

use crate::harness::{Aim, Effort, Failure, Figure, Goal, Measured, Role, Suite, Summary, Unit};
use contenders::{Contender, Form};

/// The suite.
pub const SUITE: Suite = Suite {
    name: "metg",
    method: "METG(50 %) is the least granularity of tasks at which half of the machine's peak is reached (Slaughter et al., \
Task Bench, SC20): granularity is threads × time / tasks, efficiency the rate of floating-point operations over the best rate anybody \
reached on that many threads. A graph of the kernel compute_bound is run with fewer and fewer iterations; every task \
checks its inputs. All contenders run every size in every round, in turns; a size's time is the median of its runs. Each round gives one \
METG; shown is the median of the rounds, with the least and the distance between the quartiles. MPI, and ours where it says ranks, \
have as many ranks as the others have threads; our ranks are in one process and share nothing. The serial contender is no peer.",
    results: "METG.md",
};

/// The share of the peak.
const SHARE: f64 = 0.5;
/// The name of the contender that the aims name.
const MPI: &str = "plain MPI, nonblocking";

/// A graph to sweep.
struct Shape {
    name: &'static str,
    how: &'static str,
    pattern: Pattern,
    points_a_thread: usize,
    /// Whether the aim is about it.
    aimed: bool,
}

const SHAPES: &[Shape] = &[
    Shape {
        name: "stencil_1d, a point a thread",
        how: "Each row has one point a thread, each point needs itself and its neighbours: on two threads both tasks of a row wait \
for both tasks of the row before, as in the paper's main figure.",
        pattern: Pattern::Stencil1d,
        points_a_thread: 1,
        aimed: true,
    },
    Shape {
        name: "stencil_1d, 8 points a thread",
        how: "Each row has eight points a thread, each point needs itself and its neighbours, so threads need not wait for each other \
at every row.",
        pattern: Pattern::Stencil1d,
        points_a_thread: 8,
        aimed: false,
    },
];

/// The names of all questions.
pub fn names() -> Vec<String> {
    SHAPES
        .iter()
        .flat_map(|shape| Form::ALL.map(|form| shape.question(form)))
        .collect()
}

/// Measures the shapes that `selects` has a question of; the rows of a shape as soon as they are there.
pub fn measure(effort: Effort, selects: impl Fn(&str) -> bool, mut show: impl FnMut(&[Measured])) {
    for shape in SHAPES {
        let forms: Vec<Form> = Form::ALL
            .into_iter()
            .filter(|&form| selects(&shape.question(form)))
            .collect();
        if forms.is_empty() {
            continue;
        }
        let on_one = shape.sweep(1, &forms, effort);
        let on_two = shape.sweep(2, &forms, effort);
        for form in forms {
            let one = shape.row(form, 1, &on_one, None);
            let two = shape.row(form, 2, &on_two, Some(&one));
            show(&[one, two]);
        }
    }
}

/// How much to run.
struct Pace {
    steps: i64,
    /// The iterations of the largest size, and by how much each is smaller than the one before.
    largest: f64,
    factor: f64,
    rounds: usize,
    warm: usize,
    runs: usize,
}

impl Pace {
    fn of(effort: Effort) -> Pace {
        match effort {
            Effort::Full => Pace {
                steps: 1000,
                largest: 16_384.0,
                factor: 1.5,
                rounds: 7,
                warm: 2,
                runs: 5,
            },
            Effort::Quick => Pace {
                steps: 50,
                largest: 4096.0,
                factor: 4.0,
                rounds: 2,
                warm: 1,
                runs: 1,
            },
        }
    }

    /// The iterations of all sizes, down to about as many as an empty task takes.
    fn sizes(&self) -> Vec<i64> {
        std::iter::successors(Some(self.largest), |size| Some(size / self.factor))
            .map(|size| size.round() as i64)
            .take_while(|&size| size >= 8)
            .collect()
    }
}

/// What one contender reached in a sweep: in every round the seconds of every size.
struct Curve {
    name: &'static str,
    role: Role,
    form: Option<Form>,
    rounds: Result<Vec<Vec<f64>>, Failure>,
}

/// A whole sweep.
struct Sweep {
    graphs: Vec<TaskGraph>,
    curves: Vec<Curve>,
}

impl Shape {
    fn question(&self, form: Form) -> String {
        format!("metg/{}, {}", self.name, form.name())
    }

    fn graph(&self, threads: usize, steps: i64, iterations: i64) -> TaskGraph {
        let mut graph = TaskGraph::new(0);
        graph.pattern = self.pattern;
        graph.width = (self.points_a_thread * threads) as i64;
        graph.steps = steps;
        graph.fields = steps;
        graph.kernel.kind = KernelKind::ComputeBound;
        graph.kernel.iterations = iterations;
        graph
    }

    fn sweep(&self, threads: usize, forms: &[Form], effort: Effort) -> Sweep {
        let pace = Pace::of(effort);
        // Every shape has about as many tasks.
        let steps = pace.steps / self.points_a_thread as i64;
        let graphs: Vec<TaskGraph> = pace
            .sizes()
            .into_iter()
            .map(|iterations| self.graph(threads, steps, iterations))
            .collect();
        let schedules: Vec<Arc<Schedule>> = graphs
            .iter()
            .map(|graph| Arc::new(Schedule::new(std::slice::from_ref(graph)).expect("it is small")))
            .collect();
        let mut contenders = contenders::all(threads, forms);
        let number = contenders.len();
        let mut curves: Vec<Curve> = contenders.iter().map(Curve::new).collect();
        for round in 0..pace.rounds {
            for turn in 0..number {
                let at = (turn + round) % number;
                let curve = &mut curves[at];
                if let Ok(rounds) = &mut curve.rounds {
                    match contenders[at].run(&graphs, &schedules, threads, pace.warm, pace.runs) {
                        Ok(seconds) => rounds.push(seconds),
                        Err(failure) => curve.rounds = Err(failure),
                    }
                }
            }
        }
        Sweep { graphs, curves }
    }

    fn row(
        &self,
        form: Form,
        threads: usize,
        sweep: &Sweep,
        on_one: Option<&Measured>,
    ) -> Measured {
        let figures = sweep
            .curves
            .iter()
            .filter(|curve| curve.form.is_none_or(|own| own == form))
            .map(|curve| sweep.figure(curve, threads))
            .collect();
        let aims = if self.aimed && form == Form::Ranks {
            // Within 1.5 times what it takes there.
            let goal = Goal::Share {
                percent: 66.7,
                of: MPI,
            };
            vec![Aim {
                threads: Some(2),
                goal,
            }]
        } else if self.aimed && form == Form::Prepared {
            [Goal::AtMost(1000.0), Goal::AheadOf(MPI)]
                .map(|goal| Aim {
                    threads: Some(2),
                    goal,
                })
                .into()
        } else {
            Vec::new()
        };
        let measured = Measured {
            name: self.question(form),
            how: self.how,
            profile: None,
            unit: Unit::nanoseconds("task at 50 % efficiency", 1),
            threads,
            figures,
            aims: Vec::new(),
        };
        measured.judged(&aims, on_one)
    }
}

impl Curve {
    fn new(contender: &Contender) -> Curve {
        Curve {
            name: contender.name,
            role: contender.role,
            form: contender.form,
            rounds: Ok(Vec::new()),
        }
    }
}

impl Sweep {
    /// The sizes with the seconds of one round.
    fn sizes(&self, seconds: &[f64]) -> Vec<Size> {
        let flops = |graph| Totals::of(std::slice::from_ref(graph), 0).flops;
        self.graphs
            .iter()
            .zip(seconds)
            .map(|(graph, &seconds)| Size {
                flops: flops(graph),
                seconds,
            })
            .collect()
    }

    /// The best rate anybody reached, by the medians over the rounds.
    fn peak(&self) -> f64 {
        let mut peak = 0.0_f64;
        for rounds in self
            .curves
            .iter()
            .filter_map(|curve| curve.rounds.as_ref().ok())
        {
            let medians: Vec<f64> = (0..self.graphs.len())
                .filter_map(|size| {
                    let seconds: Vec<f64> = rounds.iter().map(|round| round[size]).collect();
                    Some(Summary::of(&seconds)?.median)
                })
                .collect();
            let rates = self.sizes(&medians).into_iter().map(|size| size.rate());
            peak = rates.fold(peak, f64::max);
        }
        peak
    }

    fn figure(&self, curve: &Curve, threads: usize) -> Figure {
        let peak = self.peak();
        let tasks = self.graphs[0].tasks();
        let of_round =
            |seconds: &Vec<f64>| match metg(&self.sizes(seconds), tasks, threads, peak, SHARE) {
                Metg::At(seconds) | Metg::Below(seconds) => Some(seconds * 1e9),
                Metg::Never => None,
            };
        let result = curve
            .rounds
            .as_ref()
            .map_err(Failure::clone)
            .and_then(|rounds| {
                let found: Option<Vec<f64>> = rounds.iter().map(of_round).collect();
                found
                    .and_then(|found| Summary::of(&found))
                    .ok_or_else(|| Failure::Broken("never reaches half of the peak".into()))
            });
        Figure {
            name: curve.name,
            role: curve.role,
            result,
            run: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sweep(overheads: &[(Option<Form>, f64)]) -> Sweep {
        let shape = &SHAPES[0];
        let graphs: Vec<TaskGraph> = Pace::of(Effort::Full)
            .sizes()
            .into_iter()
            .map(|iterations| shape.graph(2, 100, iterations))
            .collect();
        let curves = overheads
            .iter()
            .map(|&(form, overhead)| {
                // Two threads of 64 operations a nanosecond, and what is added to each task.
                let seconds = |graph: &TaskGraph| {
                    let flops = Totals::of(std::slice::from_ref(graph), 0).flops as f64;
                    flops / 128e9 + overhead * graph.tasks() as f64 / 2.0
                };
                Curve {
                    name: if form.is_some() { "ours" } else { MPI },
                    role: if form.is_some() {
                        Role::Ours
                    } else {
                        Role::Peer
                    },
                    form,
                    rounds: Ok(vec![graphs.iter().map(seconds).collect(); 3]),
                }
            })
            .collect();
        Sweep { graphs, curves }
    }

    #[test]
    fn a_row_has_one_form_and_all_peers() {
        let sweep = sweep(&[
            (Some(Form::Prepared), 1e-7),
            (Some(Form::Loop), 4e-7),
            (None, 2e-7),
        ]);
        let row = SHAPES[0].row(Form::Prepared, 2, &sweep, None);
        assert_eq!(row.figures.len(), 2);
        let ours = row.ours().unwrap().result.as_ref().unwrap().median;
        assert!((ours / 200.0 - 1.0).abs() < 0.1, "{ours}");
        let ratio = row.ratio().unwrap();
        assert!((ratio / 2.0 - 1.0).abs() < 0.1, "{ratio}");
        assert_eq!(row.aims.len(), 2);
        assert!(
            row.aims
                .iter()
                .all(|(_, outcome)| *outcome == crate::harness::Outcome::Reached)
        );
    }

    #[test]
    fn a_contender_that_is_not_there_has_no_figure() {
        let mut sweep = sweep(&[(Some(Form::Loop), 1e-7), (None, 2e-7)]);
        sweep.curves[1].rounds = Err(Failure::NotBuilt("install it"));
        let row = SHAPES[0].row(Form::Loop, 2, &sweep, None);
        assert_eq!(row.best_peer(), None);
        assert!(row.ours().unwrap().result.is_ok());
    }

    #[test]
    fn every_contender_runs_a_small_sweep() {
        let mut rows = Vec::new();
        measure(
            Effort::Quick,
            |name| name.contains("a point a thread"),
            |measured| rows.extend(measured.to_vec()),
        );
        assert_eq!(rows.len(), 2 * Form::ALL.len());
        for figure in rows.iter().flat_map(|row| &row.figures) {
            // On a busy machine nobody may reach half of the peak. But nobody answers wrongly.
            assert!(
                !matches!(figure.result, Err(Failure::Wrong(_))),
                "{figure:?}"
            );
        }
    }
}
