//! Splitters, and which bucket a key belongs to.
//!
//! With `n` splitters there are `2n + 1` buckets: bucket `2i` holds the keys between splitters `i - 1` and `i`, bucket `2i + 1` those equal to splitter
//! `i`. The splitters are searched as a complete binary tree without a branch, so that the searches of several keys overlap.

/// Splitters, as they are and as a search tree.
#[derive(Clone, Debug)]
pub(super) struct Splitters<K> {
    ascending: Vec<K>,
    /// Node `i` has the children `2i` and `2i + 1`; node 0 is unused. Where splitters are missing the greatest stands in.
    tree: Vec<K>,
    depth: u32,
}

/// Whether all keys of a bucket are equal.
pub(super) fn is_uniform(bucket: usize) -> bool {
    bucket % 2 == 1
}

/// At most `count` splitters: keys of the sorted sample at regular distances, each value once.
pub(super) fn choose<K: Ord + Clone>(sorted_sample: &[K], count: usize) -> Vec<K> {
    let mut chosen: Vec<K> = (1..=count)
        .filter_map(|i| sorted_sample.get(i * sorted_sample.len() / (count + 1)))
        .cloned()
        .collect();
    chosen.dedup();
    chosen
}

impl<K: Ord + Clone> Splitters<K> {
    /// The search tree over splitters in ascending order, no two of them equal.
    pub(super) fn new(ascending: Vec<K>) -> Self {
        let depth = usize::BITS - ascending.len().leading_zeros();
        let mut tree = Vec::new();
        if let (Some(first), Some(last)) = (ascending.first(), ascending.last()) {
            tree.resize(1 << depth, first.clone());
            for level in 0..depth {
                for at in 0..1_usize << level {
                    // In a full tree the node stands at this place of the ascending order.
                    let place = ((2 * at + 1) << (depth - 1 - level)) - 1;
                    tree[(1 << level) + at] = ascending.get(place).unwrap_or(last).clone();
                }
            }
        }
        Splitters {
            ascending,
            tree,
            depth,
        }
    }

    /// How many buckets there are.
    pub(super) fn buckets(&self) -> usize {
        2 * self.ascending.len() + 1
    }

    /// The bucket of a key.
    #[inline(always)]
    pub(super) fn bucket(&self, key: &K) -> usize {
        if self.ascending.is_empty() {
            return 0;
        }
        let mut node = 1;
        for _ in 0..self.depth {
            node = 2 * node + usize::from(*key > self.tree[node]);
        }
        // How many splitters are less; those that stand in at the end may count too often.
        let less = (node - (1 << self.depth)).min(self.ascending.len());
        let equal = self
            .ascending
            .get(less)
            .is_some_and(|splitter| splitter == key);
        2 * less + usize::from(equal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn buckets_are_those_of_the_definition(
            splitters in prop::collection::btree_set(-20_i32..20, 0..20),
            keys in prop::collection::vec(-25_i32..25, 1..60),
        ) {
            let ascending: Vec<i32> = splitters.into_iter().collect();
            let tree = Splitters::new(ascending.clone());
            for key in keys {
                let less = ascending.iter().filter(|&&splitter| splitter < key).count();
                let expected = 2 * less + usize::from(ascending.contains(&key));
                prop_assert_eq!(tree.bucket(&key), expected);
                prop_assert!(expected < tree.buckets());
                prop_assert_eq!(is_uniform(expected), ascending.contains(&key));
            }
        }

        #[test]
        fn chosen_splitters_ascend(mut sample in prop::collection::vec(0_u8..30, 0..100), count in 0_usize..40) {
            sample.sort_unstable();
            let chosen = choose(&sample, count);
            prop_assert!(chosen.len() <= count);
            prop_assert!(chosen.windows(2).all(|pair| pair[0] < pair[1]));
            prop_assert!(count == 0 || sample.is_empty() || !chosen.is_empty());
        }
    }
}
