//! Elementwise expressions on a device give what threads give.

use super::bench::{Bench, on};
use dagger::Scope;
use dagger::array::*;
use dagger::prelude::*;
use ndarray::{Array, Array1, Array2, Dimension, Ix1, Ix2};

#[kernel]
fn saxpy(#[uniform] alpha: f32, x: f32, y: f32) -> f32 {
    alpha * x + y
}

#[kernel]
fn collatz(x: u32) -> u32 {
    if x & 1 == 0 {
        x / 2
    } else {
        x.wrapping_mul(3).wrapping_add(1)
    }
}

/// What `make` gives on threads and on the device.
fn same<T, D>(make: impl Fn() -> DArray<T, D> + Sync)
where
    T: Element + PartialEq + std::fmt::Debug,
    D: Dimension + 'static,
    Array<T, D>: Send,
{
    let bench = Bench::new(1, 1 << 20);
    let (here, there) = bench.run(|| {
        let here = make().collect().unwrap();
        let there = on(Scope::any_gpu(), &make);
        (here, there.collect().unwrap())
    });
    assert_eq!(here, there);
    assert!(bench.counts(0).0 > 0, "nothing was launched");
}

fn numbers() -> DArray<f32, Ix2> {
    DArray::from_fn([37, 21], Blocks([10, 8]), |(i, j)| {
        (i * 21 + j) as f32 / 7.0 - 50.0
    })
}

#[test]
fn operators_kernels_and_functions_of_floats() {
    same(|| {
        let x = numbers();
        let y = (&x * 2.0 + x.map(f32::abs).map(f32::sqrt)).eval();
        x.zip_map(&y, saxpy::with(0.25)).eval()
    });
    same(|| {
        let x = DArray::<u32, Ix1>::from_fn([1000], Blocks([300]), |i| i as u32);
        let x = x.map(collatz).eval();
        (x.map(collatz) ^ 5).eval()
    });
}

#[test]
fn comparisons_choices_and_truth_values() {
    same(|| {
        let x = numbers();
        let small = x.lt(0.0).eval();
        (!&small | x.gt(30.0)).eval()
    });
    same(|| {
        let x = numbers();
        x.lt(0.0).select(-&x, &x * 3.0).eval()
    });
}

#[test]
fn arrays_that_are_stretched() {
    same(|| {
        let x = numbers();
        let row = DArray::<f32, Ix1>::from_fn([21], Blocks([8]), |j| j as f32);
        let column = DArray::<f32, Ix2>::from_fn([37, 1], Blocks([10, 1]), |(i, _)| i as f32 * 0.5);
        (&x * &row + &column).eval()
    });
    same(|| {
        let x = numbers();
        let one = DArray::<f32, Ix2>::full([1, 1], Blocks([1, 1]), 3.0);
        let other = DArray::<f32, Ix2>::from_fn([37, 21], Blocks([7, 21]), |(i, j)| (i + j) as f32);
        (&one - &x / &other).eval()
    });
}

#[test]
fn blocks_stay_on_the_device_between_operations() {
    let bench = Bench::new(1, 1 << 20);
    bench.run(|| {
        let x = DArray::<f32, Ix1>::full([4000], Blocks([1000]), 1.0);
        let y = on(Scope::any_gpu(), || {
            (0..5).fold(x, |x, _| (&x + 1.0).eval())
        });
        y.wait().unwrap();
        assert_eq!(bench.counts(0), (20, 4, 0));
        // Without a word on where, it goes on where the blocks are.
        let z = (&y * 2.0).eval();
        z.wait().unwrap();
        assert_eq!(bench.counts(0), (24, 4, 0));
        // One block comes back for one element.
        assert_eq!(z.get([1500]).fetch().unwrap(), 12.0);
        assert_eq!(bench.counts(0), (24, 4, 1));
        assert_eq!(z.collect().unwrap(), Array1::from_elem(4000, 12.0));
        // What threads compute of it is right too, and in place.
        let mut z = z;
        z += 1.0;
        assert_eq!(z.sum().fetch().unwrap(), 13.0 * 4000.0);
        assert_eq!(bench.counts(0).0, 24);
    });
}

#[test]
fn more_data_than_the_device_has_memory() {
    // Twelve blocks of 4 KiB, of which six fit.
    let bench = Bench::new(1, 6 * 4096);
    let sum = bench.run(|| {
        on(Scope::any_gpu(), || {
            let x =
                DArray::<f64, Ix2>::from_fn([64, 96], Blocks([16, 32]), |(i, j)| (i * j) as f64);
            let mut y = x.clone();
            for _ in 0..4 {
                y = (&y + &x).eval();
            }
            y.collect().unwrap()
        })
    });
    assert_eq!(
        sum,
        Array2::from_shape_fn((64, 96), |(i, j)| 5.0 * (i * j) as f64)
    );
    assert!(bench.drivers[0].held().0 <= 6 * 4096);
    assert!(bench.counts(0).2 > 0, "nothing left the device");
}
