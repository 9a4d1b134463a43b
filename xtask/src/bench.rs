//! `cargo xtask bench SUITE`: builds and runs the binary `bench-SUITE` of the package `benches`.
//!
//! Everything after the suite's name goes to that binary. What is measured, and how, is its business. The suite `ranks` is built with MPI
//! and started twice: alone, and as two ranks.

use std::env::consts::EXE_SUFFIX;
use std::process::Command;

use crate::mpi::Mpi;
use crate::workspace::Workspace;
use crate::{Outcome, build_folder};

/// Runs the command.
pub(crate) fn run(arguments: &[String]) -> Outcome {
    let workspace = Workspace::locate();
    let suites = suites(&workspace);
    let Some((suite, rest)) = arguments.split_first() else {
        return Err(format!("name a suite: {}", suites.join(", ")).into());
    };
    if !suites.contains(suite) {
        return Err(format!(
            "there is no suite `{suite}`; there are: {}",
            suites.join(", ")
        )
        .into());
    }
    drop(build_folder::claim(&workspace)?);
    if suite == RANKS {
        return ranks(&workspace, rest);
    }
    let status = workspace
        .cargo("run")
        .args(["--release", "--package", "benches", "--bin"])
        .arg(format!("bench-{suite}"))
        .arg("--")
        .args(rest)
        .status()?;
    Ok(status.success())
}

const RANKS: &str = "ranks";

/// Builds the suite with the MPI there is, and lets that start it.
fn ranks(workspace: &Workspace, arguments: &[String]) -> Outcome {
    let mpi = Mpi::chosen()?;
    let name = format!("bench-{RANKS}");
    let mut build = mpi.cargo(workspace, "build");
    build.args(["--release", "--package", "benches", "--features", "mpi"]);
    build.args(["--bin", &name]);
    if !build.status()?.success() {
        return Ok(false);
    }
    let folder = mpi.target(workspace).join("release");
    let program = folder.join(format!("{name}{EXE_SUFFIX}"));
    // Alone it measures workers in one process.
    if !Command::new(&program).args(arguments).status()?.success() {
        return Ok(false);
    }
    let status = mpi.launch(2).arg(program).args(arguments).status()?;
    Ok(status.success())
}

/// `src/bin/bench-core.rs` or `src/bin/bench-core/main.rs` is the suite `core`.
fn suites(workspace: &Workspace) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(workspace.root().join("benches/src/bin")) else {
        return Vec::new();
    };
    let mut suites: Vec<String> = entries
        .flatten()
        .filter_map(|entry| {
            let path = entry.path();
            Some(
                path.file_stem()?
                    .to_str()?
                    .strip_prefix("bench-")?
                    .to_owned(),
            )
        })
        .collect();
    suites.sort();
    suites
}
