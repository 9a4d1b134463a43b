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

/// Adds the words of a line to the table; returns how many there were. A word begins with a letter.
fn count_words(text: &str, table: &mut HashMap<String, u64>) -> u64 {
    let is_inside = |character: char| character.is_alphanumeric() || character == '\'';
    let mut count = 0;
    let mut lower = String::new();
    for word in text.split(|character| !is_inside(character)) {
        let word = word.trim_matches('\'');
        if !word.starts_with(char::is_alphabetic) {
            continue;
        }
        count += 1;
        lower.clear();
        if word.is_ascii() {
            lower.push_str(word);
            lower.make_ascii_lowercase();
        } else {
            lower.push_str(&word.to_lowercase());
        }
        // `entry` would need an owned key for every word, new or not.
        match table.get_mut(&lower) {
            Some(seen) => *seen += 1,
            None => {
                table.insert(lower.clone(), 1);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_begin_with_a_letter_and_are_counted_in_lower_case() {
        let mut table = HashMap::new();
        let count = count_words("Don't stop, DON'T 'stop' 22t10 Straße STRASSE", &mut table);
        assert_eq!(count, 6);
        let of = |word| table.get(word).copied();
        assert_eq!(
            (of("don't"), of("stop"), of("straße"), of("22t10")),
            (Some(2), Some(2), Some(1), None)
        );
    }

    #[test]
    fn a_level_is_a_word_in_capitals_near_the_beginning() {
        let level = |line| level_of(line).map(|index| LEVELS[index].0);
        assert_eq!(
            level("2026-11-22 10:00:00 [WARN] low on disk"),
            Some("warning")
        );
        assert_eq!(level("ERROR: INFO is not to be had"), Some("error"));
        assert_eq!(level("an error occurred, as INFORMATION goes"), None);
        assert_eq!(level("one two three four five six seven eight ERROR"), None);
    }

    #[test]
    fn merging_adds_up_and_keeps_the_longest_line() {
        let one = |path: &str, characters, word: &str| Stats {
            words: HashMap::from([(word.to_owned(), 2)]),
            levels: [1; LEVELS.len()],
            longest: Some(LongestLine {
                path: path.into(),
                number: 1,
                characters,
            }),
            unreadable: vec![(path.into(), "gone".into())],
            ..Stats::default()
        };
        let both = merge(
            one("a", 10, "x"),
            merge(one("b", 30, "x"), one("c", 20, "y")),
        );
        assert_eq!((both.words["x"], both.words["y"]), (4, 2));
        assert_eq!(both.levels, [3; LEVELS.len()]);
        assert_eq!(both.longest.unwrap().path, PathBuf::from("b"));
        assert_eq!(both.unreadable.len(), 3);
    }
}
