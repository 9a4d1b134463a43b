//! Expressions of several kernels and operators, and strided arrays.

use super::host::{Elements, Expected, Launch, Program, column, known, outcome};
use super::values::Edges;
use dagger::kernel::source::{Elementwise, Expression, Layout};
use dagger::kernel::{BinaryOperator, ScalarType, UnaryOperator};
use dagger::prelude::*;

#[kernel]
fn scaled(#[uniform] by: f64, x: f64) -> f64 {
    x * by
}

#[kernel]
fn parted(x: f64) -> (f64, bool) {
    (x.abs(), x < 0.0)
}

#[kernel]
fn divided(a: i32, b: i32) -> i32 {
    a / b
}

#[test]
fn expressions_are_fused() {
    let mut p = Program::new("fused");
    let places: Vec<(f64, i32)> = f64::edges()
        .into_iter()
        .flat_map(|x| i32::edges().into_iter().map(move |y| (x, y)))
        .collect();
    let mut e = Expression::new();
    let (x, y) = (e.input(ScalarType::F64), e.input(ScalarType::I32));
    let scaled_by = e.apply(&known(&scaled::with(3.0), "scaled"), &[x]).unwrap();
    let z = e.cast(y, ScalarType::F64).unwrap();
    let sum = e.binary(BinaryOperator::Add, scaled_by, z).unwrap();
    let both = e.apply(&known(&parted, "parted"), &[sum]).unwrap();
    let (size, negative) = (e.part(both, 0).unwrap(), e.part(both, 1).unwrap());
    let root = e.method("sqrt", &[size]).unwrap();
    let minus = e.unary(UnaryOperator::Negate, root).unwrap();
    let signed = e.select(negative, minus, root).unwrap();
    let seven = e.constant(7i32);
    let bits = e.binary(BinaryOperator::BitXor, y, seven).unwrap();
    let least = e.method("min", &[bits, y]).unwrap();
    let expected: Vec<Expected> = places
        .iter()
        .map(|(x, y)| {
            outcome(|| {
                let (size, negative) = parted(scaled(3.0, *x) + f64::from(*y));
                (
                    if negative { -size.sqrt() } else { size.sqrt() },
                    negative,
                    (y ^ 7).min(*y),
                )
            })
        })
        .collect();
    let columns = vec![column(&places, |p| p.0), column(&places, |p| p.1)];
    let outputs = vec![ScalarType::F64, ScalarType::Bool, ScalarType::I32];
    p.expression(
        "expression",
        &e,
        &[signed, negative, least],
        columns,
        outputs,
        expected,
        0,
    );

    // The first element that fails wins, by whatever thread it was computed.
    let mut e = Expression::new();
    let (a, b) = (e.input(ScalarType::I32), e.input(ScalarType::I32));
    let first = e.apply(&known(&divided, "divided"), &[a, b]).unwrap();
    let second = e.binary(BinaryOperator::Rem, first, b).unwrap();
    let places: Vec<(i32, i32)> = (0..1000).map(|i| (i, 500 - i)).collect();
    let expected = places
        .iter()
        .map(|(a, b)| outcome(|| divided(*a, *b) % b))
        .collect();
    let columns = vec![column(&places, |p| p.0), column(&places, |p| p.1)];
    p.expression(
        "failing expression",
        &e,
        &[second],
        columns,
        vec![ScalarType::I32],
        expected,
        0,
    );
    strided(&mut p);
    p.check();
}

/// A transposed, a repeated and a contiguous input, and a reversed output.
fn strided(p: &mut Program) {
    let (rows, columns) = (3, 5);
    let bits: Vec<u64> = (0..15).collect();
    let mut e = Expression::new();
    let inputs: Vec<_> = (0..3).map(|_| e.input(ScalarType::U32)).collect();
    let sum = e.binary(BinaryOperator::Mul, inputs[0], inputs[1]).unwrap();
    let sum = e.binary(BinaryOperator::Add, sum, inputs[2]).unwrap();
    let entry = p
        .module
        .elementwise(&Elementwise {
            name: "strided",
            expression: &e,
            inputs: &[Layout::Strided, Layout::Strided, Layout::Contiguous],
            outputs: &[(sum, Layout::Strided)],
            rank: 2,
        })
        .unwrap();
    let elements = Elements {
        ty: ScalarType::U32,
        bits: bits.clone(),
    };
    let mut launch = Launch::new(
        vec![elements.clone(), elements.clone(), elements],
        vec![ScalarType::U32],
    );
    launch.sizes = vec![rows, columns];
    launch.input_strides = vec![vec![1, 3], vec![0, 1], Vec::new()];
    launch.output_strides = vec![1, 3];
    let mut expected = vec![Ok(Vec::new()); 15];
    for i in 0..rows {
        for j in 0..columns {
            let value = (i + 3 * j) * j + (i * columns + j);
            expected[(i + 3 * j) as usize] = Ok(vec![value]);
        }
    }
    p.launch("strided", entry, 15, launch, expected, 0);
}

#[test]
fn terms_of_wrong_types_are_told() {
    let mut e = Expression::new();
    let (x, y) = (e.input(ScalarType::F32), e.input(ScalarType::F64));
    let error = e.binary(BinaryOperator::Add, x, y).unwrap_err().to_string();
    assert!(
        error.contains("takes a `f32` where it is given a `f64`"),
        "{error}"
    );
    let error = e
        .apply(&known(&divided, "divided"), &[x, y])
        .unwrap_err()
        .to_string();
    assert!(error.starts_with("kernel `divided` ("), "{error}");
    assert!(e.apply(&known(&divided, "divided"), &[]).is_err());
    assert!(e.method("count_ones", &[x]).is_err());
    assert!(e.part(x, 0).is_err());
}
