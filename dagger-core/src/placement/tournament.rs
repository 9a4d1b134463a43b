//! The least of many numbers, of which one changes at a time: a tournament tree.
//!
//! Changing a number and finding the least each take as many steps as the tree has levels; the search goes on to the next larger ones
//! in order, as far as it is wanted.

/// A tree over numbered leaves.
#[derive(Clone, Debug, Default)]
pub(super) struct Tournament {
    /// `keys[1]` is the root, the children of `i` are `2 i` and `2 i + 1`; the second half are the leaves.
    keys: Vec<f64>,
    leaves: usize,
}

impl Tournament {
    /// Adds a leaf with this number; returns which it is.
    pub(super) fn push(&mut self, key: f64) -> usize {
        let leaf = self.leaves;
        self.leaves += 1;
        if self.leaves * 2 > self.keys.len() {
            let old = self.keys.len() / 2;
            let new = self.leaves.next_power_of_two();
            let mut keys = vec![f64::INFINITY; new * 2];
            keys[new..new + leaf].copy_from_slice(&self.keys[old..old + leaf]);
            self.keys = keys;
            for node in (1..new).rev() {
                self.keys[node] = self.keys[2 * node].min(self.keys[2 * node + 1]);
            }
        }
        self.set(leaf, key);
        leaf
    }

    /// Changes a leaf's number.
    pub(super) fn set(&mut self, leaf: usize, key: f64) {
        let mut node = self.keys.len() / 2 + leaf;
        self.keys[node] = key;
        while node > 1 {
            node /= 2;
            let least = self.keys[2 * node].min(self.keys[2 * node + 1]);
            if self.keys[node] == least {
                break;
            }
            self.keys[node] = least;
        }
    }

    /// Visits leaves whose number is at most `bound`, the branch with the lesser number first and, of equals, the
    /// one that a bit of `coin` says; until `visit` returns false.
    pub(super) fn visit_least(
        &self,
        mut coin: u64,
        bound: f64,
        mut visit: impl FnMut(usize) -> bool,
    ) {
        let half = self.keys.len() / 2;
        // One sibling a level waits at most.
        let mut stack = [0_u32; 40];
        let mut depth = 0;
        if self.leaves > 0 {
            stack[0] = 1;
            depth = 1;
        }
        while depth > 0 {
            depth -= 1;
            let mut node = stack[depth] as usize;
            if self.keys[node] > bound {
                continue;
            }
            while node < half {
                let (left, right) = (2 * node, 2 * node + 1);
                let swap = match self.keys[left].partial_cmp(&self.keys[right]) {
                    Some(std::cmp::Ordering::Less) => false,
                    Some(std::cmp::Ordering::Greater) => true,
                    _ => coin & 1 == 1 && self.keys[right].is_finite(),
                };
                coin = coin.rotate_right(1);
                let (first, second) = if swap { (right, left) } else { (left, right) };
                stack[depth] = second as u32;
                depth += 1;
                node = first;
            }
            if self.keys[node].is_finite() && !visit(node - half) {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_first_leaf_is_the_least_and_the_bound_holds(
            keys in prop::collection::vec(0_u8..20, 1..70), changes in prop::collection::vec((any::<prop::sample::Index>(), 0_u8..20), 0..40), coin: u64, bound in 0_u8..20
        ) {
            let mut tree = Tournament::default();
            let mut plain: Vec<f64> = keys.iter().map(|&key| f64::from(key)).collect();
            for &key in &plain {
                tree.push(key);
            }
            for (index, key) in changes {
                let leaf = index.index(plain.len());
                plain[leaf] = f64::from(key);
                tree.set(leaf, plain[leaf]);
            }
            let mut first = None;
            tree.visit_least(coin, f64::INFINITY, |leaf| {
                first = Some(plain[leaf]);
                false
            });
            prop_assert_eq!(first, plain.iter().copied().reduce(f64::min));
            let bound = f64::from(bound);
            let mut seen = Vec::new();
            tree.visit_least(coin, bound, |leaf| {
                seen.push(leaf);
                true
            });
            seen.sort_unstable();
            let wanted: Vec<usize> = (0..plain.len()).filter(|&leaf| plain[leaf] <= bound).collect();
            prop_assert_eq!(seen, wanted);
        }
    }

    #[test]
    fn an_empty_tree_has_none() {
        Tournament::default().visit_least(0, 1.0, |_| panic!("there is no leaf"));
    }

    #[test]
    fn equals_are_taken_in_turns_by_the_coin() {
        let mut tree = Tournament::default();
        for _ in 0..8 {
            tree.push(1.0);
        }
        let mut firsts: Vec<usize> = (0..8)
            .map(|coin: u64| {
                let mut first = 0;
                tree.visit_least(coin, 1.0, |leaf| {
                    first = leaf;
                    false
                });
                first
            })
            .collect();
        firsts.sort_unstable();
        assert_eq!(firsts, [0, 1, 2, 3, 4, 5, 6, 7]);
    }
}
