//! What a task may look like.
#![deny(warnings, missing_docs)]
#![allow(clippy::needless_pass_by_ref_mut)]
//! Tasks of all kinds.
use dagger::prelude::*;
use std::fmt::{Debug, Display};

/// Nothing in, nothing out.
#[task]
pub fn nothing() {}

/// Documented, public, generic, with a where-clause and a lifetime.
#[task]
#[inline]
pub fn choose<'a, T: ?Sized, const N: usize>(of: &[&'a T; N], which: usize) -> &'a T
where
    T: Debug,
{
    of[which]
}

/// `impl Trait` in both places.
#[task]
pub fn shown(x: impl Display) -> impl Iterator<Item = char> {
    x.to_string().into_bytes().into_iter().map(char::from)
}

/// Patterns as parameters.
#[task]
pub fn across((a, b): (i64, i64), [c, d]: [i64; 2], mut e: Vec<i64>) -> Vec<i64> {
    e.extend([a, b, c, d]);
    e
}

/// Never returns.
#[task]
pub fn stop() -> ! {
    panic!("stop")
}

/// All options there are.
#[task(name = "pick one", priority = -2, retry = 3, on(local), cost(2.5e6), occupancy = 0.5, checkpoint)]
pub fn picky(x: i64, s: &str, mut v: Vec<i64>) -> std::result::Result<i64, String> {
    v[0] += 1;
    if x > 0 { Ok(x + v[0]) } else { Err(s.to_owned()) }
}

/// Priorities may be constants.
pub const HIGH: i32 = 7;

/// With a constant.
#[task(priority = HIGH, on(Scope::thread(0) | Scope::thread(1)))]
pub fn scoped(x: i64) -> i64 {
    x
}

/// A keyword for a name.
#[task]
pub fn r#match(x: i64) -> i64 {
    x
}

/// Recursion.
#[task]
pub fn factorial(n: u64) -> u64 {
    if n < 2 { 1 } else { n * factorial(n - 1) }
}

#[cfg(any())]
#[task]
fn never_compiled(x: Missing) {}

/// Starts here.
fn main() {
    nothing();
    assert_eq!(choose(&["a", "b"], 1), "b");
    assert_eq!(shown(12).collect::<String>(), "12");
    assert_eq!(across((1, 2), [3, 4], vec![0]), [0, 1, 2, 3, 4]);
    assert_eq!(picky(1, "no", vec![1]), Ok(3));
    assert_eq!(scoped(1) + r#match(1), 2);
    assert_eq!(factorial(5), 120);
    let _: fn() -> ! = stop;
}
