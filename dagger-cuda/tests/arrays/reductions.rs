//! Reductions on a device: the partial result of each block is made there.

use super::bench::{Bench, on};
use dagger::Scope;
use dagger::array::*;
use dagger::prelude::*;
use ndarray::{Ix1, Ix2};

#[kernel(reduce, identity = 0)]
fn last_nonzero(a: i64, b: i64) -> i64 {
    if b != 0 { b } else { a }
}

#[kernel]
fn square(x: f64) -> f64 {
    x * x
}

fn numbers() -> DArray<i64, Ix1> {
    DArray::from_fn([9000], Blocks([9000]), |i| (i as i64 * 7919) % 1001 - 500)
}

#[test]
fn integers_are_exact() {
    let bench = Bench::new(1, 1 << 20);
    bench.run(|| {
        let x = numbers();
        let here = [x.sum(), x.max(), x.reduce(last_nonzero)];
        let there = on(Scope::any_gpu(), || {
            [x.sum(), x.max(), x.reduce(last_nonzero)]
        });
        for (here, there) in here.into_iter().zip(there) {
            assert_eq!(there.fetch().unwrap(), here.fetch().unwrap());
        }
    });
    // Two launches for each reduction; the block is copied once, and one number comes back from each.
    assert_eq!(bench.counts(0), (6, 1, 3));
}

#[test]
fn floats_and_expressions_before_them() {
    let bench = Bench::new(1, 1 << 20);
    bench.run(|| {
        let x = DArray::<f64, Ix2>::from_fn([30, 40], Blocks([15, 40]), |(i, j)| {
            (i as f64 - 3.25) * (j as f64 + 0.5)
        });
        let squares = |x: &DArray<f64, Ix2>| (x.map(square) * 0.5 + 1.0).sum();
        let (here, there) = (squares(&x), on(Scope::any_gpu(), || squares(&x)));
        let (here, there) = (here.fetch().unwrap(), there.fetch().unwrap());
        assert!((here - there).abs() <= 1e-12 * here.abs(), "{here} {there}");
        assert_eq!(bench.counts(0), (4, 2, 2));
        // NaN is found wherever it is.
        let mut y = x.clone();
        y.set([20, 7], f64::NAN).unwrap();
        let least = on(Scope::any_gpu(), || y.min());
        assert!(least.fetch().unwrap().is_nan());
        // Without numbers there is nothing to reduce on a device.
        let empty = DArray::<f64, Ix1>::zeros([0], Blocks([4]));
        let (sum, least) = on(Scope::any_gpu(), || (empty.sum(), empty.min()));
        assert_eq!(sum.fetch().unwrap(), 0.0);
        assert!(least.fetch().is_err());
    });
}
