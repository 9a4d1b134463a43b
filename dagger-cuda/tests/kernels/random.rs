//! Random expressions of operators, casts, choices and methods, against an interpreter of the same in Rust.

use super::host::{Expected, Program, column};
use super::values::Edges;
use dagger::kernel::source::{Expression, Term};
use dagger::kernel::{BinaryOperator, ScalarType, UnaryOperator};

/// A value of one of the types that take part.
#[derive(Debug, Clone, Copy)]
enum Value {
    I32(i32),
    U8(u8),
    I64(i64),
    F32(f32),
    Bool(bool),
}
use Value::{Bool, F32, I32, I64, U8};

/// A term, and its value at each place.
type Known = (Term, Vec<Value>);

const TYPES: [ScalarType; 4] = [
    ScalarType::I32,
    ScalarType::U8,
    ScalarType::I64,
    ScalarType::F32,
];

fn ty(value: Value) -> ScalarType {
    match value {
        I32(_) => ScalarType::I32,
        U8(_) => ScalarType::U8,
        I64(_) => ScalarType::I64,
        F32(_) => ScalarType::F32,
        Bool(_) => ScalarType::Bool,
    }
}

fn bits(value: Value) -> u64 {
    match value {
        I32(x) => x as u64,
        U8(x) => x as u64,
        I64(x) => x as u64,
        F32(x) => x.to_bits() as u64,
        Bool(x) => x as u64,
    }
}

fn cast(value: Value, to: ScalarType) -> Value {
    macro_rules! from {
        ($x:ident) => {
            match to {
                ScalarType::I32 => I32($x as i32),
                ScalarType::U8 => U8($x as u8),
                ScalarType::I64 => I64($x as i64),
                _ => F32($x as f32),
            }
        };
    }
    match value {
        I32(x) => from!(x),
        U8(x) => from!(x),
        I64(x) => from!(x),
        F32(x) => from!(x),
        Bool(x) => {
            let x = x as u8;
            from!(x)
        }
    }
}

/// Those that never panic: division is tested where failures are.
const OPERATORS: [BinaryOperator; 10] = [
    BinaryOperator::Add,
    BinaryOperator::Sub,
    BinaryOperator::Mul,
    BinaryOperator::BitAnd,
    BinaryOperator::BitXor,
    BinaryOperator::Shl,
    BinaryOperator::Shr,
    BinaryOperator::Lt,
    BinaryOperator::Ge,
    BinaryOperator::Eq,
];

fn binary(operator: BinaryOperator, left: Value, right: Value) -> Value {
    macro_rules! integers {
        ($kind:ident $a:ident $b:ident) => {
            match operator {
                BinaryOperator::Add => $kind($a.wrapping_add($b)),
                BinaryOperator::Sub => $kind($a.wrapping_sub($b)),
                BinaryOperator::Mul => $kind($a.wrapping_mul($b)),
                BinaryOperator::BitAnd => $kind($a & $b),
                BinaryOperator::BitXor => $kind($a ^ $b),
                BinaryOperator::Shl => $kind($a.wrapping_shl($b as u32)),
                BinaryOperator::Shr => $kind($a.wrapping_shr($b as u32)),
                BinaryOperator::Lt => Bool($a < $b),
                BinaryOperator::Ge => Bool($a >= $b),
                _ => Bool($a == $b),
            }
        };
    }
    match (left, right) {
        (I32(a), I32(b)) => integers!(I32 a b),
        (U8(a), U8(b)) => integers!(U8 a b),
        (I64(a), I64(b)) => integers!(I64 a b),
        (F32(a), F32(b)) => match operator {
            BinaryOperator::Add => F32(a + b),
            BinaryOperator::Sub => F32(a - b),
            BinaryOperator::Mul => F32(a * b),
            BinaryOperator::Lt => Bool(a < b),
            BinaryOperator::Ge => Bool(a >= b),
            _ => Bool(a == b),
        },
        other => unreachable!("operands of one type, not {other:?}"),
    }
}

fn has(ty: ScalarType, operator: BinaryOperator) -> bool {
    let of_bits =
        operator.shifts() || matches!(operator, BinaryOperator::BitAnd | BinaryOperator::BitXor);
    !(ty.is_float() && of_bits)
}

fn negated(value: Value) -> Value {
    match value {
        I32(x) => I32(x.wrapping_neg()),
        I64(x) => I64(x.wrapping_neg()),
        F32(x) => F32(-x),
        U8(x) => U8(!x),
        Bool(x) => Bool(!x),
    }
}

/// One more term out of those there are.
fn grow(e: &mut Expression, known: &mut Vec<Known>, random: &mut fastrand::Rng) {
    let pick =
        |random: &mut fastrand::Rng, known: &[Known], wanted: &dyn Fn(ScalarType) -> bool| {
            let fitting: Vec<&Known> = known.iter().filter(|(_, v)| wanted(ty(v[0]))).collect();
            fitting[random.usize(..fitting.len())].clone()
        };
    let (a, of_a) = pick(random, known, &|_| true);
    let kind = ty(of_a[0]);
    let same = |ty: ScalarType| ty == kind;
    let term = match random.u8(..10) {
        0 | 1 => {
            let to = TYPES[random.usize(..TYPES.len())];
            // `bool as f32` is not Rust.
            if kind == ScalarType::Bool && to == ScalarType::F32 {
                return;
            }
            (
                e.cast(a, to).unwrap(),
                of_a.iter().map(|v| cast(*v, to)).collect(),
            )
        }
        2 => {
            let operator = match kind {
                ScalarType::U8 | ScalarType::Bool => UnaryOperator::Not,
                _ => UnaryOperator::Negate,
            };
            (
                e.unary(operator, a).unwrap(),
                of_a.iter().map(|v| negated(*v)).collect(),
            )
        }
        3 => {
            let (b, of_b) = pick(random, known, &same);
            let (c, of_c) = pick(random, known, &|ty| ty == ScalarType::Bool);
            let chosen = |place: usize| match of_c[place] {
                Bool(true) => of_a[place],
                _ => of_b[place],
            };
            (
                e.select(c, a, b).unwrap(),
                (0..of_a.len()).map(chosen).collect(),
            )
        }
        _ => {
            let operator = OPERATORS[random.usize(..OPERATORS.len())];
            if kind == ScalarType::Bool || !has(kind, operator) {
                return;
            }
            let (b, of_b) = pick(random, known, &same);
            let values = of_a
                .iter()
                .zip(&of_b)
                .map(|(a, b)| binary(operator, *a, *b))
                .collect();
            (e.binary(operator, a, b).unwrap(), values)
        }
    };
    known.push(term);
}

#[test]
fn random_expressions() {
    let mut p = Program::new("random_expressions");
    for seed in 0..40 {
        let mut random = fastrand::Rng::with_seed(seed);
        let places: Vec<(i32, u8, i64, f32)> = (0..200)
            .map(|_| {
                fn of<T: Edges>(random: &mut fastrand::Rng) -> T {
                    random.choice(T::edges()).expect("there are edges")
                }
                (
                    of(&mut random),
                    of(&mut random),
                    of(&mut random),
                    of(&mut random),
                )
            })
            .collect();
        let mut e = Expression::new();
        let mut known: Vec<Known> = vec![
            (
                e.input(ScalarType::I32),
                places.iter().map(|p| I32(p.0)).collect(),
            ),
            (
                e.input(ScalarType::U8),
                places.iter().map(|p| U8(p.1)).collect(),
            ),
            (
                e.input(ScalarType::I64),
                places.iter().map(|p| I64(p.2)).collect(),
            ),
            (
                e.input(ScalarType::F32),
                places.iter().map(|p| F32(p.3)).collect(),
            ),
        ];
        let constant = random.i32(..);
        known.push((e.constant(constant), vec![I32(constant); places.len()]));
        let smaller = e
            .binary(BinaryOperator::Lt, known[0].0, known[4].0)
            .unwrap();
        known.push((
            smaller,
            places.iter().map(|p| Bool(p.0 < constant)).collect(),
        ));
        for _ in 0..30 {
            grow(&mut e, &mut known, &mut random);
        }
        let kept = &known[known.len().saturating_sub(8)..];
        let terms: Vec<Term> = kept.iter().map(|(term, _)| *term).collect();
        let outputs = kept.iter().map(|(_, values)| ty(values[0])).collect();
        let expected: Vec<Expected> = (0..places.len())
            .map(|place| Ok(kept.iter().map(|(_, values)| bits(values[place])).collect()))
            .collect();
        let columns = vec![
            column(&places, |p| p.0),
            column(&places, |p| p.1),
            column(&places, |p| p.2),
            column(&places, |p| p.3),
        ];
        p.expression(
            &format!("seed {seed}"),
            &e,
            &terms,
            columns,
            outputs,
            expected,
            0,
        );
    }
    p.check();
}
