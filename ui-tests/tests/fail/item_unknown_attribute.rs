//! An attribute that there is not, on a statement of a graph with a name.
use dagger::prelude::*;

#[task]
fn double(x: i64) -> i64 {
    2 * x
}

dag! {
    fn fourfold(x: i64) -> i64 {
        #[importance(3)]
        let a = double(x);
        double(a)
    }
}

fn main() {
    println!("{:?}", fourfold::run(1));
}
