//! The result as a person likes to read it.

use crate::stats::{FileStats, LEVELS, Stats};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Words shorter than this are hardly news.
const SHORTEST_WORD: usize = 4;

/// The whole report: largest files, words, levels, the longest line, what could not be read.
pub(crate) fn render(
    stats: &Stats,
    unreadable: &[(PathBuf, String)],
    top: usize,
    elapsed: Duration,
) -> String {
    let mut out = String::new();
    totals(&mut out, stats, elapsed);
    largest_files(&mut out, stats, top);
    frequent_words(&mut out, stats, top);
    levels(&mut out, stats);
    longest_line(&mut out, stats);
    let failed: Vec<_> = unreadable.iter().chain(&stats.unreadable).collect();
    if !failed.is_empty() {
        let _ = writeln!(out, "\ncould not be read:");
        for (path, reason) in failed {
            let _ = writeln!(out, "  {}: {reason}", shown(path));
        }
    }
    if !stats.binary.is_empty() {
        let _ = writeln!(
            out,
            "\n{} not text and left out",
            counted(stats.binary.len(), "file is", "files are")
        );
    }
    out
}

fn totals(out: &mut String, stats: &Stats, elapsed: Duration) {
    let sum = |of: fn(&FileStats) -> u64| stats.files.iter().map(of).sum::<u64>();
    let (lines, words, bytes) = (
        sum(|file| file.lines),
        sum(|file| file.words),
        sum(|file| file.bytes),
    );
    let speed = bytes as f64 / 1e6 / elapsed.as_secs_f64().max(1e-9);
    let _ = writeln!(
        out,
        "{}: {} lines, {} words, {} in {elapsed:.1?} ({speed:.0} MB/s)",
        counted(stats.files.len(), "file", "files"),
        grouped(lines),
        grouped(words),
        size(bytes),
    );
}

fn largest_files(out: &mut String, stats: &Stats, top: usize) {
    let mut files: Vec<&FileStats> = stats.files.iter().collect();
    files.sort_by(|a, b| b.bytes.cmp(&a.bytes).then_with(|| a.path.cmp(&b.path)));
    let shown_files = &files[..files.len().min(top)];
    if shown_files.is_empty() {
        return;
    }
    let width = shown_files
        .iter()
        .map(|file| shown(&file.path).chars().count())
        .max()
        .unwrap_or(0)
        .max(4);
    let _ = writeln!(
        out,
        "\n{:<width$}  {:>10}  {:>11}  {:>9}",
        "file", "lines", "words", "size"
    );
    for file in shown_files {
        let (name, lines, words) = (shown(&file.path), grouped(file.lines), grouped(file.words));
        let _ = writeln!(
            out,
            "{name:<width$}  {lines:>10}  {words:>11}  {:>9}",
            size(file.bytes)
        );
    }
    if files.len() > top {
        let _ = writeln!(out, "and {} more", grouped((files.len() - top) as u64));
    }
}

fn frequent_words(out: &mut String, stats: &Stats, top: usize) {
    let long = stats
        .words
        .iter()
        .filter(|(word, _)| word.chars().count() >= SHORTEST_WORD);
    let mut words: Vec<(&String, &u64)> = long.collect();
    words.sort_by(|a, b| b.1.cmp(a.1).then_with(|| a.0.cmp(b.0)));
    words.truncate(top);
    let Some(&(_, &most)) = words.first() else {
        return;
    };
    let width = words
        .iter()
        .map(|(word, _)| word.chars().count())
        .max()
        .unwrap_or(0);
    let _ = writeln!(
        out,
        "\nmost frequent of {} different words ({SHORTEST_WORD} letters or more):",
        grouped(stats.words.len() as u64)
    );
    for (word, &count) in words {
        let _ = writeln!(
            out,
            "  {word:<width$}  {:>9}  {}",
            grouped(count),
            bar(count, most)
        );
    }
}

/// Levels are shown where some file is a log: most of its lines name one.
fn levels(out: &mut String, stats: &Stats) {
    let is_log = |file: &FileStats| file.levelled * 2 > file.lines;
    let logs = stats.files.iter().filter(|file| is_log(file)).count();
    let most = stats.levels.iter().copied().max().unwrap_or(0);
    if logs == 0 || most == 0 {
        return;
    }
    let _ = writeln!(out, "\nlines by level ({}):", counted(logs, "log", "logs"));
    for ((name, _), &count) in LEVELS.iter().zip(&stats.levels) {
        let _ = writeln!(
            out,
            "  {name:<7}  {:>9}  {}",
            grouped(count),
            bar(count, most)
        );
    }
}

fn longest_line(out: &mut String, stats: &Stats) {
    if let Some(line) = &stats.longest {
        let _ = writeln!(
            out,
            "\nlongest line: {} characters, {}:{}",
            grouped(line.characters as u64),
            shown(&line.path),
            line.number
        );
    }
}

/// A path relative to the current folder, where it lies below it.
fn shown(path: &Path) -> String {
    let tidy = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let here = std::env::current_dir()
        .and_then(|folder| folder.canonicalize())
        .unwrap_or_default();
    tidy.strip_prefix(&here)
        .unwrap_or(&tidy)
        .display()
        .to_string()
}

fn bar(count: u64, most: u64) -> String {
    const LONGEST: u64 = 40;
    "▪".repeat((count * LONGEST).div_ceil(most.max(1)) as usize)
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!(
        "{} {}",
        grouped(count as u64),
        if count == 1 { one } else { many }
    )
}

/// A number with commas: 1,234,567.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let first = (digits.len() - 1) % 3 + 1;
    let (head, tail) = digits.split_at(first);
    let mut out = head.to_owned();
    for group in tail.as_bytes().chunks(3) {
        out.push(',');
        out.extend(group.iter().map(|&digit| char::from(digit)));
    }
    out
}

fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.2} GB", bytes as f64 / 1e9),
    }
}
