//! `cargo xtask sanitize`: the runtime's own tests and the random graphs under a sanitizer or Miri.
//!
//! `thread` and `address` (with LeakSanitizer) instrument the standard library too, so that no report is about what a sanitizer
//! could not see. `miri` interprets a choice of small tests and checks every rule of `unsafe` there is, on weak memory. All
//! need the nightly toolchain, with `rust-src` for the sanitizers and `miri` for Miri; the command says how to install
//! what is missing. None is a step of `test`: they take long, and CI has no nightly.
//!
//! What it builds goes to a folder of its own, which is removed afterwards unless `--keep` is given.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::Outcome;
use crate::workspace::Workspace;

/// A way to check.
struct Check {
    name: &'static str,
    /// The components of the nightly toolchain that it needs.
    component: &'static str,
    rustflags: &'static str,
    /// Its settings, as variables of the environment and their values; `{root}` is the clone.
    options: [(&'static str, &'static str); 2],
    /// Calls of `cargo`, after the subcommand: what is tested.
    tests: &'static [&'static [&'static str]],
}

/// The runtime's unit tests; static graphs, loop forms and mishaps; random dynamic tasks and loops.
const TESTS: &[&[&str]] = &[
    &[
        "--package",
        "dagger-core",
        "--lib",
        "--",
        "dynamic::",
        "ends::",
        "frame::",
        "lowered::",
        "pool::",
        "slices::",
        "unfold::",
    ],
    &[
        "--package",
        "dagger-core",
        "--test",
        "static_graphs",
        "--test",
        "loop_forms",
        "--test",
        "mishaps",
    ],
    &[
        "--package",
        "dagger",
        "--test",
        "spawn_random",
        "--test",
        "spawn_drops",
        "--test",
        "spawn_failure",
    ],
    &[
        "--package",
        "dagger",
        "--test",
        "dag_values",
        "--test",
        "dag_loops",
        "--test",
        "dag_prepare",
    ],
];

/// What an interpreter gets through in some minutes.
const SMALL_TESTS: &[&[&str]] = &[
    &[
        "--package",
        "dagger-core",
        "--lib",
        "--",
        "dynamic::",
        "ends::",
        "frame::",
        "lowered::",
        "unfold::",
    ],
    &[
        "--package",
        "dagger",
        "--test",
        "spawn_drops",
        "--test",
        "spawn_values",
    ],
];

const CHECKS: &[Check] = &[
    Check {
        name: "thread",
        component: "rust-src",
        rustflags: "-Zsanitizer=thread",
        options: [
            (
                "TSAN_OPTIONS",
                "suppressions={root}/xtask/thread-sanitizer.txt",
            ),
            ("DAGGER_THREADS", "4"),
        ],
        tests: TESTS,
    },
    Check {
        name: "address",
        component: "rust-src",
        rustflags: "-Zsanitizer=address",
        options: [("ASAN_OPTIONS", "detect_leaks=1"), ("DAGGER_THREADS", "4")],
        tests: TESTS,
    },
    Check {
        name: "miri",
        component: "miri",
        rustflags: "",
        options: [
            (
                "MIRIFLAGS",
                "-Zmiri-disable-isolation -Zmiri-tree-borrows -Zmiri-ignore-leaks",
            ),
            ("DAGGER_THREADS", "2"),
        ],
        tests: SMALL_TESTS,
    },
];

/// Runs the command.
pub(crate) fn run(arguments: &[String]) -> Outcome {
    let keep = arguments.iter().any(|argument| argument == "--keep");
    let names: Vec<&str> = arguments
        .iter()
        .map(String::as_str)
        .filter(|argument| *argument != "--keep")
        .collect();
    let check = match names[..] {
        [name] => CHECKS.iter().find(|check| check.name == name),
        _ => None,
    };
    let check = check.ok_or("usage: cargo xtask sanitize thread|address|miri [--keep]")?;
    let target = host()?;
    check.is_installed()?;
    let workspace = Workspace::locate();
    // The flags differ from those of all other builds.
    let folder = workspace.target().join("sanitize").join(check.name);
    let mut passed = true;
    for tests in check.tests {
        println!("xtask: {} over {}", check.name, tests.join(" "));
        passed &= check
            .command(workspace.root(), &folder, &target, tests)
            .status()?
            .success();
    }
    if !keep {
        fs::remove_dir_all(&folder)?;
    }
    println!(
        "xtask: {}: {}",
        check.name,
        if passed { "nothing found" } else { "see above" }
    );
    Ok(passed)
}

impl Check {
    fn command(&self, root: &Path, folder: &Path, target: &str, tests: &[&str]) -> Command {
        // Through rustup: the cargo that runs this is of one toolchain and knows no other.
        let mut command = Command::new("rustup");
        command.args(["run", "nightly", "cargo"]);
        if self.rustflags.is_empty() {
            command.arg(self.name).arg("test");
        } else {
            // A sanitizer must see all code, the standard library's too, and build scripts must not be instrumented, which
            // naming the target brings about.
            command.args(["test", "-Zbuild-std", "--target", target]);
            command.env("RUSTFLAGS", self.rustflags);
        }
        command
            .arg("--manifest-path")
            .arg(root.join("Cargo.toml"))
            .arg("--no-fail-fast")
            .args(tests)
            .env("CARGO_TARGET_DIR", folder);
        for (variable, value) in self.options {
            command.env(variable, value.replace("{root}", &root.to_string_lossy()));
        }
        command
    }

    /// # Errors
    /// When the nightly toolchain or its component is missing: says how to install it.
    fn is_installed(&self) -> Result<(), String> {
        let advice = format!(
            "needs the nightly toolchain with `{0}`: rustup toolchain install nightly --component {0}",
            self.component
        );
        let list = Command::new("rustup")
            .args(["component", "list", "--installed", "--toolchain", "nightly"])
            .stderr(Stdio::null())
            .output()
            .map_err(|error| format!("{advice} (rustup: {error})"))?;
        let installed = String::from_utf8_lossy(&list.stdout);
        if installed
            .lines()
            .any(|line| line.starts_with(self.component))
        {
            Ok(())
        } else {
            Err(advice)
        }
    }
}

/// The triple of this machine.
fn host() -> Result<String, Box<dyn std::error::Error>> {
    let version = Command::new("rustc").arg("-vV").output()?;
    let version = String::from_utf8(version.stdout)?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.ok_or("rustc -vV names no host")?.to_owned())
}
