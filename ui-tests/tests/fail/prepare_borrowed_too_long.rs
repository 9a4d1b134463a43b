//! The data of a prepared graph is changed while the graph is kept.
use dagger::prelude::*;

#[task]
fn bump(x: &mut i64) {
    *x += 1;
}

dag! {
    fn all(v: &mut [i64], n: usize) {
        for i in 0..n {
            bump(&mut v[i]);
        }
    }
}

fn main() {
    let mut v = vec![0_i64; 4];
    let graph = all::prepare(&mut v, 4).unwrap();
    graph.run().unwrap();
    v.push(1);
    graph.run().unwrap();
}
