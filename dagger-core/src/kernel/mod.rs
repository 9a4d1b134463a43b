//! Kernels: one Rust function that runs on the CPU as it is and on a device as CUDA C++.
//!
//! `#[kernel]` keeps the function's body as data ([`Definition`]). Here it becomes source:
//!
//! | module | what it does |
//! |---|---|
//! | `bound` | which kernel a function or closure is ([`Kernel::of`]) |
//! | `numbers`, `neighbours` | what kernels' signatures are made of: [`Number`], [`Real`], [`Integer`], [`Neighbours`] |
//! | `standard` | the functions of `f32` and `f64`, which are kernels too |
//! | `infer` | the types of a body's expressions |
//! | `write` | a `__device__` function for a kernel and its type arguments; what it promises about Rust's meaning stands there |
//! | `prelude` | the C++ functions those use |
//! | [`source`] | whole `__global__` kernels: fused expressions, reductions, stencils |
//!
//! Nothing here needs CUDA or a device: sources are text, the same on every machine.

mod bound;
mod error;
mod infer;
mod neighbours;
mod numbers;
mod prelude;
pub mod source;
mod standard;
mod ty;
mod write;

pub use bound::{Kernel, KernelInfo};
pub use dagger_ir::kernel::{
    BinaryOperator, Definition, Form, Scalar, ScalarType, Type, UnaryOperator, Value, scalar_bits,
};
pub use error::LowerError;
pub use neighbours::Neighbours;
pub use numbers::{Integer, Number, Real};
pub use write::Site;

/// What the expansions of `#[kernel]` name.
#[doc(hidden)]
pub mod private {
    pub use super::bound::{Bound, FUNCTIONS, Kernel, KernelInfo, NotAKernel, bits, made, type_of};
    pub use dagger_ir::kernel::*;
    pub use linkme;
}
