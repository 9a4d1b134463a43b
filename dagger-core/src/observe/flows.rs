//! Dependencies as arrows: each waits until both its ends are known.
//!
//! Threads are drained one after the other, so an arrow's ends and the dependency itself arrive in any order. Memory is
//! bounded: only the last [`KEPT`] ends, begins and waiting dependencies are kept; what reaches further back is not drawn,
//! and [`Flows::missing`] counts it.

use super::event::Thread;
use std::collections::{HashMap, VecDeque};

/// How many of each are kept.
const KEPT: usize = 1 << 18;

/// One end of an arrow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Anchor {
    pub(super) thread: Thread,
    pub(super) time: u64,
}

/// A dependency with both ends known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Arrow {
    pub(super) from: Anchor,
    pub(super) to: Anchor,
}

#[derive(Debug, Default)]
pub(super) struct Flows {
    ends: Window<Anchor>,
    begins: Window<Anchor>,
    /// Dependencies by the task whose end (`from`) or begin (`to`) has not been seen.
    waiting: Window<Vec<(u64, u64)>>,
    waiting_count: u64,
    evicted: u64,
}

impl Flows {
    /// Task `id` began at `anchor`.
    pub(super) fn begin(&mut self, id: u64, anchor: Anchor, arrow: &mut impl FnMut(Arrow)) {
        self.begins.insert(id, anchor);
        self.wake(id, arrow);
    }

    /// Task `id` ended at `anchor`.
    pub(super) fn end(&mut self, id: u64, anchor: Anchor, arrow: &mut impl FnMut(Arrow)) {
        self.ends.insert(id, anchor);
        self.wake(id, arrow);
    }

    /// Task `to` depends on task `from`.
    pub(super) fn dependency(&mut self, from: u64, to: u64, arrow: &mut impl FnMut(Arrow)) {
        let unknown = match (self.ends.get(from), self.begins.get(to)) {
            (Some(&from), Some(&to)) => return arrow(Arrow { from, to }),
            (None, _) => from,
            (_, None) => to,
        };
        self.waiting_count += 1;
        match self.waiting.get_mut(unknown) {
            Some(list) => list.push((from, to)),
            None => {
                if let Some(lost) = self.waiting.insert(unknown, vec![(from, to)]) {
                    self.evicted += lost.len() as u64;
                    self.waiting_count -= lost.len() as u64;
                }
            }
        }
    }

    /// Dependencies that could not be drawn so far.
    pub(super) fn missing(&self) -> u64 {
        self.evicted + self.waiting_count
    }

    fn wake(&mut self, id: u64, arrow: &mut impl FnMut(Arrow)) {
        for (from, to) in self.waiting.remove(id).unwrap_or_default() {
            self.waiting_count -= 1;
            self.dependency(from, to, arrow);
        }
    }
}

/// A map that remembers the last [`KEPT`] keys put into it.
#[derive(Debug)]
struct Window<V> {
    values: HashMap<u64, V>,
    order: VecDeque<u64>,
}

impl<V> Default for Window<V> {
    fn default() -> Self {
        Window {
            values: HashMap::new(),
            order: VecDeque::new(),
        }
    }
}

impl<V> Window<V> {
    fn get(&self, key: u64) -> Option<&V> {
        self.values.get(&key)
    }

    fn get_mut(&mut self, key: u64) -> Option<&mut V> {
        self.values.get_mut(&key)
    }

    /// Puts a value in; returns the one that had to make room, if any.
    fn insert(&mut self, key: u64, value: V) -> Option<V> {
        self.values.insert(key, value);
        self.order.push_back(key);
        if self.order.len() <= KEPT {
            return None;
        }
        self.order
            .pop_front()
            .and_then(|oldest| self.values.remove(&oldest))
    }

    /// Takes a value out. Its place in the order stays until its turn comes.
    fn remove(&mut self, key: u64) -> Option<V> {
        self.values.remove(&key)
    }
}

#[cfg(test)]
mod tests {
    use super::super::spans::tests::thread;
    use super::*;

    fn anchor(time: u64) -> Anchor {
        Anchor {
            thread: thread(0),
            time,
        }
    }

    #[test]
    fn every_order_of_arrival_gives_the_arrow_once() {
        type Step = fn(&mut Flows, &mut Vec<Arrow>);
        let steps: [Step; 3] = [
            |flows, out| flows.end(1, anchor(10), &mut |arrow| out.push(arrow)),
            |flows, out| flows.begin(2, anchor(20), &mut |arrow| out.push(arrow)),
            |flows, out| flows.dependency(1, 2, &mut |arrow| out.push(arrow)),
        ];
        for order in [
            [0, 1, 2],
            [0, 2, 1],
            [1, 0, 2],
            [1, 2, 0],
            [2, 0, 1],
            [2, 1, 0],
        ] {
            let (mut flows, mut out) = (Flows::default(), Vec::new());
            for step in order {
                steps[step](&mut flows, &mut out);
            }
            assert_eq!(
                out,
                [Arrow {
                    from: anchor(10),
                    to: anchor(20)
                }]
            );
            assert_eq!(flows.missing(), 0);
        }
    }

    #[test]
    fn memory_is_bounded_and_what_is_lost_is_counted() {
        let mut flows = Flows::default();
        let extra = 100;
        for task in 0..KEPT as u64 + extra {
            flows.dependency(task, task + 10_000_000, &mut |_| panic!("nothing has run"));
        }
        assert_eq!(flows.waiting.values.len(), KEPT);
        assert_eq!(flows.missing(), KEPT as u64 + extra);
    }
}
