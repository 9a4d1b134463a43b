//! The dynamic tasks of the design page.
#![deny(warnings)]
use dagger::prelude::*;

#[task]
fn add1(x: i64) -> i64 {
    x + 1
}

#[task]
fn add2(x: &i64) -> i64 {
    x + 2
}

#[task]
fn total(v: Vec<i64>) -> i64 {
    v.into_iter().sum()
}

fn main() -> Result<()> {
    let t: Task<i64> = spawn!(add1(4));
    let u = spawn!(add2(&t));
    let v = spawn!(#[on(worker = 0)] #[priority(1)] #[name("last")] add2(t));
    assert_eq!(v.fetch()?, 7);
    v.wait()?;
    assert!(v.is_ready());
    let _ = v.status();
    v.cancel();
    let sum = spawn!(u + v * 2);
    assert_eq!(sum.fetch()?, 21);
    let many: Vec<Task<i64>> = (0..3).map(|i| spawn!(add1(i))).collect();
    wait_all(&many)?;
    assert_eq!(spawn!(total(many)).fetch()?, 6);
    let [a, b] = [spawn!(add1(1)), spawn!(add1(2))];
    assert_eq!(fetch_all([a, b])?, [2, 3]);
    let text = String::from("block");
    let length = spawn!({ text.len() });
    assert_eq!(length.fetch()?, 5);
    assert_eq!(spawn!(|| 3).fetch()?, 3);
    let inside = with_options(Options::new().on(Scope::worker(0)), || spawn!(add1(1)));
    assert_eq!(inside.fetch()?, 2);
    spawn!(add1(5));
    Ok(())
}
