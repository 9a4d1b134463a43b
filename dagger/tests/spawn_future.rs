//! `task.await` under any executor.

#![allow(
    clippy::style,
    clippy::complexity,
    clippy::perf,
    clippy::pedantic,
    reason = "the tests write what users write"
)]
#![allow(clippy::multiple_bound_locations, unreachable_pub, dead_code)]

use dagger::prelude::*;
use std::future::{Future, IntoFuture};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;
use std::time::Duration;

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// The smallest executor there is.
fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut context = Context::from_waker(&waker);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return output,
            Poll::Pending => std::thread::park(),
        }
    }
}

#[task]
fn slow(x: i64) -> i64 {
    std::thread::sleep(Duration::from_millis(5));
    x + 1
}

#[task]
fn fails() -> std::result::Result<i64, std::num::ParseIntError> {
    "x".parse()
}

#[test]
fn handles_can_be_awaited_by_value_and_by_reference() {
    let sum = block_on(async {
        let t = spawn!(slow(1));
        let u = spawn!(slow(&t));
        let a = (&t).await?;
        let b = u.await?;
        Ok::<_, dagger::Error>(a + b + t.await?)
    });
    assert_eq!(sum.unwrap(), 2 + 3 + 2);
}

#[test]
fn failures_come_out_of_await() {
    let error = block_on(async { spawn!(fails()).await }).unwrap_err();
    assert_eq!(error.task(), Some("fails"));
}

#[test]
fn a_dropped_future_detaches_its_task() {
    let t = spawn!(slow(1));
    let mut future = Box::pin((&t).into_future());
    let mut context = Context::from_waker(Waker::noop());
    assert!(future.as_mut().poll(&mut context).is_pending() || t.is_ready());
    drop(future);
    assert_eq!(t.fetch().unwrap(), 2);
}

#[test]
fn many_polls_and_wakers() {
    for _ in 0..200 {
        let t = spawn!(slow(3));
        assert_eq!(block_on(t.into_future()).unwrap(), 4);
    }
}
