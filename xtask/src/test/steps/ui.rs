//! Programs that must not compile, each with the exact message a user gets, and programs that must.

use crate::test::{Step, StepEnd};
use crate::workspace::Workspace;

pub(in crate::test) const STEP: Step = Step {
    name: "ui",
    about: "compile errors, as users see them",
    runs_tests: true,
    run,
};

fn run(workspace: &Workspace) -> StepEnd {
    let mut command = workspace.cargo("test");
    command.args(["--package", "ui-tests", "--no-fail-fast"]);
    StepEnd::of_cargo(&mut command, "the ui tests")
}
