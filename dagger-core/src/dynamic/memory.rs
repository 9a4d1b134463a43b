//! The memory of blocks: a small stock of freed pieces on each thread, before the system's allocator.
//!
//! Tasks come and go by the million and their blocks have few sizes, which is what an allocator of the general kind is
//! slowest at when several threads use it. Each thread keeps up to [`STOCK`] bytes of freed pieces, by size in steps
//! of [`STEP`], and takes new blocks from there. A piece may be freed on another thread than the one that took it. What a thread
//! holds goes back to the system when the thread ends.
//!
//! Deliberately simple: nothing is moved between threads, and large or unusually aligned blocks go to the system directly.

use std::alloc::{self, Layout, handle_alloc_error};
use std::cell::Cell;
use std::ptr::{self, NonNull};

/// Sizes are rounded up to multiples of this.
const STEP: usize = 32;
/// How many sizes there are; larger blocks are not kept.
const SIZES: usize = 8;
/// The alignment of every piece; blocks that need more are not kept.
const ALIGN: usize = 16;
/// The most bytes a thread keeps.
const STOCK: usize = 4 << 20;

/// A freed piece, as a link of a list.
struct Piece {
    next: *mut Piece,
}

/// The freed pieces of a thread.
struct Stock {
    pieces: [Cell<*mut Piece>; SIZES],
    bytes: Cell<usize>,
}

thread_local! {
    static STOCK_HERE: Stock = const {
        Stock { pieces: [const { Cell::new(ptr::null_mut()) }; SIZES], bytes: Cell::new(0) }
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

/// The layout of the pieces of a size.
const fn layout_of(size: usize) -> Layout {
    match Layout::from_size_align((size + 1) * STEP, ALIGN) {
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
        let piece = NonNull::new(stock.pieces[size].get())?;
        // SAFETY: pieces in the list are ours and hold a link.
        stock.pieces[size].set(unsafe { piece.as_ref() }.next);
        stock.bytes.set(stock.bytes.get() - (size + 1) * STEP);
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
        let bytes = stock.bytes.get() + (size + 1) * STEP;
        if bytes > STOCK {
            return false;
        }
        stock.bytes.set(bytes);
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

    #[test]
    fn the_stock_is_bounded_and_unusual_layouts_pass_through() {
        std::thread::spawn(|| {
            let layout = Layout::from_size_align(256, 16).unwrap();
            let pieces: Vec<_> = (0..2 * STOCK / 256).map(|_| take(layout)).collect();
            for piece in pieces {
                // SAFETY: taken with this layout, given once.
                unsafe { give(piece, layout) };
            }
            assert_eq!(STOCK_HERE.with(|stock| stock.bytes.get()), STOCK);
            for layout in [
                Layout::from_size_align(64, 64).unwrap(),
                Layout::from_size_align(257, 8).unwrap(),
            ] {
                let memory = take(layout);
                assert_eq!(memory.as_ptr() as usize % layout.align(), 0);
                // SAFETY: as above.
                unsafe { give(memory, layout) };
            }
            assert_eq!(STOCK_HERE.with(|stock| stock.bytes.get()), STOCK);
        })
        .join()
        .unwrap();
    }
}
