//! Programs that must not compile, each with the exact message a user gets, and programs that must.
//!
//! The tests are selected within the whole workspace: with `--package ui-tests` cargo would choose other
//! features and profiles for shared dependencies, and build all of them a second time.

use std::fs;

use crate::test::{Step, StepEnd};
use crate::workspace::Workspace;

pub(in crate::test) const STEP: Step = Step {
    name: "ui",
    about: "compile errors, as users see them",
    runs_tests: true,
    run,
};

fn run(workspace: &Workspace) -> StepEnd {
    let folder = workspace.root().join("ui-tests/tests");
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) => return StepEnd::failed(format!("{}: {error}", folder.display())),
    };
    let mut command = workspace.cargo("test");
    command.args(["--workspace", "--exclude", "dagger-mpi", "--no-fail-fast"]);
    for path in entries.flatten().map(|entry| entry.path()) {
        if let (true, Some(stem)) = (path.is_file(), path.file_stem()) {
            command.arg("--test").arg(stem);
        }
    }
    if command.get_args().all(|argument| argument != "--test") {
        return StepEnd::failed("ui-tests has no test");
    }
    StepEnd::of_cargo(&mut command, "the ui tests")
}
