//! Open types and what is known of them.

use crate::kernel::ty::Ty;
use dagger_ir::kernel::ScalarType;

/// What is known of each open type.
#[derive(Debug, Default)]
pub(super) struct Solution {
    known: Vec<Known>,
}

#[derive(Debug, Clone)]
enum Known {
    Nothing,
    /// That it is an integer: of a literal.
    Integer,
    /// That it is a float: of a literal.
    Float,
    This(Ty),
}

impl Solution {
    /// An open type.
    pub(super) fn open(&mut self) -> Ty {
        self.push(Known::Nothing)
    }

    /// The type of an integer literal.
    pub(super) fn integer(&mut self) -> Ty {
        self.push(Known::Integer)
    }

    /// The type of a literal with a fraction.
    pub(super) fn float(&mut self) -> Ty {
        self.push(Known::Float)
    }

    fn push(&mut self, known: Known) -> Ty {
        self.known.push(known);
        Ty::Var(self.known.len() - 1)
    }

    /// The type as far as it is known, at its outermost.
    pub(super) fn shallow(&self, ty: &Ty) -> Ty {
        let mut ty = ty;
        while let Ty::Var(index) = ty
            && let Known::This(this) = &self.known[*index]
        {
            ty = this;
        }
        ty.clone()
    }

    /// The type with literals of unknown type as `i32` and `f64`, and what nothing is known of as `()`.
    pub(super) fn settled(&self, ty: &Ty) -> Ty {
        match self.shallow(ty) {
            Ty::Var(index) => match self.known[index] {
                Known::Integer => Ty::Scalar(ScalarType::I32),
                Known::Float => Ty::Scalar(ScalarType::F64),
                _ => Ty::unit(),
            },
            Ty::Tuple(elements) => Ty::Tuple(elements.iter().map(|ty| self.settled(ty)).collect()),
            Ty::Array(element, length) => Ty::Array(Box::new(self.settled(&element)), length),
            other => other,
        }
    }

    /// Makes two types one; `false` if they cannot be.
    #[must_use]
    pub(super) fn unify(&mut self, one: &Ty, other: &Ty) -> bool {
        match (self.shallow(one), self.shallow(other)) {
            (Ty::Var(a), Ty::Var(b)) if a == b => true,
            (Ty::Var(a), Ty::Var(b)) => match (&self.known[a], &self.known[b]) {
                (Known::Integer, Known::Float) | (Known::Float, Known::Integer) => false,
                (Known::Nothing, _) => self.bind(a, Ty::Var(b)),
                _ => self.bind(b, Ty::Var(a)),
            },
            (Ty::Var(a), ty) | (ty, Ty::Var(a)) => {
                let fits = match (&self.known[a], &ty) {
                    (Known::Nothing, _) => true,
                    (Known::Integer, Ty::Scalar(scalar)) => scalar.is_integer(),
                    (Known::Float, Ty::Scalar(scalar)) => scalar.is_float(),
                    _ => false,
                };
                fits && self.bind(a, ty)
            }
            (Ty::Tuple(a), Ty::Tuple(b)) => {
                a.len() == b.len() && a.iter().zip(&b).all(|(a, b)| self.unify(a, b))
            }
            (Ty::Array(a, n), Ty::Array(b, m)) => n == m && self.unify(&a, &b),
            (Ty::Neighbours(a, n), Ty::Neighbours(b, m)) => n == m && self.unify(&a, &b),
            (one, other) => one == other,
        }
    }

    fn bind(&mut self, index: usize, ty: Ty) -> bool {
        self.known[index] = Known::This(ty);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_take_the_type_of_their_company() {
        let mut solution = Solution::default();
        let (one, two, open) = (solution.integer(), solution.float(), solution.open());
        assert!(!solution.unify(&one, &two));
        assert!(solution.unify(&open, &two));
        assert_eq!(solution.settled(&open), Ty::Scalar(ScalarType::F64));
        assert!(solution.unify(&open, &Ty::Scalar(ScalarType::F32)));
        assert_eq!(solution.settled(&two), Ty::Scalar(ScalarType::F32));
        assert!(!solution.unify(&one, &Ty::BOOL));
        assert_eq!(solution.settled(&one), Ty::Scalar(ScalarType::I32));
        let pair = Ty::Tuple(vec![one.clone(), Ty::BOOL]);
        let other = Ty::Tuple(vec![Ty::Scalar(ScalarType::U8), Ty::BOOL]);
        assert!(solution.unify(&pair, &other));
        assert_eq!(solution.settled(&pair), other);
    }
}
