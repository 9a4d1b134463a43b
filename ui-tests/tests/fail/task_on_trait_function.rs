//! `#[task]` on a function of a trait, which has no body.
use dagger::prelude::*;

trait Shape {
    #[task]
    fn area(side: f64) -> f64;
}

fn main() {}
