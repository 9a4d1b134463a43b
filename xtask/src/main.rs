//! `cargo xtask`: the commands people and CI run on this repository.
//!
//! Each command is a module with a `run` function; this file only picks one. Nothing here is
//! product code, and no other crate may depend on it.

mod bench;
mod build_folder;
mod compile_time;
mod expand;
mod gpu;
mod models;
mod mpi;
mod mpirun;
mod runner;
mod sanitize;
mod setup;
mod simulate;
mod test;
mod tidy;
mod workspace;

use std::process::ExitCode;

/// What every command returns: `Ok(false)` is a failure that has already been explained.
type Outcome = Result<bool, Box<dyn std::error::Error>>;

/// A subcommand: its name, its arguments as shown in the usage, what it does, and the function.
struct Command {
    name: &'static str,
    arguments: &'static str,
    about: &'static str,
    run: fn(&[String]) -> Outcome,
}

const COMMANDS: &[Command] = &[
    Command {
        name: "test",
        arguments: "[--only a,b] [--skip a,b] [--fail-fast] [--list]",
        about: "run every check and every test",
        run: test::run,
    },
    Command {
        name: "ci",
        arguments: "",
        about: "what CI runs: exactly `test`",
        run: test::run,
    },
    Command {
        name: "tidy",
        arguments: "",
        about: "check the mechanical house rules",
        run: tidy::run,
    },
    Command {
        name: "setup",
        arguments: "[--check]",
        about: "install (or only look for) the system packages used",
        run: setup::run,
    },
    Command {
        name: "mpirun",
        arguments: "[-n RANKS] --bin BIN [--label] [-- ARGS]...",
        about: "build a program with MPI and start it as ranks",
        run: mpirun::run,
    },
    Command {
        name: "bench",
        arguments: "SUITE [ARGS]...",
        about: "run a benchmark suite, e.g. `bench core --json out.json`",
        run: bench::run,
    },
    Command {
        name: "sanitize",
        arguments: "thread|address|miri [--keep]",
        about: "run the runtime's tests under a sanitizer or Miri",
        run: sanitize::run,
    },
    Command {
        name: "gpu",
        arguments: "[--recording]",
        about: "check and measure arrays on a GPU; copy the program anywhere",
        run: gpu::run,
    },
    Command {
        name: "simulate",
        arguments: "[--ranks 10,100] [--program a,b] [--svg FILE]",
        about: "study thousands of ranks in virtual time",
        run: simulate::run,
    },
    Command {
        name: "models",
        arguments: "[--forget]",
        about: "print what the scheduler has learned",
        run: models::run,
    },
    Command {
        name: "expand",
        arguments: "FILE.rs|BIN [NAME]",
        about: "print what the `dag!`s of a file expand to",
        run: expand::run,
    },
    Command {
        name: "compile-time",
        arguments: "[--json FILE]",
        about: "measure what `dag!` and a cold build cost",
        run: compile_time::run,
    },
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some((name, rest)) = arguments.split_first() else {
        print!("{}", usage());
        return ExitCode::FAILURE;
    };
    if matches!(name.as_str(), "help" | "--help" | "-h") {
        print!("{}", usage());
        return ExitCode::SUCCESS;
    }
    let Some(command) = COMMANDS.iter().find(|command| command.name == name) else {
        eprint!("xtask: there is no command `{name}`\n\n{}", usage());
        return ExitCode::FAILURE;
    };
    match (command.run)(rest) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("xtask {name}: {error}");
            ExitCode::FAILURE
        }
    }
}

fn usage() -> String {
    let mut text = String::from("Usage: cargo xtask COMMAND\n\n");
    for command in COMMANDS {
        let call = format!("{} {}", command.name, command.arguments);
        text.push_str(&format!("  {call:<58} {}\n", command.about));
    }
    text
}
