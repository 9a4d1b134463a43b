//! What panics in Rust fails on the device, at the same element, with the same message and line.

use super::host::Program;
use dagger::kernel::Kernel;
use dagger::kernel::source::{Elementwise, Expression, Layout, Module};
use dagger::prelude::*;

#[kernel]
fn indexed(i: usize) -> f32 {
    let table = [1.0, 2.0, 3.0];
    table[i]
}

#[kernel]
fn written(i: usize) -> u32 {
    let mut table = [0u32; 4];
    table[i] = 7;
    table[1] + table[3]
}

const ASSERT_LINE: u32 = line!() + 3;
#[kernel]
fn asserted(x: f32) -> f32 {
    assert!(x < 100.0, "too hot");
    debug_assert!(x != 12345.0);
    x + 1.0
}

#[kernel]
fn panics(n: u8) -> u8 {
    match n {
        0..=64 => n,
        65..100 => panic!("no such case"),
        _ => unreachable!(),
    }
}

#[kernel]
fn plain_assert(x: i32) -> i32 {
    assert!(x > -5);
    x
}

// After the failure the loop must not go on for ever.
#[kernel]
fn would_hang(a: u32, b: u32) -> u32 {
    let mut x = a;
    while x != 0 {
        x = x / b;
        if x == a {
            break;
        }
    }
    x
}

#[kernel]
fn first_of_two(a: i32, b: i32) -> i32 {
    a / b + a % b
}

#[kernel]
fn clamp_fails(x: i32, low: i32, high: i32) -> i32 {
    x.clamp(low, high)
}

#[kernel]
fn float_clamp_fails(x: f64, low: f64) -> f64 {
    x.clamp(low, 1.0)
}

#[kernel]
fn logarithm(n: i64) -> u32 {
    n.ilog2()
}

#[kernel]
fn root(n: i32) -> i32 {
    n.isqrt()
}

#[kernel]
fn steps(n: usize) -> u32 {
    let mut count = 0;
    for _ in (0u32..10).step_by(n) {
        count += 1;
    }
    count
}

#[kernel]
fn in_operand(a: i32, b: i32) -> i32 {
    let t = (a & 3, b);
    (t.0 + 10 / t.1) * 2
}

#[test]
fn failures() {
    let mut p = Program::new("failures");
    p.one("indexed", indexed);
    p.one("written", written);
    p.one("asserted", asserted);
    p.one("panics", panics);
    p.one("plain_assert", plain_assert);
    p.two("would_hang", would_hang);
    p.two("first_of_two", first_of_two);
    p.three("clamp_fails", clamp_fails);
    p.two("float_clamp_fails", float_clamp_fails);
    p.one("logarithm", logarithm);
    p.one("root", root);
    p.one("steps", steps);
    p.two("in_operand", in_operand);
    p.check();
}

#[test]
fn a_failure_names_kernel_and_line() {
    let mut module = Module::new();
    let mut expression = Expression::new();
    let x = expression.input(dagger::kernel::ScalarType::F32);
    let y = expression
        .apply(&Kernel::of(&asserted).unwrap(), &[x])
        .unwrap();
    module
        .elementwise(&Elementwise {
            name: "hot",
            expression: &expression,
            inputs: &[Layout::Contiguous],
            outputs: &[(y, Layout::Contiguous)],
            rank: 1,
        })
        .unwrap();
    let source = module.finish().unwrap();
    let (element, site) = source.failure(5 << 16 | 1).unwrap();
    assert_eq!(
        (element, site.kernel, &*site.message),
        (5, "asserted", "too hot")
    );
    assert!(
        site.file.ends_with("failures.rs") && site.line == ASSERT_LINE,
        "{site:?}"
    );
    assert!(source.failure(dagger::kernel::source::NO_FAILURE).is_none());
}
