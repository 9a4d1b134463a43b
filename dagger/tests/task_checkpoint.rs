//! Results kept on disk between runs. The environment says where, so that each run is a process: this file's own test `program`.

#![allow(
    clippy::style,
    clippy::complexity,
    clippy::perf,
    clippy::pedantic,
    reason = "the tests write what users write"
)]

use dagger::prelude::*;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, fs};

#[task(checkpoint)]
fn squares(n: u64, (from, to): (u64, u64)) -> Vec<u64> {
    eprintln!("ran: squares {n}");
    (from..to).map(|i| i * i + n).collect()
}

#[task(checkpoint, retry = 1, name = "may fail")]
fn scaled<T: Number + Wire>(
    v: &[T],
    by: &T,
    title: &str,
    fails: bool,
) -> std::result::Result<T, String> {
    eprintln!("ran: {title}");
    if fails {
        return Err(format!("{title} fails"));
    }
    v.iter()
        .map(|&x| x * *by)
        .reduce(|sum, x| sum + x)
        .ok_or_else(|| format!("{title} has no numbers"))
}

#[task(checkpoint)]
fn total(parts: &[&u64]) -> u64 {
    eprintln!("ran: total");
    parts.iter().copied().sum()
}

/// What each process runs.
#[test]
#[ignore = "the other tests start it with an environment"]
fn program() {
    let fails = env::var_os("FAILS").is_some();
    let third = env::var("THIRD").map_or(3, |third| third.parse().unwrap());
    let sum = dag! {
        let a = squares(1, (0, 1000));
        let b = squares(2, (0, 10));
        let x = scaled(&a, &2, "first", false)?;
        let y = scaled(&b, &third, "second", fails)?;
        x + y
    };
    match sum {
        Ok(sum) => {
            let parts = [
                spawn!(scaled(vec![sum], &1, "one", false)),
                spawn!(scaled(vec![2_u64], &1, "two", false)),
            ];
            println!("sum: {}", spawn!(total(&parts)).fetch().unwrap());
        }
        Err(error) => println!("error: {error}"),
    }
}

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = env::temp_dir().join(format!("dagger-{name}-{}", std::process::id()));
        Folder(folder)
    }

    /// What the program says, and what it ran, in order of the alphabet.
    fn run(&self, variables: &[(&str, &str)]) -> (String, Vec<String>, String) {
        let mut command = Command::new(env::current_exe().unwrap());
        command
            .args(["--ignored", "--exact", "program", "--nocapture"])
            .env("DAGGER_CHECKPOINT", &self.0)
            .envs(variables.iter().copied());
        let Output {
            status,
            stdout,
            stderr,
        } = command.output().unwrap();
        let (stdout, stderr) = (
            String::from_utf8(stdout).unwrap(),
            String::from_utf8(stderr).unwrap(),
        );
        assert!(status.success(), "{stdout}{stderr}");
        let said = stdout
            .lines()
            .find_map(|line| {
                line.find("sum: ")
                    .or(line.find("error: "))
                    .map(|at| line[at..].to_owned())
            })
            .unwrap_or_else(|| panic!("{stdout}{stderr}"));
        let mut ran: Vec<String> = stderr
            .lines()
            .filter_map(|line| line.strip_prefix("ran: "))
            .map(str::to_owned)
            .collect();
        ran.sort();
        (said, ran, stderr)
    }

    fn files(&self) -> Vec<PathBuf> {
        let mut files: Vec<PathBuf> = fs::read_dir(&self.0)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        files.sort();
        files
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
        let _ = fs::remove_file(&self.0);
    }
}

const ALL: [&str; 7] = [
    "first",
    "one",
    "second",
    "squares 1",
    "squares 2",
    "total",
    "two",
];

#[test]
fn a_second_run_goes_on_where_results_are_missing() {
    let folder = Folder::new("checkpoint-run");
    let (said, ran, _) = folder.run(&[("FAILS", "1")]);
    assert!(said.contains("second fails"), "{said}");
    assert_eq!(
        ran,
        ["first", "second", "second", "squares 1", "squares 2"],
        "an error is retried, and not kept"
    );

    let (right, ran, _) = folder.run(&[]);
    assert_eq!(
        ran,
        ["one", "second", "total", "two"],
        "its flag is an argument, and so the key differs"
    );
    let (said, ran, _) = folder.run(&[]);
    assert_eq!(
        (said.as_str(), ran.len()),
        (right.as_str(), 0),
        "nothing is left to do"
    );

    let (said, ran, _) = folder.run(&[("THIRD", "4")]);
    assert_ne!(said, right);
    assert_eq!(
        ran,
        ["one", "second", "total"],
        "other arguments are other results"
    );
}

#[test]
fn nothing_is_kept_unless_asked_for() {
    let folder = Folder::new("checkpoint-none");
    for _ in 0..2 {
        let (_, ran, _) = folder.run(&[("DAGGER_CHECKPOINT", "")]);
        assert_eq!(ran, ALL);
    }
    assert!(!folder.0.exists());
}

#[test]
fn a_corrupt_file_is_named_and_computed_again() {
    let folder = Folder::new("checkpoint-corrupt");
    let (right, ran, _) = folder.run(&[]);
    assert_eq!(ran, ALL);
    let files = folder.files();
    assert_eq!(files.len(), ALL.len());
    for file in &files {
        let bytes = fs::read(file).unwrap();
        fs::write(file, &bytes[..bytes.len() - 1]).unwrap();
        let (said, ran, stderr) = folder.run(&[]);
        assert_eq!((said.as_str(), ran.len()), (right.as_str(), 1));
        assert!(
            stderr.contains(&format!("cannot use the checkpoint {}", file.display())),
            "{stderr}"
        );
        assert_eq!(fs::read(file).unwrap(), bytes, "it is mended");
    }
    assert_eq!(folder.files(), files);
}

#[test]
fn a_folder_that_cannot_be_is_said_and_the_program_runs() {
    let folder = Folder::new("checkpoint-file");
    fs::write(&folder.0, "a file").unwrap();
    let (_, ran, stderr) = folder.run(&[]);
    assert_eq!(ran, ALL);
    assert!(
        stderr.contains("no results are kept in DAGGER_CHECKPOINT="),
        "{stderr}"
    );
}

#[test]
fn direct_calls_are_plain_calls() {
    assert_eq!(squares(1, (2, 4)), [5, 10]);
    assert_eq!(scaled(&[1.5, 2.0], &2.0, "direct", false).unwrap(), 7.0);
    assert!(Path::new(file!()).ends_with("task_checkpoint.rs"));
}
