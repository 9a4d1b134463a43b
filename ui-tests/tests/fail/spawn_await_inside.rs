//! `.await` inside instead of outside.
use dagger::prelude::*;

async fn number() -> i64 {
    4
}

#[allow(dead_code)]
async fn run() {
    let _ = spawn!(number().await);
}

fn main() {}
