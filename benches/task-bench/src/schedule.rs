//! All tasks of all graphs, listed before the clock starts.
//!
//! The list says for each task where its output goes and where its inputs lie. It is in program order, row by row, the
//! rows of several graphs side by side. All executors read it, so none of them pays for the patterns while it is timed. What a task must
//! find in its inputs is not taken from here but from the graph's dependences, so that a mistake in the list is found out.

use crate::graph::{Interval, TaskGraph};
use crate::point::{Corrupted, Execution, Line, lines};
use std::ops::Range;
use std::sync::atomic::{AtomicU32, Ordering};

/// A Dagger node takes so many ranges of inputs. Tasks with more have nodes before them that check the others.
pub const ARITY: usize = 3;

/// One run's worth of tasks; see the [module](self).
#[derive(Debug)]
pub struct Schedule {
    graphs: Vec<Planned>,
    nodes: Vec<Node>,
    /// The inputs of all nodes, one node's behind the other's.
    ranges: Vec<Place>,
    /// Where each row begins in `nodes`, and the end of the last.
    rows: Vec<usize>,
    /// Of all outputs.
    lines: usize,
    run: AtomicU32,
}

#[derive(Debug)]
struct Planned {
    graph: TaskGraph,
    /// Lines of one output.
    lines: usize,
    /// Where each point's dependences begin in `intervals`, for one set after the other.
    starts: Vec<usize>,
    intervals: Vec<Interval>,
}

#[derive(Clone, Copy, Debug)]
struct Node {
    graph: u32,
    step: u32,
    point: u32,
    first_range: u32,
    /// Where its output begins.
    line: u32,
}

#[derive(Clone, Copy, Debug)]
struct Place {
    start: u32,
    end: u32,
}

impl From<Place> for Range<usize> {
    fn from(place: Place) -> Range<usize> {
        place.start as usize..place.end as usize
    }
}

impl Planned {
    fn new(graph: &TaskGraph) -> Planned {
        let mut planned = Planned {
            lines: lines(graph.output_bytes),
            graph: graph.clone(),
            starts: vec![0],
            intervals: Vec::new(),
        };
        for set in 0..graph.sets() {
            for point in graph.points().points() {
                planned.intervals.extend(graph.dependencies(set, point));
                planned.starts.push(planned.intervals.len());
            }
        }
        planned
    }

    /// What the task needs, as [`TaskGraph::inputs`] says it.
    #[inline]
    fn inputs(&self, step: i64, point: i64) -> impl Iterator<Item = Interval> {
        let before = self.graph.row(step - 1);
        let intervals = match before {
            Some(_) => {
                let place = (self.graph.set_at(step) * self.graph.width + point) as usize;
                &self.intervals[self.starts[place]..self.starts[place + 1]]
            }
            None => &[],
        };
        intervals
            .iter()
            .filter_map(move |interval| interval.meet(before?))
    }

    /// Where the outputs of `points` of row `step` lie, behind the graph's first line.
    fn place(&self, step: i64, points: Interval) -> Range<usize> {
        let row = (step % self.graph.fields * self.graph.width) as usize;
        let start = (row + points.first as usize) * self.lines;
        start..start + points.count() as usize * self.lines
    }

    fn all_lines(&self) -> Option<usize> {
        let rows = self.graph.fields.min(self.graph.steps);
        usize::try_from(rows.checked_mul(self.graph.width)?)
            .ok()?
            .checked_mul(self.lines)
    }
}

impl Schedule {
    /// Lists the tasks of `graphs`.
    ///
    /// # Errors
    /// If there are too many of them.
    pub fn new(graphs: &[TaskGraph]) -> Result<Schedule, String> {
        const TOO_MANY: &str =
            "too many tasks for one process: use fewer -steps, a smaller -width or fewer -field";
        let mut schedule = Schedule {
            graphs: graphs.iter().map(Planned::new).collect(),
            nodes: Vec::new(),
            ranges: Vec::new(),
            rows: vec![0],
            lines: 0,
            run: AtomicU32::new(0),
        };
        let mut bases = Vec::new();
        for planned in &schedule.graphs {
            bases.push(schedule.lines);
            schedule.lines = planned
                .all_lines()
                .and_then(|lines| lines.checked_add(schedule.lines))
                .filter(|&lines| u32::try_from(lines).is_ok())
                .ok_or(TOO_MANY)?;
        }
        for step in 0..graphs.iter().map(|graph| graph.steps).max().unwrap_or(0) {
            for (number, (planned, &base)) in schedule.graphs.iter().zip(&bases).enumerate() {
                if step >= planned.graph.steps {
                    continue;
                }
                for point in planned
                    .graph
                    .row(step)
                    .into_iter()
                    .flat_map(Interval::points)
                {
                    schedule.nodes.push(Node {
                        graph: number as u32,
                        step: u32::try_from(step).map_err(|_| TOO_MANY)?,
                        point: u32::try_from(point).map_err(|_| TOO_MANY)?,
                        first_range: u32::try_from(schedule.ranges.len()).map_err(|_| TOO_MANY)?,
                        line: (base + planned.place(step, Interval::point(point)).start) as u32,
                    });
                    let number: i64 = planned.inputs(step, point).map(Interval::count).sum();
                    for interval in planned.inputs(step, point) {
                        // Single outputs all have one size, which makes them quick to find by address.
                        let split = number as usize <= ARITY;
                        let pieces: &mut dyn Iterator<Item = Interval> = if split {
                            &mut interval.points().map(Interval::point)
                        } else {
                            &mut std::iter::once(interval)
                        };
                        for piece in pieces {
                            let place = planned.place(step - 1, piece);
                            schedule.ranges.push(Place {
                                start: (base + place.start) as u32,
                                end: (base + place.end) as u32,
                            });
                        }
                    }
                }
            }
            schedule.rows.push(schedule.nodes.len());
        }
        if u32::try_from(schedule.nodes.len()).is_err() {
            return Err(TOO_MANY.to_owned());
        }
        Ok(schedule)
    }

    /// The graphs.
    pub fn graphs(&self) -> impl Iterator<Item = &TaskGraph> {
        self.graphs.iter().map(|planned| &planned.graph)
    }

    /// How many tasks there are.
    pub fn tasks(&self) -> usize {
        self.nodes.len()
    }

    /// How many rows the highest graph has.
    pub fn rows(&self) -> usize {
        self.rows.len() - 1
    }

    /// The tasks of a row.
    pub fn row(&self, step: usize) -> Range<usize> {
        self.rows[step]..self.rows[step + 1]
    }

    /// The size of the memory for all outputs, in lines.
    pub fn lines(&self) -> usize {
        self.lines
    }

    /// Memory for all outputs.
    ///
    /// # Errors
    /// If there is not enough.
    pub fn memory(&self) -> Result<Vec<Line>, String> {
        let mut memory = Vec::new();
        memory.try_reserve_exact(self.lines).map_err(|_| {
            format!(
                "no memory for {} bytes of outputs: use a smaller -field",
                self.lines * size_of::<Line>()
            )
        })?;
        memory.resize(self.lines, Line::default());
        Ok(memory)
    }

    /// Begins a new run: what earlier ones left in the memory is wrong from now on.
    pub fn begin_run(&self) {
        // Relaxed: every executor orders the start of a run before its tasks.
        self.run.fetch_add(1, Ordering::Relaxed);
    }

    /// Which run it is.
    pub fn run(&self) -> u32 {
        // Relaxed: see `begin_run`.
        self.run.load(Ordering::Relaxed)
    }

    /// Takes part in a run that has begun elsewhere.
    pub fn follow(&self, run: u32) {
        // Relaxed: see `begin_run`.
        if self.run.load(Ordering::Relaxed) != run {
            // Relaxed: as above.
            self.run.store(run, Ordering::Relaxed);
        }
    }

    /// Which of so many ranks has the task's column: each a row of columns, as equal as may be.
    pub fn share(&self, task: usize, ranks: usize) -> usize {
        let node = &self.nodes[task];
        let width = self.graphs[node.graph as usize].graph.width.max(1);
        (i64::from(node.point) * ranks as i64 / width).clamp(0, ranks as i64 - 1) as usize
    }

    /// Where a task's output goes.
    #[inline]
    pub fn output(&self, task: usize) -> Range<usize> {
        let node = &self.nodes[task];
        let start = node.line as usize;
        start..start + self.graphs[node.graph as usize].lines
    }

    /// Where a task's inputs lie; a range may hold several of them.
    #[inline]
    pub fn inputs(&self, task: usize) -> impl ExactSizeIterator<Item = Range<usize>> {
        self.places(task).iter().map(|&place| place.into())
    }

    /// The same, one input at a time.
    pub fn single_inputs(&self, task: usize) -> impl Iterator<Item = Range<usize>> {
        let lines = self.graphs[self.nodes[task].graph as usize].lines;
        self.inputs(task)
            .flat_map(move |range| range.step_by(lines))
            .map(move |start| start..start + lines)
    }

    /// Runs a task: `inputs` are what lies in the ranges of [`inputs`](Self::inputs).
    ///
    /// # Errors
    /// If an input is not what it should be.
    #[inline]
    pub fn execute<'a>(
        &self,
        task: usize,
        inputs: impl IntoIterator<Item = &'a [Line]>,
        output: &mut [Line],
    ) -> Result<(), Corrupted> {
        self.finish(task, 0, inputs, output)
    }

    /// How many nodes of [`ARITY`] ranges each come before a task's own.
    #[inline]
    pub fn early_nodes(&self, task: usize) -> usize {
        self.places(task).len().saturating_sub(1) / ARITY
    }

    /// How many ranges a task's own node takes.
    #[inline]
    pub fn own_ranges(&self, task: usize) -> usize {
        self.places(task).len() - self.early_nodes(task) * ARITY
    }

    /// Range `number` of those a task's own node takes.
    #[inline]
    pub fn own_range(&self, task: usize, number: usize) -> Range<usize> {
        self.range(task, self.early_nodes(task), number)
    }

    /// Range `number` of those that early node `early` takes.
    #[inline]
    pub fn range(&self, task: usize, early: usize, number: usize) -> Range<usize> {
        self.places(task)[early * ARITY + number].into()
    }

    /// Checks the inputs that early node `early` takes.
    ///
    /// # Errors
    /// If one is not what it should be.
    pub fn check_early(
        &self,
        task: usize,
        early: usize,
        inputs: [&[Line]; ARITY],
    ) -> Result<(), Corrupted> {
        let (execution, planned) = self.execution(task);
        let before = self.inputs_before(task, early);
        let mut expected = expected(planned, &execution).skip(before);
        let inputs = inputs
            .into_iter()
            .flat_map(|range| range.chunks_exact(planned.lines));
        execution.check(before, &mut expected, inputs).map(drop)
    }

    /// Runs a task whose inputs have been checked but for those of the last node, `early`.
    ///
    /// # Errors
    /// If an input is not what it should be.
    #[inline]
    pub fn finish<'a>(
        &self,
        task: usize,
        early: usize,
        inputs: impl IntoIterator<Item = &'a [Line]>,
        output: &mut [Line],
    ) -> Result<(), Corrupted> {
        let (execution, planned) = self.execution(task);
        let before = self.inputs_before(task, early);
        let mut expected = expected(planned, &execution).skip(before);
        let inputs = inputs
            .into_iter()
            .flat_map(|range| range.chunks_exact(planned.lines));
        let number = execution.check(before, &mut expected, inputs)?;
        execution.end_of_inputs(before + number, &mut expected)?;
        execution.work(output)
    }

    #[inline]
    fn places(&self, task: usize) -> &[Place] {
        let first = self.nodes[task].first_range as usize;
        let end = self
            .nodes
            .get(task + 1)
            .map_or(self.ranges.len(), |next| next.first_range as usize);
        &self.ranges[first..end]
    }

    #[inline]
    fn execution(&self, task: usize) -> (Execution<'_>, &Planned) {
        let node = &self.nodes[task];
        let planned = &self.graphs[node.graph as usize];
        let execution = Execution {
            graph: &planned.graph,
            // Relaxed: see `begin_run`.
            run: self.run.load(Ordering::Relaxed),
            step: node.step.into(),
            point: node.point.into(),
        };
        (execution, planned)
    }

    /// How many inputs the nodes before `early` check.
    #[inline]
    fn inputs_before(&self, task: usize, early: usize) -> usize {
        if early == 0 {
            return 0;
        }
        let lines = self.graphs[self.nodes[task].graph as usize].lines;
        self.inputs(task)
            .take(early * ARITY)
            .map(|range| range.len() / lines)
            .sum()
    }

    /// Sends a task to the wrong place for its last input, so that tests see whether it notices.
    #[cfg(test)]
    pub(crate) fn misdirect(&mut self, task: usize) {
        let (own, place) = (
            self.output(task),
            *self.places(task).last().expect("it has inputs"),
        );
        let length = place.end - place.start;
        let other = (0..self.lines as u32)
            .step_by(own.len())
            .find(|&start| {
                start != place.start
                    && start + length <= self.lines as u32
                    && (start + length <= own.start as u32 || start >= own.end as u32)
            })
            .expect("there is another place");
        let end = self
            .nodes
            .get(task + 1)
            .map_or(self.ranges.len(), |next| next.first_range as usize);
        self.ranges[end - 1] = Place {
            start: other,
            end: other + length,
        };
    }
}

/// The points a task's inputs must come from.
#[inline]
fn expected<'p>(
    planned: &'p Planned,
    execution: &Execution<'_>,
) -> impl Iterator<Item = i64> + use<'p> {
    planned
        .inputs(execution.step, execution.point)
        .flat_map(Interval::points)
}
