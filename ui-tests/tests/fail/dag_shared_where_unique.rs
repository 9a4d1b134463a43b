//! `&x` is given where the task changes its argument in place.
use dagger::prelude::*;

#[task]
fn make(n: usize) -> Vec<f64> {
    vec![1.0; n]
}

#[task]
fn scale(v: &mut Vec<f64>, by: f64) {
    v.iter_mut().for_each(|x| *x *= by);
}

fn main() {
    let _ = dag! {
        let mut a = make(4);
        let mut b = make(5);
        scale(&a, 2.0);
        scale(&mut b, 3.0);
        (a, b)
    };
}
