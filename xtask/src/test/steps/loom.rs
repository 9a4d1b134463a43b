//! The lock-free pieces of `dagger-core`, checked by loom under every interleaving.
//!
//! It builds into a folder of its own, for `--cfg loom` would rebuild everything otherwise.

use std::fs;

use crate::test::{Step, StepEnd};
use crate::workspace::Workspace;

pub(in crate::test) const STEP: Step = Step {
    name: "loom",
    about: "lock-free code under the loom model checker",
    runs_tests: true,
    run,
};

fn run(workspace: &Workspace) -> StepEnd {
    match has_loom_tests(workspace) {
        Err(error) => return StepEnd::failed(error.to_string()),
        Ok(false) => return StepEnd::skipped("dagger-core has no loom test yet"),
        Ok(true) => {}
    }
    let mut command = workspace.cargo("test");
    command
        .args([
            "--package",
            "dagger-core",
            "--lib",
            "--release",
            "--no-fail-fast",
            "loom",
        ])
        .env("RUSTFLAGS", super::with_flags("RUSTFLAGS", "--cfg loom"))
        .env("CARGO_TARGET_DIR", workspace.target().join("loom"));
    StepEnd::of_cargo(&mut command, "cargo test --cfg loom")
}

fn has_loom_tests(workspace: &Workspace) -> Result<bool, Box<dyn std::error::Error>> {
    for path in workspace.files()? {
        let source = path.starts_with("dagger-core/src/") && path.ends_with(".rs");
        if source && fs::read_to_string(workspace.root().join(path))?.contains("loom::model") {
            return Ok(true);
        }
    }
    Ok(false)
}
