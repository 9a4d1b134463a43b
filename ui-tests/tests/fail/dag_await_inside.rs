//! `.await` in a graph.
use dagger::prelude::*;

#[task]
fn double(x: i64) -> i64 {
    2 * x
}

async fn number() -> i64 {
    4
}

#[allow(dead_code)]
async fn run() -> dagger::Result<i64> {
    dag! {
        let a = number().await;
        double(a)
    }
}

fn main() {}
