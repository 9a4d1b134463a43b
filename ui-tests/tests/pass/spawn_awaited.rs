//! A handle is a future.
#![deny(warnings)]
use dagger::prelude::*;

#[task]
fn add1(x: i64) -> i64 {
    x + 1
}

async fn run() -> Result<i64> {
    let a = spawn!(add1(1));
    let b = spawn!(add1(a)).await?;
    Ok(b)
}

fn main() {
    let mut run = std::pin::pin!(run());
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    loop {
        if let std::task::Poll::Ready(value) = std::future::Future::poll(run.as_mut(), &mut context) {
            assert_eq!(value.unwrap(), 3);
            return;
        }
        std::thread::yield_now();
    }
}
