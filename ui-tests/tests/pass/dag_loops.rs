//! Loops over ranges, iterators and indexed data.
#![deny(warnings)]
use dagger::prelude::*;

#[task]
fn bump(x: &mut i64, by: i64) {
    *x += by;
}

#[task]
fn mix(x: &i64, y: &i64, into: &mut i64) {
    *into += x * y;
}

#[task]
fn double(x: i64) -> i64 {
    2 * x
}

#[task]
fn check(x: i64) -> std::result::Result<(), String> {
    if x < 100 { Ok(()) } else { Err("too big".into()) }
}

fn main() -> Result<()> {
    let n = 5;
    let mut a = vec![1_i64; n];
    dag! {
        for k in 0..n {
            bump(&mut a[k], k as i64);
            for i in k + 1..n {
                bump(&mut a[i], 1);
            }
        }
    }?;
    assert_eq!(a, [1, 3, 5, 7, 9]);

    let mut c = vec![0_i64; 3];
    dag! {
        for i in 0..3 {
            for j in 0..n {
                mix(&a[j], &a[i], &mut c[i]);
            }
        }
    }?;
    assert_eq!(c, [25, 75, 125]);

    let mut total = 0;
    dag! {
        for x in [1, 2, 3] {
            let y = double(x);
            check(y)?;
            bump(&mut total, y);
        }
        bump(&mut total, 1);
    }?;
    assert_eq!(total, 13);

    let sum = dag! {
        let mut sum = 0;
        for chunk in a.chunks(2) {
            bump(&mut sum, chunk[0]);
        }
        sum
    }?;
    assert_eq!(sum, 1 + 5 + 9);
    Ok(())
}
