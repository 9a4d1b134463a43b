//! `cargo xtask simulate`: builds and runs the package `simulate`, which studies thousands of ranks in virtual time.
//!
//! All arguments go to it; `--help` says which there are.

use crate::workspace::Workspace;
use crate::{Outcome, build_folder};

/// Runs the command.
pub(crate) fn run(arguments: &[String]) -> Outcome {
    let workspace = Workspace::locate();
    drop(build_folder::claim(&workspace)?);
    let status = workspace
        .cargo("run")
        .args(["--release", "--package", "simulate", "--"])
        .args(arguments)
        .status()?;
    Ok(status.success())
}
