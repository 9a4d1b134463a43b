//! Array operations on the device compared with those on threads.

use crate::there;
use dagger::array::*;
use dagger::prelude::*;
use ndarray::{Array, Dimension, Ix1, Ix2};

#[kernel]
fn saxpy(#[uniform] alpha: f32, x: f32, y: f32) -> f32 {
    alpha * x + y
}

#[kernel]
fn collatz(x: u64) -> u64 {
    if x & 1 == 0 {
        x / 2
    } else {
        x.wrapping_mul(3).wrapping_add(1)
    }
}

#[kernel]
fn inverse(x: i32) -> i32 {
    1000 / x
}

type Check = fn() -> Result<()>;

/// What is checked, and how.
const CHECKS: &[(&str, Check)] = &[
    ("operators and functions, f64", operators),
    ("a kernel with a uniform, f32", kernels),
    ("integers, u64", integers),
    ("choices and truth values", choices),
    ("arrays that are stretched", stretched),
    ("sums and extremes", reductions),
    ("a kernel that fails says where", failure),
];

/// Runs all checks, says how each went, and gives the number of those that failed.
pub(crate) fn run() -> usize {
    let mut failed = 0;
    for (name, check) in CHECKS {
        match check() {
            Ok(()) => println!("ok      {name}"),
            Err(error) => {
                failed += 1;
                println!("FAILED  {name}: {error}");
            }
        }
    }
    println!("{} passed, {failed} failed", CHECKS.len() - failed);
    failed
}

fn expect(holds: bool, what: impl Into<String>) -> Result<()> {
    if holds { Ok(()) } else { Err(Error::msg(what)) }
}

/// The same elements, by `close`.
fn compare<T: Element + std::fmt::Debug, D: Dimension + 'static>(
    make: impl Fn() -> DArray<T, D>,
    close: impl Fn(&T, &T) -> bool,
) -> Result<()> {
    let here: Array<T, D> = make().collect()?;
    let there: Array<T, D> = there(make).collect()?;
    let mut pairs = here.iter().zip(&there);
    match pairs.find(|(here, there)| !close(here, there)) {
        None => Ok(()),
        Some((here, there)) => Err(Error::msg(format!("{there:?} where threads give {here:?}"))),
    }
}

fn numbers() -> DArray<f64, Ix2> {
    DArray::from_fn([300, 200], Blocks([128, 96]), |(i, j)| {
        (i * 200 + j) as f64 / 7.0 - 4000.0
    })
}

fn operators() -> Result<()> {
    // The functions of devices may differ in the last place.
    let close = |here: &f64, there: &f64| (here - there).abs() <= 4.0 * f64::EPSILON * here.abs();
    compare(
        || (numbers() * 2.0 + 1.0 - &numbers() / 3.0).eval(),
        |a, b| a == b,
    )?;
    compare(
        || numbers().map(f64::abs).map(f64::sqrt).eval(),
        |a, b| a == b,
    )?;
    compare(|| (numbers() * 1e-3).map(f64::exp).eval(), close)
}

fn kernels() -> Result<()> {
    let x = DArray::<f32, Ix1>::from_fn([10_000], Blocks([3000]), |i| i as f32 / 3.0);
    compare(|| x.zip_map(&x, saxpy::with(0.25)).eval(), |a, b| a == b)
}

fn integers() -> Result<()> {
    let x = DArray::<u64, Ix1>::from_fn([10_000], Blocks([3000]), |i| i as u64);
    compare(|| (x.map(collatz).map(collatz) ^ 5).eval(), |a, b| a == b)
}

fn choices() -> Result<()> {
    compare(
        || (numbers().lt(0.0) | numbers().gt(100.0)).eval(),
        |a, b| a == b,
    )?;
    let x = numbers();
    compare(|| x.lt(0.0).select(-&x, &x * 3.0).eval(), |a, b| a == b)
}

fn stretched() -> Result<()> {
    let row = DArray::<f64, Ix1>::from_fn([200], Blocks([96]), |j| j as f64);
    let column = DArray::<f64, Ix2>::from_fn([300, 1], Blocks([128, 1]), |(i, _)| i as f64);
    compare(|| (numbers() * &row + &column).eval(), |a, b| a == b)
}

fn reductions() -> Result<()> {
    let x = DArray::<i64, Ix1>::from_fn([9000], Blocks([9000]), |i| (i as i64 * 7919) % 1001 - 500);
    let found = there(|| x.sum()).fetch()?;
    expect(found == x.sum().fetch()?, "sums differ")?;
    let found = there(|| x.max()).fetch()?;
    expect(found == x.max().fetch()?, "the greatest elements differ")
}

fn failure() -> Result<()> {
    let x = DArray::<i32, Ix1>::from_fn([400], Blocks([100]), |i| i as i32 - 150);
    match there(|| x.map(inverse).eval()).collect() {
        Ok(_) => Err(Error::msg("a division by zero gave a value")),
        Err(error) => {
            let text = error.to_string();
            expect(
                text.contains("`inverse`") && text.contains("element 50"),
                text,
            )
        }
    }
}
