//! Loops across workers when something goes wrong or ends early; and that nothing is left behind.

mod ranks_support;

use dagger::prelude::*;
use dagger::wire::{Decoder, Encoder};
use ranks_support::{in_three, three};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

#[task]
fn slowly(x: &mut i64) {
    std::thread::sleep(Duration::from_millis(100));
    *x += 1;
}

#[task]
fn add(x: &mut i64, y: &i64) {
    *x += y;
}

#[test]
fn a_lost_worker_ends_the_loops_with_an_error_that_names_it() {
    let runtime = three();
    let begin = Instant::now();
    let error = runtime.enter(|| {
        std::thread::scope(|scope| {
            scope.spawn(|| {
                std::thread::sleep(Duration::from_millis(50));
                dagger::__private::lose_worker(&runtime, 2);
            });
            let mut a = vec![0; 3];
            dag! {
                for _turn in 0..100 {
                    for i in 0..3 {
                        #[on(worker = i)]
                        slowly(&mut a[i]);
                    }
                    #[on(worker = 1)]
                    add(&mut a[1], &a[2]);
                }
            }
            .expect_err("a part of it is lost")
        })
    });
    assert!(error.to_string().contains("rank 2"), "{error}");
    assert!(
        begin.elapsed() < Duration::from_secs(8),
        "it is noticed at once"
    );
}

#[test]
fn a_panic_of_the_driver_comes_after_the_nodes_before_it() {
    in_three(|| {
        let mut a = vec![0; 3];
        let error = dag! {
            for i in 0..5 {
                #[on(worker = 1)]
                add(&mut a[i], &7);
            }
        }
        .expect_err("there are only three");
        assert!(error.to_string().contains("out of bounds"), "{error}");
        assert_eq!(a, [7, 7, 7]);
    });
}

#[test]
fn a_failure_elsewhere_ends_endless_loops() {
    in_three(|| {
        let mut a = vec![1_i64; 3];
        let error = dag! {
            for turn in 0_usize.. {
                #[on(worker = turn % 3)]
                grows(&mut a[turn % 3])?;
            }
        }
        .expect_err("it only ends by an error");
        assert_eq!(error.task(), Some("grows"));
    });
}

#[task]
fn grows(x: &mut i64) -> std::result::Result<(), String> {
    *x = x.checked_mul(2).ok_or("too large")?;
    Ok(())
}

/// Counts how many there are.
#[derive(Debug)]
struct Counted(i64);

static ALIVE: AtomicI64 = AtomicI64::new(0);

impl Counted {
    fn new(x: i64) -> Self {
        ALIVE.fetch_add(1, Ordering::SeqCst);
        Counted(x)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        ALIVE.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Wire for Counted {
    fn encode<'a>(&'a self, out: &mut Encoder<'a>) {
        self.0.encode(out);
    }

    fn decode(input: &mut Decoder<'_>) -> dagger::Result<Self> {
        i64::decode(input).map(Counted::new)
    }
}

#[task]
fn made(x: &Counted) -> Counted {
    Counted::new(x.0 + 1)
}

#[task]
fn swallowed(x: &mut Counted, by: Counted, fails: bool) -> std::result::Result<(), String> {
    x.0 += by.0;
    if fails {
        Err("full".to_owned())
    } else {
        Ok(())
    }
}

#[test]
fn everything_is_freed() {
    in_three(|| {
        for fails in [false, true] {
            let mut a: Vec<Counted> = (0..6).map(Counted::new).collect();
            let full = if fails { 40 } else { 100 };
            let result = dag! {
                for n in 0..60_usize {
                    #[on(worker = n % 3)]
                    let next = made(&a[n % 6]);
                    #[on(worker = (n + 1) % 3)]
                    swallowed(&mut a[(n + 1) % 6], next, n == full)?;
                }
            };
            assert_eq!(result.is_err(), fails, "{result:?}");
            drop(a);
            let begin = Instant::now();
            // A worker frees its part after it has said that it is done.
            while ALIVE.load(Ordering::SeqCst) != 0 && begin.elapsed() < Duration::from_secs(5) {
                std::thread::sleep(Duration::from_millis(1));
            }
            assert_eq!(ALIVE.load(Ordering::SeqCst), 0);
        }
    });
}
