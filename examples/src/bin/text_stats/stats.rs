//! The two tasks: read one file, merge two results.

use dagger::prelude::*;
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::PathBuf;

/// What one file holds.
#[derive(Clone, Debug)]
pub(crate) struct FileStats {
    pub(crate) path: PathBuf,
    pub(crate) lines: u64,
    pub(crate) words: u64,
    pub(crate) bytes: u64,
    /// Lines that name a level, as logs do.
    pub(crate) levelled: u64,
}

/// What a set of files holds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stats {
    pub(crate) files: Vec<FileStats>,
    /// How often each word occurs, in lower case.
    pub(crate) words: HashMap<String, u64>,
    /// Lines by level, in the order of [`LEVELS`].
    pub(crate) levels: [u64; LEVELS.len()],
    pub(crate) longest: Option<LongestLine>,
    /// Files that are not text.
    pub(crate) binary: Vec<PathBuf>,
    /// Files that could not be read, with the reason.
    pub(crate) unreadable: Vec<(PathBuf, String)>,
}

/// The longest line of all.
#[derive(Clone, Debug)]
pub(crate) struct LongestLine {
    pub(crate) path: PathBuf,
    pub(crate) number: u64,
    pub(crate) characters: usize,
}

/// The levels looked for in logs, and the words that mean them.
pub(crate) const LEVELS: [(&str, &[&str]); 6] = [
    ("fatal", &["FATAL", "CRITICAL", "PANIC"]),
    ("error", &["ERROR", "ERR", "SEVERE"]),
    ("warning", &["WARN", "WARNING"]),
    ("info", &["INFO", "NOTICE"]),
    ("debug", &["DEBUG"]),
    ("trace", &["TRACE"]),
];

/// Reads one file. A failure is part of the result: one bad file must not cost the others their statistics.
#[task]
pub(crate) fn read_stats(path: PathBuf) -> Stats {
    match read(&path) {
        Ok(stats) => stats,
        Err(error) => Stats {
            unreadable: vec![(path, error.to_string())],
            ..Stats::default()
        },
    }
}

/// Joins the statistics of two sets of files.
#[task]
pub(crate) fn merge(mut left: Stats, right: Stats) -> Stats {
    // The smaller table goes into the larger one.
    if left.words.len() < right.words.len() {
        return merge(right, left);
    }
    for (word, count) in right.words {
        *left.words.entry(word).or_default() += count;
    }
    for (sum, count) in left.levels.iter_mut().zip(right.levels) {
        *sum += count;
    }
    left.files.extend(right.files);
    left.binary.extend(right.binary);
    left.unreadable.extend(right.unreadable);
    let longer = |line: &LongestLine| {
        (
            line.characters,
            std::cmp::Reverse((line.path.clone(), line.number)),
        )
    };
    left.longest = [left.longest.take(), right.longest]
        .into_iter()
        .flatten()
        .max_by_key(longer);
    left
}

fn read(path: &PathBuf) -> io::Result<Stats> {
    let mut reader = BufReader::with_capacity(1 << 16, File::open(path)?);
    let mut stats = Stats::default();
    if reader.fill_buf()?.contains(&0) {
        stats.binary.push(path.clone());
        return Ok(stats);
    }
    let mut file = FileStats {
        path: path.clone(),
        lines: 0,
        words: 0,
        bytes: 0,
        levelled: 0,
    };
    let mut line = Vec::new();
    loop {
        line.clear();
        let length = reader.read_until(b'\n', &mut line)?;
        if length == 0 {
            break;
        }
        file.bytes += length as u64;
        file.lines += 1;
        let text = String::from_utf8_lossy(&line);
        let text = text.trim_end_matches(['\n', '\r']);
        let characters = text.chars().count();
        if stats
            .longest
            .as_ref()
            .is_none_or(|longest| characters > longest.characters)
        {
            stats.longest = Some(LongestLine {
                path: path.clone(),
                number: file.lines,
                characters,
            });
        }
        file.words += count_words(text, &mut stats.words);
        if let Some(level) = level_of(text) {
            stats.levels[level] += 1;
            file.levelled += 1;
        }
    }
    stats.files.push(file);
    Ok(stats)
}

/// Adds the words of a line to the table; returns how many there were.
fn count_words(text: &str, table: &mut HashMap<String, u64>) -> u64 {
    let is_inside = |character: char| character.is_alphanumeric() || character == '\'';
    let words = text
        .split(|character| !is_inside(character))
        .map(|word| word.trim_matches('\''));
    let mut count = 0;
    for word in words.filter(|word| word.chars().any(char::is_alphabetic)) {
        count += 1;
        let word = word.to_lowercase();
        // `entry` would need an owned key for every word, new or not.
        match table.get_mut(&word) {
            Some(seen) => *seen += 1,
            None => {
                table.insert(word, 1);
            }
        }
    }
    count
}

/// The level a line of a log names: its first word in capitals that is one, near the line's beginning.
fn level_of(text: &str) -> Option<usize> {
    const NEAR: usize = 8;
    let words = text
        .split(|character: char| !character.is_ascii_alphabetic())
        .filter(|word| !word.is_empty());
    words.take(NEAR).find_map(|word| {
        LEVELS
            .iter()
            .position(|(_, spellings)| spellings.contains(&word))
    })
}
