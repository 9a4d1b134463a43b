//! Shadowing, tuples, structs, nested calls, plain expressions and macros among the tasks.
#![deny(warnings)]
use dagger::prelude::*;

struct Span {
    low: i64,
    high: i64,
}

#[task]
fn span(v: &[i64]) -> Span {
    Span { low: *v.iter().min().unwrap(), high: *v.iter().max().unwrap() }
}

#[task]
fn split(v: Vec<i64>) -> (Vec<i64>, Vec<i64>) {
    v.into_iter().partition(|x| x % 2 == 0)
}

#[task]
fn double(x: i64) -> i64 {
    2 * x
}

#[task]
fn add(x: i64, y: i64) -> i64 {
    x + y
}

#[task]
fn total(v: &[i64]) -> i64 {
    v.iter().sum()
}

fn main() -> Result<()> {
    let v: Vec<i64> = (1..=6).collect();
    let offset = 3;
    let text = dag! {
        let Span { low, high: top } = span(&v);
        let (even, odd) = split(v);
        let x = add(double(low), double(top));
        let x = add(x, offset);
        let sums = [total(&even), total(&odd)];
        let mean = (sums[0] + sums[1]) as f64 / (even.len() + odd.len()) as f64;
        let label = format!("{x} {mean:.1} {}", sums[0]);
        let _ignored = double(1);
        label
    }?;
    assert_eq!(text, "17 3.5 12");
    Ok(())
}
