//! The body of one unit of a static graph, run at most once.
//!
//! Every unit of a program is a type of its own here, so each generic function counts in a build: there are few, and they
//! call few others.

use crate::Result;
use crate::lowered::At;
use std::cell::Cell;
use std::marker::PhantomData;
use std::mem::ManuallyDrop;

/// A unit's body. It captures the caller's variables as its own code needs them, and is dropped unrun if the
/// graph ends before its turn.
pub struct Node<F> {
    body: ManuallyDrop<F>,
    /// Whether the body is still there.
    waits: Cell<bool>,
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
            body: ManuallyDrop::new(body),
            waits: Cell::new(true),
        }
    }

    /// The node without its type.
    #[inline(always)]
    pub fn erase(&self) -> Erased<'_> {
        Erased {
            node: (&raw const *self).cast(),
            run: Self::run,
            nodes: PhantomData,
        }
    }

    /// # Safety
    /// `node` points to a `Node<F>` whose body no other thread touches.
    unsafe fn run(node: *const (), at: &At<'_>) -> Result<()> {
        // SAFETY: the caller's promise.
        let node = unsafe { &*node.cast::<Self>() };
        if !node.waits.replace(false) {
            return Ok(());
        }
        // SAFETY: the body is there, nobody else touches it, and `waits` now says that it is gone.
        let body = unsafe { (&raw const node.body).cast::<F>().read() };
        body(at)
    }
}

impl<F> Drop for Node<F> {
    fn drop(&mut self) {
        if self.waits.get() {
            // SAFETY: `waits` says that the body is there.
            unsafe { ManuallyDrop::drop(&mut self.body) };
        }
    }
}

impl Erased<'_> {
    /// A node somewhere else, and how it is run.
    ///
    /// # Safety
    /// `run` may be called with `node` for as long as the outcome is there.
    pub(crate) unsafe fn over(
        node: *const (),
        run: unsafe fn(*const (), &At<'_>) -> Result<()>,
    ) -> Self {
        Erased {
            node,
            run,
            nodes: PhantomData,
        }
    }

    /// Runs the body.
    ///
    /// # Safety
    /// At most one thread at a time, and the node's captures are safe to use on this thread now.
    #[inline(always)]
    pub(crate) unsafe fn run(&self, at: &At<'_>) -> Result<()> {
        // SAFETY: `node` and `run` come from the same `erase`, whose borrow `'n` is still alive.
        unsafe { (self.run)(self.node, at) }
    }
}
