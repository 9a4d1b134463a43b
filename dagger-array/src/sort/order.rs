//! What is sorted, and what is wanted of it: the values, their positions, or values by keys of their own.

use dagger_core::Wire;
use dagger_core::wire::Code;
use dagger_macros::Wire;
use std::marker::PhantomData;

use super::key::Sortable;
use crate::element::{Captured, Element};

/// A way to sort: from elements to records that have a key, and from sorted records to what is wanted.
pub(super) trait Order: Captured + Wire {
    /// The elements of the array.
    type In: Element;
    /// What records are compared by.
    type Key: Element + Ord;
    /// What is moved about.
    type Record: Element;
    /// The elements of the result.
    type Out: Element;

    /// The record of the element at `index`; none if it has no place in the order.
    fn record(&self, element: &Self::In, index: usize) -> Option<Self::Record>;

    /// A record's key.
    fn key(record: &Self::Record) -> &Self::Key;

    /// Sorts records that are in the order of their indices; equal keys stay in it.
    fn sort(records: &mut [Self::Record]);

    /// What is wanted of a record.
    fn finish(record: Self::Record) -> Self::Out;
}

/// The values themselves. Equal ones cannot be told apart.
#[derive(Wire)]
pub(super) struct Values<T>(PhantomData<fn() -> T>);

/// The indices that the elements had.
#[derive(Wire)]
pub(super) struct Positions<T>(PhantomData<fn() -> T>);

/// The elements, by keys that a function gives.
#[derive(Wire)]
pub(super) struct ByKey<T, K, F> {
    function: F,
    of: PhantomData<fn(&T) -> K>,
}

impl<T> Values<T> {
    pub(super) fn new() -> Self {
        Values(PhantomData)
    }
}

impl<T> Positions<T> {
    pub(super) fn new() -> Self {
        Positions(PhantomData)
    }
}

impl<T, K, F> ByKey<T, K, F> {
    pub(super) fn new(function: F) -> Self {
        ByKey {
            function,
            of: PhantomData,
        }
    }
}

impl<T> Clone for Values<T> {
    fn clone(&self) -> Self {
        Self::new()
    }
}

impl<T> Clone for Positions<T> {
    fn clone(&self) -> Self {
        Self::new()
    }
}

impl<T, K, F: Clone> Clone for ByKey<T, K, F> {
    fn clone(&self) -> Self {
        Self::new(self.function.clone())
    }
}

impl<T: Sortable> Order for Values<T> {
    type In = T;
    type Key = T::Key;
    type Record = T::Key;
    type Out = T;

    #[inline(always)]
    fn record(&self, element: &T, _: usize) -> Option<T::Key> {
        element.key()
    }

    #[inline(always)]
    fn key(record: &T::Key) -> &T::Key {
        record
    }

    fn sort(records: &mut [T::Key]) {
        records.sort_unstable();
    }

    #[inline(always)]
    fn finish(record: T::Key) -> T {
        T::from_key(record)
    }
}

impl<T: Sortable> Order for Positions<T> {
    type In = T;
    type Key = T::Key;
    type Record = (T::Key, usize);
    type Out = usize;

    #[inline(always)]
    fn record(&self, element: &T, index: usize) -> Option<(T::Key, usize)> {
        Some((element.key()?, index))
    }

    #[inline(always)]
    fn key(record: &(T::Key, usize)) -> &T::Key {
        &record.0
    }

    fn sort(records: &mut [(T::Key, usize)]) {
        records.sort_unstable();
    }

    #[inline(always)]
    fn finish(record: (T::Key, usize)) -> usize {
        record.1
    }
}

impl<T, K, F> Order for ByKey<T, K, Code<F>>
where
    T: Element,
    K: Sortable,
    F: Fn(&T) -> K + Captured,
{
    type In = T;
    type Key = K::Key;
    type Record = (K::Key, T);
    type Out = T;

    #[inline(always)]
    fn record(&self, element: &T, _: usize) -> Option<(K::Key, T)> {
        Some(((self.function.0)(element).key()?, element.clone()))
    }

    #[inline(always)]
    fn key(record: &(K::Key, T)) -> &K::Key {
        &record.0
    }

    fn sort(records: &mut [(K::Key, T)]) {
        records.sort_by(|a, b| a.0.cmp(&b.0));
    }

    #[inline(always)]
    fn finish(record: (K::Key, T)) -> T {
        record.1
    }
}
