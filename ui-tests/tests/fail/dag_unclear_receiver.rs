//! A method call on a local that also other tasks use does not say whether it changes it.
use dagger::prelude::*;

struct Store(Vec<i64>);

impl Store {
    fn tidy(&mut self) {
        self.0.sort();
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

fn main() {
    let mut store = Store(Vec::new());
    let _ = dag! {
        grow(&mut store, 3);
        store.tidy();
        count(&store)
    };
}
