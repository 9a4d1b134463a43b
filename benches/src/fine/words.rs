//! Values on the heap that are shared and moved: two readings of a text, joined into a third.

use std::hint::black_box;

use dagger::prelude::*;

use crate::harness::Question;

const TEXT: &str = "the quick brown fox jumps over the lazy dog and the dog does not mind at all";

/// Nanoseconds a run.
pub fn question() -> Question {
    super::question(
        "words",
        "A text is split; its longest words and its initials are joined. Strings move.",
        plain,
        with_dag,
    )
}

#[task]
fn split(text: &str) -> Vec<String> {
    text.split(' ').map(str::to_owned).collect()
}

#[task]
fn longest(words: &[String]) -> Vec<String> {
    let most = words.iter().map(String::len).max().unwrap_or(0);
    words
        .iter()
        .filter(|word| word.len() == most)
        .cloned()
        .collect()
}

#[task]
fn initials(words: &[String]) -> String {
    words
        .iter()
        .filter_map(|word| word.chars().next())
        .collect()
}

#[task]
fn join(longest: Vec<String>, initials: String) -> String {
    let mut text = longest.join(" ");
    text.push_str(&initials);
    text
}

fn plain() -> String {
    let text = black_box(TEXT);
    let words = split(text);
    let long = longest(&words);
    let first = initials(&words);
    join(long, first)
}

fn with_dag() -> String {
    let text = black_box(TEXT);
    dag! {
        let words = split(text);
        let long = longest(&words);
        let first = initials(&words);
        join(long, first)
    }
    .expect("no node fails")
}
