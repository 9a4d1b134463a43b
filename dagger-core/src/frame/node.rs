//! The bodies of the units of a static graph: one function for all of them where their values are behind references, else one for each, run at
//! most once.
//!
//! What stands here is compiled for each graph or unit of a program, so each generic function counts in a build: there are few, and they
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
    unit: u32,
    run: unsafe fn(*const (), u32, &At<'_>) -> Result<()>,
    nodes: PhantomData<&'n ()>,
}

/// The body of all units: it is told which one is to run.
pub struct Units<F>(F);

impl<F> std::fmt::Debug for Units<F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Units").finish_non_exhaustive()
    }
}

impl<F: Fn(u32, &At<'_>) -> Result<()>> Units<F> {
    /// Units with this body.
    #[inline(always)]
    pub fn new(body: F) -> Self {
        Units(body)
    }

    /// The units without their type.
    #[inline(always)]
    pub fn erase<const N: usize>(&self) -> [Erased<'_>; N] {
        erase((&raw const *self).cast(), Self::run)
    }

    /// # Safety
    /// `units` points to a `Units<F>` whose captures may be used on this thread now.
    unsafe fn run(units: *const (), unit: u32, at: &At<'_>) -> Result<()> {
        // SAFETY: the caller's promise.
        let Units(body) = unsafe { &*units.cast::<Self>() };
        body(unit, at)
    }
}

fn erase<'n, const N: usize>(
    node: *const (),
    run: unsafe fn(*const (), u32, &At<'_>) -> Result<()>,
) -> [Erased<'n>; N] {
    std::array::from_fn(|unit| Erased {
        node,
        unit: unit as u32,
        run,
        nodes: PhantomData,
    })
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
            unit: 0,
            run: Self::run,
            nodes: PhantomData,
        }
    }

    /// # Safety
    /// `node` points to a `Node<F>` whose body no other thread touches.
    unsafe fn run(node: *const (), _: u32, at: &At<'_>) -> Result<()> {
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
        run: unsafe fn(*const (), u32, &At<'_>) -> Result<()>,
    ) -> Self {
        Erased {
            node,
            unit: 0,
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
        unsafe { (self.run)(self.node, self.unit, at) }
    }
}
