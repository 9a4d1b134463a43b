//! Looks for what the other steps need from the system, and installs it where it may.

use crate::setup::provide_for_tests;
use crate::test::{Step, StepEnd};
use crate::workspace::Workspace;

pub(in crate::test) const STEP: Step = Step {
    name: "setup",
    about: "what the tests need from the system is there",
    runs_tests: false,
    run,
};

fn run(_: &Workspace) -> StepEnd {
    let missing = provide_for_tests();
    for line in &missing {
        println!("{line}");
    }
    if missing.is_empty() {
        StepEnd::passed()
    } else {
        StepEnd::failed("something is missing: `cargo xtask setup` installs it or says how")
    }
}
