//! Reductions: the order is that of the serial fold where it matters, and the result is the same for any number of elements.

use super::host::{Elements, Launch, Program, known};
use dagger::kernel::source::{Expression, Reduction};
use dagger::kernel::{Kernel, ScalarType};
use dagger::prelude::*;

#[kernel(reduce, identity = 0, commutative)]
fn add(a: u64, b: u64) -> u64 {
    a + b
}

#[kernel(reduce, identity = f32::NEG_INFINITY, commutative)]
fn largest(a: f32, b: f32) -> f32 {
    a.max(b)
}

/// Associative, not commutative: affine maps `x -> p x + q` over bytes, composed; `p` in the high half.
#[kernel(reduce, identity = 1 << 32)]
fn compose(a: u64, b: u64) -> u64 {
    let (p, q) = (a >> 32, a & 0xffff_ffff);
    let (r, s) = (b >> 32, b & 0xffff_ffff);
    ((p * r & 0xffff_ffff) << 32) | ((r * q + s) & 0xffff_ffff)
}

#[kernel(reduce, identity = T::zero(), commutative)]
fn sum<T: Number>(a: T, b: T) -> T {
    a + b
}

#[kernel(reduce, identity = 0)]
fn checked(a: u64, b: u64) -> u64 {
    assert!(b != 77, "not this one");
    a | b
}

#[kernel]
fn squared(x: u64) -> u64 {
    x * x
}

/// Both launches, over `values`, for chunks and threads as given: the second must give `expected`.
fn reduce(
    p: &mut Program,
    name: &str,
    kernel: &Kernel,
    ty: ScalarType,
    values: &[u64],
    chunked: &[u64],
    expected: u64,
) {
    let mut e = Expression::new();
    let value = e.input(ty);
    let reduction = Reduction {
        name,
        expression: &e,
        value,
        operator: kernel,
    };
    let [first, second] = p.module.reduction(&reduction).unwrap();
    let mut launch = Launch::new(
        vec![Elements {
            ty,
            bits: values.to_vec(),
        }],
        vec![ty],
    );
    (launch.blocks, launch.threads) = (chunked.len() as u64, 8);
    let of_chunks = chunked.iter().map(|bits| Ok(vec![*bits])).collect();
    p.launch(name, first, values.len(), launch, of_chunks, 0);
    let mut launch = Launch::new(
        vec![Elements {
            ty,
            bits: chunked.to_vec(),
        }],
        vec![ty],
    );
    (launch.blocks, launch.threads) = (1, 8);
    p.launch(
        name,
        second,
        chunked.len(),
        launch,
        vec![Ok(vec![expected])],
        0,
    );
}

/// Cut into chunks as an operator that is not commutative cuts them.
fn in_chunks(values: &[u64], chunks: usize, fold: impl Fn(&[u64]) -> u64) -> Vec<u64> {
    let size = values.len().div_ceil(chunks).max(1);
    (0..chunks)
        .map(|chunk| {
            fold(&values[(chunk * size).min(values.len())..((chunk + 1) * size).min(values.len())])
        })
        .collect()
}

#[test]
fn reductions() {
    let mut p = Program::new("reductions");
    for count in [0usize, 1, 2, 7, 8, 23, 24, 100, 1000] {
        let values: Vec<u64> = (0..count as u64)
            .map(|i| (i * 7 + 3) << 32 | i * i)
            .collect();
        let fold = |part: &[u64]| part.iter().fold(compose::identity(), |a, b| compose(a, *b));
        let chunks = in_chunks(&values, 3, fold);
        reduce(
            &mut p,
            "compose",
            &known(&compose, "compose"),
            ScalarType::U64,
            &values,
            &chunks,
            fold(&values),
        );
    }
    // Thread 8 of 8 in block b takes every 24th element.
    let values: Vec<u64> = (0..1000).map(|i| i * i).collect();
    let chunks: Vec<u64> = (0..3)
        .map(|block| {
            (0..1000)
                .filter(|i| i % 24 / 8 == block)
                .map(|i| values[i])
                .sum()
        })
        .collect();
    reduce(
        &mut p,
        "add",
        &known(&add, "add"),
        ScalarType::U64,
        &values,
        &chunks,
        values.iter().sum(),
    );
    reduce(
        &mut p,
        "sum",
        &known(&sum::with::<u64>(), "sum"),
        ScalarType::U64,
        &values,
        &chunks,
        values.iter().sum(),
    );
    let floats: Vec<u64> = (0..50)
        .map(|i| u64::from(((i * 37 % 50) as f32 - 20.5).to_bits()))
        .collect();
    let of = |bits: &u64| f32::from_bits(*bits as u32);
    let chunks: Vec<u64> = (0..3)
        .map(|block| {
            let part = (0..50)
                .filter(|i| i % 24 / 8 == block)
                .map(|i| of(&floats[i]));
            u64::from(part.fold(f32::NEG_INFINITY, f32::max).to_bits())
        })
        .collect();
    let most = u64::from(28.5f32.to_bits());
    reduce(
        &mut p,
        "largest",
        &known(&largest, "largest"),
        ScalarType::F32,
        &floats,
        &chunks,
        most,
    );

    // Mapped and reduced in one.
    let mut e = Expression::new();
    let x = e.input(ScalarType::U64);
    let value = e.apply(&known(&squared, "squared"), &[x]).unwrap();
    let operator = known(&add, "add");
    let reduction = Reduction {
        name: "squares",
        expression: &e,
        value,
        operator: &operator,
    };
    let [first, _] = p.module.reduction(&reduction).unwrap();
    let mut launch = Launch::new(
        vec![Elements {
            ty: ScalarType::U64,
            bits: (0..100).collect(),
        }],
        vec![ScalarType::U64],
    );
    (launch.blocks, launch.threads) = (1, 4);
    p.launch("squares", first, 100, launch, vec![Ok(vec![328_350])], 0);

    // The operator itself fails, at the second of these elements.
    let mut e = Expression::new();
    let value = e.input(ScalarType::U64);
    let operator = known(&checked, "checked");
    let [first, _] = p
        .module
        .reduction(&Reduction {
            name: "checked",
            expression: &e,
            value,
            operator: &operator,
        })
        .unwrap();
    let mut launch = Launch::new(
        vec![Elements {
            ty: ScalarType::U64,
            bits: vec![77, 3, 4, 1],
        }],
        vec![ScalarType::U64],
    );
    (launch.blocks, launch.threads) = (1, 2);
    p.launch(
        "checked",
        first,
        4,
        launch,
        vec![Err("not this one".to_owned())],
        0,
    );
    p.check();
}

#[test]
fn identities_are_functions() {
    assert_eq!(add::identity(), 0);
    assert_eq!(sum::identity::<f32>(), 0.0);
    assert_eq!(compose(compose::identity(), 5 << 32 | 7), 5 << 32 | 7);
}
