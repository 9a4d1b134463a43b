//! What the C++ peers share: how their functions are declared, and the graph they are handed.
//!
//! Every C++ function times itself: `nanoseconds name(batch, threads, arguments…, &answer)`, declared with [`foreign`].
//! Where its library was not found by `build.rs`, the same Rust function says what to install.

use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::atomic::AtomicU64;

use crate::shape::{Shape, shared_slots};

/// Work that a C++ function calls back into, so that every peer runs the very same machine code.
pub(super) type Work = extern "C" fn(u64) -> u64;

/// Declares C++ functions with scalar arguments, and their stand-ins where the library is missing.
macro_rules! foreign {
    (
        when $present:meta, otherwise $hint:expr;
        $($(#[$doc:meta])* fn $name:ident($($argument:ident: $type:ty),* $(,)?) = $symbol:ident;)*
    ) => {
        $(
            $(#[$doc])*
            ///
            /// # Errors
            /// `NotBuilt` where the library is missing.
            #[cfg($present)]
            pub fn $name(
                batch: $crate::harness::Batch,
                threads: usize,
                $($argument: $type),*
            ) -> Result<(::std::time::Duration, u64), $crate::harness::Failure> {
                unsafe extern "C" {
                    fn $symbol(
                        batch: $crate::harness::Batch,
                        threads: ::std::ffi::c_int,
                        $($argument: $type,)*
                        answer: *mut u64,
                    ) -> u64;
                }
                let mut answer = 0;
                // SAFETY: the function in benches/cpp has this signature; it takes its arguments by value, calls
                // `Work` arguments, which are safe functions, and writes only to `answer`, which outlives the call.
                let elapsed = unsafe { $symbol(batch, threads as ::std::ffi::c_int, $($argument,)* &mut answer) };
                Ok((::std::time::Duration::from_nanos(elapsed), answer))
            }

            $(#[$doc])*
            ///
            /// # Errors
            /// Always `NotBuilt`: the library was not found when this was compiled.
            #[cfg(not($present))]
            pub fn $name(
                _: $crate::harness::Batch,
                _: usize,
                $(_: $type),*
            ) -> Result<(::std::time::Duration, u64), $crate::harness::Failure> {
                Err($crate::harness::Failure::NotBuilt($hint))
            }
        )*
    };
}

pub(super) use foreign;

/// A graph and its slots as C++ sees them; `struct Graph` in `benches/cpp/sample.hpp`.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct ForeignGraph<'a> {
    nodes: u64,
    arity: u64,
    inputs: *const u32,
    first_successor: *const u32,
    successors: *const u32,
    joins: *const u32,
    slots: *mut u64,
    lifetime: PhantomData<&'a ()>,
}

/// A shape and its slots at addresses that stay where they are, for C++ to keep.
pub(super) struct Pinned<const K: usize> {
    shape: Rc<Shape<K>>,
    slots: Vec<AtomicU64>,
}

impl<const K: usize> Pinned<K> {
    /// The shape with new slots.
    pub(super) fn new(shape: &Rc<Shape<K>>) -> Pinned<K> {
        Pinned {
            shape: Rc::clone(shape),
            slots: shared_slots(shape.nodes()),
        }
    }

    /// The slots.
    pub(super) fn slots(&self) -> &[AtomicU64] {
        &self.slots
    }

    /// Everything as C++ wants it. The pointers are good for as long as `self` is.
    pub(super) fn graph(&self) -> ForeignGraph<'_> {
        ForeignGraph {
            nodes: self.shape.nodes() as u64,
            arity: K as u64,
            inputs: self.shape.inputs.as_ptr().cast(),
            first_successor: self.shape.first_successor.as_ptr(),
            successors: self.shape.successors.as_ptr(),
            joins: self.shape.joins.as_ptr(),
            // The slots are atomics, so C++ may write through this shared borrow.
            slots: self.slots.as_ptr().cast_mut().cast(),
            lifetime: PhantomData,
        }
    }
}
