//! Maps whose keys are numbers that no adversary chooses: identities, values, pairs of ranks.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// A map by numbers.
pub(crate) type ByNumber<K, V> = HashMap<K, V, BuildHasherDefault<Spread>>;

/// Spreads numbers over all bits by the multiplier of Fibonacci hashing (Knuth, The Art of Computer Programming, volume 3, 6.4).
#[derive(Default)]
pub(crate) struct Spread(u64);

impl Hasher for Spread {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_u64(u64::from(byte));
        }
    }

    fn write_u32(&mut self, number: u32) {
        self.write_u64(u64::from(number));
    }

    fn write_u64(&mut self, number: u64) {
        let product = (number ^ self.0.rotate_left(32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        // The high bits are the good ones, and tables look at both ends.
        self.0 = product ^ (product >> 32);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_and_pairs_get_different_hashes() {
        let mut map = ByNumber::default();
        for from in 0..100_u32 {
            for to in 0..100_u32 {
                map.insert((from, to), from * 100 + to);
            }
        }
        assert_eq!(map.len(), 10_000);
        assert_eq!(map[&(3, 70)], 370);
        let hash = |number: u64| {
            let mut spread = Spread::default();
            spread.write_u64(number);
            spread.finish()
        };
        let mut low: Vec<u64> = (0..1024).map(|number| hash(number) & 0xff).collect();
        low.sort_unstable();
        low.dedup();
        assert!(low.len() > 200, "the low bits spread too");
    }
}
