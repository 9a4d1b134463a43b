//! Elements may not change threads.
use dagger::prelude::*;
use std::rc::Rc;

#[task]
fn bump(x: &mut Rc<i64>) {
    *x = Rc::new(**x + 1);
}

fn main() {
    let mut v = vec![Rc::new(0_i64); 4];
    let _ = dag! {
        for i in 0..4 {
            bump(&mut v[i]);
        }
    };
}
