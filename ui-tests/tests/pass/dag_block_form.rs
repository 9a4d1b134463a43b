//! The block form of the design page: `b` and `c` only read `a`.
use dagger::prelude::*;

#[task]
fn make(n: i64) -> Vec<i64> {
    (0..n).collect()
}

#[task]
fn double(v: &[i64]) -> i64 {
    v.iter().map(|x| 2 * x).sum()
}

#[task]
fn halve(v: &[i64]) -> i64 {
    v.iter().map(|x| x / 2).sum()
}

#[task]
fn sub(x: i64, y: i64) -> i64 {
    x - y
}

fn main() -> Result<()> {
    let n = 10;
    let d = dag! {
        let a = make(n);
        let b = double(&a);
        let c = halve(&a);
        sub(b, c)
    }?;
    assert_eq!(d, 90 - 20);
    Ok(())
}
