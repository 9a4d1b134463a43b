//! `cargo xtask compile-time`: what `dag!` and `dagger` cost a user who compiles.
//!
//! Two figures. *One graph*: how much longer a debug build of a small crate takes if its hundred task calls
//! stand in a `dag!`, against the same calls without it; medians over alternating rebuilds, without incremental
//! compilation, so that each rebuild compiles the whole crate. *Cold build*: a debug build of
//! such a crate with all its dependencies, into an empty folder, with what it downloads already
//! there. The aims are printed beside the figures; missing one is no error, for the machine may be busy.

use std::error::Error;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::workspace::{Workspace, cargo_program};
use crate::{Outcome, build_folder};

const NODES: usize = 100;
const ROUNDS: usize = 5;

/// A measured time and what it should stay under.
struct Figure {
    name: &'static str,
    seconds: f64,
    /// `None` for what is only a part of another figure.
    aim: Option<f64>,
}

/// Runs the command.
pub(crate) fn run(arguments: &[String]) -> Outcome {
    let json = match arguments {
        [] => None,
        [flag, file] if flag == "--json" => Some(std::path::absolute(file)?),
        _ => return Err("usage: cargo xtask compile-time [--json FILE]".into()),
    };
    let workspace = Workspace::locate();
    drop(build_folder::claim(&workspace)?);
    let folder = workspace.target().join("compile-time");
    let user = UserCrate::create(&workspace, &folder)?;

    println!("cold build of a crate that depends on dagger ...");
    let cold = user.cold_build()?;
    println!("rebuilds of {NODES} task calls, with and without `dag!`, {ROUNDS} each ...");
    let mut figures = vec![Figure {
        name: "cold build",
        seconds: cold.as_secs_f64(),
        aim: Some(40.0),
    }];
    for (subcommand, names) in [
        (
            "build",
            ["dag! of 100 nodes, debug build", "  with dag!", "  without"],
        ),
        (
            "check",
            ["dag! of 100 nodes, cargo check", "  with dag!", "  without"],
        ),
    ] {
        let [with, without] = user.rebuilds(subcommand)?;
        figures.push(Figure {
            name: names[0],
            seconds: with - without,
            aim: Some(0.5),
        });
        figures.push(Figure {
            name: names[1],
            seconds: with,
            aim: None,
        });
        figures.push(Figure {
            name: names[2],
            seconds: without,
            aim: None,
        });
    }

    println!();
    for figure in &figures {
        let aim = figure
            .aim
            .map(|aim| format!("   aim: < {aim} s"))
            .unwrap_or_default();
        println!("{:<34} {:>8.2} s{aim}", figure.name, figure.seconds);
    }
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    println!("on {threads} hardware threads");
    if let Some(file) = json {
        fs::write(&file, to_json(&figures, threads))
            .map_err(|error| format!("{}: {error}", file.display()))?;
    }
    Ok(true)
}

/// A crate as a user would write it, outside the clone.
struct UserCrate {
    folder: PathBuf,
}

impl UserCrate {
    fn create(workspace: &Workspace, folder: &Path) -> Result<Self, Box<dyn Error>> {
        fs::create_dir_all(folder.join("src"))?;
        let manifest = format!(
            "[package]\nname = \"user\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
             [dependencies]\ndagger = {{ path = {:?} }}\n\n[workspace]\n",
            workspace.root().join("dagger"),
        );
        fs::write(folder.join("Cargo.toml"), manifest)?;
        // The same versions as in the clone.
        fs::copy(
            workspace.root().join("Cargo.lock"),
            folder.join("Cargo.lock"),
        )?;
        Ok(UserCrate {
            folder: folder.to_path_buf(),
        })
    }

    fn cold_build(&self) -> Result<Duration, Box<dyn Error>> {
        self.write(&program(NODES, Form::Dag))?;
        self.cargo("fetch")?;
        let target = self.target();
        if target.exists() {
            fs::remove_dir_all(target)?;
        }
        self.cargo("build")
    }

    /// Median seconds with `dag!` and without.
    fn rebuilds(&self, subcommand: &str) -> Result<[f64; 2], Box<dyn Error>> {
        let forms = [Form::Dag, Form::Calls];
        let mut times = [Vec::new(), Vec::new()];
        // Round 0 builds the dependencies for this subcommand and is not counted.
        for round in 0..=ROUNDS {
            for (form, times) in forms.iter().zip(&mut times) {
                self.write(&program(NODES, *form))?;
                let took = self.cargo(subcommand)?;
                if round > 0 {
                    times.push(took.as_secs_f64());
                }
            }
        }
        Ok(times.map(median))
    }

    fn write(&self, program: &str) -> std::io::Result<()> {
        fs::write(self.folder.join("src/main.rs"), program)
    }

    fn target(&self) -> PathBuf {
        self.folder.join("target")
    }

    fn cargo(&self, subcommand: &str) -> Result<Duration, Box<dyn Error>> {
        let started = Instant::now();
        let status = Command::new(cargo_program())
            .args([subcommand, "--quiet"])
            .current_dir(&self.folder)
            .env("CARGO_TARGET_DIR", self.target())
            .env("CARGO_INCREMENTAL", "0")
            .stdin(Stdio::null())
            .status()?;
        if status.success() {
            Ok(started.elapsed())
        } else {
            Err(format!("cargo {subcommand} failed in {}", self.folder.display()).into())
        }
    }
}

/// How the generated program calls its tasks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Dag,
    Calls,
}

/// A program of `nodes` task calls, each but the first using two results from further up: nothing is a chain that could be
/// fused, so each call is a closure of its own.
fn program(nodes: usize, form: Form) -> String {
    let mut calls = String::from("        let n0 = seed(1);\n");
    for node in 1..nodes - 1 {
        // Writing to a String cannot fail.
        let _ = writeln!(
            calls,
            "        let n{node} = mix(&n{}, &n{});",
            (node - 1) / 2,
            (node - 1) / 3
        );
    }
    let _ = writeln!(calls, "        mix(&n{}, &n{})", nodes - 2, nodes / 2);
    let (open, close) = match form {
        Form::Dag => ("dag! {", "}.expect(\"the graph runs\")"),
        Form::Calls => ("{", "}"),
    };
    format!(
        "use dagger::prelude::*;\n\n\
         #[task]\nfn seed(x: u64) -> u64 {{\n    x.wrapping_mul(3)\n}}\n\n\
         #[task]\nfn mix(a: &u64, b: &u64) -> u64 {{\n    a ^ b.rotate_left(7)\n}}\n\n\
         fn main() {{\n    let out: u64 = {open}\n{calls}    {close};\n    println!(\"{{out}}\");\n}}\n"
    )
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn to_json(figures: &[Figure], threads: usize) -> String {
    let entries: Vec<String> = figures
        .iter()
        .filter_map(|figure| {
            let aim = figure.aim?;
            Some(format!(
                "  {{\"name\": \"{}\", \"threads\": {threads}, \"unit\": \"s\", \"ours\": {:.3}, \"aim\": {aim}}}",
                figure.name, figure.seconds
            ))
        })
        .collect();
    format!("[\n{}\n]\n", entries.join(",\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_have_the_nodes_asked_for() {
        for form in [Form::Dag, Form::Calls] {
            let text = program(NODES, form);
            assert!(syn::parse_file(&text).is_ok());
            assert_eq!(
                text.matches("mix(&").count() + text.matches("seed(1)").count(),
                NODES
            );
            assert_eq!(text.contains("dag!"), form == Form::Dag);
        }
    }

    #[test]
    fn the_median_is_the_middle() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), 2.0);
    }

    #[test]
    fn figures_with_an_aim_are_written() {
        let figures = [
            Figure {
                name: "cold",
                seconds: 1.5,
                aim: Some(40.0),
            },
            Figure {
                name: "part",
                seconds: 1.0,
                aim: None,
            },
        ];
        let expected = "[\n  {\"name\": \"cold\", \"threads\": 2, \"unit\": \"s\", \"ours\": 1.500, \"aim\": 40}\n]\n";
        assert_eq!(to_json(&figures, 2), expected);
    }
}
