//! Cells 4 and 5: a diamond. Its middle tasks need only the top one, so they may run at the same time; here they prove it.

use dagger::prelude::*;
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

#[task]
fn one_and_one() -> i64 {
    1 + 1
}

#[task]
fn double(a: &i64, meeting: &Meeting) -> f64 {
    meeting.attend();
    (a * 2) as f64
}

#[task]
fn halve(a: &i64, meeting: &Meeting) -> f64 {
    meeting.attend();
    *a as f64 / 2.0
}

#[task]
fn subtract(b: f64, c: f64) -> f64 {
    b - c
}

pub(crate) fn show() -> Result<()> {
    let meeting = Meeting::default();
    let d = dag! {
        let a = one_and_one();
        let b = double(&a, &meeting); //  a ──→ b ──→ d
        let c = halve(&a, &meeting); //   └───→ c ──┘
        subtract(b, c)
    }?;
    println!("d = {d:?}");
    assert_eq!(d, 3.0);
    match meeting.met() {
        true => println!("b and c ran at the same time: each waited inside for the other"),
        false => println!("b and c did not meet: one thread runs them one after the other"),
    }
    Ok(())
}

/// A place where two tasks wait for each other; on one thread they would wait in vain, so not for ever.
#[derive(Default)]
struct Meeting {
    present: Mutex<u32>,
    arrived: Condvar,
}

impl Meeting {
    fn attend(&self) {
        const PATIENCE: Duration = Duration::from_secs(1);
        let mut present = self.present.lock().unwrap_or_else(PoisonError::into_inner);
        *present += 1;
        self.arrived.notify_all();
        let waited = self
            .arrived
            .wait_timeout_while(present, PATIENCE, |present| *present < 2);
        let (mut present, waited) = waited.unwrap_or_else(PoisonError::into_inner);
        if waited.timed_out() {
            // Gone again before the other came.
            *present -= 1;
        }
    }

    fn met(&self) -> bool {
        *self.present.lock().unwrap_or_else(PoisonError::into_inner) == 2
    }
}
