//! The elements round an element: what a stencil kernel reads.

use std::ops::Index;

/// An element of an array with `D` dimensions and its neighbours, up to a radius.
///
/// A kernel reads them by their offsets: `u[(0, 0)]` is the element itself, `u[(-1, 0)]` the one before it in the first dimension.
/// What lies outside the array is up to whoever applies the kernel: the elements are read from memory that has a halo as wide as
/// the radius, and the halo holds what the boundary condition says.
#[derive(Debug, Clone, Copy)]
pub struct Neighbours<'a, T, const D: usize> {
    data: &'a [T],
    centre: usize,
    strides: [isize; D],
    radius: [usize; D],
}

impl<'a, T, const D: usize> Neighbours<'a, T, D> {
    /// The neighbours of `data[centre]`, where one step in dimension `d` is `strides[d]` elements, up to `radius` steps.
    #[inline(always)]
    pub fn new(data: &'a [T], centre: usize, strides: [isize; D], radius: [usize; D]) -> Self {
        Neighbours {
            data,
            centre,
            strides,
            radius,
        }
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
        // A negative index is beyond every slice's end.
        &self.data[index.cast_unsigned()]
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
    #[should_panic(expected = "farther away")]
    fn the_radius_is_kept() {
        let data = [1, 2, 3];
        let _ = Neighbours::new(&data, 1, [1], [0])[1];
    }
}
