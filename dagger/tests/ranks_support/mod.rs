//! What tests on several workers share: three workers to run on, and tasks that take their time or fail.

#![allow(dead_code, reason = "each test uses a part")]

use dagger::prelude::*;

/// Each of these functions is a test here, and a scenario of `under_mpirun`.
#[allow(unused_macros, reason = "each test uses a part")]
macro_rules! scenarios {
    ($($name:ident),* $(,)?) => {
        #[allow(dead_code, reason = "for `under_mpirun`")]
        pub(crate) const ALL: &[(&str, fn())] = &[$((stringify!($name), $name)),*];

        mod scenario {
            $(#[test]
            fn $name() {
                super::$name();
            })*
        }
    };
}
#[allow(unused_imports, reason = "each test uses a part")]
pub(crate) use scenarios;

use std::time::Duration;

/// Runs `f` on the driver of three workers with two threads each; on those there are where the program runs as three ranks.
pub(crate) fn in_three<R: Send>(f: impl FnOnce() -> R + Send) -> R {
    if workers() == 3 {
        return f();
    }
    three().enter(f)
}

/// Three workers with two threads each.
pub(crate) fn three() -> Runtime {
    Runtime::builder()
        .workers(3)
        .threads(2)
        .build()
        .expect("three workers start")
}

#[task]
pub(crate) fn sleepy(milliseconds: u64, x: i64) -> i64 {
    std::thread::sleep(Duration::from_millis(milliseconds));
    x
}

#[task]
pub(crate) fn add(x: i64, y: i64) -> i64 {
    x + y
}

#[task]
pub(crate) fn panics(x: i64) -> i64 {
    panic!("{x} is unlucky")
}
