//! By-value arguments of a node that may run again.
//!
//! A graph that runs once moves the value into the task. A prepared graph hands out a copy each
//! time, if the type can make one. Which is possible is found by method resolution on
//! `(&&&keep).again(at)`: rustc tries [`KeepCopy`], then [`KeepClone`], then [`KeepOnce`].

use super::site::At;
use crate::error::{Error, Result};
use crate::slices::Place;
use std::cell::UnsafeCell;

/// A value kept for the runs of one node.
#[derive(Debug)]
pub struct Keep<T> {
    value: UnsafeCell<Option<T>>,
}

// SAFETY: a node, and with it its kept values, is run by one thread at a time, ordered by
// the graph's counters; `T: Send` lets that thread change.
unsafe impl<T: Send> Sync for Keep<T> {}

impl<T> Keep<T> {
    /// Keeps `value`.
    #[inline(always)]
    pub fn new(value: T) -> Self {
        Keep {
            value: UnsafeCell::new(Some(value)),
        }
    }

    /// One without a value yet.
    pub(crate) fn empty() -> Self {
        Keep {
            value: UnsafeCell::new(None),
        }
    }

    /// The value, for a node that only looks at it.
    ///
    /// # Safety
    /// No other thread changes the keep meanwhile, and the value has not been handed out.
    #[inline(always)]
    pub unsafe fn shared(&self) -> &T {
        // SAFETY: the caller's promise.
        let value = unsafe { &*self.value.get() };
        value.as_ref().expect("only handed out by `again`")
    }

    fn gone() -> Error {
        Error::not_repeatable(
            None,
            format_args!(
                "a value of type `{}`, moved into a task of a prepared graph and not `Clone`,",
                std::any::type_name::<T>()
            ),
        )
    }
}

impl<T> Place for Keep<T> {
    type Value = T;

    fn is_full(&self) -> bool {
        // SAFETY: asked by who has the keep for itself.
        unsafe { &*self.value.get() }.is_some()
    }

    unsafe fn get<'a>(&self) -> &'a T {
        // SAFETY: the caller's promise.
        let value = unsafe { &*self.value.get() };
        value.as_ref().expect("only asked where it is full")
    }

    unsafe fn fill(&self, value: T) {
        // SAFETY: the caller's promise.
        unsafe { *self.value.get() = Some(value) };
    }
}

/// `Copy` values: copied every time.
pub trait KeepCopy {
    /// The value.
    type Value;
    /// The value for this run.
    ///
    /// # Safety
    /// No other thread uses the keep meanwhile.
    unsafe fn again(&self, at: &At<'_>) -> Result<Self::Value>;
}

/// `Clone` values: cloned if the graph runs again, moved if not.
pub trait KeepClone {
    /// The value.
    type Value;
    /// The value for this run.
    ///
    /// # Safety
    /// No other thread uses the keep meanwhile.
    unsafe fn again(&self, at: &At<'_>) -> Result<Self::Value>;
}

/// Other values: moved, once.
pub trait KeepOnce {
    /// The value.
    type Value;
    /// The value for this run.
    ///
    /// # Errors
    /// On a second run.
    ///
    /// # Safety
    /// No other thread uses the keep meanwhile.
    unsafe fn again(&self, at: &At<'_>) -> Result<Self::Value>;
}

impl<T: Copy> KeepCopy for &&Keep<T> {
    type Value = T;

    #[inline(always)]
    unsafe fn again(&self, _at: &At<'_>) -> Result<T> {
        // SAFETY: the caller has the keep for itself.
        unsafe { *self.value.get() }.ok_or_else(Keep::<T>::gone)
    }
}

impl<T: Clone> KeepClone for &Keep<T> {
    type Value = T;

    #[inline(always)]
    unsafe fn again(&self, at: &At<'_>) -> Result<T> {
        // SAFETY: the caller has the keep for itself.
        let value = unsafe { &mut *self.value.get() };
        if at.repeats() {
            value.clone()
        } else {
            value.take()
        }
        .ok_or_else(Keep::<T>::gone)
    }
}

impl<T> KeepOnce for Keep<T> {
    type Value = T;

    #[inline(always)]
    unsafe fn again(&self, _at: &At<'_>) -> Result<T> {
        // SAFETY: the caller has the keep for itself.
        unsafe { &mut *self.value.get() }
            .take()
            .ok_or_else(Keep::<T>::gone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[allow(
        clippy::needless_borrow,
        reason = "the borrows are what method resolution goes by"
    )]
    fn each_kind_of_value_is_handed_out_as_it_can_be() {
        let at = At::node_of_run(0, true);
        let (copy, clone) = (Keep::new(3_u8), Keep::new(String::from("x")));
        struct Once;
        let once = Keep::new(Once);
        for _ in 0..2 {
            // SAFETY: one thread only.
            unsafe {
                assert_eq!((&&&copy).again(&at).unwrap(), 3);
                assert_eq!((&&&clone).again(&at).unwrap(), "x");
            }
        }
        // SAFETY: as above.
        unsafe {
            assert!((&&&once).again(&at).is_ok());
            assert!((&&&once).again(&at).is_err());
        }
    }
}
