//! What a stencil reads where the array has no element.

use dagger_macros::Wire;

/// What lies beyond the ends of an axis.
#[derive(Clone, Copy, Debug, PartialEq, Wire)]
pub enum Boundary<T> {
    /// The array again, from its other end: `c d | a b c d | a b`.
    Wrap,
    /// The outermost element, over and over: `a a | a b c d | d d`.
    Clamp,
    /// The array mirrored at its outermost elements, which are not repeated: `c b | a b c d | c b`.
    Reflect,
    /// This value. An element that is outside along several axes has it as soon as one of them says so; where two do, the first axis's.
    Constant(T),
}

impl<T> Boundary<T> {
    /// Which of an axis's `length` elements, at least 1, stands at `index`; none where it is a constant.
    pub(super) fn inside(&self, index: isize, length: isize) -> Option<isize> {
        if (0..length).contains(&index) {
            return Some(index);
        }
        match self {
            Boundary::Wrap => Some(index.rem_euclid(length)),
            Boundary::Clamp => Some(index.clamp(0, length - 1)),
            Boundary::Reflect if length == 1 => Some(0),
            Boundary::Reflect => {
                let period = 2 * (length - 1);
                let at = index.rem_euclid(period);
                Some(at.min(period - at))
            }
            Boundary::Constant(_) => None,
        }
    }

    /// Whether what lies outside is made of other ends' elements, which develop as the array does.
    pub(super) fn wraps(&self) -> bool {
        matches!(self, Boundary::Wrap)
    }
}

/// What lies beyond the ends of every axis: a [`Boundary`] for all of them alike, or a list with one for each.
#[derive(Clone, Debug, PartialEq)]
pub struct Boundaries<T, const N: usize>(pub(super) [Boundary<T>; N]);

impl<T: Clone, const N: usize> From<Boundary<T>> for Boundaries<T, N> {
    fn from(boundary: Boundary<T>) -> Self {
        Boundaries(std::array::from_fn(|_| boundary.clone()))
    }
}

impl<T, const N: usize> From<[Boundary<T>; N]> for Boundaries<T, N> {
    fn from(each: [Boundary<T>; N]) -> Self {
        Boundaries(each)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_outside_stand_for_elements() {
        let of = |boundary: Boundary<f64>, length| {
            let all = (-4..8).map(|index| boundary.inside(index, length));
            all.collect::<Option<Vec<isize>>>()
        };
        let expected = |list: [isize; 12]| Some(list.to_vec());
        assert_eq!(
            of(Boundary::Wrap, 3),
            expected([2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1])
        );
        assert_eq!(
            of(Boundary::Clamp, 3),
            expected([0, 0, 0, 0, 0, 1, 2, 2, 2, 2, 2, 2])
        );
        assert_eq!(
            of(Boundary::Reflect, 3),
            expected([0, 1, 2, 1, 0, 1, 2, 1, 0, 1, 2, 1])
        );
        assert_eq!(of(Boundary::Reflect, 1), expected([0; 12]));
        assert_eq!(Boundary::Constant(1.0).inside(-1, 3), None);
        assert_eq!(Boundary::Constant(1.0).inside(2, 3), Some(2));
    }
}
