//! A graph that a macro of the user's writes.
#![deny(warnings)]
use dagger::prelude::*;

#[task]
fn double(x: i64) -> i64 {
    2 * x
}

macro_rules! fourfold {
    ($x:expr) => {
        dag! {
            let a = $crate::double($x);
            double(a)
        }
    };
}

macro_rules! task_named {
    ($name:ident, $by:expr) => {
        #[task]
        fn $name(x: i64) -> i64 {
            x * $by
        }
    };
}

task_named!(triple, 3);

fn main() -> Result<()> {
    assert_eq!(fourfold!(3)?, 12);
    assert_eq!(dag! { triple(4) }?, 12);
    Ok(())
}
