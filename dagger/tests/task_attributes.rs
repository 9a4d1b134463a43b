//! What `#[task]` records, and where it can be written.

#![allow(
    clippy::style,
    clippy::complexity,
    clippy::perf,
    clippy::pedantic,
    reason = "the tests write what users write"
)]
#![allow(clippy::multiple_bound_locations, unreachable_pub, dead_code)]

use dagger::TaskInfo;
use dagger::prelude::*;

/// Documented.
#[task(
    name = "sine",
    priority = -2,
    cost(2.5e3),
    occupancy = 0.5,
    checkpoint,
    anywhere
)]
#[inline]
pub fn documented(x: f64) -> f64 {
    x.sin()
}

/// Where `plain` is written: two lines further down.
const PLAIN_LINE: u32 = line!() + 2;
#[task]
fn plain() {}

#[task]
fn may_fail(text: &str) -> std::result::Result<i32, std::num::ParseIntError> {
    text.parse()
}

#[task]
fn tuple_pattern((a, b): (i32, i32), [c, d]: [i32; 2]) -> i32 {
    a + b + c + d
}

#[task]
fn longest<'a>(a: &'a str, b: &'a str) -> &'a str {
    if a.len() > b.len() { a } else { b }
}

#[task]
fn whatever(values: impl IntoIterator<Item = i32>, scale: &(impl Fn(i32) -> i32 + ?Sized)) -> i32 {
    values.into_iter().map(scale).sum()
}

#[task(retry = 1)]
fn by_mut(log: &mut Vec<i32>, (x, y): (i32, i32)) -> i32 {
    log.push(x);
    assert!(log.len() > 1, "the first attempt fails");
    y
}

mod inner {
    use dagger::prelude::*;

    #[task(on(thread = 0))]
    pub(crate) fn scoped<T, const N: usize>(values: [T; N]) -> usize
    where
        T: Send + 'static,
    {
        values.len()
    }

    #[cfg(any())]
    #[task]
    fn compiled_out(x: NoSuchType) {}
}

#[test]
fn descriptors_say_what_was_written() {
    assert_eq!(documented::NAME, "sine");
    assert_eq!(documented::PRIORITY, -2);
    assert_eq!(documented::COST, Some(2500.0));
    assert_eq!(documented::OCCUPANCY, 0.5);
    const { assert!(documented::CHECKPOINT && documented::ANYWHERE && !documented::FALLIBLE) };
    assert_eq!(plain::NAME, "plain");
    assert_eq!(
        (plain::PRIORITY, plain::RETRY, plain::COST, plain::OCCUPANCY),
        (0, 0, None, 1.0)
    );
    const { assert!(may_fail::FALLIBLE && !plain::CHECKPOINT && !plain::ANYWHERE) };
    assert_eq!(plain::FILE, file!());
    assert_eq!(plain::LINE, PLAIN_LINE, "the line of its `fn`");
    assert!(plain::scope().is_none());
    assert_eq!(inner::scoped::scope(), Some(Scope::thread(0)));
}

#[test]
fn functions_stay_as_they_are() {
    assert_eq!(documented(0.0), 0.0);
    plain();
    assert_eq!(may_fail("3"), Ok(3));
    assert_eq!(tuple_pattern((1, 2), [3, 4]), 10);
    assert_eq!(longest("ab", "c"), "ab");
    assert_eq!(whatever([1, 2], &|x| x * 2), 6);
    assert_eq!(inner::scoped(["a", "b"]), 2);
    let mut log = Vec::new();
    assert_eq!(by_mut(&mut log, (7, 8)), 8);
    assert_eq!(log, [7, 7]);
}

#[test]
fn tasks_inside_functions() {
    #[task]
    fn local(x: i32) -> i32 {
        x * 3
    }
    assert_eq!(local(2), 6);
    assert_eq!(local::NAME, "local");
    assert_eq!(spawn!(local(2)).fetch().unwrap(), 6);
    assert_eq!(spawn!(tuple_pattern((1, 2), [3, 4])).fetch().unwrap(), 10);
    assert_eq!(spawn!(inner::scoped::<_, 2>([1, 2])).fetch().unwrap(), 2);
    assert_eq!(spawn!(whatever(vec![1, 2], &|x| x + 1)).fetch().unwrap(), 5);
}
