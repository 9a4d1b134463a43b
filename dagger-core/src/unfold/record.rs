//! A loop form unfolded once, to be run many times.
//!
//! Recording keeps each node's closure in an arena and the nodes it comes after in one flat list.
//! [`Prepared`] turns the list around into successors, so that a node costs its closure and
//! a few words, and no allocation of its own.

use super::particular::Wishes;
use super::table::Table;
use super::{Sink, Unfold};
use crate::lowered::{At, Site, guarded};
use crate::{Error, Result, clock};
use std::alloc::Layout;
use std::cell::RefCell;
use std::mem::MaybeUninit;

/// Words in one piece of the arena.
const PIECE: usize = 8 * 1024;

/// Which node: its place in the window or the recording, and a stamp that tells it from earlier users of the place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NodeRef {
    pub(super) index: u32,
    pub(super) stamp: u32,
}

impl NodeRef {
    /// No node.
    pub(super) const NONE: NodeRef = NodeRef {
        index: u32::MAX,
        stamp: u32::MAX,
    };
}

/// Nodes as they are recorded.
pub(super) struct Recording {
    pub(super) bodies: Bodies,
    pub(super) statements: Vec<u32>,
    /// Where the predecessors of each node begin in `predecessors`.
    pub(super) starts: Vec<u32>,
    pub(super) predecessors: Vec<u32>,
    /// What nodes wish, where they wish anything.
    pub(super) wishes: Vec<(u32, Wishes)>,
}

impl Recording {
    pub(super) fn new() -> Self {
        Recording {
            bodies: Bodies::default(),
            statements: Vec::new(),
            starts: vec![0],
            predecessors: Vec::new(),
            wishes: Vec::new(),
        }
    }

    /// The node that will be added next.
    pub(super) fn next(&self) -> NodeRef {
        NodeRef {
            index: self.statements.len() as u32,
            stamp: 0,
        }
    }

    /// Adds a node that comes after those in `after`.
    ///
    /// # Safety
    /// What `body` borrows lives as long as the recording and may be used on any thread.
    pub(super) unsafe fn node<F: Fn(&At<'_>) -> Result<()>>(
        &mut self,
        statement: u32,
        wishes: Option<Box<Wishes>>,
        after: &[NodeRef],
        body: F,
    ) {
        let own_index = self.next().index;
        self.statements.push(statement);
        if let Some(wishes) = wishes {
            self.wishes.push((own_index, *wishes));
        }
        // SAFETY: the caller's promise.
        unsafe { self.bodies.push(body) };
        let first = self.predecessors.len();
        self.predecessors.extend(
            after
                .iter()
                .map(|earlier| earlier.index)
                .filter(|&index| index != own_index),
        );
        let own = &mut self.predecessors[first..];
        own.sort_unstable();
        let mut kept = first;
        for position in first..self.predecessors.len() {
            if position == first || self.predecessors[position] != self.predecessors[kept - 1] {
                self.predecessors[kept] = self.predecessors[position];
                kept += 1;
            }
        }
        self.predecessors.truncate(kept);
        assert!(
            self.statements.len() < NodeRef::NONE.index as usize && u32::try_from(kept).is_ok(),
            "a prepared graph has fewer than 2^32 nodes and edges"
        );
        self.starts.push(kept as u32);
    }
}

/// Runs `driver` with its nodes kept, for a graph that runs many times.
///
/// # Errors
/// Those of the driver itself: no node runs yet.
///
/// # Safety
/// As for [`unfold`](super::unfold()), with everything that nodes borrow alive for `'a`.
pub unsafe fn prepare<'a, R: 'a>(
    site: &'static Site,
    driver: impl FnOnce(&Unfold<'_>) -> Result<R>,
) -> Result<Prepared<'a, ()>> {
    let unfold = Unfold::new(
        site,
        None,
        clock::ticks(),
        Sink::Kept(RefCell::new(Recording::new())),
    );
    guarded(site, |_| driver(&unfold))?;
    if unfold.hazards.borrow().moves_parts() {
        return Err(Error::msg(
            "the loop changes a variable as a whole and also borrows parts of it: where they lie may differ from run to run, so it cannot be prepared",
        ));
    }
    match unfold.sink {
        Sink::Kept(recording) => Ok(Prepared::recorded(site, recording.into_inner())),
        Sink::Live(_) => unreachable!("made above"),
    }
}

type Call = unsafe fn(*const (), &At<'_>) -> Result<()>;

/// Closures of different types, in pieces of memory that do not move.
#[derive(Default)]
pub(super) struct Bodies {
    entries: Vec<Entry>,
    pieces: Vec<Box<[MaybeUninit<u64>]>>,
    used: usize,
}

struct Entry {
    closure: *mut (),
    call: Call,
    drop: unsafe fn(*mut ()),
}

// SAFETY: `push`'s caller allows the closures to be used on any thread, and the table runs each on one at a time.
unsafe impl Send for Bodies {}
// SAFETY: as above.
unsafe impl Sync for Bodies {}

impl Bodies {
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// # Safety
    /// What `body` borrows lives as long as `self` and may be used on any thread.
    unsafe fn push<F: Fn(&At<'_>) -> Result<()>>(&mut self, body: F) {
        let layout = Layout::new::<F>();
        let closure: *mut F = if layout.align() <= align_of::<u64>() {
            self.room(layout.size().div_ceil(size_of::<u64>())).cast()
        } else {
            // Over-aligned closures are rare enough for an allocation, which is never freed early.
            let words =
                layout.size().div_ceil(size_of::<u64>()) + layout.align() / size_of::<u64>();
            let room = self.room(words).cast::<u8>();
            room.wrapping_add(room.align_offset(layout.align())).cast()
        };
        // SAFETY: `room` returned that much memory with that alignment, used by nobody else.
        unsafe { closure.write(body) };
        self.entries.push(Entry {
            closure: closure.cast(),
            call: call::<F>,
            drop: drop_closure::<F>,
        });
    }

    /// Calls closure `index`.
    ///
    /// # Safety
    /// One thread at a time, and what the closure needs is ready.
    #[inline(always)]
    pub(super) unsafe fn call(&self, index: u32, at: &At<'_>) -> Result<()> {
        let entry = &self.entries[index as usize];
        // SAFETY: `call` belongs to the closure's type; the rest is the caller's promise.
        unsafe { (entry.call)(entry.closure, at) }
    }

    fn room(&mut self, words: usize) -> *mut u64 {
        let last = self.pieces.last().map_or(0, |piece| piece.len());
        if self.used + words > last {
            self.pieces.push(Box::new_uninit_slice(words.max(PIECE)));
            self.used = 0;
        }
        let piece = self
            .pieces
            .last_mut()
            .expect("pushed above if there was none");
        let start = self.used;
        self.used += words;
        piece[start..].as_mut_ptr().cast()
    }
}

impl Drop for Bodies {
    fn drop(&mut self) {
        for entry in self.entries.drain(..) {
            // SAFETY: filled by `push` with a closure of that type, dropped once.
            unsafe { (entry.drop)(entry.closure) };
        }
    }
}

/// # Safety
/// `closure` points to an `F`.
unsafe fn call<F: Fn(&At<'_>) -> Result<()>>(closure: *const (), at: &At<'_>) -> Result<()> {
    // SAFETY: the caller's promise.
    unsafe { (*closure.cast::<F>())(at) }
}

/// # Safety
/// `closure` points to an `F` that is not used again.
unsafe fn drop_closure<F>(closure: *mut ()) {
    // SAFETY: the caller's promise.
    unsafe { closure.cast::<F>().drop_in_place() }
}

/// A graph that was unfolded once and can be run many times: what `name::prepare(..)` returns.
///
/// It borrows what was passed by reference to `prepare`. Values passed by value are copied or cloned for each run.
pub struct Prepared<'a, R> {
    run: RefCell<Box<dyn FnMut() -> Result<R> + 'a>>,
    nodes: usize,
}

impl<R> std::fmt::Debug for Prepared<'_, R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Prepared")
            .field("nodes", &self.nodes)
            .finish_non_exhaustive()
    }
}

impl<'a> Prepared<'a, ()> {
    pub(super) fn recorded(site: &'static Site, recording: Recording) -> Self {
        let nodes = recording.bodies.len();
        let mut table = Table::new(site, recording);
        Prepared {
            run: RefCell::new(Box::new(move || table.run())),
            nodes,
        }
    }
}

impl<'a, R> Prepared<'a, R> {
    /// A graph without loops: `run` is the whole graph, with its arguments.
    #[doc(hidden)]
    pub fn repeat(site: &'static Site, run: impl FnMut() -> Result<R> + 'a) -> Self {
        Prepared {
            run: RefCell::new(Box::new(run)),
            nodes: site.graph().nodes().len(),
        }
    }

    /// Runs the graph once more.
    ///
    /// # Errors
    /// That of the first node in program order that failed or panicked; also when called from inside its own run.
    pub fn run(&self) -> Result<R> {
        match self.run.try_borrow_mut() {
            Ok(mut run) => run(),
            Err(_) => Err(Error::msg(
                "a prepared graph was run from inside its own run",
            )),
        }
    }

    /// How many nodes it has. For a graph without loops, those written in the source.
    pub fn len(&self) -> usize {
        self.nodes
    }

    /// Whether it has no nodes.
    pub fn is_empty(&self) -> bool {
        self.nodes == 0
    }
}
