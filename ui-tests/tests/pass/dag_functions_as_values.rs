//! Functions and closures that are parameters or variables are called as they are, not as tasks.
#![deny(warnings)]
use dagger::prelude::*;

#[task]
fn apply(f: &(dyn Fn(i64) -> i64 + Sync), x: i64) -> i64 {
    f(x)
}

#[task]
fn double(x: i64) -> i64 {
    2 * x
}

dag! {
    fn twice<F: Fn(i64) -> i64 + Send + Sync>(f: F, x: i64) -> i64 {
        let a = f(x);
        let b = double(x);
        f(a + b)
    }
}

fn main() -> Result<()> {
    assert_eq!(twice::run(|x| x + 1, 3)?, 11);
    let triple = |x: i64| 3 * x;
    let y = dag! {
        let half = |x: i64| x / 2;
        let a = apply(&triple, 4);
        let b = apply(&double, 4);
        let c = { triple(1) };
        half(a + b) + c
    }?;
    assert_eq!(y, 13);
    Ok(())
}
