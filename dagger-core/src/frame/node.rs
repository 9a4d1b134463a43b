//! The body of one unit of a static graph, run at most once.

use crate::Result;
use crate::lowered::At;
use std::cell::UnsafeCell;
use std::marker::PhantomData;

/// A unit's body. It captures the caller's variables as its own code needs them, and is dropped unrun if the
/// graph ends before its turn.
pub struct Node<F> {
    body: UnsafeCell<Option<F>>,
}

impl<F> std::fmt::Debug for Node<F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Node").finish_non_exhaustive()
    }
}

/// A node without its type: a pointer and how to run it.
#[derive(Clone, Copy, Debug)]
pub struct Erased<'n> {
    node: *const (),
    run: unsafe fn(*const (), &At<'_>) -> Result<()>,
    nodes: PhantomData<&'n ()>,
}

impl<F: FnOnce(&At<'_>) -> Result<()>> Node<F> {
    /// A node with this body.
    #[inline(always)]
    pub fn new(body: F) -> Self {
        Node {
            body: UnsafeCell::new(Some(body)),
        }
    }

    /// The node without its type.
    #[inline(always)]
    pub fn erase(&self) -> Erased<'_> {
        Erased {
            node: std::ptr::from_ref(self).cast(),
            run: Self::run,
            nodes: PhantomData,
        }
    }

    /// # Safety
    /// `node` points to a `Node<F>` whose body no other thread touches.
    unsafe fn run(node: *const (), at: &At<'_>) -> Result<()> {
        // SAFETY: the caller's promise.
        let body = unsafe { &mut *(*node.cast::<Node<F>>()).body.get() };
        match body.take() {
            Some(body) => body(at),
            None => Ok(()),
        }
    }
}

impl Erased<'_> {
    /// Runs the body.
    ///
    /// # Safety
    /// At most one thread at a time, and the node's captures are safe to use on this thread now.
    #[inline(always)]
    pub(super) unsafe fn run(&self, at: &At<'_>) -> Result<()> {
        // SAFETY: `node` and `run` come from the same `erase`, whose borrow `'n` is still alive.
        unsafe { (self.run)(self.node, at) }
    }
}
