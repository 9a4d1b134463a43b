use dagger::prelude::*;

#[task(anywhere)]
fn apply(f: &(dyn Fn(f64) -> f64 + Sync), g: impl Fn(f64) -> f64 + Send, x: f64) -> f64 {
    g(f(x))
}

fn main() {
    apply(&f64::sqrt, f64::sqrt, 2.0);
}
