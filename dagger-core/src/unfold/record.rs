//! A loop form unfolded once, to be run many times.
//!
//! Recording keeps each node's closure in an arena and the nodes it comes after in one flat list, so that a node costs its closure and
//! a few words, and no allocation of its own. The memory is used again for later recordings (`spare`). [`Table`] runs the nodes.

use super::hazard::Hazards;
use super::particular::Wishes;
use super::reference::NodeRef;
use super::spare;
use super::table::Table;
use super::{Sink, Unfold};
use crate::frame::Erased;
use crate::lowered::{At, Site, guarded};
use crate::{Error, Result, clock};
use std::alloc::Layout;
use std::cell::RefCell;
use std::mem::MaybeUninit;

/// Words in one piece of the arena.
const PIECE: usize = 8 * 1024;
/// So many predecessors are compared with one another, more are sorted.
const FEW: usize = 16;

/// Nodes as they are recorded.
#[derive(Default)]
pub(super) struct Recording {
    /// The number of the first node: there may have been others before, which have ended.
    pub(super) first: u32,
    pub(super) bodies: Bodies,
    pub(super) statements: Vec<u32>,
    /// Where the predecessors of each node end in `predecessors`.
    pub(super) ends: Vec<u32>,
    pub(super) predecessors: Vec<u32>,
    /// What nodes wish, where they wish anything.
    pub(super) wishes: Vec<(u32, Wishes)>,
}

impl Recording {
    /// The node that will be added next.
    #[inline]
    pub(super) fn next(&self) -> NodeRef {
        NodeRef::numbered(self.first + self.statements.len() as u32)
    }

    /// Forgets all nodes, but keeps the memory.
    pub(super) fn clear(&mut self) {
        self.first = 0;
        self.bodies.clear();
        self.statements.clear();
        self.ends.clear();
        self.predecessors.clear();
        self.wishes.clear();
    }

    /// The bytes of its memory.
    pub(super) fn capacity(&self) -> usize {
        let words = self.statements.capacity() + self.ends.capacity();
        (words + self.predecessors.capacity()) * size_of::<u32>() + self.bodies.capacity()
    }

    /// Adds a node that comes after those in `after`.
    ///
    /// # Safety
    /// What `body` borrows lives as long as the recording and may be used on any thread.
    #[inline]
    pub(super) unsafe fn node<F: Fn(&At<'_>) -> Result<()>>(
        &mut self,
        statement: u32,
        wishes: Option<Box<Wishes>>,
        after: &[NodeRef],
        body: F,
    ) {
        let own = self.next();
        if let Some(wishes) = wishes {
            self.wishes.push((own.number() - self.first, *wishes));
        }
        // SAFETY: the caller's promise.
        unsafe { self.bodies.push(body) };
        self.statements.push(statement);
        self.comes_after(own, after);
        assert!(
            self.first as usize + self.statements.len() < NodeRef::NUMBERS
                && u32::try_from(self.predecessors.len()).is_ok(),
            "a prepared graph has fewer than 2^31 nodes and 2^32 edges"
        );
        self.ends.push(self.predecessors.len() as u32);
    }

    /// Notes the predecessors of a node, each once.
    fn comes_after(&mut self, own: NodeRef, after: &[NodeRef]) {
        let (first, number) = (self.predecessors.len(), self.first);
        let earlier = after.iter().filter(|earlier| **earlier != own);
        let earlier = earlier.filter_map(|earlier| earlier.number().checked_sub(number));
        if after.len() <= FEW {
            for number in earlier {
                if !self.predecessors[first..].contains(&number) {
                    self.predecessors.push(number);
                }
            }
            return;
        }
        let mut sorted: Vec<u32> = earlier.collect();
        sorted.sort_unstable();
        sorted.dedup();
        self.predecessors.append(&mut sorted);
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
        Hazards::within(spare::take_tables()),
        Sink::Kept(RefCell::new(spare::take_recording())),
    );
    guarded(site, |_| driver(&unfold))?;
    let hazards = unfold.hazards.into_inner();
    let moves_parts = hazards.moves_parts();
    spare::keep_tables(hazards.into_memory());
    if moves_parts {
        return Err(Error::msg(
            "the loop changes a variable as a whole and also borrows parts of it: where they lie may differ from run to run, so it cannot be prepared",
        ));
    }
    match unfold.sink {
        Sink::Kept(recording) => Ok(Prepared::recorded(site, recording.into_inner())),
        Sink::Live(_) => unreachable!("made above"),
    }
}

/// As nodes of static graphs are called, which are told their number besides.
type Call = unsafe fn(*const (), u32, &At<'_>) -> Result<()>;

/// Closures of different types, in pieces of memory that do not move.
pub(crate) struct Bodies {
    entries: Vec<Entry>,
    pieces: Vec<Box<[MaybeUninit<u64>]>>,
    /// How many pieces are in use; the last of them is being filled.
    used: usize,
    /// What is left of that piece, in words.
    free: *mut u64,
    left: usize,
    /// Whether some closure has something to drop.
    drops: bool,
}

struct Entry {
    closure: *mut (),
    functions: &'static Functions,
}

/// What can be done with a closure of one type.
struct Functions {
    call: Call,
    drop: unsafe fn(*mut ()),
}

// SAFETY: `push`'s caller allows the closures to be used on any thread, and the table runs each on one at a time. `free` points into
// a piece of its own.
unsafe impl Send for Bodies {}
// SAFETY: as above.
unsafe impl Sync for Bodies {}

impl Default for Bodies {
    fn default() -> Self {
        Bodies {
            entries: Vec::new(),
            pieces: Vec::new(),
            used: 0,
            free: std::ptr::dangling_mut(),
            left: 0,
            drops: false,
        }
    }
}

impl Bodies {
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Closure `index` as a node.
    pub(crate) fn erased(&self, index: usize) -> Erased<'_> {
        let entry = &self.entries[index];
        // SAFETY: `call` belongs to the closure's type, and the closure lies there as long as `self` is borrowed.
        unsafe { Erased::over(entry.closure, entry.functions.call) }
    }

    fn capacity(&self) -> usize {
        let pieces: usize = self.pieces.iter().map(|piece| size_of_val(&**piece)).sum();
        self.entries.capacity() * size_of::<Entry>() + pieces
    }

    /// Drops the closures, but keeps the memory.
    fn clear(&mut self) {
        (self.used, self.left) = (0, 0);
        if !std::mem::take(&mut self.drops) {
            self.entries.clear();
        }
        for entry in self.entries.drain(..) {
            // SAFETY: filled by `push` with a closure of that type, dropped once.
            unsafe { (entry.functions.drop)(entry.closure) };
        }
    }

    /// # Safety
    /// What `body` borrows lives as long as `self` and may be used on any thread.
    #[inline]
    pub(crate) unsafe fn push<F: Fn(&At<'_>) -> Result<()>>(&mut self, body: F) {
        let layout = Layout::new::<F>();
        let closure: *mut F = if layout.align() <= align_of::<u64>() {
            self.room(layout.size().div_ceil(size_of::<u64>())).cast()
        } else {
            // Over-aligned closures are rare enough for some waste.
            let words =
                layout.size().div_ceil(size_of::<u64>()) + layout.align() / size_of::<u64>();
            let room = self.room(words).cast::<u8>();
            room.wrapping_add(room.align_offset(layout.align())).cast()
        };
        // SAFETY: `room` returned that much memory with that alignment, used by nobody else.
        unsafe { closure.write(body) };
        self.drops |= std::mem::needs_drop::<F>();
        self.entries.push(Entry {
            closure: closure.cast(),
            functions: const {
                &Functions {
                    call: call::<F>,
                    drop: drop_closure::<F>,
                }
            },
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
        unsafe { (entry.functions.call)(entry.closure, 0, at) }
    }

    #[inline]
    fn room(&mut self, words: usize) -> *mut u64 {
        if words > self.left {
            self.next_piece(words);
        }
        let room = self.free;
        self.left -= words;
        self.free = room.wrapping_add(words);
        room
    }

    #[cold]
    fn next_piece(&mut self, words: usize) {
        if self
            .pieces
            .get(self.used)
            .is_none_or(|piece| piece.len() < words)
        {
            let piece = Box::new_uninit_slice(words.max(PIECE));
            self.pieces.insert(self.used, piece);
        }
        let piece = &mut self.pieces[self.used];
        (self.free, self.left) = (piece.as_mut_ptr().cast(), piece.len());
        self.used += 1;
    }
}

impl Drop for Bodies {
    fn drop(&mut self) {
        self.clear();
    }
}

/// # Safety
/// `closure` points to an `F`.
unsafe fn call<F: Fn(&At<'_>) -> Result<()>>(
    closure: *const (),
    _: u32,
    at: &At<'_>,
) -> Result<()> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::rc::Rc;

    #[test]
    fn memory_is_used_again_and_closures_are_dropped_once() {
        let mut recording = Recording::default();
        let held = Rc::new(());
        let mut capacity = 0;
        for round in 0..3 {
            for node in 0..20_000_u32 {
                let held = (node % 7 == 0).then(|| Rc::clone(&held));
                let earlier: Vec<_> = (node.saturating_sub(20)..node)
                    .chain([node, 0])
                    .map(NodeRef::numbered)
                    .collect();
                // SAFETY: what the closure holds is its own, and one thread uses it.
                unsafe {
                    recording.node(0, None, &earlier, move |_| {
                        assert!(held.is_none() || node % 7 == 0);
                        Ok(())
                    });
                }
            }
            let last = recording.ends[19_998] as usize..recording.ends[19_999] as usize;
            assert_eq!(last.len(), 21, "each once, and not the node itself");
            assert_eq!(Rc::strong_count(&held), 1 + 20_000_usize.div_ceil(7));
            for node in 0..20_000 {
                // SAFETY: in place, one thread.
                unsafe { recording.bodies.call(node, &At::new()) }.unwrap();
            }
            recording.clear();
            assert_eq!(Rc::strong_count(&held), 1);
            assert!(
                round == 0 || recording.capacity() == capacity,
                "nothing new is allocated"
            );
            capacity = recording.capacity();
        }
    }
}
