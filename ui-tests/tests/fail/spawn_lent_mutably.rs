//! A task is to change a local that it does not own.
use dagger::prelude::*;

#[task]
fn normalise(v: &mut Vec<f64>) {
    v.sort_by(f64::total_cmp);
}

fn main() {
    let mut values = vec![2.0, 1.0];
    let done = spawn!(normalise(&mut values));
    println!("{:?}", done.fetch());
}
