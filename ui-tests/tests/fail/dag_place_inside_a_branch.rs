//! A place for a call that is only a part of a node.
use dagger::prelude::*;

#[task]
fn make() -> Option<i64> {
    Some(1)
}

#[task]
fn double(x: i64) -> i64 {
    2 * x
}

fn main() {
    let _ = dag! {
        let a = make();
        match a {
            Some(x) => {
                #[on(thread = 0)]
                let y = double(x);
                y
            }
            None => 0,
        }
    };
}
