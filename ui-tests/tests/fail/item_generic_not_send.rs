//! The type parameter of a graph whose values go from task to task is not said to be `Send`.
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
    fn pairs<T: Clone + Sync>(x: T) -> usize {
        let a = twice(&x);
        let b = twice(&x);
        both(a, b)
    }
}

fn main() {
    println!("{:?}", pairs::run(1));
}
