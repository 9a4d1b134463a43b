//! Lazy expressions as sources for devices: one kernel whatever they consist of, and errors that say what stands in the way.

use dagger::array::*;
use dagger::prelude::*;
use ndarray::{Ix1, Ix2};

#[kernel]
fn saxpy(#[uniform] alpha: f32, x: f32, y: f32) -> f32 {
    alpha * x + y
}

#[kernel]
fn is_small<T: Number>(x: T) -> bool {
    x < T::of(3.0)
}

fn matrix<T: Element + num_traits::One>() -> DArray<T, Ix2> {
    DArray::full([6, 4], Blocks([3, 2]), T::one())
}

#[test]
fn an_expression_is_one_kernel() {
    let (x, y) = (matrix::<f32>(), matrix::<f32>());
    let sum = (&x * 2.0 + &y.map(f32::sqrt)).zip_map(&y, saxpy::with(0.5));
    let source = sum.source().unwrap();
    assert_eq!(source.matches("__global__").count(), 1);
    // An input for each array that is mentioned, a parameter for each scalar.
    for part in ["in0", "in1", "in2", "out0", "dg_sqrt"] {
        assert!(source.contains(part), "no {part} in {source}");
    }
    assert!(!source.contains("in3"));
    // Scalars are arguments: another one is the same source, and so the same module on a device.
    let other = (&x * 7.0 + &y.map(f32::sqrt)).zip_map(&y, saxpy::with(1.5));
    assert_eq!(other.source().unwrap(), source);
}

#[test]
fn comparisons_choices_and_generic_kernels_are_lowered() {
    let x = matrix::<i64>();
    let small = x.map(is_small::with::<i64>());
    let chosen = (small | x.ge(7)).select(&x, -&x) % 5;
    assert!(chosen.source().unwrap().contains("i64 *out0"));
    assert!(chosen.eval().collect().unwrap().iter().all(|x| *x == 1));
}

#[test]
fn what_is_no_kernel_is_named() {
    let x = matrix::<f64>();
    let error = x.map(|x| x + 1.0).source().unwrap_err().to_string();
    assert!(
        error.contains("closure") && error.contains("#[kernel]"),
        "{error}"
    );
    let words = DArray::<String, Ix1>::full([4], Blocks([2]), String::new());
    let error = words.map(|_| 1.0).source().unwrap_err().to_string();
    assert!(error.contains("String"), "{error}");
    let pair = (&x * 2.0).map(f64::sqrt).zip_map(&x, |a, b| (a, b));
    assert!(pair.source().is_err());
}
