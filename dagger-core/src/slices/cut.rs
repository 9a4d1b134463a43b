//! Cutting: from nodes in the program's order, each with its worker, to a slice for each worker.
//!
//! Bookkeeping without input or output: it knows values and nodes by number only.

use super::slice::{Op, Slice};
use super::table::Access;

/// A holder of a value sends it to at most so many others; those that got it send it on.
const ARITY: usize = 4;

/// The graph so far.
#[derive(Debug)]
pub(super) struct Cut {
    home: u32,
    values: Vec<Value>,
    workers: Vec<Option<Box<Part>>>,
}

/// Where a value is.
#[derive(Clone, Debug)]
struct Value {
    /// Workers whose place holds the present version, in the order in which they got it.
    holders: Vec<u32>,
    /// Whether the present version is what the caller's local held in the beginning.
    given: bool,
    /// Whether it is a local of the caller's.
    outer: bool,
}

/// A worker's slice as it grows.
#[derive(Debug, Default)]
struct Part {
    ops: Vec<Op>,
    after: Vec<Vec<u32>>,
    given: Vec<u32>,
    places: Vec<Place>,
}

/// What has happened to a value's place on one worker.
#[derive(Clone, Debug, Default)]
struct Place {
    /// The last operation that changed it.
    changed: Option<u32>,
    /// The operation that made what is there what it is.
    made: Option<u32>,
    /// Operations since that only looked.
    looked: Vec<u32>,
}

impl Cut {
    /// Nothing yet, for a graph with so many values, the first `outers` of them the caller's.
    pub(super) fn new(home: u32, workers: usize, values: usize, outers: usize) -> Self {
        let value = |value| Value {
            holders: if value < outers {
                vec![home]
            } else {
                Vec::new()
            },
            given: value < outers,
            outer: value < outers,
        };
        let mut cut = Cut {
            home,
            values: (0..values).map(value).collect(),
            workers: (0..workers).map(|_| None).collect(),
        };
        cut.part(home);
        cut
    }

    /// Another value, there at home or not yet anywhere; `outer` if it must be there at home in the end.
    pub(super) fn value(&mut self, is_there: bool, outer: bool) -> u32 {
        self.values.push(Value {
            holders: if is_there {
                vec![self.home]
            } else {
                Vec::new()
            },
            given: is_there,
            outer,
        });
        self.values.len() as u32 - 1
    }

    /// The workers that hold the present version of a value.
    pub(super) fn holders(&self, value: u32) -> &[u32] {
        &self.values[value as usize].holders
    }

    /// The worker on which a node has made the present version of a value; none if it is what was there at home in the beginning.
    pub(super) fn made_by(&self, value: u32) -> Option<u32> {
        let known = &self.values[value as usize];
        known.holders.first().copied().filter(|_| !known.given)
    }

    /// The next node in the program's order, for a worker.
    pub(super) fn node(&mut self, node: u32, worker: u32, thread: Option<u32>, uses: &[Access]) {
        for one in uses.iter().filter(|one| one.needs()) {
            self.bring(one.value, worker);
        }
        let accesses = uses.iter().map(|one| (one.value, one.is_exclusive()));
        let op = self.push(worker, Op::Run { node, thread }, accesses);
        for one in uses {
            let value = &mut self.values[one.value as usize];
            if one.makes() || one.takes() {
                value.given = false;
                value.holders.clear();
            }
            if one.makes() {
                value.holders.push(worker);
                self.part(worker).place(one.value).made = Some(op);
            }
        }
    }

    /// The nodes have all been placed: brings home what is needed there, these values and the caller's, and gives each worker's slice.
    pub(super) fn finish(mut self, tail: &[u32]) -> Vec<Option<Slice>> {
        for &value in tail {
            self.bring(value, self.home);
        }
        for value in 0..self.values.len() as u32 {
            if self.values[value as usize].outer {
                self.bring(value, self.home);
            }
        }
        let slices = self.workers.into_iter().map(|part| {
            let part = part?;
            Some(Slice::new(part.ops, &part.after, part.given))
        });
        slices.collect()
    }

    /// Sees to it that a worker holds the present version of a value, unless there is none.
    fn bring(&mut self, value: u32, worker: u32) {
        let known = &mut self.values[value as usize];
        let count = known.holders.len();
        if count == 0 || known.holders.contains(&worker) {
            return;
        }
        known.holders.push(worker);
        let (given, from) = (known.given, known.holders[(count - 1) / ARITY]);
        if given {
            // It was never on that worker, so nobody there has anything to do with the place yet.
            self.part(worker).given.push(value);
            return;
        }
        let at = self.push(worker, Op::Receive { value }, [(value, true)]);
        self.part(worker).place(value).made = Some(at);
        let made = self.part(from).place(value).made;
        let send = Op::Send {
            value,
            to: worker,
            at,
            made,
        };
        self.push(from, send, [(value, false)]);
    }

    /// Adds an operation with its accesses, each to a value, exclusive or not.
    fn push(
        &mut self,
        worker: u32,
        op: Op,
        accesses: impl IntoIterator<Item = (u32, bool)>,
    ) -> u32 {
        let part = self.part(worker);
        let number = part.ops.len() as u32;
        let mut after = Vec::new();
        for (value, exclusive) in accesses {
            let place = part.place(value);
            after.extend(place.changed);
            if exclusive {
                after.append(&mut place.looked);
                place.changed = Some(number);
            } else {
                place.looked.push(number);
            }
        }
        after.sort_unstable();
        after.dedup();
        part.ops.push(op);
        part.after.push(after);
        number
    }

    fn part(&mut self, worker: u32) -> &mut Part {
        self.workers[worker as usize].get_or_insert_default()
    }
}

impl Part {
    fn place(&mut self, value: u32) -> &mut Place {
        let value = value as usize;
        if self.places.len() <= value {
            self.places.resize_with(value + 1, Place::default);
        }
        &mut self.places[value]
    }
}

#[cfg(test)]
mod tests;
