//! Cells 2 and 3: a task is a handle first and a value later; a task can be the argument of another.

use dagger::prelude::*;
use std::sync::mpsc;

#[task]
fn times_two(x: i64) -> i64 {
    2 * x
}

pub(crate) fn show() -> Result<()> {
    // In the tutorial: t = Dagger.@spawn 1+2. Here the task also waits for a word from us, so that we can look at the
    // handle while there is certainly no result yet.
    let (go, may_go) = mpsc::channel();
    let t = spawn!({
        let _ = may_go.recv();
        1 + 2
    });
    println!("t = {t:?}");
    println!("ready: {}", t.is_ready());
    let _ = go.send(());
    println!("fetch(t) = {}", t.fetch()?);

    let a = spawn!(1 + 2);
    let doubled = spawn!(times_two(a)).fetch()?;
    println!("2 · a = {doubled}");
    assert_eq!(doubled, 6);
    Ok(())
}
