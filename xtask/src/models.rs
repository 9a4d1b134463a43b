//! `cargo xtask models`: prints what the scheduler has learned in earlier runs; the example `models` does it.

use crate::workspace::Workspace;
use crate::{Outcome, build_folder};

/// Runs the command.
pub(crate) fn run(arguments: &[String]) -> Outcome {
    let workspace = Workspace::locate();
    drop(build_folder::claim(&workspace)?);
    let status = workspace
        .cargo("run")
        .args(["--quiet", "--package", "examples", "--bin", "models", "--"])
        .args(arguments)
        .status()?;
    Ok(status.success())
}
