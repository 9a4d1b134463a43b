//! Borrows of several elements of one variable in one call: `update(&a[i], &mut a[j])`.
//!
//! Rust refuses these, because it cannot see that the elements differ; `dag!` accepts them and looks at run time. The expansion
//! takes pointers to all but one element, borrows the last one as the user wrote it, and ties the others to its lifetime.

/// Checks that two elements of one variable have no memory in common.
///
/// # Panics
/// If they have: the call would borrow the same element twice, and change it.
#[inline]
#[track_caller]
pub fn apart<A: ?Sized, B: ?Sized>(first: *const A, second: *const B) {
    /// Where the element begins and ends.
    fn ends<T: ?Sized>(place: *const T) -> (usize, usize) {
        let start = place.cast::<u8>().addr();
        // SAFETY: the expansion makes the pointer from a place expression, so it points to a value and its metadata is valid.
        let size = unsafe { size_of_val(&*place) };
        (start, start + size)
    }
    let ((a, a_end), (b, b_end)) = (ends(first), ends(second));
    assert!(
        // What has no size has no memory, wherever it lies.
        a_end <= b || b_end <= a || a == a_end || b == b_end,
        "a call borrows the same element twice, and changes it"
    );
}

/// The element at `place`, for as long as its neighbour is borrowed.
///
/// # Safety
/// `place` is part of the variable that `_neighbour` borrows from, and [`apart`] from it.
#[inline(always)]
pub unsafe fn beside<'x, T: ?Sized, N: ?Sized>(place: *const T, _neighbour: &&'x mut N) -> &'x T {
    // SAFETY: the caller's promise; the neighbour's unique borrow of the variable keeps everybody else away for `'x`.
    unsafe { &*place }
}

/// The element at `place`, to change, for as long as its neighbour is borrowed.
///
/// # Safety
/// As for [`beside`], and no other reference to the element is made meanwhile.
#[inline(always)]
pub unsafe fn beside_mut<'x, T: ?Sized, N: ?Sized>(
    place: *mut T,
    _neighbour: &&'x mut N,
) -> &'x mut T {
    // SAFETY: as in `beside`.
    unsafe { &mut *place }
}

#[cfg(test)]
mod tests {
    use super::apart;

    #[test]
    fn neighbours_are_apart() {
        let v = [1, 2, 3];
        apart(&raw const v[0], &raw const v[1]);
        apart(&raw const v[..1], &raw const v[1..]);
        apart(&raw const v[1..1], &raw const v[..]);
    }

    #[test]
    #[should_panic(expected = "same element twice")]
    fn an_element_is_not_apart_from_itself() {
        let v = [1, 2, 3];
        apart(&raw const v[..2], &raw const v[1]);
    }
}
