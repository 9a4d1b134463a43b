//! Methods of the caller's locals, between tasks that change them; nothing tells whether they look or change.
#![deny(warnings)]
use dagger::prelude::*;

struct Store(Vec<i64>);

impl Store {
    fn tidy(&mut self) {
        self.0.sort();
    }

    fn biggest(&self) -> i64 {
        *self.0.iter().max().unwrap()
    }
}

#[task]
fn grow(store: &mut Store, by: i64) {
    store.0.push(by);
}

#[task]
fn count(store: &Store) -> usize {
    store.0.len()
}

fn main() -> Result<()> {
    let mut store = Store(vec![4]);
    let (biggest, count) = dag! {
        grow(&mut store, 3);
        store.tidy();
        let biggest = store.biggest();
        grow(&mut store, 5);
        (biggest, count(&store))
    }?;
    assert_eq!((biggest, count), (4, 3));
    assert_eq!(store.0, [3, 4, 5]);
    Ok(())
}
