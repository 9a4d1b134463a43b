//! A value that is taken and, in program order, used again afterwards: only a copy can be.
//!
//! The serial form is the user's own code, and where the value is no copy, rustc says there in its own best words that it
//! was moved. So the parallel form must compile for such a value, although it never runs. Only `&mut` references are told apart:
//! the serial form lends them on without a word, which two tasks side by side cannot.
//!
//! Which of the three it is, is found by method resolution on `Taken(&value).taken()`: first the inherent method, then
//! [`TakenCopy`], then, through a reference, [`TakenOtherwise`].

use crate::rules::Copied;

/// A value before it is taken.
#[derive(Debug)]
pub struct Taken<'v, T>(pub &'v T);

impl<'t, U: ?Sized> Taken<'_, &'t mut U> {
    /// A `&mut` reference: an error, at the user's token, that says how to lend it on.
    #[inline(always)]
    pub fn taken(self) -> &'t mut U
    where
        &'t mut U: Copied,
    {
        Copied::copied(self.0)
    }
}

/// The same where the expansion has said of the variable that it must be [`Copied`]: `&mut` references are as all others.
#[derive(Debug)]
pub struct TakenToo<'v, T>(pub &'v T);

impl<T: Copy> TakenCopy for TakenToo<'_, T> {
    type Value = T;

    #[inline(always)]
    fn taken(self) -> T {
        *self.0
    }
}

impl<T> TakenOtherwise for &TakenToo<'_, T> {
    type Value = T;

    fn taken(self) -> T {
        unreachable!("a graph that copies what is not `Copy` does not compile")
    }
}

/// `Copy` values.
pub trait TakenCopy {
    /// The value.
    type Value;
    /// A copy.
    fn taken(self) -> Self::Value;
}

impl<T: Copy> TakenCopy for Taken<'_, T> {
    type Value = T;

    #[inline(always)]
    fn taken(self) -> T {
        *self.0
    }
}

/// All others.
pub trait TakenOtherwise {
    /// The value.
    type Value;
    /// Nothing: a program in which this could run does not compile.
    fn taken(self) -> Self::Value;
}

impl<T> TakenOtherwise for &Taken<'_, T> {
    type Value = T;

    fn taken(self) -> T {
        unreachable!("the serial form of this graph uses a moved value")
    }
}
