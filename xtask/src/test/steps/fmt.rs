//! All code is formatted by rustfmt. It changes no file.

use std::process::Command;

use crate::test::{Step, StepEnd};
use crate::workspace::{Workspace, cargo_program};

pub(in crate::test) const STEP: Step = Step {
    name: "fmt",
    about: "cargo fmt --check",
    runs_tests: false,
    run,
};

fn run(workspace: &Workspace) -> StepEnd {
    let mut command = Command::new(cargo_program());
    command
        .args(["fmt", "--all", "--check"])
        .current_dir(workspace.root());
    StepEnd::of_cargo(&mut command, "cargo fmt --check")
}
