//! What runs kernels: a GPU.

use crate::error::Result;
use crate::kernel::source::{Entry, Shape, Source};
use crate::seam::{Allocation, MemorySpace, Processor};
use crate::sync::statics::{AtomicU64, Ordering};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

/// A processor that runs kernels, with a memory of its own.
///
/// Contract: launches are done in the order in which they are made, as if each were done at once; [`MemorySpace::read`] sees what
/// launches before it have written. A launch need not be done when [`launch`](Self::launch) returns. What goes wrong with it is told by
/// that call, a later one, or [`finish`](Self::finish); a kernel's own failure (what is a panic in Rust) by that call.
pub trait Device: Processor {
    /// Its memory. It may hold more than fits.
    fn memory(&self) -> &dyn MemorySpace;

    /// Runs a kernel.
    ///
    /// # Errors
    /// If it cannot be compiled or launched, or fails: which kernel, its line, and why.
    fn launch(&self, launch: &Launch<'_>) -> Result<()>;

    /// Waits until all launches are done.
    ///
    /// # Errors
    /// If one of them failed.
    fn finish(&self) -> Result<()>;
}

/// A source that devices are given, compiled once on each.
#[derive(Debug)]
pub struct Program {
    number: u64,
    label: String,
    source: Source,
}

impl Program {
    /// A source; `label` is what errors call it.
    pub fn new(label: impl Into<String>, source: Source) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Program {
            // relaxed: only that numbers differ matters.
            number: NEXT.fetch_add(1, Ordering::Relaxed),
            label: label.into(),
            source,
        }
    }

    /// The program of this source: the same one for the same text, which is kept until the process ends, as its code is on devices.
    pub fn interned(label: impl Into<String>, source: Source) -> Arc<Program> {
        static KNOWN: LazyLock<Mutex<HashMap<String, Arc<Program>>>> =
            LazyLock::new(Mutex::default);
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(program) = known.get(&source.code) {
            return Arc::clone(program);
        }
        let text = source.code.clone();
        let program = Arc::new(Program::new(label, source));
        known.insert(text, Arc::clone(&program));
        program
    }

    /// A number that no other program of this process has.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// What errors call it: ``kernel `saxpy` (src/main.rs:12)``.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// Its source.
    pub fn source(&self) -> &Source {
        &self.source
    }
}

/// An array that a launch reads or writes.
#[derive(Debug, Clone, Copy)]
pub struct Operand<'a> {
    /// Where it lies in the device's memory.
    pub allocation: Allocation,
    /// The byte where its first element is.
    pub offset: usize,
    /// How many elements apart neighbours are in each dimension, where the entry asks for that.
    pub strides: &'a [i64],
}

/// One run of an entry.
#[derive(Debug, Clone, Copy)]
pub struct Launch<'a> {
    /// The source.
    pub program: &'a Program,
    /// The entry in it.
    pub entry: &'a Entry,
    /// How many elements there are.
    pub count: u64,
    /// How many in each dimension, where the entry asks for that.
    pub sizes: &'a [u64],
    /// The arrays it reads.
    pub inputs: &'a [Operand<'a>],
    /// The arrays it writes, all of each.
    pub outputs: &'a [Operand<'a>],
    /// The number of threads, where it is not the device's to choose.
    pub shape: Option<Shape>,
}
