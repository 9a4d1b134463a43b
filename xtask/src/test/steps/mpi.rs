//! Ranks over MPI: clippy, documentation and tests of what only builds with one, and every scenario under a real `mpirun`.
//!
//! The usual MPI must be there; MPICH is tested too where it is, in a folder of its own. The tests put a limit of time on each run themselves.

use std::env::consts::EXE_SUFFIX;
use std::process::Command;
use std::time::Duration;

use crate::mpi::Mpi;
use crate::runner::{self, Tally};
use crate::test::{CARGO_LIMIT, Step, StepEnd, Verdict};
use crate::workspace::Workspace;

pub(in crate::test) const STEP: Step = Step {
    name: "mpi",
    about: "ranks over MPI, under a real mpirun",
    runs_tests: true,
    run,
};

const SECOND: &str = "mpicc.mpich";

/// Examples that check what they show of several workers, with their arguments.
const PROGRAMS: [(&str, &[&str]); 3] = [
    ("tour", &["tasks", "diamond", "workers", "data", "arrays"]),
    ("array_workers", &["240", "40"]),
    ("cholesky_ranks", &["300", "64"]),
];
const RANKS: usize = 3;
const LIMIT: Duration = Duration::from_secs(180);

fn run(workspace: &Workspace) -> StepEnd {
    let mpi = match Mpi::chosen() {
        Ok(mpi) => mpi,
        Err(why) => return StepEnd::failed(why),
    };
    let mut end = StepEnd {
        verdict: Verdict::Passed,
        tally: Tally::default(),
    };
    let mut clippy = mpi.cargo(workspace, "clippy");
    clippy.args(["--package", "dagger-mpi", "--package", "dagger"]);
    clippy.args(["--package", "benches", "--features", "benches/mpi"]);
    clippy.args(["--features", "dagger/mpi", "--all-targets", "--keep-going"]);
    clippy.args(["--", "-D", "warnings"]);
    then(&mut end, clippy, "cargo clippy");
    let mut docs = mpi.cargo(workspace, "doc");
    docs.args(["--package", "dagger-mpi", "--no-deps"]);
    docs.env(
        "RUSTDOCFLAGS",
        super::with_flags("RUSTDOCFLAGS", "-D warnings"),
    );
    then(&mut end, docs, "cargo doc");
    then(&mut end, tests(&mpi, workspace), "cargo test");
    then(
        &mut end,
        scenarios(&mpi, workspace),
        "the scenarios under mpirun",
    );
    for (program, arguments) in PROGRAMS {
        match on_ranks(&mpi, workspace, program, arguments) {
            Ok(()) => end.tally.passed += 1,
            Err(why) => {
                end.tally.failed += 1;
                if matches!(end.verdict, Verdict::Passed) {
                    end.verdict = Verdict::Failed(format!("{program} on {RANKS} ranks: {why}"));
                }
            }
        }
    }
    match Mpi::of(SECOND) {
        Ok(second) => then(&mut end, tests(&second, workspace), "cargo test with MPICH"),
        Err(_) => println!("there is no {SECOND}: tested with the usual MPI only"),
    }
    end
}

/// Runs a command; the first that does not pass decides.
fn then(end: &mut StepEnd, mut command: Command, what: &str) {
    let StepEnd { verdict, tally } = StepEnd::of_cargo(&mut command, what);
    end.tally += tally;
    if !matches!(verdict, Verdict::Passed) && matches!(end.verdict, Verdict::Passed) {
        end.verdict = verdict;
    }
}

fn tests(mpi: &Mpi, workspace: &Workspace) -> Command {
    let mut command = mpi.cargo(workspace, "test");
    command.args(["--package", "dagger-mpi", "--no-fail-fast"]);
    command
}

/// The façade's scenarios on several workers, which start themselves as ranks.
fn scenarios(mpi: &Mpi, workspace: &Workspace) -> Command {
    let mut command = mpi.cargo(workspace, "test");
    command.args(["--package", "dagger", "--features", "dagger/mpi"]);
    command.args(["--test", "under_mpirun"]);
    command
}

/// An example as so many ranks: the same program that runs without MPI, and stops where something is not as it should be.
fn on_ranks(
    mpi: &Mpi,
    workspace: &Workspace,
    name: &str,
    arguments: &[&str],
) -> Result<(), String> {
    let mut build = mpi.cargo(workspace, "build");
    build.args(["--release", "--package", "examples", "--bin", name]);
    build.args(["--features", "dagger/mpi"]);
    runner::run(&mut build, CARGO_LIMIT)?.check("building it")?;
    let program = mpi
        .target(workspace)
        .join("release")
        .join(format!("{name}{EXE_SUFFIX}"));
    let mut launch = mpi.launch(RANKS);
    // What earlier runs have learned must not decide.
    launch.env("DAGGER_MODELS", "off");
    // What they write is no part of the clone.
    launch.current_dir(mpi.target(workspace));
    launch.arg(program).args(arguments);
    let report = runner::run(&mut launch, LIMIT)?;
    report.check("the run")?;
    match report.written {
        0 => Err("the run printed nothing".to_owned()),
        _ => Ok(()),
    }
}
