//! Failures of dynamic tasks: the origin is named, everything downstream fails with it, nothing hangs.

#![allow(
    clippy::style,
    clippy::complexity,
    clippy::perf,
    clippy::pedantic,
    reason = "the tests write what users write"
)]
#![allow(clippy::multiple_bound_locations, unreachable_pub, dead_code)]

use dagger::prelude::*;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

#[task]
fn load(path: &str) -> std::result::Result<i64, io::Error> {
    if path.is_empty() {
        return Err(io::Error::new(io::ErrorKind::NotFound, "no such file"));
    }
    Ok(path.len() as i64)
}

#[task]
fn add(x: i64, y: i64) -> i64 {
    x + y
}

#[task]
fn burst(x: i64) -> i64 {
    panic!("burst at {x}")
}

#[test]
fn a_failure_names_task_line_and_message_everywhere_downstream() {
    let line = line!() + 1;
    let a = spawn!(load(""));
    let b = spawn!(load("1234"));
    let c = spawn!(add(&a, &b));
    let d = spawn!(add(c, b));
    let error = d.fetch().unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("task `load` failed at {}:{line}: no such file", file!())
    );
    assert_eq!(error.task(), Some("load"));
    assert_eq!(error.message(), "no such file");
    assert_eq!(
        error.downcast_ref::<io::Error>().unwrap().kind(),
        io::ErrorKind::NotFound
    );
    assert!(
        error.is_same(&a.fetch().unwrap_err()),
        "one failure, shared"
    );
    assert_eq!(a.status(), Status::Failed);
    assert_eq!(d.status(), Status::Failed);
    assert!(a.wait().is_err());
}

#[test]
fn a_panic_is_a_failure_with_its_text() {
    let line = line!() + 1;
    let a = spawn!(burst(3));
    let b = spawn!(add(1, &a));
    let error = b.fetch().unwrap_err();
    assert!(error.is_panic());
    assert_eq!(
        error.to_string(),
        format!("task `burst` panicked at {}:{line}: burst at 3", file!())
    );
    assert_eq!(spawn!(add(1, 2)).fetch().unwrap(), 3, "the runtime goes on");
}

#[test]
fn the_first_failed_argument_wins_whatever_the_timing() {
    for _ in 0..20 {
        let slow = spawn!(
            #[name("slow")]
            {
                std::thread::sleep(Duration::from_millis(3));
                Err::<i64, _>(io::Error::other("slow failed"))
            }
        );
        let quick = spawn!(
            #[name("quick")]
            {
                Err::<i64, _>(io::Error::other("quick failed"))
            }
        );
        let error = spawn!(add(slow, quick)).fetch().unwrap_err();
        assert_eq!(error.task(), Some("slow"));
    }
}

#[test]
fn errors_keep_their_origin_through_nested_tasks() {
    #[task]
    fn outer() -> Result<i64> {
        let inner = spawn!(load(""));
        Ok(inner.fetch()? + 1)
    }
    let error = spawn!(outer()).fetch().unwrap_err();
    assert_eq!(error.task(), Some("load"));
    #[task]
    fn own() -> Result<i64> {
        Ok("12x".parse::<i64>()?)
    }
    let error = spawn!(own()).fetch().unwrap_err();
    assert_eq!(error.task(), Some("own"));
    assert_eq!(error.message(), "invalid digit found in string");
}

#[test]
fn cancelling_stops_what_has_not_started_and_all_that_needs_it() {
    let runtime = Runtime::builder().threads(1).build().unwrap();
    runtime.enter(|| {
        let ran = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&ran);
        let a = spawn!(
            #[name("first")]
            {
                count.fetch_add(1, Ordering::SeqCst);
                1_i64
            }
        );
        let b = spawn!(add(&a, 1));
        let c = spawn!(add(&b, 1));
        assert!(b.cancel());
        assert!(!b.cancel(), "once");
        let error = c.fetch().unwrap_err();
        assert!(error.is_cancelled());
        assert_eq!(error.task(), Some("add"));
        assert_eq!(b.status(), Status::Cancelled);
        assert_eq!(c.status(), Status::Cancelled);
        assert_eq!(a.fetch().unwrap(), 1, "what it needed still runs");
        assert!(!a.cancel(), "too late");
        assert_eq!(ran.load(Ordering::SeqCst), 1);
        let d = spawn!(add(1, 2));
        assert!(
            d.cancel(),
            "it is queued, nothing else runs on the one thread"
        );
        assert!(d.fetch().unwrap_err().is_cancelled());
    });
}

#[test]
fn running_tasks_can_ask_whether_they_are_cancelled() {
    let runtime = Runtime::builder().threads(2).build().unwrap();
    runtime.enter(|| {
        let started = Arc::new(AtomicBool::new(false));
        let tell = Arc::clone(&started);
        let t = spawn!({
            tell.store(true, Ordering::SeqCst);
            let mut turns = 0_u64;
            while !is_cancelled() {
                turns += 1;
                std::thread::sleep(Duration::from_millis(1));
            }
            turns
        });
        while !started.load(Ordering::SeqCst) {
            std::thread::yield_now();
        }
        assert_eq!(t.status(), Status::Running);
        assert!(!t.cancel(), "it runs already");
        t.fetch().unwrap();
        assert!(!is_cancelled());
    });
}

#[test]
fn a_task_that_waits_for_itself_is_told_so() {
    let runtime = Runtime::builder().threads(2).build().unwrap();
    runtime.enter(|| {
        let slot: Arc<Mutex<Option<Task<i64>>>> = Arc::default();
        let own = Arc::clone(&slot);
        let t = spawn!(
            #[name("ouroboros")]
            {
                let me = loop {
                    if let Some(me) = own.lock().unwrap().clone() {
                        break me;
                    }
                    std::thread::yield_now();
                };
                me.fetch()
            }
        );
        *slot.lock().unwrap() = Some(t.clone());
        let error = t.fetch().unwrap_err();
        assert!(error.to_string().contains("waits for itself"), "{error}");
        slot.lock().unwrap().take();
    });
}

#[test]
fn retry_repeats_errors_and_panics_and_gives_up_in_the_end() {
    #[task(retry = 2)]
    fn flaky(
        attempts: &AtomicUsize,
        good_at: usize,
        text: String,
    ) -> std::result::Result<String, io::Error> {
        let attempt = attempts.fetch_add(1, Ordering::SeqCst);
        match attempt {
            n if n >= good_at => Ok(text),
            0 => Err(io::Error::other("the first attempt fails")),
            n => panic!("attempt {n} panics"),
        }
    }
    let count = AtomicUsize::new(0);
    assert_eq!(flaky(&count, 2, "fine".into()).unwrap(), "fine");
    assert_eq!(count.load(Ordering::SeqCst), 3);
    assert_eq!(<flaky as dagger::TaskInfo>::RETRY, 2);
    static SHARED: AtomicUsize = AtomicUsize::new(0);
    let error = spawn!(flaky(&SHARED, 9, String::new()))
        .fetch()
        .unwrap_err();
    assert!(error.is_panic());
    assert_eq!(error.message(), "attempt 2 panics");
    assert_eq!(SHARED.load(Ordering::SeqCst), 3);
}

#[test]
fn tasks_outlive_their_handles() {
    let done = Arc::new(AtomicUsize::new(0));
    let runtime = Runtime::builder().threads(2).build().unwrap();
    runtime.enter(|| {
        for _ in 0..100 {
            let done = Arc::clone(&done);
            drop(spawn!({ done.fetch_add(1, Ordering::SeqCst) }));
        }
    });
    drop(runtime);
    assert_eq!(
        done.load(Ordering::SeqCst),
        100,
        "a runtime that ends has run everything"
    );
}

/// Panics when it is dropped, also as the payload of a panic.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        std::panic::panic_any(Bomb);
    }
}

#[task]
fn throws() -> i64 {
    std::panic::panic_any(Bomb)
}

#[test]
fn panics_with_payloads_that_panic_again_stop_nothing() {
    let rt = Runtime::builder().threads(2).build().unwrap();
    rt.enter(|| {
        let a = spawn!(throws());
        let b = spawn!(add(&a, 1));
        assert!(a.fetch().unwrap_err().is_panic());
        assert!(b.fetch().unwrap_err().is_panic());
        // Values that nobody wants, one inside another, dropped by the runtime itself.
        for _ in 0..8 {
            let outer = spawn!({
                let inner = spawn!({ Bomb });
                (Bomb, inner)
            });
            // Whoever lets go last drops the value, and here that panic is the caller's.
            let dropped = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| drop(outer)));
            std::mem::forget(dropped);
        }
        // What was captured by a task that, most likely, never runs.
        let bomb = Bomb;
        let cancelled = spawn!({
            let _bomb = bomb;
        });
        cancelled.cancel();
        cancelled.wait().unwrap_err();
        let counts = Arc::new(AtomicUsize::new(0));
        let after: Vec<_> = (0..64)
            .map(|_| {
                let counts = Arc::clone(&counts);
                spawn!({ drop(counts) })
            })
            .collect();
        wait_all(&after).unwrap();
        drop(after);
        while Arc::strong_count(&counts) > 1 {
            std::thread::yield_now();
        }
    });
}

#[test]
fn a_waker_that_panics_keeps_nobody_else_waiting() {
    struct Loud;
    impl std::task::Wake for Loud {
        fn wake(self: Arc<Self>) {
            panic!("a waker's own panic");
        }
    }
    let rt = Runtime::builder().threads(2).build().unwrap();
    rt.enter(|| {
        let gate = Arc::new(AtomicBool::new(false));
        let open = Arc::clone(&gate);
        let first = spawn!({
            while !open.load(Ordering::SeqCst) {
                std::thread::yield_now();
            }
            7
        });
        let waker = std::task::Waker::from(Arc::new(Loud));
        let mut future = std::future::IntoFuture::into_future(&first);
        let poll = std::pin::Pin::new(&mut future);
        let early = std::future::Future::poll(poll, &mut std::task::Context::from_waker(&waker));
        assert!(early.is_pending());
        let second = spawn!(add(&first, 1));
        gate.store(true, Ordering::SeqCst);
        assert_eq!(second.fetch().unwrap(), 8);
    });
}
