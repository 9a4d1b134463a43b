//! A caller's `&mut` goes to two tasks by its name alone. Of a local nothing says that it is a reference, so it has to be lent on.
use dagger::prelude::*;

#[task]
fn bump(v: &mut [i64], by: i64) {
    v.iter_mut().for_each(|x| *x += by);
}

fn twice(v: &mut [i64]) -> Result<()> {
    dag! {
        bump(v, 1);
        bump(v, 2);
    }
}

fn main() {
    println!("{:?}", twice(&mut [1]));
}
