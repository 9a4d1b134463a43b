//! The documentation builds without a warning: no broken link, no missing page.

use crate::test::{Step, StepEnd};
use crate::workspace::Workspace;

pub(in crate::test) const STEP: Step = Step {
    name: "docs",
    about: "rustdoc, warnings denied",
    runs_tests: false,
    run,
};

fn run(workspace: &Workspace) -> StepEnd {
    let mut command = workspace.cargo("doc");
    command
        .args(["--workspace", "--exclude", "dagger-mpi"])
        .args(["--no-deps", "--keep-going"])
        .env(
            "RUSTDOCFLAGS",
            super::with_flags("RUSTDOCFLAGS", "-D warnings"),
        );
    StepEnd::of_cargo(&mut command, "cargo doc")
}
