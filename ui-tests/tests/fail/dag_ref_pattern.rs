//! `ref` in a pattern of a graph.
use dagger::prelude::*;

#[task]
fn pair(n: i64) -> (String, String) {
    (n.to_string(), n.to_string())
}

#[task]
fn join(a: &str, b: &str) -> String {
    format!("{a}{b}")
}

fn main() {
    let _ = dag! {
        let (ref a, ref b) = pair(3);
        join(a, b)
    };
}
