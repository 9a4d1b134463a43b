//! Loops in choices, choices in loops, values made and taken apart in loops, `while`, `break` and `continue` of a loop inside.
#![deny(warnings)]
use dagger::prelude::*;

#[task]
fn double(x: i64) -> i64 {
    2 * x
}

#[task]
fn pair(x: i64) -> (i64, i64) {
    (x, x + 1)
}

#[task]
fn put(into: &mut Vec<i64>, x: i64) {
    into.push(x);
}

fn run(n: i64) -> Result<Vec<i64>> {
    let mut out = Vec::new();
    let many = n > 2;
    dag! {
        if many {
            for i in 0..n {
                if i == 1 {
                    continue;
                }
                let (a, b) = pair(double(i));
                put(&mut out, a);
                put(&mut out, double(b));
                if i == 3 {
                    break;
                }
            }
        } else {
            put(&mut out, 100);
        }
        let mut left = n;
        while left > 0 {
            put(&mut out, left);
            left -= 4;
        }
    }?;
    Ok(out)
}

fn main() -> Result<()> {
    assert_eq!(run(1)?, [100, 1]);
    assert_eq!(run(6)?, [0, 2, 4, 10, 6, 14, 6, 2]);
    Ok(())
}
