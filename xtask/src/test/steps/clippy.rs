//! No warning, of rustc or of clippy, in any target of any crate.

use crate::test::{Step, StepEnd};
use crate::workspace::Workspace;

pub(in crate::test) const STEP: Step = Step {
    name: "clippy",
    about: "cargo clippy, warnings denied",
    runs_tests: false,
    run,
};

fn run(workspace: &Workspace) -> StepEnd {
    let mut command = workspace.cargo("clippy");
    command.args(["--workspace", "--exclude", "dagger-mpi"]);
    command.args(["--all-targets", "--keep-going"]);
    command.args(super::OPTIONAL);
    command.args(["--", "-D", "warnings"]);
    StepEnd::of_cargo(&mut command, "cargo clippy")
}
