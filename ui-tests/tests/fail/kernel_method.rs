//! A method as a kernel.
use dagger::prelude::*;

struct Scale(f32);

impl Scale {
    #[kernel]
    fn apply(&self, x: f32) -> f32 {
        self.0 * x
    }
}

fn main() {}
