//! As in `dag_wrong_edge_type`, in a graph without anything side by side.
use dagger::prelude::*;

#[task]
fn name(n: i64) -> String {
    n.to_string()
}

#[task]
fn double(n: i64) -> i64 {
    2 * n
}

fn main() {
    let _ = dag! {
        let a = name(4);
        double(a)
    };
}
