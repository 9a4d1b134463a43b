//! Turns of a loop that have nothing to do with each other run side by side, whatever the values they are given come from.
//!
//! Two nodes meet: each waits for the other. In a graph that puts one behind the other they would wait in vain, and say so.

use dagger::prelude::*;
use std::sync::{Condvar, Mutex};
use std::time::Duration;

/// Where nodes wait for each other, in pairs.
#[derive(Default)]
struct Meeting {
    arrived: Mutex<usize>,
    met: Condvar,
}

impl Meeting {
    fn wait(&self) {
        let mut arrived = self.arrived.lock().unwrap();
        *arrived += 1;
        self.met.notify_all();
        let pair = arrived.div_ceil(2);
        let (_arrived, waited) = self
            .met
            .wait_timeout_while(arrived, Duration::from_secs(20), |arrived| {
                *arrived < 2 * pair
            })
            .unwrap();
        assert!(
            !waited.timed_out(),
            "nobody else came: the turns run one after the other"
        );
    }
}

/// A type of the user's, with methods of which the macro knows nothing, and one with the name of an iterator's.
struct Sizes(Vec<u64>);

impl Sizes {
    fn of(&self, i: usize) -> u64 {
        self.0[i]
    }

    fn count(&self, i: usize) -> u64 {
        self.0[i]
    }

    fn part(&self, i: usize) -> &u64 {
        &self.0[i]
    }
}

#[task]
fn work(meeting: &Meeting, x: &mut u64, n: u64) {
    meeting.wait();
    *x += n;
}

#[task]
fn work_on(meeting: &Meeting, x: &mut u64, n: &u64) {
    meeting.wait();
    *x += *n;
}

#[task]
fn twice(i: usize) -> u64 {
    2 * i as u64
}

#[task]
fn checked(i: usize) -> std::result::Result<u64, String> {
    Ok(2 * i as u64)
}

#[task]
fn grow(sizes: &mut Sizes) {
    sizes
        .0
        .iter_mut()
        .for_each(|size| *size = size.wrapping_add(1));
}

const TURNS: usize = 8;

/// Runs a graph on two threads, all of it as nodes; it must make the numbers `0, 2, 4, ..` out of zeros.
fn meets(graph: impl Fn(&Meeting, &Sizes, &mut [u64]) -> Result<()> + Sync) {
    let runtime = Runtime::builder().threads(2).build().unwrap();
    runtime.enter(|| {
        dagger::__private::force_parallel(true);
        let sizes = Sizes((0..TURNS as u64).map(|i| 2 * i).collect());
        let mut v = [0; TURNS];
        let result = graph(&Meeting::default(), &sizes, &mut v);
        dagger::__private::force_parallel(false);
        result.unwrap();
        assert_eq!(v.to_vec(), sizes.0);
    });
}

#[test]
fn with_a_value_that_a_task_made() {
    meets(|meeting, _, v| {
        dag! {
            for i in 0..TURNS {
                let n = twice(i);
                work(meeting, &mut v[i], n);
            }
        }
    });
}

#[test]
fn with_the_value_of_a_task_that_may_fail() {
    meets(|meeting, _, v| {
        dag! {
            for i in 0..TURNS {
                let n = checked(i)?;
                work(meeting, &mut v[i], n);
            }
        }
    });
}

#[test]
fn with_a_value_that_is_borrowed() {
    meets(|meeting, _, v| {
        dag! {
            for i in 0..TURNS {
                let n = twice(i);
                work_on(meeting, &mut v[i], &n);
            }
        }
    });
}

#[test]
fn with_a_nested_call() {
    meets(|meeting, _, v| {
        dag! {
            for i in 0..TURNS {
                work(meeting, &mut v[i], twice(i));
            }
        }
    });
}

#[test]
fn with_what_a_method_gives() {
    meets(|meeting, sizes, v| {
        dag! {
            for i in 0..TURNS {
                let n = sizes.of(i);
                work(meeting, &mut v[i], n);
            }
        }
    });
}

#[test]
fn with_what_a_method_of_a_familiar_name_gives() {
    meets(|meeting, sizes, v| {
        dag! {
            for i in 0..TURNS {
                let n = sizes.count(i);
                work(meeting, &mut v[i], n);
            }
        }
    });
}

#[test]
fn with_what_a_method_lends() {
    meets(|meeting, sizes, v| {
        dag! {
            for i in 0..TURNS {
                let n = sizes.part(i);
                work_on(meeting, &mut v[i], n);
            }
        }
    });
}

#[test]
fn with_a_method_of_what_an_earlier_node_changed() {
    meets(|meeting, sizes, v| {
        let mut own = Sizes(sizes.0.iter().map(|size| size.wrapping_sub(1)).collect());
        dag! {
            grow(&mut own);
            for i in 0..TURNS {
                let n = own.of(i);
                work(meeting, &mut v[i], n);
            }
        }
    });
}

#[test]
fn with_an_element_of_the_same_vector() {
    meets(|meeting, sizes, v| {
        v.copy_from_slice(&sizes.0);
        v.iter_mut().for_each(|x| *x /= 2);
        dag! {
            for i in 0..TURNS {
                let n = v[i];
                work(meeting, &mut v[i], n);
            }
        }
    });
}
