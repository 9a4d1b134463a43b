//! The CUDA sources of all kernels in the tests, compiled by NVRTC for each architecture that Dagger supports.
//!
//! NVRTC is a library; it needs no driver and no device. If the system has it, that one is used. Else it comes from the package
//! registry of Python, once, into the build folder.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use crate::runner;
use crate::test::{CARGO_LIMIT, Step, StepEnd, Verdict};
use crate::workspace::Workspace;

pub(in crate::test) const STEP: Step = Step {
    name: "nvrtc",
    about: "kernels' CUDA sources, compiled for sm_80 and sm_90",
    runs_tests: true,
    run,
};

/// The package, in the version of CUDA that `dagger-cuda` is built for.
const PACKAGE: &str = "nvidia-cuda-nvrtc==13.0.88";
const LIBRARY: &str = "libnvrtc.so.13";

fn run(workspace: &Workspace) -> StepEnd {
    match sources(workspace).and_then(|folder| Ok((folder, library(workspace)?))) {
        Ok((sources, library)) => compile(workspace, &sources, library.as_deref()),
        Err(why) => StepEnd::failed(why),
    }
}

/// A folder with the sources of the kernels in the tests.
fn sources(workspace: &Workspace) -> Result<PathBuf, String> {
    let folder = workspace.target().join("kernel-sources");
    // What an earlier version of the tests wrote must not be taken for this one's.
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut command = test(workspace, "kernels");
    command.env("DAGGER_KERNEL_SOURCES", &folder);
    let report = runner::run(&mut command, CARGO_LIMIT)?;
    report.check("writing the kernels' sources")?;
    Ok(folder)
}

fn compile(workspace: &Workspace, sources: &Path, library: Option<&Path>) -> StepEnd {
    let mut command = test(workspace, "nvrtc");
    command
        .args(["--", "--ignored"])
        .env("DAGGER_KERNEL_SOURCES", sources);
    if let Some(library) = library {
        let mut paths = vec![library.to_path_buf()];
        if let Some(set) = env::var_os("LD_LIBRARY_PATH") {
            paths.extend(env::split_paths(&set));
        }
        match env::join_paths(paths) {
            Ok(paths) => command.env("LD_LIBRARY_PATH", paths),
            Err(error) => return StepEnd::failed(error.to_string()),
        };
    }
    match runner::run(&mut command, CARGO_LIMIT) {
        Err(why) => StepEnd::failed(why),
        Ok(report) => StepEnd {
            verdict: report
                .check("compiling the kernels' sources")
                .map_or_else(Verdict::Failed, |()| Verdict::Passed),
            tally: report.tally,
        },
    }
}

/// Selected within the workspace, for the reason that `ui` has.
fn test(workspace: &Workspace, name: &str) -> Command {
    let mut command = workspace.cargo("test");
    command.args(["--workspace", "--exclude", "dagger-mpi", "--test", name]);
    command
}

/// The folder of NVRTC, if it is not where the linker looks anyway.
fn library(workspace: &Workspace) -> Result<Option<PathBuf>, String> {
    if system_has_it() {
        return Ok(None);
    }
    let folder = workspace.target().join("nvrtc");
    if let Some(found) = find(&folder) {
        return Ok(Some(found));
    }
    println!("fetching {PACKAGE}");
    let explain = |why: String| {
        format!(
            "there is no NVRTC ({LIBRARY}) and it cannot be fetched ({why}): install CUDA 13, or python3 with pip, which fetches {PACKAGE}"
        )
    };
    fs::create_dir_all(&folder).map_err(|error| explain(error.to_string()))?;
    let python = |arguments: &[&str]| -> Result<(), String> {
        let mut command = Command::new("python3");
        command.args(arguments).current_dir(&folder);
        let status = command
            .status()
            .map_err(|error| explain(format!("python3: {error}")))?;
        if status.success() {
            return Ok(());
        }
        Err(explain(format!(
            "python3 {}: {status}",
            arguments.join(" ")
        )))
    };
    python(&["-m", "pip", "download", "--quiet", "--no-deps", PACKAGE])?;
    let wheel = fs::read_dir(&folder)
        .map_err(|error| explain(error.to_string()))?
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|ending| ending == "whl"))
        .ok_or_else(|| explain("pip left no wheel".to_owned()))?;
    // Unpacked beside and moved at the end, so that half a library is never taken for one.
    python(&["-m", "zipfile", "-e", &wheel.to_string_lossy(), "unpacking"])?;
    fs::rename(folder.join("unpacking"), folder.join("unpacked"))
        .map_err(|error| explain(error.to_string()))?;
    let _ = fs::remove_file(wheel);
    find(&folder)
        .map(Some)
        .ok_or_else(|| explain(format!("{PACKAGE} holds no {LIBRARY}")))
}

fn system_has_it() -> bool {
    let listed = Command::new("ldconfig").arg("-p").output();
    let in_cache =
        listed.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains(LIBRARY));
    let paths = env::var_os("LD_LIBRARY_PATH").unwrap_or_default();
    in_cache || env::split_paths(&paths).any(|folder| folder.join(LIBRARY).exists())
}

/// The folder below `folder/unpacked` that holds the library.
fn find(folder: &Path) -> Option<PathBuf> {
    let mut open = vec![folder.join("unpacked")];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).ok()?.flatten() {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else if entry.file_name() == LIBRARY {
                return Some(folder);
            }
        }
    }
    None
}
