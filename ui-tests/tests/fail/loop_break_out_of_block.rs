//! `break` with the label of a loop that is around the graph, from a loop inside.
use dagger::prelude::*;

#[task]
fn bump(x: &mut i64) {
    *x += 1;
}

fn main() {
    let mut x = 0;
    'outer: loop {
        let _ = dag! {
            for i in 0..10 {
                bump(&mut x);
                if i > 5 {
                    break 'outer;
                }
            }
        };
    }
}
