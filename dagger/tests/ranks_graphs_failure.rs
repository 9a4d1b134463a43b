//! Graphs across workers when something goes wrong: workers that are lost, values that cannot be sent or read, panics.

mod ranks_support;

use dagger::prelude::*;
use dagger::wire::{Decoder, Encoder};
use ranks_support::{add, in_three, panics, sleepy, three};
use std::time::{Duration, Instant};

#[test]
fn a_lost_worker_ends_the_graph_with_an_error_that_names_it() {
    let runtime = three();
    let begin = Instant::now();
    let error = runtime.enter(|| {
        std::thread::scope(|scope| {
            scope.spawn(|| {
                std::thread::sleep(Duration::from_millis(50));
                dagger::__private::lose_worker(&runtime, 2);
            });
            dag! {
                #[on(worker = 2)]
                let a = sleepy(2_000, 1);
                #[on(worker = 1)]
                let b = sleepy(1, 2);
                #[on(worker = 1)]
                let c = add(a, b);
                c
            }
            .expect_err("a part of it is lost")
        })
    });
    assert!(error.to_string().contains("rank 2"), "{error}");
    assert!(
        begin.elapsed() < Duration::from_secs(10),
        "it is noticed at once"
    );
    let later = runtime.enter(|| {
        dag! {
            #[on(worker = 1)]
            let a = add(1, 2);
            a
        }
    });
    assert!(
        later.is_err(),
        "a broken run does not go on as if nothing had happened"
    );
    let home = runtime.enter(|| {
        dag! {
            let a = add(1, 2);
            let b = add(3, 4);
            (a, b)
        }
    });
    assert_eq!(home.expect("it needs nobody else"), (3, 7));
}

#[test]
fn a_panic_elsewhere_names_its_task_line_and_worker() {
    in_three(|| {
        let error = dag! {
            #[on(worker = 2)]
            let a = panics(13);
            #[on(worker = 1)]
            let b = add(a, 1);
            b
        }
        .expect_err("it panics");
        assert!(error.is_panic());
        assert_eq!((error.task(), error.worker()), (Some("panics"), Some(2)));
        assert_eq!(error.message(), "13 is unlucky");
        let line = error.location().map(|at| at.line);
        assert_eq!(line, Some(line!() - 10));
        let after = dag! {
            #[on(worker = 2)]
            let a = add(1, 2);
            #[on(worker = 1)]
            let b = add(a, 3);
            b
        };
        assert_eq!(after.expect("workers go on"), 6);
    });
}

/// Whose crossing goes wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Odd(u8);

const PANICS_WHEN_SENT: u8 = 1;
const PANICS_WHEN_READ: u8 = 2;
const IS_NOT_READ: u8 = 3;

impl Wire for Odd {
    fn encode<'a>(&'a self, out: &mut Encoder<'a>) {
        assert_ne!(self.0, PANICS_WHEN_SENT, "it does not like to be sent");
        self.0.encode(out);
    }

    fn decode(input: &mut Decoder<'_>) -> dagger::Result<Self> {
        match u8::decode(input)? {
            PANICS_WHEN_READ => panic!("it does not like to be read"),
            IS_NOT_READ => Err(dagger::Error::msg("it is odd")),
            other => Ok(Odd(other)),
        }
    }
}

#[task]
fn odd(kind: u8) -> Odd {
    Odd(kind)
}

#[task]
fn same(x: Odd) -> Odd {
    x
}

#[test]
fn values_that_cannot_cross_are_errors_and_nothing_hangs() {
    in_three(|| {
        for kind in 0..4 {
            let says = ["", "like to be sent", "like to be read", "it is odd"][usize::from(kind)];
            // From worker to worker, and home.
            let between = dag! {
                #[on(worker = 1)]
                let a = odd(kind);
                #[on(worker = 2)]
                let b = same(a);
                b
            };
            let home = dag! {
                #[on(worker = 1)]
                let a = odd(kind);
                let b = add(1, 2);
                (a, b)
            };
            // With the slice.
            let local = Odd(kind);
            let given = dag! {
                #[on(worker = 1)]
                let a = same(local);
                #[on(worker = 2)]
                let b = add(1, 2);
                (a, b)
            };
            if kind == 0 {
                assert_eq!(between.expect("it crosses"), Odd(0));
                assert_eq!(home.expect("it crosses"), (Odd(0), 3));
                assert_eq!(given.expect("it crosses"), (Odd(0), 3));
            } else {
                for error in [between.map(|_| ()), home.map(|_| ()), given.map(|_| ())] {
                    let text = error.expect_err("it does not cross").to_string();
                    assert!(text.contains(says) && text.contains("Odd"), "{text}");
                }
            }
        }
    });
}

#[test]
fn graphs_of_many_threads_and_tasks_cross_at_the_same_time() {
    in_three(|| {
        let tasks: Vec<Task<i64>> = (0..20)
            .map(|i| {
                let to = i as usize % 3;
                spawn!(
                    #[on(worker = to)]
                    crosses(i)
                )
            })
            .collect();
        let sum: i64 = fetch_all(tasks).expect("all run").iter().sum();
        assert_eq!(sum, (0..20).map(|i| 4 * i + 6).sum());
    });
}

/// A graph whose home may be any worker, and whose nodes hold graphs.
#[task]
fn crosses(x: i64) -> i64 {
    dag! {
        #[on(worker = 0)]
        let a = add(x, 1);
        #[on(worker = 1)]
        let b = nested(x);
        #[on(worker = 2)]
        let c = add(a, b);
        c
    }
    .expect("it runs")
}

#[task]
fn nested(x: i64) -> i64 {
    dag! {
        #[on(worker = 2)]
        let a = add(x, 2);
        #[on(worker = 0)]
        let b = add(x, x);
        let c = add(a, 3);
        add(c, b)
    }
    .expect("it runs")
}
