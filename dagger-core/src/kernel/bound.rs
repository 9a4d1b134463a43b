//! Which kernel a function is: how an operation that was handed an ordinary `Fn` finds the device's side of it.
//!
//! `#[kernel]` leaves the function as it is, and `f::with(..)` gives a closure, so that both go wherever a function or closure goes
//! and rustc infers the types of neighbouring closures as ever. Neither type has a name that a trait could be implemented
//! for. So they are known by their `TypeId`:
//!
//! * A kernel without type parameters and uniforms is listed, under its function's type, in `FUNCTIONS`, which the linker puts
//!   together.
//! * `with` notes the type of the closure it returns. That closure holds a `Bound` and nothing else. To learn the uniforms, the
//!   closure is cloned while this thread asks: `Bound`'s `clone` answers. Nothing is asked while elements are computed.

use super::error::LowerError;
use super::ty::Ty;
use dagger_ir::kernel::{Definition, Type, Value};
use std::any::TypeId;
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::{LazyLock, PoisonError, RwLock};

/// A kernel with its type parameters chosen and its uniforms bound: what a device needs to know of a function.
#[derive(Clone)]
pub struct Kernel {
    definition: &'static Definition,
    types: Vec<Type>,
    uniforms: Vec<u64>,
}

impl Kernel {
    /// The kernel that a function or closure is: a function with `#[kernel]`, what its `with` returned, or one of the standard library's
    /// functions of floats, such as `f64::sqrt`.
    ///
    /// A kernel with type parameters is only known through `with`, as in `norm::with()`.
    pub fn of<F: Clone + 'static>(function: &F) -> Option<Kernel> {
        let id = TypeId::of::<F>();
        if let Some(kernel) = LISTED.get(&id) {
            return Some(kernel.clone());
        }
        let made = MADE.read().unwrap_or_else(PoisonError::into_inner);
        if !made.contains(&id) {
            return None;
        }
        drop(made);
        ANSWER.replace(Some(None));
        let copy = function.clone();
        let answer = ANSWER.take();
        drop(copy);
        answer.flatten()
    }

    /// What `#[kernel]` knows of the function.
    pub fn definition(&self) -> &'static Definition {
        self.definition
    }

    /// The bits of the scalars of its uniforms, in order; signed integers extended by their sign.
    pub fn uniforms(&self) -> &[u64] {
        &self.uniforms
    }

    /// The kernel's own `__device__` function in CUDA C++, with those of the kernels it calls before it.
    ///
    /// # Errors
    /// If it cannot be written down; the error says why.
    pub fn source(&self) -> Result<String, LowerError> {
        let mut functions = super::write::Functions::default();
        functions.function(self.definition, &self.types())?;
        Ok(functions.finish().0)
    }

    #[doc(hidden)]
    pub fn new(definition: &'static Definition, types: &[Type], uniforms: Vec<u64>) -> Self {
        Kernel {
            definition,
            types: types.to_vec(),
            uniforms,
        }
    }

    pub(crate) fn types(&self) -> Vec<Ty> {
        self.types.iter().map(|ty| Ty::closed(ty, &[])).collect()
    }
}

impl fmt::Debug for Kernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kernel")
            .field("name", &self.definition.name)
            .field("types", &self.types)
            .field("uniforms", &self.uniforms)
            .finish_non_exhaustive()
    }
}

/// What `#[kernel]` says of a function. Implemented by it for an empty type of the function's name.
#[diagnostic::on_unimplemented(
    message = "this function is not a `#[kernel]`",
    label = "not a `#[kernel]`",
    note = "a kernel calls other kernels and the methods of numbers: mark the function with `#[kernel]`"
)]
pub trait KernelInfo {
    /// What is known of the function.
    const DEFINITION: &'static Definition;
}

/// Stands for a function without `#[kernel]`, so that there is one error that says so.
#[derive(Debug)]
pub enum NotAKernel {}

/// The functions that are kernels by themselves, each with its type.
#[linkme::distributed_slice]
pub static FUNCTIONS: [fn() -> (TypeId, Kernel)];

static LISTED: LazyLock<HashMap<TypeId, Kernel>> = LazyLock::new(|| {
    let own = FUNCTIONS.iter().map(|listed| listed());
    own.chain(super::standard::functions()).collect()
});

/// The types of the closures that `with`s have returned.
static MADE: LazyLock<RwLock<HashSet<TypeId>>> = LazyLock::new(RwLock::default);

thread_local! {
    /// `Some` while this thread asks a closure which kernel it is, with the answer once there is one.
    static ANSWER: RefCell<Option<Option<Kernel>>> = const { RefCell::new(None) };
}

/// The uniforms in a closure that `with` returned.
pub struct Bound<U> {
    uniforms: U,
    kernel: fn(&U) -> Kernel,
}

impl<U> Bound<U> {
    /// Those uniforms, and how to name their kernel.
    #[inline]
    pub fn new(uniforms: U, kernel: fn(&U) -> Kernel) -> Self {
        Bound { uniforms, kernel }
    }

    /// The uniforms.
    #[inline(always)]
    pub fn uniforms(&self) -> &U {
        &self.uniforms
    }
}

impl<U: Clone> Clone for Bound<U> {
    fn clone(&self) -> Self {
        ANSWER.with_borrow_mut(|answer| {
            if let Some(answer) = answer {
                *answer = Some((self.kernel)(&self.uniforms));
            }
        });
        Bound {
            uniforms: self.uniforms.clone(),
            kernel: self.kernel,
        }
    }
}

impl<U: fmt::Debug> fmt::Debug for Bound<U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Bound").field(&self.uniforms).finish()
    }
}

/// Notes that `closure` was returned by a `with`.
pub fn made<F: 'static>(closure: F) -> F {
    let id = TypeId::of::<F>();
    let known = MADE
        .read()
        .unwrap_or_else(PoisonError::into_inner)
        .contains(&id);
    if !known {
        MADE.write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(id);
    }
    closure
}

/// The type of a function, for `FUNCTIONS`.
pub fn type_of<F: 'static>(_: &F) -> TypeId {
    TypeId::of::<F>()
}

/// The bits of a uniform.
pub fn bits<T: Value>(value: &T, to: &mut Vec<u64>) {
    value.bits(to);
}
