//! One suite for each seam: every implementation runs it in its own tests.

mod transport;

pub use transport::{transport, transport_loss, transports};

use crate::seam::{Candidate, CpuThread, MemorySpace, Placement, Processor, TaskView};

/// Checks a [`MemorySpace`] against its contract.
///
/// # Panics
/// Where it does not hold.
pub fn memory_space(space: &dyn MemorySpace) {
    let before = space.used();
    let one = space.allocate(10).expect("room for ten bytes");
    let other = space.allocate(3 << 20).expect("room for three MiB");
    assert_ne!(one, other);
    assert_eq!(space.used(), before + 10 + (3 << 20));

    let mut bytes = [1; 10];
    space.read(one, 0, &mut bytes).expect("all of it");
    assert_eq!(bytes, [0; 10], "fresh bytes read as zero");

    space.write(one, 2, &[7, 8, 9]).expect("inside");
    space.read(one, 0, &mut bytes).expect("all of it");
    assert_eq!(bytes, [0, 0, 7, 8, 9, 0, 0, 0, 0, 0]);

    assert!(
        space.write(one, 8, &[1, 2, 3]).is_err(),
        "a write past the end"
    );
    assert!(
        space.read(one, usize::MAX, &mut [0; 2]).is_err(),
        "an offset that overflows"
    );
    space.read(one, 0, &mut bytes).expect("all of it");
    assert_eq!(bytes[8..], [0, 0], "a failed write changes nothing");

    let pattern: Vec<u8> = (0..3 << 20).map(|i: u32| (i % 251) as u8).collect();
    space.write(other, 0, &pattern).expect("all of it");
    let third = space.allocate(3 << 20).expect("room");
    space.copy_to(other, space, third, 3 << 20).expect("a copy");
    let mut copied = vec![0; 3 << 20];
    space.read(third, 0, &mut copied).expect("all of it");
    assert!(copied == pattern, "a copy in several pieces is whole");

    for allocation in [one, other, third] {
        space.free(allocation).expect("freed once");
        assert!(space.free(allocation).is_err(), "freed twice");
        assert!(
            space.read(allocation, 0, &mut [0]).is_err(),
            "read after free"
        );
    }
    assert_eq!(space.used(), before);
}

/// Checks that a [`Placement`] always answers with a candidate.
///
/// # Panics
/// Where it does not.
pub fn placement(placement: &dyn Placement) {
    let threads: Vec<CpuThread> = (0..5).map(|thread| CpuThread::new(0, thread)).collect();
    for count in 1..=threads.len() {
        let candidates: Vec<_> = threads[..count]
            .iter()
            .enumerate()
            .map(|(index, thread)| Candidate::new(index, thread as &dyn Processor))
            .collect();
        for priority in -3..20 {
            assert!(placement.choose(&TaskView::new("task", priority), &candidates) < count);
        }
    }
}

/// Checks that processors are what they say: distinct places, a class each.
///
/// # Panics
/// Where they are not.
pub fn processors(processors: &[&dyn Processor]) {
    let mut places: Vec<_> = processors
        .iter()
        .map(|processor| processor.place())
        .collect();
    places.sort_unstable();
    places.dedup();
    assert_eq!(
        places.len(),
        processors.len(),
        "two processors in one place"
    );
    assert!(
        processors
            .iter()
            .all(|processor| !processor.class().is_empty())
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seam::{HostMemory, Loopback, RoundRobin};

    #[test]
    fn host_memory_conforms() {
        memory_space(&HostMemory::new());
    }

    #[test]
    fn loopback_conforms() {
        transport(&Loopback::new());
    }

    #[test]
    fn round_robin_conforms_and_takes_turns() {
        placement(&RoundRobin::new());
        let (first, second) = (CpuThread::new(0, 0), CpuThread::new(0, 1));
        let candidates = [Candidate::new(0, &first), Candidate::new(1, &second)];
        let placement = RoundRobin::new();
        let task = TaskView::new("task", 0);
        let turns: Vec<_> = (0..4)
            .map(|_| placement.choose(&task, &candidates))
            .collect();
        assert_eq!(turns, [0, 1, 0, 1]);
    }

    #[test]
    fn cpu_threads_conform() {
        let threads: Vec<CpuThread> = (0..3).map(|thread| CpuThread::new(0, thread)).collect();
        let threads: Vec<_> = threads
            .iter()
            .map(|thread| thread as &dyn Processor)
            .collect();
        processors(&threads);
    }
}
