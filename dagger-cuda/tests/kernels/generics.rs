//! Kernels with type parameters.

use super::host::{Program, known};
use dagger::prelude::*;

#[kernel]
fn norm<T: Real>(x: T, y: T) -> T {
    (x * x + y * y).sqrt() * T::of(0.5) + T::one()
}

#[kernel]
fn larger<T: Number>(x: T, y: T) -> T {
    if x > y { x } else { y }
}

#[kernel]
fn mixed<T: Number, U: Real>(x: T, y: U) -> (T, U) {
    let z = larger(x, T::of(3.0));
    (z + T::one(), norm::<U>(y, U::PI()) - U::zero())
}

#[kernel]
fn bits<T: Integer>(x: T, y: T) -> (T, u32) {
    (
        (x ^ y) & !T::zero(),
        x.count_ones() + T::max_value().leading_zeros(),
    )
}

#[kernel]
fn picked<T: Scalar, U: Scalar>(flag: bool, x: T, y: U) -> (T, U)
where
    T: Copy,
{
    let pair = if flag { (x, y) } else { (x, y) };
    pair
}

#[kernel]
fn sum_of<T: Real>(#[uniform] weights: [T; 2], x: T) -> T {
    let mut sum = T::zero();
    for w in weights {
        sum += w * x;
    }
    sum
}

#[test]
fn generics() {
    let mut p = Program::new("generics");
    p.two("norm of f32", norm::with::<f32>());
    p.two("norm of f64", norm::with::<f64>());
    p.two("larger i8", larger::with::<i8>());
    p.two("larger f64", larger::with::<f64>());
    p.two("mixed", mixed::with::<i32, f32>());
    p.two("bits", bits::with::<u16>());
    p.two("bits", bits::with::<i64>());
    p.three("picked", picked::with::<u8, f32>());
    p.one("sum_of", sum_of::with([0.25f32, 3.0]));
    p.one("sum_of", sum_of::with([0.25f64, 3.0]));
    p.check();
}

#[test]
fn types_are_inferred_from_the_use() {
    fn map<V>(x: f32, f: impl Fn(f32, f32) -> V + Clone + 'static) -> V {
        known(&f, "norm");
        f(x, x)
    }
    assert_eq!(map(2.0, norm::with()), norm(2.0f32, 2.0));
}
