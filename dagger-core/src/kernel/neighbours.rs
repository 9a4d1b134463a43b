//! The elements round an element: what a stencil kernel reads.

use std::ops::{Index, Range};

/// An element of an array with `D` dimensions and its neighbours, up to a radius.
///
/// A kernel reads them by their offsets: `u[(0, 0)]` is the element itself, `u[(-1, 0)]` the one before it in the first dimension; lists
/// of offsets, `u[[-1, 0]]`, do in any number of dimensions. What lies outside the array is up to whoever applies the kernel: the
/// elements are read from memory that has a halo as wide as the radius, and the halo holds what the boundary condition says.
///
/// # Panics
/// Indexing does, if the neighbour is farther away than the radius.
#[derive(Debug, Clone, Copy)]
pub struct Neighbours<'a, T, const D: usize> {
    /// Every index `centre` + Σ offset · stride with offsets up to the radius lies inside.
    data: &'a [T],
    centre: usize,
    strides: [isize; D],
    radius: [usize; D],
}

impl<'a, T, const D: usize> Neighbours<'a, T, D> {
    /// The neighbours of `data[centre]`, where one step in dimension `d` is `strides[d]` elements, up to `radius` steps.
    ///
    /// # Panics
    /// If one of them is not in `data`.
    #[inline(always)]
    pub fn new(data: &'a [T], centre: usize, strides: [isize; D], radius: [usize; D]) -> Self {
        Self::check(data, centre..centre + 1, strides, radius);
        Neighbours {
            data,
            centre,
            strides,
            radius,
        }
    }

    /// Calls `visit` with the neighbours of each of the elements `row`, and the element's number in it.
    ///
    /// It is how loops over many elements are to be written: that no neighbour is outside of the data is found out once for all of them, so
    /// nothing hinders the compiler from computing several at a time.
    ///
    /// # Panics
    /// If one of the neighbours is not in `data`.
    #[inline(always)]
    pub fn for_each(
        data: &'a [T],
        row: Range<usize>,
        strides: [isize; D],
        radius: [usize; D],
        mut visit: impl FnMut(usize, Self),
    ) {
        if row.is_empty() {
            return;
        }
        Self::check(data, row.clone(), strides, radius);
        for i in 0..row.len() {
            let centre = row.start + i;
            visit(
                i,
                Neighbours {
                    data,
                    centre,
                    strides,
                    radius,
                },
            );
        }
    }

    /// What the type promises of `data`, for all centres of a row that is not empty.
    #[inline(always)]
    fn check(data: &[T], row: Range<usize>, strides: [isize; D], radius: [usize; D]) {
        // Sums that are too large for an index are so for every slice.
        let mut reach: Option<usize> = Some(0);
        for (stride, radius) in strides.iter().zip(&radius) {
            let far = stride.unsigned_abs().checked_mul(*radius);
            reach = reach.zip(far).and_then(|(sum, far)| sum.checked_add(far));
        }
        let inside = reach.is_some_and(|reach| {
            row.start >= reach
                && row
                    .end
                    .checked_add(reach)
                    .is_some_and(|end| end <= data.len())
        });
        assert!(inside, "some neighbours are outside of the data");
    }

    #[inline(always)]
    fn at(&self, offsets: [isize; D]) -> &'a T {
        let mut index = self.centre.cast_signed();
        for ((offset, stride), radius) in offsets.iter().zip(&self.strides).zip(&self.radius) {
            assert!(
                offset.unsigned_abs() <= *radius,
                "the neighbour is farther away than the kernel's radius"
            );
            index += offset * stride;
        }
        // SAFETY: the offsets are within the radius, so the index is at most Σ radius · |stride| away from the centre, and `check` has
        // found all of those in `data`, which also means that none of the sums overflows.
        unsafe { self.data.get_unchecked(index.cast_unsigned()) }
    }
}

impl<T, const D: usize> Index<[isize; D]> for Neighbours<'_, T, D> {
    type Output = T;

    #[inline(always)]
    fn index(&self, offsets: [isize; D]) -> &T {
        self.at(offsets)
    }
}

impl<T> Index<isize> for Neighbours<'_, T, 1> {
    type Output = T;

    #[inline(always)]
    fn index(&self, offset: isize) -> &T {
        self.at([offset])
    }
}

impl<T> Index<(isize, isize)> for Neighbours<'_, T, 2> {
    type Output = T;

    #[inline(always)]
    fn index(&self, (a, b): (isize, isize)) -> &T {
        self.at([a, b])
    }
}

impl<T> Index<(isize, isize, isize)> for Neighbours<'_, T, 3> {
    type Output = T;

    #[inline(always)]
    fn index(&self, (a, b, c): (isize, isize, isize)) -> &T {
        self.at([a, b, c])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_count_in_strides() {
        let data: Vec<i32> = (0..20).collect();
        let u = Neighbours::new(&data, 7, [5, 1], [1, 1]);
        assert_eq!(
            [u[(0, 0)], u[(-1, 0)], u[(1, 1)], u[[0, -1]]],
            [7, 2, 13, 6]
        );
        let line = Neighbours::new(&data, 3, [1], [2]);
        assert_eq!(line[-2], 1);
    }

    #[test]
    fn a_row_is_visited_in_order() {
        let data: Vec<i32> = (0..20).collect();
        let mut sums = Vec::new();
        Neighbours::for_each(&data, 6..9, [5, 1], [1, 1], |i, u| {
            sums.push((i, u[[-1, -1]] + u[[1, 1]]));
        });
        assert_eq!(sums, [(0, 12), (1, 14), (2, 16)]);
        Neighbours::for_each(&data, 0..0, [5, 1], [1, 1], |_, _| unreachable!());
    }

    #[test]
    fn neighbours_outside_of_the_data_are_refused() {
        let data = [0; 20];
        for centre in [0, 5, 14, 19, usize::MAX - 1] {
            let made =
                std::panic::catch_unwind(|| Neighbours::new(&data, centre, [5, 1], [1, 1]).centre);
            assert!(made.is_err(), "{centre}");
        }
        for centre in [6, 13] {
            assert_eq!(Neighbours::new(&data, centre, [5, 1], [1, 1])[[0, 0]], 0);
        }
        let far =
            std::panic::catch_unwind(|| Neighbours::new(&data, 10, [isize::MAX, 1], [9, 1]).centre);
        assert!(far.is_err());
    }

    #[test]
    #[should_panic(expected = "farther away")]
    fn the_radius_is_kept() {
        let data = [1, 2, 3];
        let _ = Neighbours::new(&data, 1, [1], [0])[1];
    }
}
