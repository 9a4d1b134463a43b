//! Tables for the terminal and for `RESULTS.md`.

use std::fmt::Write;

use super::aim::Outcome;
use super::contender::Role;
use super::machine::Machine;
use super::rounds::{Figure, Measured};
use super::suite::Suite;

/// How the figures come about, for the head of a report.
pub const METHOD: &str = "All contenders of a question run in one process, in turns, each round starting with \
another one. A sample is long enough to last 20 ms (2 ms in a quick run). Shown is the median of the samples, with \
the least sample and the distance between the quartiles; a contender whose single run takes over 0.4 s has three samples, the \
others nine. Every contender has the same number of threads, the calling one included where it works, and its \
answer is checked after every sample. The ratio is against the best peer and above 1 where ours is ahead; \"serial\" \
is the same work without any library and is no peer.";

/// What a report says when the machine was not idle at its start.
pub const BUSY: &str = "The machine was busy with something else at the start: these figures, and those on two \
threads most of all, are worse and less certain than on an idle one.";

/// One question's table for the terminal: the rows of all its numbers of threads.
pub fn terminal(rows: &[Measured]) -> String {
    let mut text = String::new();
    let Some(first) = rows.first() else {
        return text;
    };
    let direction = if first.unit.greater_is_better() {
        "higher"
    } else {
        "lower"
    };
    let _ = writeln!(
        text,
        "{} · {}, {direction} is better",
        first.name,
        first.unit.label()
    );
    for line in wrap(first.how, 96) {
        let _ = writeln!(text, "    {line}");
    }
    for row in rows {
        let _ = writeln!(
            text,
            "  {:<34} {:>10} {:>10} {:>10}",
            threads(row.threads),
            "median",
            "min",
            "IQR"
        );
        for figure in &row.figures {
            let _ = match &figure.result {
                Ok(s) => writeln!(
                    text,
                    "    {:<32} {:>10} {:>10} {:>10}",
                    figure.name,
                    number(s.median),
                    number(s.min),
                    number(s.spread())
                ),
                Err(failure) => writeln!(text, "    {:<32} {failure}", figure.name),
            };
        }
        let _ = writeln!(text, "    ratio {}", ratio(row));
        for (aim, outcome) in &row.aims {
            let _ = writeln!(text, "    aim {aim}: {outcome}");
        }
    }
    text
}

/// The whole report in Markdown.
pub fn markdown(suite: &Suite, machine: &Machine, rows: &[Measured]) -> String {
    let mut text = String::from("# How fast\n\n");
    let _ = writeln!(
        text,
        "Written by `cargo xtask bench {}`.\n\n{machine}\n\n{}\n",
        suite.name, suite.method
    );
    if machine.was_busy() {
        let _ = writeln!(text, "{BUSY}\n");
    }
    let (reached, judged) = tally(rows);
    let _ = writeln!(text, "Aims reached: {reached} of {judged} measured.\n");
    summary(&mut text, rows);
    missed(&mut text, rows);
    for row in rows {
        if rows
            .iter()
            .find(|other| other.name == row.name)
            .is_some_and(|other| other.threads == row.threads)
        {
            let direction = if row.unit.greater_is_better() {
                "higher"
            } else {
                "lower"
            };
            let _ = writeln!(
                text,
                "## {}\n\n{} In {}, {direction} is better.\n",
                row.name,
                row.how,
                row.unit.label()
            );
            table(
                &mut text,
                rows.iter().filter(|other| other.name == row.name),
            );
        }
    }
    text
}

/// How many aims were reached, of how many that could be judged.
pub fn tally(rows: &[Measured]) -> (usize, usize) {
    let outcomes = || {
        rows.iter()
            .flat_map(|row| &row.aims)
            .map(|(_, outcome)| outcome)
    };
    let reached = outcomes()
        .filter(|outcome| **outcome == Outcome::Reached)
        .count();
    (
        reached,
        outcomes()
            .filter(|outcome| **outcome != Outcome::NotMeasured)
            .count(),
    )
}

fn summary(text: &mut String, rows: &[Measured]) {
    text.push_str("| question | threads | unit | ours | best peer | ratio | aims |\n|---|---:|---|---:|---|---:|---|\n");
    for row in rows {
        let ours = row.ours().map_or("–".to_owned(), median);
        let peer = row.best_peer().map_or("–".to_owned(), |(name, value)| {
            format!("{} ({name})", number(value))
        });
        let ratio = row
            .ratio()
            .map_or("–".to_owned(), |ratio| format!("{ratio:.2}"));
        let aims: Vec<String> = row
            .aims
            .iter()
            .map(|(aim, outcome)| format!("{aim}: {outcome}"))
            .collect();
        let _ = writeln!(
            text,
            "| {} | {} | {} | {ours} | {peer} | {ratio} | {} |",
            row.name,
            row.threads,
            row.unit.label(),
            aims.join("; ")
        );
    }
    text.push('\n');
}

/// The aims that were missed, by how much, and what is known about why.
fn missed(text: &mut String, rows: &[Measured]) {
    text.push_str("## Aims missed, and why\n\n");
    let before = text.len();
    let mut told: Option<&str> = None;
    for row in rows {
        let missed = row
            .aims
            .iter()
            .filter(|(_, outcome)| matches!(outcome, Outcome::Missed(_)));
        for (aim, outcome) in missed {
            let (name, on) = (row.name.as_str(), threads(row.threads));
            let why = match row.profile {
                // Said once, in the first row of the question that misses.
                Some(_) if told == Some(name) => "See above.",
                Some(profile) => profile,
                None => "Not profiled yet.",
            };
            let _ = writeln!(text, "- **{name}**, {on}, {aim}: {outcome}. {why}");
            told = Some(name);
        }
    }
    if text.len() == before {
        text.push_str("None.\n");
    }
    text.push('\n');
}

fn table<'a>(text: &mut String, rows: impl Iterator<Item = &'a Measured>) {
    text.push_str("| threads | contender | median | min | IQR |\n|---:|---|---:|---:|---:|\n");
    for row in rows {
        for figure in &row.figures {
            let name = if figure.role == Role::Ours {
                "**ours**"
            } else {
                figure.name
            };
            let _ = match &figure.result {
                Ok(s) => writeln!(
                    text,
                    "| {} | {name} | {} | {} | {} |",
                    row.threads,
                    number(s.median),
                    number(s.min),
                    number(s.spread())
                ),
                Err(failure) => writeln!(text, "| {} | {name} | {failure} | | |", row.threads),
            };
        }
    }
    text.push('\n');
}

fn ratio(row: &Measured) -> String {
    match (row.ratio(), row.best_peer()) {
        (Some(ratio), Some((peer, _))) => format!("{ratio:.2} (best peer: {peer})"),
        (None, Some((peer, _))) => format!("not measured (best peer: {peer})"),
        (_, None) => "has no peer".to_owned(),
    }
}

fn median(figure: &Figure) -> String {
    match &figure.result {
        Ok(summary) => number(summary.median),
        Err(failure) => failure.to_string(),
    }
}

fn threads(number: usize) -> String {
    if number == 1 {
        "1 thread".to_owned()
    } else {
        format!("{number} threads")
    }
}

/// Three or four significant digits, thousands without a fraction.
fn number(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

/// Breaks a text into lines of at most `width` characters, between words.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::super::contender::Failure;
    use super::super::question::Unit;
    use super::super::statistics::Summary;
    use super::*;

    const SUITE: Suite = Suite {
        name: "core",
        method: METHOD,
        results: "RESULTS.md",
    };

    fn rows() -> Vec<Measured> {
        let figure = |name, role, median| Figure {
            name,
            role,
            result: Ok(Summary::of(&[median]).unwrap()),
            run: Some(median),
        };
        vec![Measured {
            name: "fork-join/fib(35)".into(),
            how: "Recursion.",
            unit: Unit::nanoseconds("call", 1),
            threads: 1,
            profile: Some("The frames cost."),
            figures: vec![
                figure("ours", Role::Ours, 4.0),
                figure("chili", Role::Peer, 5.0),
                Figure {
                    name: "oneTBB",
                    role: Role::Peer,
                    result: Err(Failure::NotBuilt("install libtbb-dev")),
                    run: None,
                },
            ],
            aims: vec![("≤ 3".into(), Outcome::Missed(33.3))],
        }]
    }

    #[test]
    fn a_terminal_table_has_figures_ratio_and_aims() {
        let text = terminal(&rows());
        for part in [
            "fork-join/fib(35) · ns a call, lower is better",
            "1 thread ",
            "4.00",
            "not built: install libtbb-dev",
            "ratio 1.25 (best peer: chili)",
            "aim ≤ 3: missed by 33 %",
        ] {
            assert!(text.contains(part), "{part} is missing in\n{text}");
        }
    }

    #[test]
    fn the_markdown_summary_has_a_row_a_question_and_threads() {
        let text = markdown(&SUITE, &Machine::read(), &rows());
        assert!(text.contains("| fork-join/fib(35) | 1 | ns a call | 4.00 | 5.00 (chili) | 1.25 | ≤ 3: missed by 33 % |"));
        assert!(text.contains("Aims reached: 0 of 1 measured."));
        assert!(text.contains("| 1 | oneTBB | not built: install libtbb-dev | | |"));
    }

    #[test]
    fn a_missed_aim_is_told_with_what_the_profile_shows() {
        let missed = "- **fork-join/fib(35)**, 1 thread, ≤ 3: missed by 33 %. The frames cost.\n";
        assert!(markdown(&SUITE, &Machine::read(), &rows()).contains(missed));
        let mut reached = rows();
        reached[0].aims[0].1 = Outcome::Reached;
        let text = markdown(&SUITE, &Machine::read(), &reached);
        assert!(text.contains("## Aims missed, and why\n\nNone.\n"));
    }

    #[test]
    fn a_busy_machine_is_told() {
        let idle = Machine {
            load: Some(0.1),
            ..Machine::read()
        };
        let busy = Machine {
            load: Some(3.0),
            ..idle.clone()
        };
        assert!(markdown(&SUITE, &busy, &rows()).contains(BUSY));
        assert!(!markdown(&SUITE, &idle, &rows()).contains(BUSY));
    }

    #[test]
    fn numbers_keep_about_three_digits() {
        let shown: Vec<String> = [0.1234, 4.056, 40.56, 405.6, 40_560.0].map(number).into();
        assert_eq!(shown, ["0.12", "4.06", "40.6", "406", "40560"]);
    }

    #[test]
    fn lines_break_between_words() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
    }
}
