//! Operators and methods as kernels, so that an expression of arrays consists of kernels alone.
//!
//! `x + y` on arrays is the kernel `fn add<T>(x: T, y: T) -> T { x + y }`: its meaning, and how it can fail, are a kernel's.

use dagger_ir::kernel::methods::{METHODS, Method, Shape};
use dagger_ir::kernel::{
    BinaryOperator, Definition, Expr, ExprKind, Form, Local, Parameter, ScalarType, Type,
    UnaryOperator,
};
use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

const FIRST: Expr = local(0, 0);
const SECOND: Expr = local(1, 1);
const THIRD: Expr = local(2, 2);
const T: Type = Type::Parameter(0);
const BOOL: Type = Type::Scalar(ScalarType::Bool);

const fn local(id: usize, number: usize) -> Expr {
    Expr {
        id,
        line: 0,
        kind: ExprKind::Local(number),
    }
}

const fn element(ty: Type) -> Parameter {
    Parameter { ty, uniform: false }
}

/// A kernel of ours: of as many parameters as `parameters` has, all named.
const fn ours(
    name: &'static str,
    generics: &'static [&'static str],
    parameters: &'static [Parameter],
    result: Type,
    kind: ExprKind,
) -> Definition {
    Definition {
        name,
        file: file!(),
        line: 0,
        column: 0,
        form: Form::Elementwise,
        generics,
        parameters,
        result,
        locals: &[
            Local { name: "x" },
            Local { name: "y" },
            Local { name: "z" },
        ],
        expressions: 4,
        body: Expr {
            id: 3,
            line: 0,
            kind,
        },
    }
}

/// One function for each operator, chosen by `match`.
macro_rules! binary {
    ($($operator:ident $name:literal $result:expr;)*) => {
        pub(super) fn binary(operator: BinaryOperator) -> &'static Definition {
            match operator {
                $(BinaryOperator::$operator => {
                    static KERNEL: Definition = ours(
                        $name, &["T"], &[element(T), element(T)], $result,
                        ExprKind::Binary(BinaryOperator::$operator, &FIRST, &SECOND),
                    );
                    &KERNEL
                })*
            }
        }
    };
}

binary! {
    Add "add" T;
    Sub "sub" T;
    Mul "mul" T;
    Div "div" T;
    Rem "rem" T;
    BitAnd "bit_and" T;
    BitOr "bit_or" T;
    BitXor "bit_xor" T;
    Shl "shl" T;
    Shr "shr" T;
    Eq "eq" BOOL;
    Ne "ne" BOOL;
    Lt "lt" BOOL;
    Le "le" BOOL;
    Gt "gt" BOOL;
    Ge "ge" BOOL;
}

pub(super) fn unary(operator: UnaryOperator) -> &'static Definition {
    static NEGATE: Definition = ours(
        "neg",
        &["T"],
        &[element(T)],
        T,
        ExprKind::Unary(UnaryOperator::Negate, &FIRST),
    );
    static NOT: Definition = ours(
        "not",
        &["T"],
        &[element(T)],
        T,
        ExprKind::Unary(UnaryOperator::Not, &FIRST),
    );
    match operator {
        UnaryOperator::Negate => &NEGATE,
        UnaryOperator::Not => &NOT,
    }
}

/// `x as U`
pub(super) fn cast() -> &'static Definition {
    static CAST: Definition = ours(
        "cast",
        &["T", "U"],
        &[element(T)],
        Type::Parameter(1),
        ExprKind::Cast(&FIRST, Type::Parameter(1)),
    );
    &CAST
}

/// `if x { y } else { z }`
pub(super) fn select() -> &'static Definition {
    static SELECT: Definition = ours(
        "select",
        &["T"],
        &[element(BOOL), element(T), element(T)],
        T,
        ExprKind::If(&FIRST, &SECOND, Some(&THIRD)),
    );
    &SELECT
}

/// The method of that name on that type, made when first asked for: there are as many as the table has lines, at most.
pub(in crate::kernel) fn method(name: &str, receiver: ScalarType) -> Option<&'static Definition> {
    static MADE: LazyLock<Mutex<HashMap<(&str, ScalarType), &'static Definition>>> =
        LazyLock::new(Mutex::default);
    let method = METHODS
        .iter()
        .find(|method| method.name == name && method.receiver.is(receiver))?;
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    let key = (method.name, receiver);
    if let Some(definition) = made.get(&key) {
        return Some(definition);
    }
    let definition: &'static Definition = Box::leak(Box::new(of_method(method, receiver)?));
    made.insert(key, definition);
    Some(definition)
}

fn of_method(method: &'static Method, receiver: ScalarType) -> Option<Definition> {
    let shape = |shape: Shape| match shape {
        Shape::Same => Some(Type::Scalar(receiver)),
        Shape::Unsigned => Some(Type::Scalar(receiver.unsigned())),
        Shape::Signed => Some(Type::Scalar(receiver.signed())),
        Shape::Exactly(scalar) => Some(Type::Scalar(scalar)),
        Shape::Pair | Shape::Inferred | Shape::AnyScalar => None,
    };
    let mut parameters = vec![element(Type::Scalar(receiver))];
    for argument in method.arguments {
        parameters.push(element(shape(*argument)?));
    }
    let arguments: Vec<Expr> = (0..parameters.len())
        .map(|index| local(index, index))
        .collect();
    Some(ours(
        method.name,
        &[],
        Vec::leak(parameters),
        shape(method.result)?,
        ExprKind::Method(method.name, Vec::leak(arguments)),
    ))
}
