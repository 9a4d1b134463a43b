//! Several graphs in one `dag!`, with attributes, visibilities, where-clauses and lifetimes.
#![deny(warnings)]
use dagger::prelude::*;

#[task]
fn longest<'t>(a: &'t str, b: &'t str) -> &'t str {
    if b.len() > a.len() { b } else { a }
}

#[task]
fn show<T>(x: &T) -> String
where
    T: std::fmt::Display,
{
    x.to_string()
}

#[task]
fn join(a: String, b: String) -> String {
    format!("{a}-{b}")
}

#[task]
fn bump(v: &mut [i64], by: i64) {
    v.iter_mut().for_each(|x| *x += by);
}

mod graphs {
    use super::{bump, join, longest, show};
    use dagger::prelude::*;

    dag! {
        /// The longest of three.
        pub(crate) fn longest_of<'t>(a: &'t str, b: &'t str, c: &'t str) -> &'t str {
            longest(longest(a, b), c)
        }

        /// Both, as text.
        pub fn shown<T, U>(x: T, y: U) -> String
        where
            T: std::fmt::Display + Send + Sync,
            U: std::fmt::Display + Send + Sync,
        {
            join(show(&x), show(&y))
        }

        /// Two halves in place.
        pub fn bumped(v: &mut [i64]) {
            let mid = v.len() / 2;
            let (left, right) = v.split_at_mut(mid);
            bump(left, 1);
            bump(right, 2);
        }

        pub fn nothing() {}
    }
}

fn main() -> Result<()> {
    assert_eq!(graphs::longest_of::run("a", "bcd", "ef")?, "bcd");
    assert_eq!(graphs::shown::run(1, "two")?, "1-two");
    assert_eq!(graphs::shown::run::<u8, char>(1, 'c')?, "1-c");
    let mut v = vec![0; 5];
    graphs::bumped::run(&mut v)?;
    assert_eq!(v, [1, 1, 2, 2, 2]);
    graphs::nothing::run()?;
    Ok(())
}
