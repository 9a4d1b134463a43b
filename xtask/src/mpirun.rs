//! `cargo xtask mpirun -n 3 --bin tour -- ARGS`: builds a program with MPI and starts it as so many ranks.
//!
//! The flags that this MPI needs (root, more ranks than cores) are added; what the program does is its business.

use std::env::consts::EXE_SUFFIX;

use crate::mpi::Mpi;
use crate::workspace::Workspace;
use crate::{Outcome, build_folder};

const USAGE: &str = "usage: cargo xtask mpirun [-n RANKS] [--package PACKAGE] --bin BIN [--debug] [--label] [-- ARGS]...";

/// What the command line asks for.
#[derive(Debug, PartialEq, Eq)]
struct Request {
    ranks: usize,
    package: String,
    bin: String,
    debug: bool,
    label: bool,
    arguments: Vec<String>,
}

/// Runs the command.
pub(crate) fn run(arguments: &[String]) -> Outcome {
    let request = Request::parse(arguments)?;
    let workspace = Workspace::locate();
    let mpi = Mpi::chosen()?;
    drop(build_folder::claim(&workspace)?);
    let mut build = mpi.cargo(&workspace, "build");
    build.args(["--package", &request.package, "--bin", &request.bin]);
    build.args(["--features", "dagger/mpi"]);
    if !request.debug {
        build.arg("--release");
    }
    if !build.status()?.success() {
        return Ok(false);
    }
    let profile = if request.debug { "debug" } else { "release" };
    let program = mpi
        .target(&workspace)
        .join(profile)
        .join(format!("{}{EXE_SUFFIX}", request.bin));
    let mut launch = mpi.launch(request.ranks);
    if request.label {
        launch.env("DAGGER_LABEL", "1");
    }
    let status = launch.arg(program).args(&request.arguments).status()?;
    Ok(status.success())
}

impl Request {
    fn parse(arguments: &[String]) -> Result<Self, String> {
        let mut request = Request {
            ranks: 2,
            package: "examples".to_owned(),
            bin: String::new(),
            debug: false,
            label: false,
            arguments: Vec::new(),
        };
        let mut rest = arguments.iter();
        while let Some(flag) = rest.next() {
            let mut value = || {
                rest.next()
                    .cloned()
                    .ok_or(format!("{flag} needs a value\n{USAGE}"))
            };
            match flag.as_str() {
                "-n" => {
                    let value = value()?;
                    let ranks = value.parse().ok().filter(|&ranks| ranks > 0);
                    request.ranks =
                        ranks.ok_or(format!("`{value}` is no number of ranks\n{USAGE}"))?;
                }
                "-p" | "--package" => request.package = value()?,
                "--bin" => request.bin = value()?,
                "--debug" => request.debug = true,
                "--label" => request.label = true,
                "--" => {
                    request.arguments = rest.cloned().collect();
                    break;
                }
                _ => return Err(format!("unknown argument `{flag}`\n{USAGE}")),
            }
        }
        if request.bin.is_empty() {
            return Err(format!("name a program\n{USAGE}"));
        }
        Ok(request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Request, String> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        Request::parse(&words)
    }

    #[test]
    fn arguments_are_read() {
        let request = parse("-n 3 --bin tour --label -- --size 4 -n 9").unwrap();
        assert_eq!((request.ranks, request.bin.as_str()), (3, "tour"));
        assert!(request.label && !request.debug);
        assert_eq!(request.package, "examples");
        assert_eq!(request.arguments, ["--size", "4", "-n", "9"]);
    }

    #[test]
    fn mistakes_are_told() {
        for line in ["", "-n 3", "-n 0 --bin tour", "--bin", "--bin tour --fast"] {
            assert!(parse(line).unwrap_err().contains("usage:"), "{line}");
        }
    }
}
