//! A caller's `&mut` is lent on with `&mut *`; a parameter of a graph with a name needs no more than its name.
#![deny(warnings)]
use dagger::prelude::*;

#[task]
fn bump(v: &mut [i64], by: i64) {
    v.iter_mut().for_each(|x| *x += by);
}

#[task]
fn total(v: &[i64]) -> i64 {
    v.iter().sum()
}

fn block(v: &mut [i64]) -> Result<i64> {
    dag! {
        bump(&mut *v, 1);
        bump(&mut *v, 2);
        total(&*v)
    }
}

dag! {
    fn item(v: &mut [i64]) -> i64 {
        bump(v, 1);
        bump(v, 2);
        total(v)
    }
}

fn main() -> Result<()> {
    let mut v = vec![1, 2];
    assert_eq!(block(&mut v)?, 9);
    assert_eq!(item::run(&mut v)?, 15);
    Ok(())
}
