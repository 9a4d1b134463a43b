//! Vectors in ascending order.

use dagger_core::Result;
use dagger_core::wire::Code;
use ndarray::Ix1;
use std::panic::Location;
use std::sync::Arc;

use super::cuts::Scale;
use super::exchange::{Reach, Sorting};
use super::key::Sortable;
use super::order::{ByKey, Order, Positions, Values};
use crate::array::{DArray, Parts};
use crate::element::{Captured, Element};
use crate::layout::Layout;

impl<T: Sortable> DArray<T, Ix1> {
    /// The elements in ascending order, in blocks cut where this array's are. `v.sort().slice(s![..;-1])` is in descending order.
    ///
    /// # Errors
    /// A NaN has no place in an order: the blocks fail, with its index.
    ///
    /// ```
    /// # use dagger::array::*; use dagger::prelude::*;
    /// let v = DArray::distribute(&ndarray::arr1(&[3.5, -1.0, 2.0]), Blocks([2]));
    /// assert_eq!(v.sort().collect()?, ndarray::arr1(&[-1.0, 2.0, 3.5]));
    /// # Ok::<(), dagger::Error>(())
    /// ```
    #[track_caller]
    pub fn sort(&self) -> DArray<T, Ix1> {
        let written = written("sort", Location::caller());
        DArray::attempt(sorted(self, Values::new(), written))
    }

    /// The indices of the elements in ascending order; of equal elements the first comes first.
    ///
    /// # Errors
    /// As for [`sort`](Self::sort).
    ///
    /// ```
    /// # use dagger::array::*; use dagger::prelude::*;
    /// let v = DArray::distribute(&ndarray::arr1(&[3.5, -1.0, 2.0]), Blocks([2]));
    /// assert_eq!(v.argsort().collect()?, ndarray::arr1(&[1, 2, 0]));
    /// # Ok::<(), dagger::Error>(())
    /// ```
    #[track_caller]
    pub fn argsort(&self) -> DArray<usize, Ix1> {
        let written = written("argsort", Location::caller());
        DArray::attempt(sorted(self, Positions::new(), written))
    }
}

impl<T: Element> DArray<T, Ix1> {
    /// The elements in ascending order of their keys; those with equal keys stay in their order.
    ///
    /// # Errors
    /// A key that is NaN: the blocks fail, with the element's index.
    ///
    /// ```
    /// # use dagger::array::*; use dagger::prelude::*;
    /// let v = DArray::distribute(&ndarray::arr1(&[-3, 1, -2]), Blocks([2]));
    /// assert_eq!(v.sort_by_key(|x: &i32| x.abs()).collect()?, ndarray::arr1(&[1, -2, -3]));
    /// # Ok::<(), dagger::Error>(())
    /// ```
    #[track_caller]
    pub fn sort_by_key<K, F>(&self, key: F) -> DArray<T, Ix1>
    where
        K: Sortable,
        F: Fn(&T) -> K + Captured,
    {
        let written = written("sort_by_key", Location::caller());
        DArray::attempt(sorted(self, ByKey::new(Code(key)), written))
    }
}

/// What errors of an operation begin with.
pub(super) fn written(operation: &str, place: &Location<'_>) -> Arc<str> {
    format!("{operation} at {}:{}", place.file(), place.line()).into()
}

fn sorted<J: Order>(
    source: &DArray<J::In, Ix1>,
    order: J,
    written: Arc<str>,
) -> Result<Parts<J::Out, Ix1>> {
    in_blocks(&Sorting {
        order,
        source,
        written,
        reach: Reach::now(),
        scale: Scale::default(),
    })
}

/// All of the sorted vector, in the blocks of the source.
fn in_blocks<J: Order>(sorting: &Sorting<'_, J>) -> Result<Parts<J::Out, Ix1>> {
    let layout = sorting.source.layout();
    let cuts = sorting.scale.pieces(layout.cuts(0));
    let ranges: Vec<_> = cuts.windows(2).map(|cut| cut[0]..cut[1]).collect();
    let blocks = sorting.ranges(&ranges)?;
    let work = Layout::from_cuts(Arc::new([cuts.into()]));
    DArray::of(work, blocks)
        .rechunk(layout.clone())
        .into_parts()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blocks::Blocks;
    use ndarray::{Array1, arr1};
    use proptest::prelude::*;

    /// So small that few elements already make many pieces and buckets.
    const TINY: Scale = Scale {
        least: 4,
        greatest: 8,
        bucket: 3,
    };

    fn tiny<J: Order>(source: &DArray<J::In, Ix1>, order: J, reach: Reach) -> Array1<J::Out> {
        let sorting = Sorting {
            order,
            source,
            written: "sort".into(),
            reach,
            scale: TINY,
        };
        let sorted = DArray::attempt(in_blocks(&sorting));
        assert_eq!(sorted.layout(), source.layout());
        sorted.collect().unwrap()
    }

    fn numbers() -> impl Strategy<Value = Vec<i32>> {
        let values = prop_oneof![Just(0..1), Just(0..3), Just(0..1000), Just(-5..30)];
        let some = values.prop_flat_map(|range| prop::collection::vec(range, 0..150));
        (some, 0..3).prop_map(|(mut numbers, order): (Vec<i32>, i32)| {
            match order {
                1 => numbers.sort_unstable(),
                2 => numbers.sort_unstable_by(|a, b| b.cmp(a)),
                _ => {}
            }
            numbers
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn sorted_as_std_sorts(numbers in numbers(), edge in 1_usize..40) {
            let source = DArray::distribute(&arr1(&numbers), Blocks([edge]));
            let mut expected = numbers.clone();
            expected.sort_unstable();
            let mut positions: Vec<usize> = (0..numbers.len()).collect();
            positions.sort_by_key(|&i| numbers[i]);
            let mut by_key: Vec<i32> = numbers.clone();
            by_key.sort_by_key(|x| x % 7);
            for reach in [Reach::Near, Reach::Far] {
                prop_assert_eq!(tiny(&source, Values::new(), reach).to_vec(), expected.clone());
                prop_assert_eq!(tiny(&source, Positions::new(), reach).to_vec(), positions.clone());
                let order = ByKey::new(Code(|x: &i32| x % 7));
                prop_assert_eq!(tiny(&source, order, reach).to_vec(), by_key.clone());
            }
        }
    }
}
