//! `if`, `else if`, `if let`, `match` with guards: only the chosen side runs.
#![deny(warnings)]
use dagger::prelude::*;

#[task]
fn double(x: i64) -> i64 {
    2 * x
}

#[task]
fn find(v: &[i64], x: i64) -> Option<usize> {
    v.iter().position(|&y| y == x)
}

#[task]
fn add(x: i64, y: i64) -> i64 {
    x + y
}

fn run(x: i64, v: &[i64]) -> Result<i64> {
    dag! {
        let a = double(x);
        let b = if a > 10 {
            let c = double(a);
            let d = double(x);
            add(c, d)
        } else if a > 5 {
            double(a)
        } else {
            0
        };
        let place = find(v, a);
        let c = match place {
            Some(0) => double(b),
            Some(i) if i > 1 => i as i64,
            Some(_) | None => add(a, b),
        };
        if let Some(i) = find(v, c) {
            add(c, i as i64)
        } else {
            c
        }
    }
}

fn main() -> Result<()> {
    assert_eq!(run(1, &[9])?, 2);
    assert_eq!(run(6, &[12, 60])?, 60 + 0 + (24 + 12) * 2 - 60);
    Ok(())
}
