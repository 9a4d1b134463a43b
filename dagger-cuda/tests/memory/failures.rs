//! Calls that fail: told, without anything being used wrongly or left behind.

use super::tiny::Tiny;
use dagger_core::seam::{Allocation, MemorySpace};
use dagger_cuda::driver::Failure;

/// Writes, computes with more blocks than fit, reads; the first error there was.
fn work(tiny: &Tiny) -> Result<Vec<u8>, String> {
    let memory = &tiny.memory;
    let mut blocks = Vec::new();
    for value in 0..6 {
        let block = memory.allocate(1024).map_err(|error| error.to_string())?;
        memory
            .write(block, 0, &[value; 1024])
            .map_err(|error| error.to_string())?;
        tiny.bump(block.key(), 1024)
            .map_err(|error| error.to_string())?;
        blocks.push(block);
    }
    let mut firsts = Vec::new();
    for block in blocks {
        let mut bytes = [0; 1024];
        memory
            .read(block, 0, &mut bytes)
            .map_err(|error| error.to_string())?;
        memory.free(block).map_err(|error| error.to_string())?;
        firsts.push(bytes[0]);
    }
    Ok(firsts)
}

const CALLS: [&str; 10] = [
    "event",
    "record",
    "wait",
    "synchronize",
    "allocate",
    "pin",
    "upload",
    "download",
    "launch",
    "free",
];

#[test]
fn each_call_may_fail_once() {
    for call in CALLS {
        for after in 0..4 {
            let tiny = Tiny::new(4 * 1024, u64::from(after));
            tiny.driver.fail(call, after, Failure::Other);
            if let Err(error) = work(&tiny) {
                assert!(error.contains(call), "{error}");
            }
            // It goes on afterwards.
            assert_eq!(
                work(&tiny),
                Ok(vec![1, 2, 3, 4, 5, 6]),
                "after {call} failed"
            );
            assert_eq!(
                tiny.driver.mistakes(),
                Vec::<String>::new(),
                "after {call} failed"
            );
        }
    }
}

#[test]
fn a_lost_device_fails_everything_and_hangs_nothing() {
    for call in CALLS {
        let tiny = Tiny::new(4 * 1024, 7);
        tiny.driver.fail(call, 2, Failure::Lost);
        let first = work(&tiny);
        let second = work(&tiny);
        if let Err(error) = first {
            assert!(error.contains(call), "{error}");
            assert!(second.unwrap_err().contains("lost"));
        }
        drop(tiny);
    }
}

#[test]
fn a_device_that_others_fill_makes_room() {
    let tiny = Tiny::new(1 << 20, 9);
    for after in 1..4 {
        tiny.driver.fail("allocate", after, Failure::OutOfMemory);
    }
    assert_eq!(work(&tiny), Ok(vec![1, 2, 3, 4, 5, 6]));
    tiny.end();
}

#[test]
fn what_does_not_fit_at_once_is_told() {
    let tiny = Tiny::new(2048, 5);
    let keys: Vec<u64> = (0..3)
        .map(|_| tiny.memory.allocate(1024).unwrap().key())
        .collect();
    let error = tiny
        .mix(keys[0], keys[1], keys[2], 1024)
        .unwrap_err()
        .to_string();
    assert!(error.contains("smaller blocks"), "{error}");
    assert!(tiny.memory.allocate(4096).is_err());
    let mut bytes = [1; 1024];
    tiny.memory
        .read(Allocation::from_key(keys[2]), 0, &mut bytes)
        .unwrap();
    assert_eq!(bytes, [0; 1024]);
    tiny.end();
}
