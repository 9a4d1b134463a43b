//! A value that borrows is still used after what it borrows from was changed.
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

#[task]
fn make(n: usize) -> Vec<String> {
    vec![String::new(); n]
}

fn main() {
    let _ = dag! {
        let mut words = make(3);
        let word = longest(&words);
        clear(&mut words);
        count(word)
    };
}
