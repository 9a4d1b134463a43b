//! Unit, integration and documentation tests of every crate but `ui-tests`, which has its own step.

use crate::test::{Step, StepEnd};
use crate::workspace::Workspace;

pub(in crate::test) const STEP: Step = Step {
    name: "unit",
    about: "unit, integration and documentation tests of every crate",
    runs_tests: true,
    run,
};

fn run(workspace: &Workspace) -> StepEnd {
    let mut command = workspace.cargo("test");
    command.args(["--workspace", "--no-fail-fast"]);
    command.args(["--exclude", "ui-tests", "--exclude", "dagger-mpi"]);
    command.args(super::OPTIONAL);
    StepEnd::of_cargo(&mut command, "cargo test")
}
