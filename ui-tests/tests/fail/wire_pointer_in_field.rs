use dagger::prelude::*;

#[derive(Wire)]
struct Raw(*mut f64, fn(f64) -> f64);

fn main() {
    let _ = Raw(std::ptr::null_mut(), f64::sqrt).0;
}
