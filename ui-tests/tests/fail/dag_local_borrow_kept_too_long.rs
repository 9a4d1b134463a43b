//! A value that borrows from a caller's local is still used after the local was changed.
use dagger::prelude::*;

#[task]
fn longest(words: &Vec<String>) -> &str {
    words.iter().max_by_key(|word| word.len()).unwrap()
}

#[task]
fn clear(words: &mut Vec<String>) {
    words.clear();
}

#[task]
fn count(word: &str) -> usize {
    word.len()
}

fn main() {
    let mut words = vec!["a".to_string(), "bc".to_string()];
    let _ = dag! {
        let word = longest(&words);
        clear(&mut words);
        count(word)
    };
}
