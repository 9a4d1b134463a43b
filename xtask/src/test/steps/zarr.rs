//! The tests of `dagger-array`'s feature `zarr`, in a build of their own: the feature brings in `serde_json`, which other tests shall do without.

use crate::test::{Step, StepEnd};
use crate::workspace::Workspace;

pub(in crate::test) const STEP: Step = Step {
    name: "zarr",
    about: "arrays in Zarr folders",
    runs_tests: true,
    run,
};

fn run(workspace: &Workspace) -> StepEnd {
    let mut command = workspace.cargo("test");
    command.args(["--package", "dagger-array", "--no-fail-fast"]);
    command.args(["--features", "zarr", "--test", "zarr"]);
    StepEnd::of_cargo(&mut command, "cargo test --features zarr")
}
