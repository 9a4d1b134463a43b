//! Plain functions are called in closures and blocks; a graph in a graph.
#![deny(warnings)]
use dagger::prelude::*;

fn plain(x: i64) -> i64 {
    x + 1
}

#[task]
fn double(x: i64) -> i64 {
    2 * x
}

#[task]
fn add(x: i64, y: i64) -> i64 {
    x + y
}

fn main() -> Result<()> {
    let v = [1, 2, 3];
    let sum = dag! {
        let a: i64 = v.iter().map(|&x| plain(x)).sum();
        let b = { plain(1) };
        let c = double(a);
        let d = add(b, double(3));
        let e = dag! { add(double(c), double(d)) }?;
        e
    }?;
    assert_eq!(sum, 9 * 4 + 16);
    Ok(())
}
