//! `cargo xtask setup`: the programs and libraries of the system that this repository uses.
//!
//! It installs what is missing through apt where it may (root on a Debian-like system) and otherwise
//! says exactly what to install. `cargo xtask test` does the same with what the tests need. It never installs a Rust toolchain.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::Outcome;

/// What something is needed for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Test,
    /// Tested with it too where it is there.
    AlsoTest,
    Bench,
}

impl Purpose {
    fn name(self) -> &'static str {
        match self {
            Purpose::Test => "tests",
            Purpose::AlsoTest => "more tests",
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
    /// A dynamic library whose file name begins so is where libraries are, or where this variable says.
    Library(&'static str, &'static str),
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

/// To need something more, add a line.
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
        what: "an MPI",
        purpose: Purpose::Test,
        probe: Probe::Program("mpicc"),
        apt: Some("libopenmpi-dev"),
        otherwise: "install Open MPI or MPICH with its headers and `mpicc`, or set MPICC",
    },
    Need {
        what: "an MPI launcher",
        purpose: Purpose::Test,
        probe: Probe::Program("mpirun"),
        apt: Some("openmpi-bin"),
        otherwise: "install your MPI's `mpirun`",
    },
    Need {
        what: "libclang",
        purpose: Purpose::Test,
        probe: Probe::Library("libclang", "LIBCLANG_PATH"),
        apt: Some("libclang-dev"),
        otherwise: "install libclang, or set LIBCLANG_PATH to its folder (the `mpi` crate reads MPI's header with it)",
    },
    Need {
        what: "MPICH",
        purpose: Purpose::AlsoTest,
        probe: Probe::Program("mpicc.mpich"),
        apt: Some("libmpich-dev"),
        otherwise: "install MPICH beside Open MPI, as `mpicc.mpich` and `mpirun.mpich`",
    },
    Need {
        what: "MPICH's launcher",
        purpose: Purpose::AlsoTest,
        probe: Probe::Program("mpirun.mpich"),
        apt: Some("mpich"),
        otherwise: "install MPICH's `mpirun` as `mpirun.mpich`",
    },
    Need {
        what: "a C++ compiler",
        purpose: Purpose::Test,
        probe: Probe::Program("c++"),
        apt: Some("g++"),
        otherwise: "install g++ (the tests of kernels run their sources on the host, and the benchmarks have C++ peers)",
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
    if install(&missing)? {
        println!();
    }
    let missing = report();
    explain(&missing);
    Ok(missing.is_empty())
}

/// Installs through apt what is there, if that may be done; whether anything was.
fn install(missing: &[&Need]) -> Result<bool, String> {
    let packages = apt_packages(missing);
    if packages.is_empty() || !apt_may_be_used() {
        return Ok(false);
    }
    apt(&["update"])?;
    let mut install = vec!["install", "-y", "--no-install-recommends"];
    install.extend(&packages);
    apt(&install)?;
    Ok(true)
}

/// Installs what `cargo xtask test` lacks, where that may be done. What it lacks still, one line each with the remedy; empty if it can run.
pub(crate) fn provide_for_tests() -> Vec<String> {
    let missing = |purposes: &[Purpose]| -> Vec<&'static Need> {
        NEEDS
            .iter()
            .filter(|need| purposes.contains(&need.purpose) && !need.probe.finds())
            .collect()
    };
    let mut lines: Vec<String> = install(&missing(&[Purpose::Test, Purpose::AlsoTest]))
        .err()
        .into_iter()
        .collect();
    for need in missing(&[Purpose::Test]) {
        lines.push(format!("{} is missing: {}", need.what, remedy(need)));
    }
    lines
}

fn report() -> Vec<&'static Need> {
    let mut missing = Vec::new();
    for need in NEEDS {
        let found = need.probe.finds();
        let state = if found { "found" } else { "missing" };
        println!("{:<17} {state:<8} (for {})", need.what, need.purpose.name());
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
            Probe::Library(name, variable) => library_folders(variable)
                .iter()
                .any(|folder| holds(folder, name)),
            Probe::CppHeader(header, flags) => preprocesses(header, flags),
        }
    }
}

/// Where dynamic libraries are usually found, LLVM's own folders among them.
fn library_folders(variable: &str) -> Vec<PathBuf> {
    let named = std::env::var_os(variable).map(PathBuf::from);
    let mut folders: Vec<PathBuf> = named.into_iter().collect();
    for root in ["/usr/lib", "/usr/lib64", "/usr/local/lib", "/lib"] {
        folders.push(root.into());
        let inside = std::fs::read_dir(root).into_iter().flatten().flatten();
        for folder in inside
            .map(|entry| entry.path())
            .filter(|path| path.is_dir())
        {
            folders.push(folder.join("lib"));
            folders.push(folder);
        }
    }
    folders
}

/// Whether a dynamic library with such a name is in the folder: `libclang.so`, `libclang-14.so.1`, not `libclang-cpp.so`.
fn holds(folder: &Path, name: &str) -> bool {
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    files
        .filter_map(|entry| entry.file_name().into_string().ok())
        .any(|file| {
            let version = file.strip_prefix(name).and_then(|rest| {
                let (version, _) = rest.split_once(".so")?;
                Some(version.trim_start_matches('-'))
            });
            version.is_some_and(|version| version.chars().all(|c| c.is_ascii_digit() || c == '.'))
        })
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
        let packages = apt_packages(&needs);
        assert_eq!(packages.iter().filter(|&&name| name == "g++").count(), 1);
        assert!(packages.contains(&"libopenmpi-dev"));
    }

    #[test]
    fn a_library_is_known_by_its_name() {
        let folder = std::env::temp_dir().join(format!("xtask-libraries-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let has = |file: &str| {
            std::fs::write(folder.join(file), "").unwrap();
            let found = holds(&folder, "libclang");
            std::fs::remove_file(folder.join(file)).unwrap();
            found
        };
        assert!(has("libclang.so") && has("libclang-14.so.1") && has("libclang-14.so.14.0.6"));
        assert!(!has("libclang-cpp.so.14") && !has("libclang.a") && !has("libclangd.so"));
        std::fs::remove_dir_all(folder).unwrap();
    }
}
