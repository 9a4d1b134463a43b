//! Tasks in modules, inside function bodies, under `use` with another name, called by paths and with turbofish.
#![deny(warnings)]
use dagger::prelude::*;

mod shapes {
    use dagger::prelude::*;

    /// The area of a square.
    #[task]
    pub fn square(side: f64) -> f64 {
        side * side
    }

    pub mod round {
        #[dagger::task]
        pub(crate) fn circle(radius: f64) -> f64 {
            3.0 * radius * radius
        }
    }
}

mod anything {
    #[dagger::task]
    pub fn first<T>(v: &[T]) -> T
    where
        T: Clone,
    {
        v[0].clone()
    }

    #[dagger::task]
    pub fn sum_of<T: std::iter::Sum<T>>(v: Vec<T>) -> T {
        v.into_iter().sum()
    }
}

use anything::first as head;
use shapes::round;

fn main() -> Result<()> {
    #[task]
    fn add(x: f64, y: f64) -> f64 {
        x + y
    }

    let v = vec![2.0, 3.0];
    let total = dag! {
        let side = head::<f64>(&v);
        let a = shapes::square(side);
        let b = round::circle(1.0);
        let c = crate::shapes::round::circle(anything::first(&v));
        let d = self::anything::sum_of::<f64>(vec![1.0, 2.0]);
        add(add(a, b), add(c, d))
    }?;
    assert_eq!(total, 4.0 + 3.0 + 12.0 + 3.0);
    assert_eq!(spawn!(anything::sum_of::<f64>(vec![1.0])).fetch()?, 1.0);
    Ok(())
}
