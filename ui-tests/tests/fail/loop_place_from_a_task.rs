//! A place in a loop that depends on what a task of the loop makes.
use dagger::prelude::*;

#[task]
fn best(i: usize) -> usize {
    i % 2
}

#[task]
fn work(x: &mut usize) {
    *x += 1;
}

fn main() {
    let mut v = vec![0; 4];
    let _ = dag! {
        for i in 0..4 {
            let thread = best(i);
            #[on(thread = thread)]
            work(&mut v[i]);
        }
    };
}
