//! A graph is called inside another one as if it were a task.
use dagger::prelude::*;

#[task]
fn double(x: i64) -> i64 {
    2 * x
}

dag! {
    fn fourfold(x: i64) -> i64 {
        double(double(x))
    }
}

fn main() {
    let _ = dag! {
        let a = fourfold(1)?;
        let b = double(2);
        double(a + b)
    };
}
