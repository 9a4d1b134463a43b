//! Names that blocks inside a graph bind again, below a use of the outer one.
use dagger::prelude::*;

#[task]
fn double(x: i64) -> i64 {
    2 * x
}

#[task]
fn put(x: &mut i64, y: i64) {
    *x += y;
}

fn main() {
    let mut v = vec![0_i64; 4];
    dag! {
        let x = double(1);
        for i in 0..4 {
            put(&mut v[i], x);
            let x = double(i as i64);
            put(&mut v[i], x);
        }
        for (i, y) in [5, 6].into_iter().enumerate() {
            put(&mut v[i], y);
            let y = double(3);
            put(&mut v[i], y);
        }
    }
    .expect("the graph runs");
    assert_eq!(v, [13, 16, 6, 8]);

    let chosen = dag! {
        let x = double(1);
        match Some(x) {
            Some(y) => {
                let z = double(y);
                let y = double(z);
                y
            }
            None => x,
        }
    };
    assert_eq!(chosen.expect("the graph runs"), 8);
}
