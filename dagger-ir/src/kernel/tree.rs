//! The body of a kernel as a tree.

use super::{ScalarType, Type};
use std::fmt;

/// What `#[kernel]` knows of a function.
#[derive(Debug)]
pub struct Definition {
    /// The function's name.
    pub name: &'static str,
    /// The file it is written in.
    pub file: &'static str,
    /// The line of its name.
    pub line: u32,
    /// The column of its name.
    pub column: u32,
    /// What it is made for.
    pub form: Form,
    /// The names of its type parameters.
    pub generics: &'static [&'static str],
    /// What it takes.
    pub parameters: &'static [Parameter],
    /// What it gives.
    pub result: Type,
    /// Its variables, the parameters first.
    pub locals: &'static [Local],
    /// How many expressions it has: their [`Expr::id`]s are below.
    pub expressions: usize,
    /// What it computes.
    pub body: Expr,
}

impl Definition {
    /// Stands for a kernel that did not compile.
    pub const NONE: Definition = Definition {
        name: "",
        file: "",
        line: 0,
        column: 0,
        form: Form::Elementwise,
        generics: &[],
        parameters: &[],
        result: Type::Tuple(&[]),
        locals: &[],
        expressions: 1,
        body: Expr {
            id: 0,
            line: 0,
            kind: ExprKind::Tuple(&[]),
        },
    };
}

/// What a kernel is made for.
#[derive(Debug)]
pub enum Form {
    /// Each element of the result comes from the elements at its place.
    Elementwise,
    /// Two values become one; all elements of an array are combined so.
    Reduction {
        /// What combines with any value to that value.
        identity: Expr,
        /// Whether the order of the two does not matter.
        commutative: bool,
    },
    /// Each element of the result comes from elements round its place.
    Stencil {
        /// How far away those are at most, in each dimension.
        radius: &'static [usize],
    },
}

/// A parameter of a kernel. It is the local of the same index.
#[derive(Debug)]
pub struct Parameter {
    /// Its type.
    pub ty: Type,
    /// Whether it is the same for all elements.
    pub uniform: bool,
}

/// A variable.
#[derive(Debug)]
pub struct Local {
    /// Its name in the source.
    pub name: &'static str,
}

/// An expression.
#[derive(Debug)]
pub struct Expr {
    /// Its number among the kernel's expressions.
    pub id: usize,
    /// The line it starts on.
    pub line: u32,
    /// What it is.
    pub kind: ExprKind,
}

/// A number as written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Number {
    /// An integer.
    Integer(u64),
    /// A number with a fraction, as text that C++ and Rust both read.
    Fraction(&'static str),
}

/// The kinds of expressions.
#[derive(Debug)]
pub enum ExprKind {
    /// A number, with its type where it has a suffix.
    Number(Number, Option<ScalarType>),
    /// `true` or `false`.
    Bool(bool),
    /// A variable, by its index.
    Local(usize),
    /// A constant of the program.
    Constant(&'static dyn Constant),
    /// An operator before its operand.
    Unary(UnaryOperator, &'static Expr),
    /// An operator between its operands.
    Binary(BinaryOperator, &'static Expr, &'static Expr),
    /// `a && b`.
    And(&'static Expr, &'static Expr),
    /// `a || b`.
    Or(&'static Expr, &'static Expr),
    /// `place = value`; the place may be a tuple of places.
    Assign(&'static Expr, &'static Expr),
    /// `_`, as a place that forgets what it is assigned.
    Nowhere,
    /// `place += value` and the like.
    Update(BinaryOperator, &'static Expr, &'static Expr),
    /// `value as type`.
    Cast(&'static Expr, Type),
    /// `(a, b)`; `()` has none.
    Tuple(&'static [Expr]),
    /// `[a, b]`.
    Array(&'static [Expr]),
    /// `[a; n]`.
    Repeat(&'static Expr, usize),
    /// `tuple.0`.
    Field(&'static Expr, usize),
    /// `array[i]`.
    Index(&'static Expr, &'static Expr),
    /// `u[(-1, 0)]`: the neighbourhood's local and the offsets.
    Neighbour(usize, &'static [Expr]),
    /// `{ .. }`, with its label's number if it has one.
    Block(Option<usize>, &'static Block),
    /// `if condition { } else { }`.
    If(&'static Expr, &'static Expr, Option<&'static Expr>),
    /// `match value { }`.
    Match(&'static Expr, &'static [Arm]),
    /// `loop { }`, with the loop's number.
    Loop(usize, &'static Block),
    /// `while condition { }`, with the loop's number.
    While(usize, &'static Expr, &'static Block),
    /// `for pattern in iteration { }`, with the loop's number.
    For(usize, &'static Pattern, Iteration, &'static Block),
    /// `break` out of the loop of that number.
    Break(usize, Option<&'static Expr>),
    /// `continue` with the loop of that number.
    Continue(usize),
    /// `return`.
    Return(&'static Expr),
    /// A call of another kernel, with the types given by a turbofish, if any.
    Call(&'static Definition, &'static [Type], &'static [Expr]),
    /// A method of a number or an array: one of [`methods`](super::methods), with the receiver first.
    Method(&'static str, &'static [Expr]),
    /// A function of a type: `f32::from_bits(x)`, `T::of(0.5)`.
    Function(Type, &'static str, &'static [Expr]),
    /// What ends the kernel with a message: `panic!`.
    Fail(&'static str),
    /// `assert!`: ends the kernel with a message unless the condition holds.
    Require(&'static Expr, &'static str),
}

/// Operators before an operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnaryOperator {
    /// `-x`
    Negate,
    /// `!x`
    Not,
}

/// Operators between operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "they are named as their traits in Rust")]
pub enum BinaryOperator {
    Add,
    Sub,
    Mul,
    Div,
    Rem,
    BitAnd,
    BitOr,
    BitXor,
    Shl,
    Shr,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

impl BinaryOperator {
    /// Whether it compares.
    pub const fn compares(self) -> bool {
        matches!(
            self,
            BinaryOperator::Eq
                | BinaryOperator::Ne
                | BinaryOperator::Lt
                | BinaryOperator::Le
                | BinaryOperator::Gt
                | BinaryOperator::Ge
        )
    }

    /// Whether it shifts: then its operands may differ in type.
    pub const fn shifts(self) -> bool {
        matches!(self, BinaryOperator::Shl | BinaryOperator::Shr)
    }

    /// How it is written, in Rust and in C++.
    pub const fn symbol(self) -> &'static str {
        match self {
            BinaryOperator::Add => "+",
            BinaryOperator::Sub => "-",
            BinaryOperator::Mul => "*",
            BinaryOperator::Div => "/",
            BinaryOperator::Rem => "%",
            BinaryOperator::BitAnd => "&",
            BinaryOperator::BitOr => "|",
            BinaryOperator::BitXor => "^",
            BinaryOperator::Shl => "<<",
            BinaryOperator::Shr => ">>",
            BinaryOperator::Eq => "==",
            BinaryOperator::Ne => "!=",
            BinaryOperator::Lt => "<",
            BinaryOperator::Le => "<=",
            BinaryOperator::Gt => ">",
            BinaryOperator::Ge => ">=",
        }
    }
}

/// Statements, and the value at their end.
#[derive(Debug)]
pub struct Block {
    /// One after the other.
    pub statements: &'static [Statement],
    /// What the block is worth; `()` if there is none.
    pub value: Option<&'static Expr>,
}

/// A statement.
#[derive(Debug)]
pub enum Statement {
    /// `let pattern: type = value;`
    Let(Pattern, Type, Option<Expr>),
    /// An expression whose value is not used.
    Expr(Expr),
}

/// What a value is compared with and taken apart by.
#[derive(Debug)]
pub enum Pattern {
    /// `_`
    Any,
    /// A name, with what its value must be like.
    Bind(usize, Option<&'static Pattern>),
    /// A literal or a constant.
    Value(Expr),
    /// `low..high`, `low..=high`, either end may be left out.
    Range {
        /// The least value.
        low: Option<Expr>,
        /// The end.
        high: Option<Expr>,
        /// Whether the end is part of it.
        closed: bool,
    },
    /// `(a, b)`
    Tuple(&'static [Pattern]),
    /// `[a, b]`
    Array(&'static [Pattern]),
    /// `a | b`
    Or(&'static [Pattern]),
}

/// One case of a `match`.
#[derive(Debug)]
pub struct Arm {
    /// What the value must be like.
    pub pattern: Pattern,
    /// What must hold besides.
    pub guard: Option<Expr>,
    /// What the `match` is then worth.
    pub body: Expr,
}

/// What a `for` goes through.
#[derive(Debug)]
pub enum Iteration {
    /// A range of integers.
    Range {
        /// Where it starts.
        low: &'static Expr,
        /// Where it ends.
        high: &'static Expr,
        /// Whether the end is part of it.
        closed: bool,
        /// Whether it is gone through from the end.
        reversed: bool,
        /// Which of its numbers are taken, if not all.
        step: Option<&'static Expr>,
    },
    /// The elements of an array.
    Array(&'static Expr),
}

/// A constant of the program that kernels may use.
///
/// Implemented for each [`Value`](super::Value).
#[diagnostic::on_unimplemented(
    message = "a kernel cannot use a constant of type `{Self}`",
    label = "this is a `{Self}`",
    note = "kernels compute with `bool`, integers up to 64 bits, `f32`, `f64`, and tuples and arrays of them"
)]
pub trait Constant: Sync {
    /// Its type.
    fn ty(&self) -> Type;
    /// The bits of its scalars, in order.
    fn bits(&self, to: &mut Vec<u64>);
}

impl fmt::Debug for dyn Constant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bits = Vec::new();
        self.bits(&mut bits);
        write!(f, "{:?} {bits:x?}", self.ty())
    }
}
