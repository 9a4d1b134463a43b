//! Events in the order of their times; those of the same time in the order in which they were added.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// What is still to happen.
#[derive(Debug)]
pub struct Agenda<E> {
    heap: BinaryHeap<Entry<E>>,
    added: u64,
}

#[derive(Debug)]
struct Entry<E> {
    time: f64,
    number: u64,
    event: E,
}

impl<E> Agenda<E> {
    /// Nothing.
    pub fn new() -> Self {
        Agenda {
            heap: BinaryHeap::new(),
            added: 0,
        }
    }

    /// Adds an event.
    pub fn add(&mut self, time: f64, event: E) {
        let number = self.added;
        self.added += 1;
        self.heap.push(Entry {
            time,
            number,
            event,
        });
    }

    /// The next event and its time.
    pub fn pop(&mut self) -> Option<(f64, E)> {
        self.heap.pop().map(|entry| (entry.time, entry.event))
    }
}

impl<E> Default for Agenda<E> {
    fn default() -> Self {
        Agenda::new()
    }
}

impl<E> Ord for Entry<E> {
    fn cmp(&self, other: &Self) -> Ordering {
        // The heap gives the greatest first.
        (other.time.total_cmp(&self.time)).then(other.number.cmp(&self.number))
    }
}

impl<E> PartialOrd for Entry<E> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<E> PartialEq for Entry<E> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl<E> Eq for Entry<E> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_time_then_by_age() {
        let mut agenda = Agenda::new();
        for (time, event) in [(2.0, 'c'), (1.0, 'a'), (2.0, 'd'), (1.5, 'b')] {
            agenda.add(time, event);
        }
        let events: String = std::iter::from_fn(|| agenda.pop())
            .map(|(_, event)| event)
            .collect();
        assert_eq!(events, "abcd");
    }
}
