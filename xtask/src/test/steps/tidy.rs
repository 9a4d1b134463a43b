//! The mechanical house rules, as `cargo xtask tidy` checks them.

use crate::test::{Step, StepEnd};
use crate::tidy;
use crate::workspace::Workspace;

pub(in crate::test) const STEP: Step = Step {
    name: "tidy",
    about: "the mechanical house rules",
    runs_tests: false,
    run,
};

fn run(workspace: &Workspace) -> StepEnd {
    match tidy::check(workspace) {
        Ok(0) => StepEnd::passed(),
        Ok(count) => StepEnd::failed(format!("{count} places to mend")),
        Err(error) => StepEnd::failed(error.to_string()),
    }
}
