//! A runtime made by hand.
#![deny(warnings)]
use dagger::prelude::*;

#[task]
fn add1(x: i64) -> i64 {
    x + 1
}

fn main() -> Result<()> {
    let rt = Runtime::builder().threads(2).build()?;
    let three = rt.enter(|| dag! { let a = add1(1); add1(a) })?;
    assert_eq!(three, 3);
    assert_eq!(workers(), 1);
    let _ = (this_worker(), this_thread(), is_cancelled());
    Ok(())
}
