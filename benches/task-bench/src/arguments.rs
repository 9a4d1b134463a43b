//! The command line.
//!
//! The flags are the original's, with their meanings and defaults; `-executor`, `-threads` and `-warm` are ours. Unlike
//! the original, which passes over what it does not know, an unknown flag is a mistake.

use crate::executor::{self, Executor};
use crate::graph::TaskGraph;
use crate::kernel;
use crate::pattern;
use crate::point::STAMP_BYTES;
use crate::well_formed;
use std::fmt::{Debug, Display, Write};
use std::num::NonZero;
use std::str::FromStr;

/// What the command line asks for.
#[derive(Clone, Debug)]
pub struct App {
    /// The graphs, to be run side by side.
    pub graphs: Vec<TaskGraph>,
    /// Among how many nodes the points are thought to be divided, to estimate transfers; 0 for no estimate.
    pub nodes: i64,
    /// 1 to print the dependences, 2 to print the reverse ones as well.
    pub verbose: u32,
    /// Whether to look at every dependence before the run.
    pub checks_graphs: bool,
    /// Who runs the tasks.
    pub executor: Executor,
    /// On how many threads.
    pub threads: usize,
    /// Runs before the one that is reported.
    pub warm: usize,
}

/// What to do.
#[derive(Clone, Debug)]
pub enum Request {
    /// Print the usage.
    Help,
    /// Run.
    Run(App),
}

impl App {
    /// Reads the arguments after the program's name.
    ///
    /// # Errors
    /// A sentence for the user: which flag is wrong, and what it takes.
    pub fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Request, String> {
        let mut app = App {
            graphs: Vec::new(),
            nodes: 0,
            verbose: 0,
            checks_graphs: true,
            executor: Executor::Prepared,
            threads: std::thread::available_parallelism().map_or(1, NonZero::get),
            warm: 1,
        };
        let mut open = Open::new(0);
        let mut arguments = arguments.into_iter();
        while let Some(flag) = arguments.next() {
            match flag.as_str() {
                "-h" | "--help" => return Ok(Request::Help),
                "-v" => app.verbose += 1,
                "-vv" => app.verbose += 2,
                "-skip-graph-validation" => app.checks_graphs = false,
                "-and" => {
                    let next = Open::new(app.graphs.len() as i64 + 1);
                    app.graphs.push(std::mem::replace(&mut open, next).close()?);
                }
                _ => {
                    let mut value = || {
                        arguments
                            .next()
                            .ok_or_else(|| format!("{flag} needs a value"))
                    };
                    if !open.set(&flag, &mut value)? && !app.set(&flag, &mut value)? {
                        return Err(format!("unknown flag {flag}"));
                    }
                }
            }
        }
        app.graphs.push(open.close()?);
        if app.checks_graphs {
            app.graphs
                .iter()
                .try_for_each(well_formed::check_dependences)?;
        }
        Ok(Request::Run(app))
    }

    fn set(
        &mut self,
        flag: &str,
        value: &mut impl FnMut() -> Result<String, String>,
    ) -> Result<bool, String> {
        match flag {
            "-nodes" => self.nodes = number(flag, &value()?, 1, i64::from(i32::MAX))?,
            "-executor" => self.executor = choice(flag, &value()?, executor::NAMES)?,
            "-threads" => self.threads = number(flag, &value()?, 1, 4096)?,
            "-warm" => self.warm = number(flag, &value()?, 0, 1_000_000)?,
            _ => return Ok(false),
        }
        Ok(true)
    }
}

/// A graph whose flags are being read.
struct Open {
    graph: TaskGraph,
    period: Option<i64>,
    fields: Option<i64>,
}

impl Open {
    fn new(index: i64) -> Open {
        Open {
            graph: TaskGraph::new(index),
            period: None,
            fields: None,
        }
    }

    /// Whether `flag` is one of a graph's.
    fn set(
        &mut self,
        flag: &str,
        value: &mut impl FnMut() -> Result<String, String>,
    ) -> Result<bool, String> {
        // Rows and points fit half a word, since a task list holds them.
        let most = i64::from(i32::MAX);
        let graph = &mut self.graph;
        match flag {
            "-steps" => graph.steps = number(flag, &value()?, 1, most)?,
            "-width" => graph.width = number(flag, &value()?, 1, most)?,
            "-type" => graph.pattern = pattern_named(&value()?)?,
            "-radix" => graph.radix = number(flag, &value()?, 0, most)?,
            "-period" => self.period = Some(number(flag, &value()?, 0, most)?),
            "-fraction" => graph.fraction = number(flag, &value()?, 0.0, 1.0)?,
            "-kernel" => graph.kernel.kind = kernel_named(&value()?)?,
            "-iter" => graph.kernel.iterations = number(flag, &value()?, 0, i64::MAX / 256)?,
            "-output" => graph.output_bytes = number(flag, &value()?, STAMP_BYTES, 1 << 40)?,
            "-scratch" => graph.scratch_bytes = number(flag, &value()?, 0, 1 << 40)?,
            "-sample" => graph.kernel.samples = number(flag, &value()?, 0, most)?,
            "-imbalance" => graph.kernel.imbalance = number(flag, &value()?, 0.0, 2.0)?,
            "-mem-fraction" => graph.kernel.memory_fraction = number(flag, &value()?, 0.0, 1.0)?,
            "-field" => self.fields = Some(number(flag, &value()?, 1, most)?),
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn close(self) -> Result<TaskGraph, String> {
        let mut graph = self.graph;
        let usual = if graph.pattern.needs_period() { 3 } else { 0 };
        graph.period = self.period.unwrap_or(usual);
        graph.fields = self.fields.unwrap_or(graph.steps);
        well_formed::check_parameters(&graph)?;
        Ok(graph)
    }
}

fn number<N>(flag: &str, text: &str, least: N, most: N) -> Result<N, String>
where
    N: FromStr + PartialOrd + Display + Copy,
{
    match text.parse::<N>() {
        Ok(value) if least <= value && value <= most => Ok(value),
        _ => Err(format!(
            "{flag} {text}: expected a number from {least} to {most}"
        )),
    }
}

fn choice<T: Copy>(flag: &str, text: &str, names: &[(&str, T)]) -> Result<T, String> {
    let found = names.iter().find(|(name, _)| *name == text);
    found.map(|&(_, value)| value).ok_or_else(|| {
        let all: Vec<&str> = names.iter().map(|(name, _)| *name).collect();
        format!("{flag} {text}: expected one of {}", all.join(", "))
    })
}

fn pattern_named(text: &str) -> Result<pattern::Pattern, String> {
    if text == "random_spread" {
        return Err(
            "-type random_spread: the original names this pattern but does not define it".into(),
        );
    }
    choice("-type", text, pattern::NAMES)
}

fn kernel_named(text: &str) -> Result<kernel::KernelKind, String> {
    if text == "io_bound" {
        return Err(
            "-kernel io_bound: the original names this kernel but has no code for it".into(),
        );
    }
    choice("-kernel", text, kernel::NAMES)
}

/// What `-h` prints.
pub fn usage() -> String {
    let mut text = String::from(FLAGS);
    let mut list = |title: &str, names: Vec<&str>| {
        let _ = write!(text, "\n{title}:\n");
        for name in names {
            let _ = writeln!(text, "  {name}");
        }
    };
    list("Patterns (-type)", first_of(pattern::NAMES));
    list("Kernels (-kernel)", first_of(kernel::NAMES));
    list("Executors (-executor)", first_of(executor::NAMES));
    text
}

fn first_of<T: Debug>(names: &[(&'static str, T)]) -> Vec<&'static str> {
    names.iter().map(|(name, _)| *name).collect()
}

const FLAGS: &str = "\
task-bench: Task Bench for Dagger and its peers

The run:
  -executor NAME     who runs the tasks (dagger)
  -threads N         on how many threads (all cores)
  -warm N            runs before the one that is reported (1)
  -nodes N           estimate what is transferred between N nodes
  -v, -vv            print the dependences; the reverse ones, too
  -skip-graph-validation
                     do not look at every dependence before the run
  -h                 print this and stop

A task graph; -and begins another one that runs beside it:
  -steps N           rows (4)
  -width N           points in the widest row (4)
  -type PATTERN      which points need which (trivial)
  -radix N           dependences of nearest, spread and random_nearest (3)
  -period N          rows until the pattern repeats, for spread and random_nearest (3)
  -fraction X        share of the dependences there are, for random_nearest (0.25)
  -output N          bytes of a task's output, at least 16 (16)
  -field N           rows until the memory of an output is used again (-steps)

What a task does:
  -kernel KERNEL     (empty)
  -iter N            iterations (0)
  -scratch N         bytes of memory to work in, a multiple of 8 (0)
  -sample N          into how many samples that memory is cut (16)
  -imbalance X       by which part of -iter tasks differ, for load_imbalance (0)
  -mem-fraction X    share of the iterations that go to memory, for compute_and_mem (0)
";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::Pattern;

    fn parse(line: &str) -> Result<Request, String> {
        App::parse(line.split_whitespace().map(str::to_owned))
    }

    fn app(line: &str) -> App {
        match parse(line).unwrap() {
            Request::Run(app) => app,
            Request::Help => panic!("{line} asks for help"),
        }
    }

    #[test]
    fn no_flags_are_one_small_graph() {
        let app = app("");
        assert_eq!(app.graphs, [TaskGraph::new(0)]);
        assert_eq!((app.nodes, app.warm), (0, 1));
    }

    #[test]
    fn every_flag_is_read() {
        let app = app(
            "-steps 9 -width 8 -type spread -radix 2 -period 4 -fraction 0.5 -kernel memory_bound -iter 7 \
            -output 64 -scratch 4096 -sample 8 -imbalance 1.5 -mem-fraction 0.1 -field 3 -nodes 2 -vv -executor rayon \
            -threads 3 -warm 0",
        );
        let graph = &app.graphs[0];
        assert_eq!((graph.steps, graph.width, graph.radix), (9, 8, 2));
        assert_eq!(graph.pattern, Pattern::Spread);
        assert_eq!((graph.period, graph.fields, graph.fraction), (4, 3, 0.5));
        assert_eq!((graph.output_bytes, graph.scratch_bytes), (64, 4096));
        let kernel = graph.kernel;
        assert_eq!(kernel.kind.name(), "memory_bound");
        assert_eq!((kernel.iterations, kernel.samples), (7, 8));
        assert_eq!((kernel.imbalance, kernel.memory_fraction), (1.5, 0.1));
        assert_eq!((app.nodes, app.verbose, app.warm), (2, 2, 0));
        assert_eq!((app.executor, app.threads), (Executor::Rayon, 3));
    }

    #[test]
    fn graphs_are_joined_and_begin_with_the_defaults() {
        let app = app("-width 7 -type random_nearest -and -steps 3");
        assert_eq!(app.graphs.len(), 2);
        assert_eq!((app.graphs[0].width, app.graphs[0].period), (7, 3));
        let second = &app.graphs[1];
        assert_eq!((second.index, second.width, second.steps), (1, 4, 3));
        assert_eq!((second.period, second.fields), (0, 3));
    }

    #[test]
    fn mistakes_name_the_flag() {
        for (line, part) in [
            ("-steps 0", "-steps 0: expected a number from 1"),
            ("-width", "-width needs a value"),
            ("-width x", "-width x"),
            ("-type ring", "-type ring: expected one of all_to_all, dom"),
            ("-type random_spread", "does not define"),
            ("-kernel io_bound", "has no code"),
            ("-output 8", "-output 8: expected a number from 16"),
            ("-fraction 1.5", "from 0 to 1"),
            ("-fraction nan", "-fraction nan"),
            ("-frobnicate 3", "unknown flag -frobnicate"),
            ("-type spread -period 0", "needs a -period"),
            ("-period 2", "has no -period"),
            ("-type spread -width 8 -radix 4 -period 3", "at most 2"),
            ("-type spread -radix 0", "needs a -radix"),
            ("-type fft -width 1", "at least 2"),
            ("-type stencil_1d -field 1", "-field must be"),
            ("-kernel memory_bound", "needs -scratch"),
            (
                "-type stencil_1d_periodic -width 2",
                "depend on point 1 twice",
            ),
            ("-and -type spread -radix 5 -period 1", "task graph 2"),
        ] {
            let mistake = parse(line).unwrap_err();
            assert!(mistake.contains(part), "{line}: {mistake}");
        }
    }

    #[test]
    fn the_usage_names_everything() {
        let text = usage();
        for name in ["stencil_1d_periodic", "memory_daxpy", "openmp-for", "-and"] {
            assert!(text.contains(name));
        }
        assert!(matches!(parse("-width 3 -h"), Ok(Request::Help)));
    }
}
