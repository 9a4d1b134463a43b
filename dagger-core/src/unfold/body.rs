//! A node's closure without its type, in a fixed piece of memory.

use crate::Result;
use crate::lowered::At;
use std::mem::MaybeUninit;

/// Words of room for a closure; larger ones are boxed.
const WORDS: usize = 12;

type Words = [MaybeUninit<usize>; WORDS];
type Call = unsafe fn(*const Words, &At<'_>) -> Result<()>;
type DropIt = unsafe fn(*mut Words);

/// Room for one closure, filled or empty. What runs a small one is together with it at the beginning.
#[repr(C)]
pub(super) struct Body {
    functions: Option<(Call, DropIt)>,
    words: Words,
}

impl Body {
    /// Room without a closure.
    pub(super) const fn empty() -> Self {
        Body {
            words: [MaybeUninit::uninit(); WORDS],
            functions: None,
        }
    }

    /// Puts a closure in.
    ///
    /// # Safety
    /// The body is empty, is not moved while filled, and is emptied or never called again before what the closure borrows ends.
    /// The closure may be called on any thread.
    #[inline]
    pub(super) unsafe fn fill<F: Fn(&At<'_>) -> Result<()>>(&mut self, closure: F) {
        if const { fits::<F>() } {
            // SAFETY: `fits` says that size and alignment are no more than the words'.
            unsafe { self.words.as_mut_ptr().cast::<F>().write(closure) };
            self.functions = Some((call_inline::<F>, drop_inline::<F>));
        } else {
            let boxed = Box::into_raw(Box::new(closure));
            // SAFETY: a thin pointer fits into the first word.
            unsafe { self.words.as_mut_ptr().cast::<*mut F>().write(boxed) };
            self.functions = Some((call_boxed::<F>, drop_boxed::<F>));
        }
    }

    /// Calls the closure, if there is one.
    ///
    /// # Safety
    /// No other thread uses the body meanwhile, and what the closure needs is ready.
    #[inline]
    pub(super) unsafe fn call(&self, at: &At<'_>) -> Result<()> {
        match self.functions {
            // SAFETY: `functions` and `words` were filled together, for one closure type.
            Some((call, _)) => unsafe { call(&self.words, at) },
            None => Ok(()),
        }
    }

    /// Drops the closure, if there is one.
    #[inline]
    pub(super) fn clear(&mut self) {
        if let Some((_, drop)) = self.functions.take() {
            // SAFETY: filled together; `take` makes sure of once.
            unsafe { drop(&mut self.words) };
        }
    }
}

/// Clears the body when dropped.
pub(super) struct Clearing<'b>(pub(super) &'b mut Body);

impl Drop for Clearing<'_> {
    fn drop(&mut self) {
        self.0.clear();
    }
}

impl Drop for Body {
    fn drop(&mut self) {
        self.clear();
    }
}

const fn fits<F>() -> bool {
    size_of::<F>() <= size_of::<Words>() && align_of::<F>() <= align_of::<Words>()
}

/// # Safety
/// `words` holds an `F`.
unsafe fn call_inline<F: Fn(&At<'_>) -> Result<()>>(
    words: *const Words,
    at: &At<'_>,
) -> Result<()> {
    // SAFETY: the caller's promise.
    unsafe { (*words.cast::<F>())(at) }
}

/// # Safety
/// `words` holds an `F`, which is not used again.
unsafe fn drop_inline<F>(words: *mut Words) {
    // SAFETY: the caller's promise.
    unsafe { words.cast::<F>().drop_in_place() }
}

/// # Safety
/// `words` begins with a pointer to an `F`.
unsafe fn call_boxed<F: Fn(&At<'_>) -> Result<()>>(words: *const Words, at: &At<'_>) -> Result<()> {
    // SAFETY: the caller's promise.
    unsafe { (**words.cast::<*const F>())(at) }
}

/// # Safety
/// `words` begins with a pointer from `Box::into_raw` to an `F`, which is not used again.
unsafe fn drop_boxed<F>(words: *mut Words) {
    // SAFETY: the caller's promise.
    drop(unsafe { Box::from_raw(*words.cast::<*mut F>()) });
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::rc::Rc;

    #[test]
    fn small_and_large_closures_are_called_and_dropped_once() {
        let count = Rc::new(());
        for padding in [0_usize, 40] {
            let held = Rc::clone(&count);
            let mut body = Body::empty();
            // SAFETY: filled once, stays in place, one thread.
            unsafe {
                if padding == 0 {
                    body.fill(move |_| {
                        assert!(Rc::strong_count(&held) > 1);
                        Ok(())
                    });
                } else {
                    let large = [padding; 40];
                    body.fill(move |_| {
                        assert!(Rc::strong_count(&held) > 1 && large[39] == 40);
                        Ok(())
                    });
                }
                body.call(&At::new()).unwrap();
                body.call(&At::new()).unwrap();
            }
            assert_eq!(Rc::strong_count(&count), 2);
            body.clear();
            assert_eq!(Rc::strong_count(&count), 1);
        }
    }
}
