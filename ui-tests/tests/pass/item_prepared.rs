//! Graphs that are unfolded once and run many times, straight and with loops, taking values, references and `&mut`.
#![deny(warnings)]
use dagger::prelude::*;

#[task]
fn bump(x: &mut i64, by: i64) {
    *x += by;
}

#[task]
fn total(v: &[i64]) -> i64 {
    v.iter().sum()
}

#[task]
fn add(x: i64, y: i64) -> i64 {
    x + y
}

dag! {
    /// Each element by its index, round by round.
    fn bumped(v: &mut Vec<i64>, n: usize) {
        for round in 0..2 {
            for i in 0..n {
                bump(&mut v[i], round + i as i64);
            }
        }
    }

    fn sums(v: &[i64], w: Vec<i64>, x: i64) -> i64 {
        let a = total(v);
        let b = total(&w);
        add(add(a, b), x)
    }
}

fn main() -> Result<()> {
    let mut v = vec![0; 3];
    {
        let graph = bumped::prepare(&mut v, 3)?;
        graph.run()?;
        graph.run()?;
    }
    assert_eq!(v, [2, 6, 10]);
    let graph = sums::prepare(&v, vec![1, 2], 3)?;
    assert_eq!(graph.run()?, 24);
    assert_eq!(graph.run()?, 24);
    assert_eq!(bumped::graph().name, "bumped");
    Ok(())
}
