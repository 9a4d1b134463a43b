//! The way of one thread's events to the sinks: a bounded ring with one writer and one reader.
//!
//! The writer is the thread that reports; the reader is whoever holds the hub's lock. `ring` hands out the two ends as
//! two values that cannot be cloned, so that "one writer, one reader" needs no further proof. The ring never grows and
//! never overwrites: a full ring is handed back to the writer, who drains it itself (see `hub`).
//!
//! # Protocol
//! `written` and `read` only grow (and wrap); a slot's index is the count modulo the capacity, a power of two.
//! - The writer owns the slots `written .. read + capacity`. It fills one, then stores `written` with Release.
//! - The reader owns the slots `read .. written`. It copies them out, then stores `read` with Release.
//! - Each loads the other's counter with Acquire, which makes the slots handed over visible.
//! - When the writer is dropped it stores `closed` with Release; the reader that sees it with Acquire *before* it
//!   drains has then drained everything there will ever be.

use super::event::Event;
use crate::sync::UnsafeCell;
use crate::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use crossbeam_utils::CachePadded;
use std::mem::MaybeUninit;
use std::sync::Arc;

struct Ring {
    slots: Box<[UnsafeCell<MaybeUninit<Event>>]>,
    written: CachePadded<AtomicUsize>,
    read: CachePadded<AtomicUsize>,
    closed: AtomicBool,
}

// SAFETY: a slot is touched only by the end that owns it (see the protocol above), ownership is handed over by a Release
// store and an Acquire load of the counters, and events are `Send`.
unsafe impl Sync for Ring {}
// SAFETY: events are `Send`, and the ring holds nothing else that is tied to a thread.
unsafe impl Send for Ring {}

/// The end that reports.
pub(super) struct Writer {
    ring: Arc<Ring>,
    /// The reader's counter as last seen, so that a push seldom touches the reader's cache line.
    read_seen: usize,
}

/// The end that drains.
pub(super) struct Reader {
    ring: Arc<Ring>,
}

/// What a push found.
#[derive(Debug)]
#[must_use]
pub(super) enum Pushed {
    /// There is room.
    Fine,
    /// The event is in, and the ring has just become half full: somebody should drain it.
    HalfFull,
    /// No room: the event comes back.
    Full(Event),
}

/// Makes a ring for `capacity` events, a power of two.
pub(super) fn ring(capacity: usize) -> (Writer, Reader) {
    assert!(capacity.is_power_of_two());
    let ring = Arc::new(Ring {
        slots: (0..capacity)
            .map(|_| UnsafeCell::new(MaybeUninit::uninit()))
            .collect(),
        written: CachePadded::new(AtomicUsize::new(0)),
        read: CachePadded::new(AtomicUsize::new(0)),
        closed: AtomicBool::new(false),
    });
    (
        Writer {
            ring: ring.clone(),
            read_seen: 0,
        },
        Reader { ring },
    )
}

impl Writer {
    /// Puts one event in, or hands it back.
    pub(super) fn push(&mut self, event: Event) -> Pushed {
        let ring = &*self.ring;
        let capacity = ring.slots.len();
        // relaxed: only this end stores `written`.
        let written = ring.written.load(Ordering::Relaxed);
        if written.wrapping_sub(self.read_seen) == capacity {
            // Acquire: pairs with the Release of `read` in `Reader::drain`; its copies are over.
            self.read_seen = ring.read.load(Ordering::Acquire);
            if written.wrapping_sub(self.read_seen) == capacity {
                return Pushed::Full(event);
            }
        }
        ring.slots[written & (capacity - 1)].with_mut(|slot| {
            // SAFETY: `written - read < capacity`, so this slot is the writer's (see the protocol); `&mut self` makes
            // this the only writer.
            unsafe { (*slot).write(event) };
        });
        // Release: pairs with the Acquire of `written` in `Reader::drain`; the slot is filled before it counts.
        ring.written
            .store(written.wrapping_add(1), Ordering::Release);
        if written.wrapping_sub(self.read_seen) == capacity / 2 {
            Pushed::HalfFull
        } else {
            Pushed::Fine
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // Release: pairs with the Acquire in `Reader::is_closed`; every push came before.
        self.ring.closed.store(true, Ordering::Release);
    }
}

impl Reader {
    /// Appends everything that is in the ring to `out`, oldest first.
    pub(super) fn drain(&mut self, out: &mut Vec<Event>) {
        let ring = &*self.ring;
        let capacity = ring.slots.len();
        // relaxed: only this end stores `read`.
        let read = ring.read.load(Ordering::Relaxed);
        // Acquire: pairs with the Release of `written` in `Writer::push`; the slots below it are filled.
        let written = ring.written.load(Ordering::Acquire);
        let count = written.wrapping_sub(read);
        out.reserve(count);
        for offset in 0..count {
            ring.slots[read.wrapping_add(offset) & (capacity - 1)].with(|slot| {
                // SAFETY: `read <= index < written`, so the slot was filled and is the reader's (see the protocol);
                // `&mut self` makes this the only reader. `Event` is `Copy`.
                out.push(unsafe { (*slot).assume_init_read() });
            });
        }
        // Release: pairs with the Acquire of `read` in `Writer::push`; the copies are over before the slots are free.
        ring.read.store(written, Ordering::Release);
    }

    /// Whether the writer is gone. Ask before draining: then that drain is the last one needed.
    pub(super) fn is_closed(&self) -> bool {
        // Acquire: pairs with the Release in `Writer::drop`.
        self.ring.closed.load(Ordering::Acquire)
    }
}

#[cfg(test)]
fn event(number: u64) -> Event {
    Event {
        time: number,
        kind: super::event::EventKind::IdleBegin,
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn a_full_ring_hands_the_event_back() {
        let (mut writer, mut reader) = ring(4);
        for number in 0..4 {
            assert!(!matches!(writer.push(event(number)), Pushed::Full(_)));
        }
        assert!(matches!(writer.push(event(4)), Pushed::Full(event) if event.time == 4));
        let mut out = Vec::new();
        reader.drain(&mut out);
        assert!(matches!(writer.push(event(4)), Pushed::Fine));
        reader.drain(&mut out);
        assert!(out.iter().map(|event| event.time).eq(0..5));
    }

    #[test]
    fn half_full_is_said_once_per_filling() {
        let (mut writer, mut reader) = ring(8);
        let mut out = Vec::new();
        let mut said = 0;
        for number in 0..8 {
            said += usize::from(matches!(writer.push(event(number)), Pushed::HalfFull));
        }
        assert_eq!(said, 1);
        reader.drain(&mut out);
        assert_eq!(out.len(), 8);
    }

    #[test]
    fn two_threads_lose_nothing_and_keep_the_order() {
        const COUNT: u64 = 200_000;
        let (mut writer, mut reader) = ring(64);
        let producer = std::thread::spawn(move || {
            for number in 0..COUNT {
                let mut next = event(number);
                while let Pushed::Full(back) = writer.push(next) {
                    next = back;
                    std::thread::yield_now();
                }
            }
        });
        let mut out = Vec::new();
        loop {
            let last = reader.is_closed();
            reader.drain(&mut out);
            if last {
                break;
            }
            std::thread::yield_now();
        }
        producer.join().unwrap();
        assert!(out.iter().map(|event| event.time).eq(0..COUNT));
    }
}

#[cfg(all(test, loom))]
mod loom_tests {
    use super::*;

    /// Every interleaving of a writer that fills and wraps the ring and a reader that drains until the writer is gone.
    #[test]
    fn loom_ring_hands_over_every_event_in_order() {
        loom::model(|| {
            let (mut writer, mut reader) = ring(2);
            let producer = loom::thread::spawn(move || {
                let mut accepted = 0;
                for number in 0..4 {
                    // A full ring is given up on here: waiting would only add idle interleavings.
                    if !matches!(writer.push(event(number)), Pushed::Full(_)) {
                        accepted += 1;
                    }
                }
                accepted
            });
            let mut out = Vec::new();
            reader.drain(&mut out);
            reader.drain(&mut out);
            let accepted = producer.join().unwrap();
            assert!(reader.is_closed());
            reader.drain(&mut out);
            assert_eq!(out.len(), accepted);
            assert!(out.is_sorted_by(|a, b| a.time < b.time));
        });
    }

    /// A reader that sees `closed` before it drains has seen everything.
    #[test]
    fn loom_a_drain_after_closed_is_complete() {
        loom::model(|| {
            let (mut writer, mut reader) = ring(4);
            let producer = loom::thread::spawn(move || {
                for number in 0..3 {
                    assert!(!matches!(writer.push(event(number)), Pushed::Full(_)));
                }
            });
            let mut out = Vec::new();
            if reader.is_closed() {
                reader.drain(&mut out);
                assert_eq!(out.len(), 3);
            }
            producer.join().unwrap();
        });
    }
}
