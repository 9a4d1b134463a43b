//! Recursion with references to the callers' locals, and a graph in a function that is handed references.
#![deny(warnings)]
use dagger::prelude::*;

#[task]
fn sort(v: &mut [i64]) {
    if v.len() < 2 {
        return;
    }
    let pivot = partition(v);
    let (low, high) = v.split_at_mut(pivot);
    dag! {
        sort(low);
        sort(&mut high[1..]);
    }
    .unwrap();
}

fn partition(v: &mut [i64]) -> usize {
    let last = v.len() - 1;
    let mut at = 0;
    for i in 0..last {
        if v[i] < v[last] {
            v.swap(i, at);
            at += 1;
        }
    }
    v.swap(at, last);
    at
}

#[task]
fn fib(n: u64) -> u64 {
    if n < 2 {
        return n;
    }
    dag! {
        let a = fib(n - 1);
        let b = fib(n - 2);
        a + b
    }
    .unwrap()
}

#[task]
fn count(text: &str, letter: char) -> usize {
    text.chars().filter(|&c| c == letter).count()
}

fn both(text: &str, letters: &(char, char)) -> Result<(usize, usize)> {
    dag! {
        let first = count(text, letters.0);
        let second = count(text, letters.1);
        (first, second)
    }
}

fn main() -> Result<()> {
    let mut v = vec![3, 1, 2, 5, 4];
    sort(&mut v);
    assert_eq!(v, [1, 2, 3, 4, 5]);
    assert_eq!(fib(10), 55);
    assert_eq!(both("banana", &('a', 'n'))?, (3, 2));
    Ok(())
}
