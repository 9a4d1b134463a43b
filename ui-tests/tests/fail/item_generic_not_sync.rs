//! The type parameter of a graph that tasks borrow at the same time is not said to be `Sync`.
use dagger::prelude::*;

#[task]
fn twice<T: Clone>(x: &T) -> (T, T) {
    (x.clone(), x.clone())
}

#[task]
fn both<T>(a: (T, T), b: (T, T)) -> usize {
    size_of_val(&a) + size_of_val(&b)
}

dag! {
    fn pairs<T: Clone + Send>(x: T) -> usize {
        let a = twice(&x);
        let b = twice(&x);
        both(a, b)
    }
}

fn main() {
    println!("{:?}", pairs::run(1));
}
