//! `cargo xtask gpu`: builds the program that checks and measures arrays on a GPU, and runs it here.
//!
//! The program (`dagger-cuda/examples/gpu`) is one file that can be copied to a machine with nothing but a driver and NVRTC. Arguments go to it.

use crate::workspace::Workspace;
use crate::{Outcome, build_folder};
use std::process::Command;

/// Runs the command.
pub(crate) fn run(arguments: &[String]) -> Outcome {
    let workspace = Workspace::locate();
    drop(build_folder::claim(&workspace)?);
    let status = workspace
        .cargo("build")
        .args(["--release", "--package", "dagger-cuda", "--example", "gpu"])
        .status()?;
    if !status.success() {
        return Ok(false);
    }
    let program = workspace.target().join("release/examples/gpu");
    println!("{}", program.display());
    Ok(Command::new(program).args(arguments).status()?.success())
}
