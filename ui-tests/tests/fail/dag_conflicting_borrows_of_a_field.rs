//! One call borrows a value to change it and a field of it to read it.
use dagger::prelude::*;

struct Table {
    rows: Vec<i64>,
    scale: i64,
}

#[task]
fn rescale(table: &mut Table, by: &i64) {
    table.rows.iter_mut().for_each(|x| *x *= by);
}

fn main() {
    let mut table = Table { rows: vec![1], scale: 3 };
    let _ = dag! {
        rescale(&mut table, &table.scale);
    };
}
