//! `&mut` updates of the graph's own values, of the caller's locals and of their fields.
#![deny(warnings)]
use dagger::prelude::*;

#[derive(Default)]
struct State {
    left: Vec<i64>,
    right: Vec<i64>,
}

#[task]
fn push(v: &mut Vec<i64>, x: i64) {
    v.push(x);
}

#[task]
fn total(v: &[i64]) -> i64 {
    v.iter().sum()
}

#[task]
fn make(n: i64) -> Vec<i64> {
    (0..n).collect()
}

fn main() -> Result<()> {
    let mut state = State::default();
    let mut log = Vec::new();
    let sum = dag! {
        push(&mut state.left, 1);
        push(&mut state.right, 2);
        let before = total(&state.left);
        push(&mut state.left, 3);
        let mut own = make(4);
        push(&mut own, 10);
        push(&mut log, before);
        before + total(&state.left) + total(&own)
    }?;
    assert_eq!(sum, 1 + 4 + 16);
    assert_eq!((state.left, state.right, log), (vec![1, 3], vec![2], vec![1]));
    Ok(())
}
