//! What array elements, and the functions that work on them, must be able to do.
//!
//! Both traits are given to every type that fits; nobody implements them. They exist so that what a value needs in order to be
//! part of a task is written in one place.

/// A value that arrays are made of: any type that can be cloned and used on another thread.
pub trait Element: Clone + Send + Sync + 'static {}

impl<T: Clone + Send + Sync + 'static> Element for T {}

/// A function, or what a function has captured, that a task takes along.
pub trait Captured: Clone + Send + Sync + 'static {}

impl<F: Clone + Send + Sync + 'static> Captured for F {}
