//! `cargo xtask setup`: the programs and libraries of the system that this repository uses.
//!
//! It installs what is missing through apt where it may (root on a Debian-like system) and otherwise
//! says exactly what to install. It never installs a Rust toolchain, and `cargo xtask test` never
//! installs anything: it only looks for what `Purpose::Test` names.

use std::io::Write;
use std::process::{Command, Stdio};

use crate::Outcome;

/// What something is needed for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Test,
    Bench,
}

impl Purpose {
    fn name(self) -> &'static str {
        match self {
            Purpose::Test => "tests",
            Purpose::Bench => "benchmarks",
        }
    }
}

/// How to see that something is there.
enum Probe {
    /// The program answers `--version`.
    Program(&'static str),
    /// The C compiler cargo's build scripts would use.
    CCompiler,
    /// `c++` with these flags finds this header.
    CppHeader(&'static str, &'static [&'static str]),
}

/// Something the system must have.
struct Need {
    what: &'static str,
    purpose: Purpose,
    probe: Probe,
    apt: Option<&'static str>,
    otherwise: &'static str,
}

/// To need something more (an MPI, libclang), add a line.
const NEEDS: &[Need] = &[
    Need {
        what: "a C compiler",
        purpose: Purpose::Test,
        probe: Probe::CCompiler,
        apt: Some("gcc"),
        otherwise: "install gcc or clang as `cc`, or set CC (the `stacker` crate compiles a little C)",
    },
    Need {
        what: "rustfmt",
        purpose: Purpose::Test,
        probe: Probe::Program("rustfmt"),
        apt: None,
        otherwise: "run `rustup component add rustfmt`",
    },
    Need {
        what: "clippy",
        purpose: Purpose::Test,
        probe: Probe::Program("cargo-clippy"),
        apt: None,
        otherwise: "run `rustup component add clippy`",
    },
    Need {
        what: "a C++ compiler",
        purpose: Purpose::Bench,
        probe: Probe::Program("c++"),
        apt: Some("g++"),
        otherwise: "install g++ (it builds the C++ peers)",
    },
    Need {
        what: "OpenMP",
        purpose: Purpose::Bench,
        probe: Probe::CppHeader("omp.h", &["-fopenmp"]),
        apt: Some("g++"),
        otherwise: "install a C++ compiler with OpenMP, such as g++",
    },
    Need {
        what: "oneTBB",
        purpose: Purpose::Bench,
        probe: Probe::CppHeader("tbb/task_group.h", &[]),
        apt: Some("libtbb-dev"),
        otherwise: "install oneTBB with its headers",
    },
];

/// Runs the command.
pub(crate) fn run(arguments: &[String]) -> Outcome {
    let only_check = match arguments {
        [] => false,
        [flag] if flag == "--check" => true,
        _ => return Err("usage: cargo xtask setup [--check]".into()),
    };
    let missing = report();
    if missing.is_empty() {
        println!("nothing is missing");
        return Ok(true);
    }
    if only_check {
        explain(&missing);
        return Ok(false);
    }
    let packages = apt_packages(&missing);
    if packages.is_empty() || !apt_may_be_used() {
        explain(&missing);
        return Ok(false);
    }
    apt(&["update"])?;
    let mut install = vec!["install", "-y", "--no-install-recommends"];
    install.extend(&packages);
    apt(&install)?;
    println!();
    let missing = report();
    explain(&missing);
    Ok(missing.is_empty())
}

/// What `cargo xtask test` lacks, one line each with the remedy; empty if it can run.
pub(crate) fn missing_for_tests() -> Vec<String> {
    NEEDS
        .iter()
        .filter(|need| need.purpose == Purpose::Test && !need.probe.finds())
        .map(|need| format!("{} is missing: {}", need.what, remedy(need)))
        .collect()
}

fn report() -> Vec<&'static Need> {
    let mut missing = Vec::new();
    for need in NEEDS {
        let found = need.probe.finds();
        let state = if found { "found" } else { "missing" };
        println!("{:<16} {state:<8} (for {})", need.what, need.purpose.name());
        if !found {
            missing.push(need);
        }
    }
    missing
}

fn explain(missing: &[&Need]) {
    for need in missing {
        println!("{} is missing: {}", need.what, remedy(need));
    }
}

fn remedy(need: &Need) -> String {
    match need.apt {
        Some(package) => {
            format!("{}; on Debian: apt-get install {package}", need.otherwise)
        }
        None => need.otherwise.to_owned(),
    }
}

fn apt_packages(missing: &[&Need]) -> Vec<&'static str> {
    let mut packages: Vec<&str> = missing.iter().filter_map(|need| need.apt).collect();
    packages.sort_unstable();
    packages.dedup();
    packages
}

fn apt_may_be_used() -> bool {
    let root = Command::new("id")
        .arg("-u")
        .output()
        .is_ok_and(|output| String::from_utf8_lossy(&output.stdout).trim() == "0");
    root && answers(Command::new("apt-get").arg("--version"))
}

fn apt(arguments: &[&str]) -> Result<(), String> {
    println!("apt-get {}", arguments.join(" "));
    let status = Command::new("apt-get")
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .stdin(Stdio::null())
        .status()
        .map_err(|error| format!("apt-get could not be started: {error}"))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("apt-get failed ({status})"))
    }
}

impl Probe {
    fn finds(&self) -> bool {
        match self {
            Probe::Program(name) => answers(Command::new(name).arg("--version")),
            Probe::CCompiler => {
                let named = std::env::var("CC")
                    .ok()
                    .filter(|name| !name.trim().is_empty());
                let call = named.unwrap_or_else(|| "cc".to_owned());
                // CC may hold a wrapper or flags: `ccache gcc`.
                let mut words = call.split_whitespace();
                words.next().is_some_and(|program| {
                    answers(Command::new(program).args(words).arg("--version"))
                })
            }
            Probe::CppHeader(header, flags) => preprocesses(header, flags),
        }
    }
}

fn answers(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

fn preprocesses(header: &str, flags: &[&str]) -> bool {
    let child = Command::new("c++")
        .args(flags)
        .args(["-E", "-x", "c++", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let Ok(mut child) = child else { return false };
    let sent = child
        .stdin
        .take()
        .is_some_and(|mut input| writeln!(input, "#include <{header}>").is_ok());
    child.wait().is_ok_and(|status| status.success()) && sent
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probes_tell_what_is_there_from_what_is_not() {
        assert!(Probe::Program("cargo").finds());
        assert!(!Probe::Program("no-such-program-here").finds());
        assert!(!Probe::CppHeader("no/such/header.h", &[]).finds());
    }

    #[test]
    fn a_package_is_installed_once() {
        let needs: Vec<&Need> = NEEDS.iter().collect();
        assert_eq!(apt_packages(&needs), ["g++", "gcc", "libtbb-dev"]);
    }
}
