//! What waits for what, and what does not.

use super::tiny::Tiny;
use dagger_core::seam::{Allocation, MemorySpace, conformance};
use dagger_cuda::driver::{Call, Stream};

fn filled(tiny: &Tiny, value: u8) -> u64 {
    let block = tiny.memory.allocate(1024).unwrap();
    tiny.memory.write(block, 0, &[value; 1024]).unwrap();
    block.key()
}

/// The streams of uploads, launches and downloads, as far as there were any.
fn streams(calls: &[Call]) -> [Vec<Stream>; 3] {
    let mut streams = [Vec::new(), Vec::new(), Vec::new()];
    for call in calls {
        match call {
            Call::Upload { stream, .. } => streams[0].push(*stream),
            Call::Launch { stream, .. } => streams[1].push(*stream),
            Call::Download { stream, .. } => streams[2].push(*stream),
            _ => {}
        }
    }
    streams
}

#[test]
fn it_is_a_memory_space() {
    let tiny = Tiny::new(8 << 20, 1);
    conformance::memory_space(&tiny.memory);
    tiny.end();
}

#[test]
fn copies_have_streams_of_their_own_and_do_not_wait_for_kernels() {
    let tiny = Tiny::new(1 << 20, 2);
    for value in 0..5 {
        let block = filled(&tiny, value);
        tiny.bump(block, 1024).unwrap();
    }
    let calls = tiny.driver.calls();
    let [up, launch, _] = streams(&calls);
    assert!(
        up.iter()
            .all(|stream| *stream == up[0] && *stream != launch[0])
    );
    let waits = calls
        .iter()
        .filter(|call| matches!(call, Call::Wait(stream, _) if *stream == up[0]));
    assert_eq!(waits.count(), 0, "an upload waits though there is room");
    let waits = calls
        .iter()
        .filter(|call| matches!(call, Call::Wait(stream, _) if *stream == launch[0]));
    assert_eq!(
        waits.count(),
        5,
        "each launch waits for its own upload alone"
    );
    tiny.end();
}

#[test]
fn blocks_stay_where_they_are_needed() {
    let tiny = Tiny::new(1 << 20, 3);
    let (a, b) = (filled(&tiny, 1), filled(&tiny, 2));
    let out = tiny.memory.allocate(1024).unwrap();
    for _ in 0..10 {
        tiny.mix(a, b, out.key(), 1024).unwrap();
        tiny.bump(a, 1024).unwrap();
    }
    let [up, launch, down] = streams(&tiny.driver.calls());
    assert_eq!((up.len(), launch.len(), down.len()), (2, 20, 0));
    let mut bytes = [0; 1024];
    for _ in 0..3 {
        tiny.memory.read(out, 0, &mut bytes).unwrap();
        assert_eq!(bytes, [(1 + 9) * 3 + 2; 1024]);
    }
    // It is read once: a clean copy stays on the host.
    assert_eq!(streams(&tiny.driver.calls())[2].len(), 1);
    tiny.end();
}

#[test]
fn a_clean_block_leaves_without_a_copy() {
    let tiny = Tiny::new(4 * 1024, 4);
    let (a, b) = (filled(&tiny, 1), filled(&tiny, 2));
    for round in 0..6 {
        let out = tiny.memory.allocate(1024).unwrap();
        tiny.mix(a, b, out.key(), 1024).unwrap();
        let _ = filled(&tiny, round);
        if round % 2 == 0 {
            tiny.memory.free(out).unwrap();
        }
    }
    // Results that nobody freed had to leave; the inputs, which did not change, were never copied back.
    let mut bytes = [0; 1024];
    tiny.memory
        .read(Allocation::from_key(a), 0, &mut bytes)
        .unwrap();
    assert_eq!(bytes, [1; 1024]);
    let [_, _, down] = streams(&tiny.driver.calls());
    assert!(down.len() <= 2, "{} downloads", down.len());
    tiny.end();
}
