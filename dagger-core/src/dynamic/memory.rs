//! The memory of blocks: a small stock of freed pieces on each thread, before the system's allocator.
//!
//! Tasks come and go by the million and their blocks have few sizes, which is what an allocator of the general kind is
//! slowest at when several threads use it. Each thread keeps freed pieces by size, in steps
//! of [`STEP`] and up to [`STOCK`] bytes of each, and takes new blocks from there. A piece may be freed on another thread than the one that took it: often one
//! spawns and others free. So who has too many hands a [`BATCH`] of them to the *depot*, which all threads share, and who has none takes a
//! batch from there; only a batch costs a lock. The depot keeps up to [`DEPOT`] bytes. What a thread holds goes back to the
//! system when the thread ends.
//!
//! Large or unusually aligned blocks go to the system directly.

use crate::sync::statics::{AtomicUsize, Ordering};
use std::alloc::{self, Layout, handle_alloc_error};
use std::cell::Cell;
use std::ptr::{self, NonNull};
use std::sync::{Mutex, PoisonError};

/// Sizes are rounded up to multiples of this.
const STEP: usize = 32;
/// How many sizes there are; larger blocks are not kept.
const SIZES: usize = 8;
/// The alignment of every piece; blocks that need more are not kept.
const ALIGN: usize = 16;
/// The most bytes of one size that a thread keeps.
const STOCK: usize = 2 << 20;
/// The most bytes the depot keeps.
const DEPOT: usize = 32 << 20;
/// How many pieces go to the depot and come from there at once.
const BATCH: usize = 256;

/// A freed piece, as a link of a list.
struct Piece {
    next: *mut Piece,
}

/// Freed pieces of one size, [`BATCH`] of them, by the first of their list.
struct Batch(NonNull<Piece>);

// SAFETY: the pieces of a batch are nobody's, wherever they were freed.
unsafe impl Send for Batch {}

/// What all threads share.
static SHARED: Mutex<[Vec<Batch>; SIZES]> = Mutex::new([const { Vec::new() }; SIZES]);
/// The bytes in it.
static SHARED_BYTES: AtomicUsize = AtomicUsize::new(0);

/// Takes a batch of this size from the depot.
fn take_batch(size: usize) -> Option<Batch> {
    // relaxed: a hint, that saves the lock; the count is written under it.
    if SHARED_BYTES.load(Ordering::Relaxed) == 0 {
        return None;
    }
    let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    let batch = shared[size].pop()?;
    // relaxed: as above.
    SHARED_BYTES.fetch_sub(BATCH * bytes_of(size), Ordering::Relaxed);
    Some(batch)
}

/// Gives the depot a batch of this size, which is only put together if there is room for it.
fn give_batch(size: usize, batch: impl FnOnce() -> Batch) -> bool {
    let fits = |bytes: usize| bytes + BATCH * bytes_of(size) <= DEPOT;
    // relaxed: as in `take_batch`.
    if !fits(SHARED_BYTES.load(Ordering::Relaxed)) {
        return false;
    }
    let batch = batch();
    let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    // By as many batches as there are threads here at a time there may be more than [`DEPOT`].
    shared[size].push(batch);
    // relaxed: as above.
    SHARED_BYTES.fetch_add(BATCH * bytes_of(size), Ordering::Relaxed);
    true
}

/// The freed pieces of a thread.
struct Stock {
    pieces: [Cell<*mut Piece>; SIZES],
    counts: [Cell<usize>; SIZES],
}

thread_local! {
    static STOCK_HERE: Stock = const {
        Stock { pieces: [const { Cell::new(ptr::null_mut()) }; SIZES], counts: [const { Cell::new(0) }; SIZES] }
    };
}

/// Which size a layout belongs to, if pieces of it are kept.
#[inline(always)]
const fn size_of_layout(layout: Layout) -> Option<usize> {
    // Under Miri every block is its own allocation, so that its checks see the ends of them.
    if layout.align() > ALIGN || layout.size() > STEP * SIZES || layout.size() == 0 || cfg!(miri) {
        return None;
    }
    Some((layout.size() - 1) / STEP)
}

/// The bytes of a piece of a size.
const fn bytes_of(size: usize) -> usize {
    (size + 1) * STEP
}

/// The layout of the pieces of a size.
const fn layout_of(size: usize) -> Layout {
    match Layout::from_size_align(bytes_of(size), ALIGN) {
        Ok(layout) => layout,
        Err(_) => unreachable!(),
    }
}

/// Memory for a block of this layout, whose size is not 0.
#[inline]
pub(crate) fn take(layout: Layout) -> NonNull<u8> {
    let Some(size) = size_of_layout(layout) else {
        return from_system(layout);
    };
    let kept = STOCK_HERE.try_with(|stock| {
        let piece = NonNull::new(stock.pieces[size].get()).or_else(|| stock.refill(size))?;
        // SAFETY: pieces in the list are ours and hold a link.
        stock.pieces[size].set(unsafe { piece.as_ref() }.next);
        stock.counts[size].set(stock.counts[size].get() - 1);
        Some(piece.cast())
    });
    match kept {
        Ok(Some(piece)) => piece,
        // Nothing in stock, or the thread is being torn down.
        _ => from_system(layout_of(size)),
    }
}

/// Gives a block's memory back.
///
/// # Safety
/// It came from [`take`] with this layout and is not used any more.
#[inline]
pub(crate) unsafe fn give(memory: NonNull<u8>, layout: Layout) {
    let Some(size) = size_of_layout(layout) else {
        // SAFETY: `take` got it from the system with this layout.
        return unsafe { alloc::dealloc(memory.as_ptr(), layout) };
    };
    let kept = STOCK_HERE.try_with(|stock| {
        if stock.counts[size].get() >= STOCK / bytes_of(size) && !stock.hand_over(size) {
            return false;
        }
        stock.counts[size].set(stock.counts[size].get() + 1);
        let piece = memory.cast::<Piece>();
        // SAFETY: the memory is ours, and large and aligned enough for a link.
        unsafe {
            piece.write(Piece {
                next: stock.pieces[size].get(),
            })
        };
        stock.pieces[size].set(piece.as_ptr());
        true
    });
    if kept != Ok(true) {
        // SAFETY: `take` got it from the system with the layout of its size.
        unsafe { alloc::dealloc(memory.as_ptr(), layout_of(size)) };
    }
}

#[cold]
fn from_system(layout: Layout) -> NonNull<u8> {
    // SAFETY: no layout here has size 0.
    NonNull::new(unsafe { alloc::alloc(layout) }).unwrap_or_else(|| handle_alloc_error(layout))
}

impl Stock {
    /// Fills an empty list of this size from the depot; gives the first piece, which stays in it.
    #[cold]
    fn refill(&self, size: usize) -> Option<NonNull<Piece>> {
        let Batch(first) = take_batch(size)?;
        self.pieces[size].set(first.as_ptr());
        self.counts[size].set(BATCH);
        Some(first)
    }

    /// Hands the newest pieces of this size, of which there are more than a batch, to the depot. False if there are enough there.
    #[cold]
    fn hand_over(&self, size: usize) -> bool {
        give_batch(size, || {
            let first = self.pieces[size].get();
            let mut last = first;
            for _ in 1..BATCH {
                // SAFETY: pieces in the list are ours and hold a link; there are more of them.
                last = unsafe { (*last).next };
            }
            // SAFETY: as above. The batch ends where the rest begins.
            self.pieces[size].set(unsafe { std::mem::replace(&mut (*last).next, ptr::null_mut()) });
            self.counts[size].set(self.counts[size].get() - BATCH);
            // SAFETY: the list was not empty.
            Batch(unsafe { NonNull::new_unchecked(first) })
        })
    }
}

impl Drop for Stock {
    fn drop(&mut self) {
        for (size, pieces) in self.pieces.iter().enumerate() {
            let mut next = pieces.replace(ptr::null_mut());
            while let Some(piece) = NonNull::new(next) {
                // SAFETY: as in `take`; each piece came from the system with the layout of its size.
                unsafe {
                    next = piece.as_ref().next;
                    alloc::dealloc(piece.as_ptr().cast(), layout_of(size));
                }
            }
        }
    }
}

#[cfg(all(test, not(miri)))]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn freed_pieces_are_taken_again_by_size() {
        std::thread::spawn(|| {
            let small = Layout::from_size_align(100, 8).unwrap();
            let other = Layout::from_size_align(130, 8).unwrap();
            let first = take(small);
            // SAFETY: taken with these layouts, given once.
            unsafe { give(first, small) };
            let second = take(other);
            assert_ne!(first, second, "another size");
            let third = take(Layout::from_size_align(128, 16).unwrap());
            assert_eq!(first, third, "the same size, rounded up");
            // SAFETY: as above.
            unsafe {
                give(second, other);
                give(third, small);
            }
        })
        .join()
        .unwrap();
    }

    fn in_stock(layout: Layout) -> usize {
        STOCK_HERE.with(|stock| stock.counts[size_of_layout(layout).unwrap()].get())
    }

    /// Takes and gives so many pieces.
    fn through_the_stock(layout: Layout, count: usize) -> HashSet<usize> {
        let pieces: Vec<_> = (0..count).map(|_| take(layout)).collect();
        let addresses = pieces.iter().map(|piece| piece.as_ptr().addr()).collect();
        for piece in pieces {
            // SAFETY: taken with this layout, given once.
            unsafe { give(piece, layout) };
        }
        addresses
    }

    #[test]
    fn the_stock_is_bounded_and_unusual_layouts_pass_through() {
        std::thread::spawn(|| {
            let layout = Layout::from_size_align(256, 16).unwrap();
            let distinct = through_the_stock(layout, 2 * STOCK / 256);
            assert_eq!(distinct.len(), 2 * STOCK / 256);
            assert!(in_stock(layout) <= STOCK / 256);
            for layout in [
                Layout::from_size_align(64, 64).unwrap(),
                Layout::from_size_align(257, 8).unwrap(),
            ] {
                assert_eq!(size_of_layout(layout), None);
                let memory = take(layout);
                assert_eq!(memory.as_ptr() as usize % layout.align(), 0);
                // SAFETY: as above.
                unsafe { give(memory, layout) };
            }
        })
        .join()
        .unwrap();
    }

    /// What one thread frees beyond its stock, another one takes; the depot is bounded.
    #[test]
    fn pieces_go_from_thread_to_thread_by_the_depot() {
        // A size of which tests that run beside this one have few.
        let layout = Layout::from_size_align(220, 16).unwrap();
        let kept = STOCK / 224;
        let freed = std::thread::spawn(move || through_the_stock(layout, kept + 4 * BATCH))
            .join()
            .unwrap();
        let taken = std::thread::spawn(move || through_the_stock(layout, 2 * BATCH))
            .join()
            .unwrap();
        assert_eq!(taken.len(), 2 * BATCH);
        assert!(taken.intersection(&freed).count() >= BATCH);
        let many = std::thread::spawn(move || through_the_stock(layout, 2 * DEPOT / 224));
        assert_eq!(many.join().unwrap().len(), 2 * DEPOT / 224);
        assert!(SHARED_BYTES.load(Ordering::Relaxed) <= DEPOT + 64 * BATCH * 256);
    }
}
