//! Kernels as data: what `#[kernel]` keeps of a function's body, so that it can be written down in another language.
//!
//! The macro checks the body and resolves its names; what remains is a [`Definition`] whose every part is `'static`, so that it
//! can be a constant of the program. Types of expressions are not in it: a macro cannot know those of constants and of other
//! kernels' results. They are inferred, as rustc did, by whoever writes the kernel down (`dagger_core::kernel`).
//!
//! [`methods`] lists what can be called on numbers. The macro rejects other names, at their tokens; the same table says what the
//! arguments and results are.

pub mod methods;
mod tree;
mod types;
mod value;

pub use tree::{
    Arm, BinaryOperator, Block, Constant, Definition, Expr, ExprKind, Form, Iteration, Local,
    Number, Parameter, Pattern, Statement, UnaryOperator,
};
pub use types::{ScalarType, Type};
pub use value::{Scalar, Value, scalar_bits};
