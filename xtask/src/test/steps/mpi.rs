//! Ranks over MPI: clippy, documentation and tests of what only builds with one, and every scenario under a real `mpirun`.
//!
//! The usual MPI must be there; MPICH is tested too where it is, in a folder of its own. The tests put a limit of time on each run themselves.

use std::process::Command;

use crate::mpi::Mpi;
use crate::runner::Tally;
use crate::test::{Step, StepEnd, Verdict};
use crate::workspace::Workspace;

pub(in crate::test) const STEP: Step = Step {
    name: "mpi",
    about: "ranks over MPI, under a real mpirun",
    runs_tests: true,
    run,
};

const SECOND: &str = "mpicc.mpich";

fn run(workspace: &Workspace) -> StepEnd {
    let mpi = match Mpi::chosen() {
        Ok(mpi) => mpi,
        Err(why) => return StepEnd::failed(why),
    };
    let mut end = StepEnd {
        verdict: Verdict::Passed,
        tally: Tally::default(),
    };
    let mut then = |mut command: Command, what: &str| {
        let StepEnd { verdict, tally } = StepEnd::of_cargo(&mut command, what);
        end.tally += tally;
        if !matches!(verdict, Verdict::Passed) && matches!(end.verdict, Verdict::Passed) {
            end.verdict = verdict;
        }
    };
    let mut clippy = mpi.cargo(workspace, "clippy");
    clippy.args(["--package", "dagger-mpi", "--package", "dagger"]);
    clippy.args(["--package", "benches", "--features", "benches/mpi"]);
    clippy.args(["--features", "dagger/mpi", "--all-targets", "--keep-going"]);
    clippy.args(["--", "-D", "warnings"]);
    then(clippy, "cargo clippy");
    let mut docs = mpi.cargo(workspace, "doc");
    docs.args(["--package", "dagger-mpi", "--no-deps"]);
    docs.env(
        "RUSTDOCFLAGS",
        super::with_flags("RUSTDOCFLAGS", "-D warnings"),
    );
    then(docs, "cargo doc");
    then(tests(&mpi, workspace), "cargo test");
    match Mpi::of(SECOND) {
        Ok(second) => then(tests(&second, workspace), "cargo test with MPICH"),
        Err(_) => println!("there is no {SECOND}: tested with the usual MPI only"),
    }
    end
}

fn tests(mpi: &Mpi, workspace: &Workspace) -> Command {
    let mut command = mpi.cargo(workspace, "test");
    command.args(["--package", "dagger-mpi", "--no-fail-fast"]);
    command
}
