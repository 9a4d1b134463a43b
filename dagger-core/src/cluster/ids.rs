//! Numbers of tasks as hash keys.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// A map by task number.
pub(super) type ById<V> = HashMap<u64, V, BuildHasherDefault<Spread>>;

/// Spreads consecutive numbers, which is all that task numbers need: they are not chosen by an adversary.
#[derive(Default)]
pub(super) struct Spread(u64);

impl Hasher for Spread {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_u64(u64::from(byte) ^ self.0.rotate_left(8));
        }
    }

    fn write_u64(&mut self, number: u64) {
        // The multiplier of Fibonacci hashing (Knuth, The Art of Computer Programming, volume 3, 6.4); the high bits
        // are the good ones, and tables look at both ends.
        let product = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = product ^ (product >> 32);
    }
}
