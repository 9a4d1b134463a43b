//! Every attribute that a statement takes, and those that are rustc's.
#![deny(warnings)]
use dagger::prelude::*;

#[task]
fn double(x: i64) -> i64 {
    2 * x
}

#[task]
fn add(x: i64, y: i64) -> i64 {
    x + y
}

fn main() -> Result<()> {
    let thread = 0;
    let sum = dag! {
        #[on(thread = thread)]
        #[priority(-1)]
        #[name("first")]
        let a = double(1);
        #[on(worker = 0)]
        let b = double(2);
        #[on(workers = [0])]
        let c = double(3);
        #[on(local)]
        let d = double(4);
        #[on(Scope::worker(0))]
        let e = double(5);
        #[allow(unused_variables)]
        let unused = double(6);
        add(add(a, b), add(c, add(d, e)))
    }?;
    assert_eq!(sum, 30);
    Ok(())
}
