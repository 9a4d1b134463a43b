//! What array elements, and the functions that work on them, must be able to do.
//!
//! Both traits are given to every type that fits; nobody implements them. They exist so that what a value needs in order to be
//! part of a task is written in one place.
//!
//! A block is made where its array is placed and stays there, which may be on another worker; so elements are [`Wire`]. Rust's own
//! numbers, texts, tuples and collections are, and `#[derive(Wire)]` makes your own types so.
//!
//! Functions cannot all cross. One that has captured nothing, `|x| x + 1.0` or `f64::sqrt`, is nothing but code, which every worker has
//! ([`Code`](dagger_core::wire::Code)). One that has captured something runs on the worker that calls the operation, to which the blocks then
//! come. Scalars in operators (`&a * factor`) cross like any value.

use dagger_core::Wire;

/// A value that arrays are made of: any type that can cross to other workers, be cloned and used on another thread.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an element of an array",
    label = "elements can be cloned, used on other threads (`Send + Sync + 'static`) and sent to other workers (`Wire`)",
    note = "add `#[derive(Clone, Wire)]` to your own type, or wrap a serde type in `dagger::wire::Serde`"
)]
pub trait Element: Wire + Clone + Send + Sync + 'static {}

impl<T: Wire + Clone + Send + Sync + 'static> Element for T {}

/// A function, or what a function has captured, that a task takes along.
pub trait Captured: Clone + Send + Sync + 'static {}

impl<F: Clone + Send + Sync + 'static> Captured for F {}
