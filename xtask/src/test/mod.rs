//! `cargo xtask test`: every check and every test, one step after the other.
//!
//! A step is a module in `steps`; to add one, write it and name it in `STEPS`. A failed step does not
//! keep later ones from running, unless `--fail-fast` is given. The last line printed is `N passed,
//! M failed`: N counts tests that ran (from the runners' `test result:` lines, and one for each run
//! of an example), M those that failed, and one for each failed step that had no failing test. A
//! step that should run tests and ran none has failed.
//!
//! It does not decide what a test is: the runners do, and their output is passed through unchanged.

mod steps;

use std::time::{Duration, Instant};

use crate::runner::{self, Tally};
use crate::workspace::Workspace;
use crate::{Outcome, build_folder};

/// One part of the command.
struct Step {
    name: &'static str,
    about: &'static str,
    /// Whether it runs tests, and so fails if there were none.
    runs_tests: bool,
    run: fn(&Workspace) -> StepEnd,
}

/// How a step ended.
struct StepEnd {
    verdict: Verdict,
    tally: Tally,
}

enum Verdict {
    Passed,
    /// Why, in a few words: the details are in the output.
    Failed(String),
    /// Why it could not apply.
    Skipped(String),
}

impl StepEnd {
    fn passed() -> Self {
        StepEnd {
            verdict: Verdict::Passed,
            tally: Tally::default(),
        }
    }

    fn failed(why: impl Into<String>) -> Self {
        StepEnd {
            verdict: Verdict::Failed(why.into()),
            tally: Tally::default(),
        }
    }

    fn skipped(why: impl Into<String>) -> Self {
        StepEnd {
            verdict: Verdict::Skipped(why.into()),
            tally: Tally::default(),
        }
    }

    /// The end of a step that is one run of cargo.
    fn of_cargo(command: &mut std::process::Command, what: &str) -> Self {
        match runner::run(command, CARGO_LIMIT) {
            Err(why) => StepEnd::failed(why),
            Ok(report) => StepEnd {
                verdict: report
                    .check(what)
                    .map_or_else(Verdict::Failed, |()| Verdict::Passed),
                tally: report.tally,
            },
        }
    }

    /// A test step without tests has failed, and one with a failed test, whatever its runner's status.
    fn require_tests(self) -> Self {
        let why = match self.verdict {
            Verdict::Passed if self.tally.ran() == 0 => "no test ran",
            Verdict::Passed if self.tally.failed > 0 => "a test failed",
            _ => return self,
        };
        StepEnd {
            verdict: Verdict::Failed(why.to_owned()),
            ..self
        }
    }

    /// This step's part of the closing line.
    fn counted(&self) -> Tally {
        let mut tally = self.tally;
        if matches!(self.verdict, Verdict::Failed(_)) {
            tally.failed = tally.failed.max(1);
        }
        tally
    }
}

/// A build and all the tests of a step. Far above what any takes; it only ends what hangs.
const CARGO_LIMIT: Duration = Duration::from_secs(45 * 60);

const STEPS: &[Step] = &[
    steps::setup::STEP,
    steps::fmt::STEP,
    steps::clippy::STEP,
    steps::docs::STEP,
    steps::tidy::STEP,
    steps::unit::STEP,
    steps::zarr::STEP,
    steps::ui::STEP,
    steps::nvrtc::STEP,
    steps::loom::STEP,
    steps::mpi::STEP,
    steps::examples::STEP,
];

/// What the command line asks for.
#[derive(Debug, Default, PartialEq, Eq)]
struct Request {
    only: Vec<String>,
    skip: Vec<String>,
    fail_fast: bool,
    list: bool,
}

/// Runs the command.
pub(crate) fn run(arguments: &[String]) -> Outcome {
    let request = Request::parse(arguments)?;
    if request.list {
        for step in STEPS {
            println!("{:<10} {}", step.name, step.about);
        }
        return Ok(true);
    }
    let workspace = Workspace::locate();
    let _claim = build_folder::claim(&workspace)?;
    println!("building in {}", workspace.target().display());

    let mut results: Vec<(&Step, StepEnd, Duration)> = Vec::new();
    for step in STEPS.iter().filter(|step| request.selects(step.name)) {
        println!("\n=== {}: {}", step.name, step.about);
        let started = Instant::now();
        let mut end = (step.run)(&workspace);
        if step.runs_tests {
            end = end.require_tests();
        }
        let took = started.elapsed();
        println!(
            "--- {}: {} in {}",
            step.name,
            end.verdict.describe(),
            seconds(took)
        );
        let stop = request.fail_fast && matches!(end.verdict, Verdict::Failed(_));
        results.push((step, end, took));
        if stop {
            break;
        }
    }
    Ok(summarise(&results))
}

/// Prints the table and the closing line; whether everything passed.
fn summarise(results: &[(&Step, StepEnd, Duration)]) -> bool {
    println!(
        "\n{:<10} {:>9} {:>7} {:>7}  result",
        "step", "time", "passed", "failed"
    );
    let mut total = Tally::default();
    for (step, end, took) in results {
        let counted = end.counted();
        total += counted;
        println!(
            "{:<10} {:>9} {:>7} {:>7}  {}",
            step.name,
            seconds(*took),
            counted.passed,
            counted.failed,
            end.verdict.describe()
        );
    }
    let failed: Vec<&str> = results
        .iter()
        .filter(|(_, end, _)| matches!(end.verdict, Verdict::Failed(_)))
        .map(|(step, _, _)| step.name)
        .collect();
    if !failed.is_empty() {
        println!("\nfailed steps: {}", failed.join(", "));
    }
    println!("\n{} passed, {} failed", total.passed, total.failed);
    failed.is_empty()
}

impl Verdict {
    fn describe(&self) -> String {
        match self {
            Verdict::Passed => "ok".to_owned(),
            Verdict::Failed(why) => format!("FAILED: {why}"),
            Verdict::Skipped(why) => format!("skipped: {why}"),
        }
    }
}

impl Request {
    fn parse(arguments: &[String]) -> Result<Self, String> {
        let mut request = Request::default();
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            let (flag, inline) = match argument.split_once('=') {
                Some((flag, value)) => (flag, Some(value.to_owned())),
                None => (argument.as_str(), None),
            };
            let mut value = || {
                inline
                    .clone()
                    .or_else(|| rest.next().cloned())
                    .ok_or(format!("{flag} needs the names of steps"))
            };
            match flag {
                "--only" => request.only.extend(step_names(&value()?)?),
                "--skip" => request.skip.extend(step_names(&value()?)?),
                "--fail-fast" => request.fail_fast = true,
                "--list" => request.list = true,
                _ => return Err(format!("unknown argument `{argument}`")),
            }
        }
        if !STEPS.iter().any(|step| request.selects(step.name)) {
            return Err("no step is left to run".to_owned());
        }
        Ok(request)
    }

    fn selects(&self, name: &str) -> bool {
        let named = |list: &[String]| list.iter().any(|entry| entry == name);
        (self.only.is_empty() || named(&self.only)) && !named(&self.skip)
    }
}

fn step_names(list: &str) -> Result<Vec<String>, String> {
    list.split(',')
        .map(|name| {
            if STEPS.iter().any(|step| step.name == name) {
                Ok(name.to_owned())
            } else {
                let known: Vec<&str> = STEPS.iter().map(|step| step.name).collect();
                Err(format!(
                    "there is no step `{name}`; there are: {}",
                    known.join(", ")
                ))
            }
        })
        .collect()
}

fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Result<Request, String> {
        Request::parse(
            &arguments
                .iter()
                .map(|&argument| argument.to_owned())
                .collect::<Vec<_>>(),
        )
    }

    fn step(runs_tests: bool, run: fn(&Workspace) -> StepEnd) -> Step {
        Step {
            name: "sample",
            about: "a sample",
            runs_tests,
            run,
        }
    }

    #[test]
    fn steps_are_selected_by_name() {
        let request = parse(&["--only", "unit,ui", "--fail-fast"]).unwrap();
        assert!(request.fail_fast && request.selects("ui") && !request.selects("fmt"));
        assert!(!parse(&["--skip=loom"]).unwrap().selects("loom"));
        assert!(parse(&[]).unwrap().selects("loom"));
        assert!(
            parse(&["--only", "unti"])
                .unwrap_err()
                .contains("there are: setup, fmt")
        );
        assert!(parse(&["--only"]).is_err());
        assert!(parse(&["--only=ui", "--skip=ui"]).is_err());
        assert!(parse(&["unit"]).is_err());
    }

    #[test]
    fn a_test_step_without_tests_has_failed() {
        assert!(matches!(
            StepEnd::passed().require_tests().verdict,
            Verdict::Failed(_)
        ));
        let one = StepEnd {
            verdict: Verdict::Passed,
            tally: Tally {
                passed: 1,
                failed: 0,
            },
        };
        assert!(matches!(one.require_tests().verdict, Verdict::Passed));
        let tally = Tally {
            passed: 1,
            failed: 1,
        };
        let end = StepEnd {
            verdict: Verdict::Passed,
            tally,
        }
        .require_tests();
        assert!(matches!(end.verdict, Verdict::Failed(_)) && end.tally == tally);
        assert!(matches!(
            StepEnd::skipped("none").require_tests().verdict,
            Verdict::Skipped(_)
        ));
    }

    #[test]
    fn a_failed_step_counts_as_a_failure() {
        assert_eq!(
            StepEnd::failed("it does not compile").counted(),
            Tally {
                passed: 0,
                failed: 1
            }
        );
        let tally = Tally {
            passed: 2,
            failed: 3,
        };
        assert_eq!(
            StepEnd {
                verdict: Verdict::Failed(String::new()),
                tally
            }
            .counted(),
            tally
        );
        let sample = step(false, |_| StepEnd::passed());
        assert!(summarise(&[(&sample, StepEnd::passed(), Duration::ZERO)]));
        assert!(!summarise(&[(
            &sample,
            StepEnd::failed("why"),
            Duration::ZERO
        )]));
    }
}
