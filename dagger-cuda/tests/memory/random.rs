//! Random sequences of operations against plain vectors, with so little device memory that blocks leave it all the time.

use super::tiny::{Tiny, mixed};
use dagger_core::seam::{Allocation, MemorySpace};
use proptest::prelude::*;

#[derive(Debug, Clone)]
enum Operation {
    Allocate(usize),
    Free(usize),
    Write(usize, u8),
    WritePart(usize, usize, u8),
    Read(usize),
    ReadPart(usize, usize),
    Mix(usize, usize),
    Bump(usize),
}

fn operation() -> impl Strategy<Value = Operation> {
    use Operation::*;
    let which = 0..64_usize;
    prop_oneof![
        2 => (0..4_usize).prop_map(Allocate),
        1 => which.clone().prop_map(Free),
        3 => (which.clone(), any::<u8>()).prop_map(|(at, value)| Write(at, value)),
        1 => (which.clone(), 0..700_usize, any::<u8>()).prop_map(|(at, from, value)| WritePart(at, from, value)),
        2 => which.clone().prop_map(Read),
        1 => (which.clone(), 0..700_usize).prop_map(|(at, from)| ReadPart(at, from)),
        6 => (which.clone(), which.clone()).prop_map(|(a, b)| Mix(a, b)),
        4 => which.prop_map(Bump),
    ]
}

/// The sizes of blocks: some share a class of sizes.
const SIZES: [usize; 4] = [1, 500, 700, 1500];

/// What the blocks hold, beside their keys.
struct Oracle {
    blocks: Vec<(u64, Vec<u8>)>,
}

impl Oracle {
    fn at(&mut self, number: usize) -> Option<&mut (u64, Vec<u8>)> {
        let count = self.blocks.len().max(1);
        self.blocks.get_mut(number % count)
    }
}

fn perform(tiny: &Tiny, oracle: &mut Oracle, operation: &Operation) {
    let memory = &tiny.memory;
    match *operation {
        Operation::Allocate(size) => {
            let key = memory.allocate(SIZES[size]).unwrap().key();
            oracle.blocks.push((key, vec![0; SIZES[size]]));
        }
        Operation::Free(number) => {
            if !oracle.blocks.is_empty() {
                let (key, _) = oracle.blocks.swap_remove(number % oracle.blocks.len());
                memory.free(Allocation::from_key(key)).unwrap();
                assert!(memory.free(Allocation::from_key(key)).is_err());
            }
        }
        Operation::Write(number, value) => {
            if let Some((key, bytes)) = oracle.at(number) {
                bytes
                    .iter_mut()
                    .enumerate()
                    .for_each(|(i, byte)| *byte = value.wrapping_add(i as u8));
                memory.write(Allocation::from_key(*key), 0, bytes).unwrap();
            }
        }
        Operation::WritePart(number, from, value) => {
            if let Some((key, bytes)) = oracle.at(number) {
                let from = from % bytes.len();
                let part = &mut bytes[from..];
                let length = part.len().div_ceil(2);
                part[..length].fill(value);
                memory
                    .write(Allocation::from_key(*key), from, &part[..length])
                    .unwrap();
            }
        }
        Operation::Read(number) => {
            if let Some((key, bytes)) = oracle.at(number) {
                let mut read = vec![1; bytes.len()];
                memory
                    .read(Allocation::from_key(*key), 0, &mut read)
                    .unwrap();
                assert_eq!(read, *bytes);
            }
        }
        Operation::ReadPart(number, from) => {
            if let Some((key, bytes)) = oracle.at(number) {
                let from = from % bytes.len();
                let mut read = vec![1; bytes.len() - from];
                memory
                    .read(Allocation::from_key(*key), from, &mut read)
                    .unwrap();
                assert_eq!(read, bytes[from..]);
            }
        }
        Operation::Mix(a, b) => {
            let Some((a, left)) = oracle.at(a).cloned() else {
                return;
            };
            let Some((b, right)) = oracle.at(b).cloned() else {
                return;
            };
            let out: Vec<u8> = left
                .iter()
                .zip(&right)
                .map(|(a, b)| mixed(*a, *b))
                .collect();
            let key = memory.allocate(out.len()).unwrap().key();
            if a == b {
                // A function in Rust is given each block once.
                memory.free(Allocation::from_key(key)).unwrap();
                return;
            }
            tiny.mix(a, b, key, out.len()).unwrap();
            oracle.blocks.push((key, out));
        }
        Operation::Bump(number) => {
            if let Some((key, bytes)) = oracle.at(number) {
                bytes
                    .iter_mut()
                    .for_each(|byte| *byte = byte.wrapping_add(1));
                tiny.bump(*key, bytes.len()).unwrap();
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn values_are_those_of_vectors(
        operations in prop::collection::vec(operation(), 1..120),
        capacity in 5_000..12_000_u64,
        seed: u64,
    ) {
        let tiny = Tiny::new(capacity, seed);
        let mut oracle = Oracle { blocks: Vec::new() };
        for operation in &operations {
            perform(&tiny, &mut oracle, operation);
            prop_assert!(tiny.driver.held().0 <= capacity);
        }
        for (key, bytes) in &oracle.blocks {
            let mut read = vec![1; bytes.len()];
            tiny.memory.read(Allocation::from_key(*key), 0, &mut read).unwrap();
            prop_assert_eq!(&read, bytes);
        }
        let total: usize = oracle.blocks.iter().map(|(_, bytes)| bytes.len()).sum();
        prop_assert_eq!(tiny.memory.used(), total as u64);
        tiny.end();
    }

    /// With blocks of one size, exactly the ones used last are on the device.
    #[test]
    fn the_block_used_least_recently_leaves(
        uses in prop::collection::vec(0..9_usize, 1..60),
        places in 1..5_usize,
        seed: u64,
    ) {
        let tiny = Tiny::new(512 * places as u64, seed);
        let keys: Vec<u64> = (0..9).map(|_| tiny.memory.allocate(512).unwrap().key()).collect();
        let mut recent: Vec<u64> = Vec::new();
        for number in uses {
            tiny.bump(keys[number], 512).unwrap();
            recent.retain(|key| *key != keys[number]);
            recent.push(keys[number]);
            let wanted = &recent[recent.len().saturating_sub(places)..];
            prop_assert_eq!(tiny.memory.resident(), wanted);
        }
        tiny.end();
    }
}
