//! Statistics of your own text files and logs: one task a file, merged in a tree.
//!
//! ```text
//! cargo run --release -p examples --bin text_stats -- ~/notes /var/log/syslog
//! cargo run --release -p examples --bin text_stats -- --top 20 book.txt
//! cargo run --release -p examples --bin text_stats                  # this project's own documents
//! DAGGER_TRACE=stats.svg cargo run --release -p examples --bin text_stats -- ~/notes
//! ```
//!
//! It counts lines, words and bytes, finds the longest line and the most frequent words, and for logs counts the levels.
//! Folders are read with everything below them, hidden files and `target` folders aside. What cannot be read is named at
//! the end and does not stop the rest. Work that takes longer than half a second shows its progress.
//!
//! What it shows of Dagger: `spawn!` with typed handles, handles as arguments of other tasks (the tree of merges is built
//! before the first file has been read), and tasks whose failures are values.

// xtask-args: --top 5
// xtask-args: "{root}/README.md" "{root}/dagger-ir" no-such-file

mod files;
mod report;
mod stats;

use dagger::prelude::*;
use stats::{Stats, merge, read_stats};
use std::collections::VecDeque;
use std::path::PathBuf;

#[dagger::main]
fn main() -> Result<()> {
    let request = Request::from_arguments(std::env::args().skip(1))?;
    let found = files::below(&request.paths);
    let started = std::time::Instant::now();
    let stats = statistics_of(found.files)?;
    let elapsed = started.elapsed();
    print!(
        "{}",
        report::render(&stats, &found.unreadable, request.top, elapsed)
    );
    if stats.files.is_empty() {
        return Err(Error::msg(
            "none of these paths holds a text file that can be read",
        ));
    }
    Ok(())
}

/// Reads every file in a task of its own and merges the results pairwise, in tasks too.
fn statistics_of(files: Vec<PathBuf>) -> Result<Stats> {
    let _progress = dagger::observe::show_progress();
    let mut partial: VecDeque<Task<Stats>> = files
        .into_iter()
        .map(|path| spawn!(read_stats(path)))
        .collect();
    // Take two from the front, put their merge at the back: a balanced tree.
    while partial.len() > 1 {
        if let (Some(left), Some(right)) = (partial.pop_front(), partial.pop_front()) {
            partial.push_back(spawn!(merge(left, right)));
        }
    }
    match partial.pop_front() {
        Some(root) => root.fetch(),
        None => Ok(Stats::default()),
    }
}

/// What the command line asks for.
struct Request {
    paths: Vec<PathBuf>,
    top: usize,
}

impl Request {
    fn from_arguments(mut arguments: impl Iterator<Item = String>) -> Result<Request> {
        let mut request = Request {
            paths: Vec::new(),
            top: 10,
        };
        while let Some(argument) = arguments.next() {
            if argument == "--top" {
                let number = arguments.next().unwrap_or_default();
                let wrong =
                    |_| Error::msg(format!("--top wants a number behind it, not `{number}`"));
                request.top = number.parse().map_err(wrong)?;
            } else if argument.starts_with("--") {
                let usage = "use: text_stats [--top N] [FILE or FOLDER]...";
                return Err(Error::msg(format!(
                    "there is no option `{argument}`; {usage}"
                )));
            } else {
                request.paths.push(argument.into());
            }
        }
        if request.paths.is_empty() {
            println!("no files given: these are the documents of this project\n");
            request.paths = files::project_documents();
        }
        Ok(request)
    }
}
