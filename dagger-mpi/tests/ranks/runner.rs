//! Every scenario, and how it is to end.

use super::mpirun::{self, Ended};
use std::process::ExitCode;
use std::time::Duration;

/// Ends what hangs; far above what any scenario takes.
const LIMIT: Duration = Duration::from_secs(240);

enum End {
    /// All ranks play their role to the end.
    Well,
    /// The job fails, although only rank 1 does, and these words are in what it prints.
    Badly(&'static str),
}

struct Scenario {
    role: &'static str,
    ranks: usize,
    end: End,
}

const SCENARIOS: &[Scenario] = &[
    well("conform", 1),
    well("conform", 2),
    well("conform", 4),
    well("conform-in-chunks", 3),
    well("conform-through-launch", 2),
    well("several", 3),
    badly("panic", "rank 1 has panicked"),
    badly("panic-elsewhere", "rank 1 has panicked"),
    badly("exit", "rank 1 exits before the run is over"),
    badly("abort", ""),
    badly("left-open", "ends before the run is over"),
];

/// Too large for every machine and every day: run when asked for by name.
const ON_REQUEST: &[Scenario] = &[well("beyond-int", 2)];

const fn well(role: &'static str, ranks: usize) -> Scenario {
    let end = End::Well;
    Scenario { role, ranks, end }
}

const fn badly(role: &'static str, said: &'static str) -> Scenario {
    let end = End::Badly(said);
    Scenario {
        role,
        ranks: 3,
        end,
    }
}

/// Runs those whose role contains the argument, or all. Prints as the standard test runner does.
pub(crate) fn run() -> ExitCode {
    let filter = std::env::args().skip(1).find(|word| !word.starts_with('-'));
    let launcher = match mpirun::launcher() {
        Ok(launcher) => launcher,
        Err(why) => {
            eprintln!("{why}");
            return ExitCode::FAILURE;
        }
    };
    let asked = |scenario: &&Scenario| {
        filter
            .as_ref()
            .is_none_or(|filter| scenario.role.contains(filter.as_str()))
    };
    let (mut passed, mut failed) = (0, 0);
    let on_request = ON_REQUEST.iter().filter(|_| filter.is_some());
    for scenario in SCENARIOS.iter().chain(on_request).filter(asked) {
        let Scenario { role, ranks, end } = scenario;
        let ended = mpirun::run(&launcher, *ranks, role, LIMIT);
        if end.holds(role, *ranks, &ended) {
            passed += 1;
            println!("test {role} on {ranks} ranks ... ok");
        } else {
            failed += 1;
            println!("test {role} on {ranks} ranks ... FAILED\n{ended}");
        }
    }
    let (verdict, code) = match failed {
        0 => ("ok", ExitCode::SUCCESS),
        _ => ("FAILED", ExitCode::FAILURE),
    };
    println!(
        "\ntest result: {verdict}. {passed} passed; {failed} failed; 0 ignored; 0 measured; 0 filtered out"
    );
    code
}

impl End {
    fn holds(&self, role: &str, ranks: usize, ended: &Ended) -> bool {
        let Some(status) = ended.status else {
            return false;
        };
        match self {
            End::Well => {
                let played = ended.output.matches(&format!("played {role}")).count();
                status.success() && played == ranks
            }
            End::Badly(said) => !status.success() && ended.errors.contains(said),
        }
    }
}
