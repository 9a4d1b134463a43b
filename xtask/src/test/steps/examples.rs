//! Runs every example for real, as a user would, with small inputs. Each must print and exit with 0.
//!
//! The arguments stand in the example's own source, in comment lines before its code:
//!
//! ```text
//! // xtask-args: --size 64 "{root}/examples/data"
//! ```
//!
//! Each such line is one run; without any, the example runs once without arguments. `{root}` is the
//! clone, and double quotes keep spaces. A run happens in an empty scratch folder, so that what
//! it writes does not end up in the clone. What an example prints is not compared with anything.

use std::env::consts::EXE_SUFFIX;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::runner::{self, Tally};
use crate::test::{CARGO_LIMIT, Step, StepEnd, Verdict};
use crate::workspace::Workspace;

pub(in crate::test) const STEP: Step = Step {
    name: "examples",
    about: "every example runs",
    runs_tests: true,
    run,
};

const MARK: &str = "xtask-args:";
const LIMIT: Duration = Duration::from_secs(180);

/// A binary of the package `examples`.
struct Example {
    name: String,
    source: PathBuf,
}

fn run(workspace: &Workspace) -> StepEnd {
    match build(workspace).and_then(|()| discover(&workspace.root().join("examples/src/bin"))) {
        Ok(examples) => run_all(workspace, &examples),
        Err(why) => StepEnd::failed(why),
    }
}

/// In release mode: examples show speed too, and that is how people are told to run them.
fn build(workspace: &Workspace) -> Result<(), String> {
    let mut command = workspace.cargo("build");
    command.args(["--release", "--package", "examples", "--bins"]);
    runner::run(&mut command, CARGO_LIMIT)?.check("building the examples")
}

fn run_all(workspace: &Workspace, examples: &[Example]) -> StepEnd {
    let mut tally = Tally::default();
    let mut failed = Vec::new();
    for example in examples {
        let mut record = |run: Result<Duration, String>| match run {
            Ok(took) => {
                println!(
                    "example {}: ok in {:.1} s",
                    example.name,
                    took.as_secs_f64()
                );
                tally.passed += 1;
            }
            Err(why) => {
                println!("example {}: FAILED: {why}", example.name);
                tally.failed += 1;
                failed.push(example.name.as_str());
            }
        };
        match example.calls(workspace) {
            Ok(calls) => {
                for arguments in &calls {
                    record(example.run(workspace, arguments));
                }
            }
            Err(why) => record(Err(why)),
        }
    }
    failed.dedup();
    let verdict = if failed.is_empty() {
        Verdict::Passed
    } else {
        Verdict::Failed(format!("these examples failed: {}", failed.join(", ")))
    };
    StepEnd { verdict, tally }
}

impl Example {
    /// The arguments of each of its runs.
    fn calls(&self, workspace: &Workspace) -> Result<Vec<Vec<String>>, String> {
        let source = fs::read_to_string(&self.source).map_err(|error| error.to_string())?;
        let root = workspace
            .root()
            .to_str()
            .ok_or("the clone's path is not Unicode")?;
        calls(&source, root)
    }

    /// Runs it once; how long that took.
    fn run(&self, workspace: &Workspace, arguments: &[String]) -> Result<Duration, String> {
        println!("\n--- example {} {}", self.name, arguments.join(" "));
        let binary = workspace
            .target()
            .join("release")
            .join(format!("{}{EXE_SUFFIX}", self.name));
        let scratch = workspace.target().join("example-scratch").join(&self.name);
        empty(&scratch).map_err(|error| format!("{}: {error}", scratch.display()))?;
        let started = Instant::now();
        let report = runner::run(
            Command::new(&binary).args(arguments).current_dir(&scratch),
            LIMIT,
        )?;
        report.check("the run")?;
        if report.written == 0 {
            return Err("the run printed nothing".to_owned());
        }
        Ok(started.elapsed())
    }
}

/// `NAME.rs` and `NAME/main.rs` in the folder of binaries.
fn discover(folder: &Path) -> Result<Vec<Example>, String> {
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut examples = Vec::new();
    for path in entries.flatten().map(|entry| entry.path()) {
        let source = if path.is_dir() {
            path.join("main.rs")
        } else {
            path.clone()
        };
        let is_source = source.is_file() && source.extension().is_some_and(|end| end == "rs");
        if let (true, Some(name)) = (is_source, path.file_stem().and_then(|stem| stem.to_str())) {
            examples.push(Example {
                name: name.to_owned(),
                source,
            });
        }
    }
    examples.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(examples)
}

/// The argument lists named in the comments that open `source`; one empty list if there are none.
fn calls(source: &str, root: &str) -> Result<Vec<Vec<String>>, String> {
    let mut calls = Vec::new();
    let head = source
        .lines()
        .map(str::trim)
        .take_while(|line| line.is_empty() || line.starts_with("//"));
    for line in head {
        if let Some(arguments) = line
            .trim_start_matches(['/', '!'])
            .trim_start()
            .strip_prefix(MARK)
        {
            calls.push(words(&arguments.replace("{root}", root))?);
        }
    }
    if calls.is_empty() {
        calls.push(Vec::new());
    }
    Ok(calls)
}

fn words(line: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quoted = false;
    for character in line.chars() {
        match character {
            '"' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            space if space.is_whitespace() && !quoted => words.extend(word.take()),
            other => word.get_or_insert_default().push(other),
        }
    }
    words.extend(word);
    if quoted {
        Err(format!("a quote is not closed in `{MARK}{line}`"))
    } else {
        Ok(words)
    }
}

fn empty(folder: &Path) -> std::io::Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_come_from_the_opening_comments() {
        let source = "//! Counts.\n\n// xtask-args: 8 --in \"{root}/a b\"\n// xtask-args:\nuse x;\n// xtask-args: not this\n";
        assert_eq!(
            calls(source, "/r").unwrap(),
            [vec!["8", "--in", "/r/a b"], vec![]]
        );
        assert_eq!(
            calls("//! Plain.\nfn main() {}", "/r").unwrap(),
            [Vec::<String>::new()]
        );
        assert!(calls("// xtask-args: \"open", "/r").is_err());
    }

    #[test]
    fn examples_are_files_or_folders() {
        let folder = std::env::temp_dir().join(format!("xtask-examples-{}", std::process::id()));
        fs::create_dir_all(folder.join("tour")).unwrap();
        fs::create_dir_all(folder.join("no_main")).unwrap();
        for file in ["tour/main.rs", "tour/cells.rs", "cholesky.rs", "notes.txt"] {
            fs::write(folder.join(file), "").unwrap();
        }
        let names: Vec<String> = discover(&folder)
            .unwrap()
            .into_iter()
            .map(|found| found.name)
            .collect();
        assert_eq!(names, ["cholesky", "tour"]);
        fs::remove_dir_all(folder).unwrap();
    }
}
