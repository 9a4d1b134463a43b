//! Uniform numbers that depend on nothing but what they are drawn for.
//!
//! The original hashes the bytes of a few 64-bit integers with MurmurHash3 (the 128-bit form for 64-bit processors) from
//! the seed 1234567, and takes the first half of the hash as a fraction of 2^64. So a pattern is the same on every rank and in every system.

use std::io::Cursor;

const SEED: u32 = 1_234_567;

/// A number in [0, 1] for `key`.
pub fn uniform(key: &[i64]) -> f64 {
    let bytes: Vec<u8> = key.iter().flat_map(|part| part.to_le_bytes()).collect();
    let hash = murmur3::murmur3_x64_128(&mut Cursor::new(bytes), SEED).expect("memory can be read");
    hash as u64 as f64 * (-64_f64).exp2()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_murmur_3() {
        // A published test vector of MurmurHash3_x64_128; its first half is the low half here.
        let text = "The quick brown fox jumps over the lazy dog";
        let hash = murmur3::murmur3_x64_128(&mut Cursor::new(text), 0).unwrap();
        assert_eq!(hash as u64, 0xe34b_bc7b_bc07_1b6c);
        assert_eq!((hash >> 64) as u64, 0x7a43_3ca9_c49a_9347);
    }

    #[test]
    fn numbers_fill_the_unit_interval_evenly() {
        let mut buckets = [0; 16];
        for key in 0..16_000 {
            let value = uniform(&[key, 7]);
            assert!((0.0..1.0).contains(&value));
            buckets[(value * 16.0) as usize] += 1;
        }
        // Sixteen counts of 1000 ± 31 (one standard deviation); five of them leave room.
        assert!(
            buckets.iter().all(|count| (845..1155).contains(count)),
            "{buckets:?}"
        );
    }

    #[test]
    fn numbers_are_those_of_another_implementation() {
        // The first half of mmh3's hash of the little-endian bytes.
        assert_eq!(uniform(&[1, 2, 3]), 0.174_976_347_185_645_42);
        assert_eq!(uniform(&[0, 5, 0, 1, 2]), 0.896_268_479_837_517);
    }

    #[test]
    fn a_key_has_one_number() {
        assert_eq!(uniform(&[1, 2, 3]), uniform(&[1, 2, 3]));
        assert_ne!(uniform(&[1, 2, 3]), uniform(&[3, 2, 1]));
    }
}
