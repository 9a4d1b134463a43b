//! The values that occur, and how often.

use dagger_core::{Result, Task};
use dagger_macros::{Wire, spawn, task};
use ndarray::{Array, Array1, Dimension};
use std::panic::Location;
use std::sync::Arc;

use super::exchange::no_place_in_block;
use super::key::Sortable;
use super::vector::written;
use crate::array::DArray;
use crate::element::Element;
use crate::layout::Axes;
use crate::mistake::failed_task;

/// Values in ascending order, each once, and how often each occurs.
#[derive(Clone, Debug, PartialEq, Wire)]
pub struct Counted<T> {
    /// The values.
    pub values: Array1<T>,
    /// How often each occurs, in the same order.
    pub counts: Array1<usize>,
}

impl<T: Sortable, D: Dimension + 'static> DArray<T, D> {
    /// The values that occur, in ascending order, each once.
    ///
    /// Every block is sorted by a task, then the values are merged in a tree. -0.0 and 0.0 are two values.
    ///
    /// # Errors
    /// A NaN has no place in an order: the task fails, with its index.
    #[track_caller]
    pub fn unique(&self) -> Task<Array1<T>> {
        let counted = counted(self, "unique", Location::caller());
        spawn!(unique_values(counted))
    }

    /// The same with counts.
    ///
    /// # Errors
    /// As for [`unique`](Self::unique).
    ///
    /// ```
    /// # use dagger::array::*; use dagger::prelude::*; use ndarray::arr1;
    /// let v = DArray::distribute(&arr1(&[3, 1, 3, 3]), Blocks([2]));
    /// let counted = v.unique_counts().fetch()?;
    /// assert_eq!(counted, Counted { values: arr1(&[1, 3]), counts: arr1(&[1, 3]) });
    /// # Ok::<(), dagger::Error>(())
    /// ```
    #[track_caller]
    pub fn unique_counts(&self) -> Task<Counted<T>> {
        let counted = counted(self, "unique_counts", Location::caller());
        spawn!(unique_with_counts(counted))
    }
}

/// Keys in ascending order, each once, with counts.
type Runs<K> = Vec<(K, usize)>;

fn counted<T: Sortable, D: Dimension + 'static>(
    source: &DArray<T, D>,
    operation: &str,
    place: &Location<'_>,
) -> Task<Runs<T::Key>> {
    /// How many lists one task merges.
    const MERGED: usize = 8;
    let blocks = match source.parts() {
        Ok(blocks) => blocks,
        Err(error) => return failed_task(error),
    };
    let written = written(operation, place);
    let (layout, mut number) = (source.layout(), 0);
    let mut lists: Vec<Task<Runs<T::Key>>> = Vec::with_capacity(blocks.len());
    layout.for_each(|position| {
        let start = Axes(layout.place(position.slice()).start);
        let (block, written) = (&blocks[number], Arc::clone(&written));
        number += 1;
        lists.push(spawn!(unique_in_block(block, start, written)));
    });
    while lists.len() > 1 {
        lists = lists
            .chunks(MERGED)
            .map(|some| spawn!(merge_unique(some)))
            .collect();
    }
    match lists.pop() {
        Some(list) => list,
        None => spawn!(merge_unique(lists)),
    }
}

#[task(anywhere)]
fn unique_in_block<T: Sortable, D: Dimension + 'static>(
    block: &Array<T, D>,
    start: Axes<D>,
    written: Arc<str>,
) -> Result<Runs<T::Key>> {
    let mut keys: Vec<T::Key> = block.iter().map_while(Sortable::key).collect();
    if keys.len() < block.len() {
        return Err(no_place_in_block(
            &written,
            block.raw_dim(),
            &start.0,
            keys.len(),
        ));
    }
    keys.sort_unstable();
    Ok(together(keys.into_iter().map(|key| (key, 1))))
}

/// Neighbours with equal keys as one.
fn together<K: Ord>(ascending: impl Iterator<Item = (K, usize)>) -> Runs<K> {
    let mut runs: Runs<K> = Vec::new();
    for (key, count) in ascending {
        match runs.last_mut() {
            Some(last) if last.0 == key => last.1 += count,
            _ => runs.push((key, count)),
        }
    }
    runs
}

#[task(anywhere)]
fn merge_unique<K: Element + Ord>(lists: &[&Runs<K>]) -> Runs<K> {
    let mut all: Runs<K> = lists.iter().flat_map(|list| list.iter().cloned()).collect();
    // Merges the lists, which std's stable sort finds.
    all.sort_by(|a, b| a.0.cmp(&b.0));
    together(all.into_iter())
}

#[task(anywhere)]
fn unique_values<T: Sortable>(counted: Runs<T::Key>) -> Array1<T> {
    counted
        .into_iter()
        .map(|(key, _)| T::from_key(key))
        .collect()
}

#[task(anywhere)]
fn unique_with_counts<T: Sortable>(counted: Runs<T::Key>) -> Counted<T> {
    let (values, counts): (Vec<T>, Vec<usize>) = counted
        .into_iter()
        .map(|(key, count)| (T::from_key(key), count))
        .unzip();
    Counted {
        values: values.into(),
        counts: counts.into(),
    }
}
