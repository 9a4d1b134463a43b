//! The item form of the design page: a reusable, generic, typed graph.
#![deny(warnings)]
use dagger::prelude::*;
use std::ops::{Add, Div, Sub};

pub trait Number: Copy + Send + Sync + Add<Output = Self> + Sub<Output = Self> + Div<Output = Self> {}
impl Number for f64 {}

#[task]
fn twice<T: Number>(x: T) -> T {
    x + x
}

#[task]
fn double<T: Number>(x: &T) -> T {
    *x + *x
}

#[task]
fn halve<T: Number>(x: &T) -> T {
    *x / ((*x + *x) / *x)
}

#[task]
fn sub<T: Number>(x: T, y: T) -> T {
    x - y
}

dag! {
    /// Doc comments are kept.
    pub fn diamond<T: Number>(x: T) -> T {
        let a = twice(x);
        #[on(worker = 0)] let b = double(&a);
        #[priority(3)]    let c = halve(&a);
        sub(b, c)
    }
}

fn main() -> Result<()> {
    let y = diamond::run(3.0)?;
    assert_eq!(y, 9.0);
    let g: &'static Graph = diamond::graph();
    assert_eq!(g.nodes().len(), 4);
    assert!(g.to_dot().contains("halve"));
    assert!(g.to_svg().starts_with("<svg"));
    Ok(())
}
