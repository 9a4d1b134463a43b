//! What a rank tells the driver now and then: sums by task, a sample of transfers, what waits.

use super::batch::Order;
use std::collections::BTreeMap;

/// Transfers told of in one report, at most: a sample is enough to learn from.
const TRANSFERS: usize = 2;

/// What has happened on a rank since its last report.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// Orders that have ended, by task and processor.
    pub ended: Vec<Ended>,
    /// Some of the transfers to it.
    pub moved: Vec<Moved>,
    /// How many of its slots are free.
    pub free: u32,
    /// What runs there, lent orders of others included.
    pub running: Vec<Running>,
    /// Some of the orders that are ready and wait, those that will run last at the end.
    pub waiting: Vec<Waiting>,
}

/// Orders of one task that have ended on one processor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ended {
    /// The processor, as the driver's placement counts.
    pub index: u32,
    /// The task.
    pub key: u64,
    /// How many.
    pub count: u32,
    /// Their seconds together; `None` if they ran elsewhere, which says nothing of this processor.
    pub seconds: Option<f64>,
    /// Bytes of their inputs and of their results together.
    pub input_bytes: u64,
    /// See there.
    pub output_bytes: u64,
}

/// A transfer to this rank.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moved {
    /// Where from.
    pub from: u32,
    /// How many bytes.
    pub bytes: u64,
    /// How long it took, in seconds.
    pub seconds: f64,
}

/// An order that runs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Running {
    /// The task.
    pub key: u64,
    /// Bytes of its inputs.
    pub input_bytes: u64,
    /// For how long it has run, in seconds.
    pub elapsed: f64,
}

/// An order that waits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Waiting {
    /// The order.
    pub order: Order,
    /// Bytes that lending it would move: inputs there, the result back as far as it is known.
    pub bytes: u64,
}

impl Report {
    /// How many orders it tells the end of.
    pub fn count(&self) -> u64 {
        self.ended.iter().map(|ended| u64::from(ended.count)).sum()
    }

    /// About how many bytes it has in a message.
    pub fn bytes(&self) -> u64 {
        let (ended, moved, waiting) = (self.ended.len(), self.moved.len(), self.waiting.len());
        (16 + 40 * ended + 20 * moved + 24 * self.running.len() + 48 * waiting) as u64
    }
}

/// Sums up what happens on a rank until it is told.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// By task, processor, and whether they ran here.
    ended: BTreeMap<(u64, u32, bool), Ended>,
    moved: Vec<Moved>,
}

impl Tally {
    /// An order has ended here.
    pub fn ended(&mut self, order: &Order, seconds: f64, output_bytes: u64) {
        self.add(order, Some(seconds), output_bytes);
    }

    /// An order that was lent has ended.
    pub fn returned(&mut self, order: &Order, output_bytes: u64) {
        self.add(order, None, output_bytes);
    }

    fn add(&mut self, order: &Order, seconds: Option<f64>, output_bytes: u64) {
        let key = (order.key, order.index, seconds.is_some());
        let sum = self.ended.entry(key).or_insert(Ended {
            index: order.index,
            key: order.key,
            count: 0,
            seconds: seconds.map(|_| 0.0),
            input_bytes: 0,
            output_bytes: 0,
        });
        sum.count += 1;
        sum.seconds = sum.seconds.zip(seconds).map(|(sum, one)| sum + one);
        sum.input_bytes = sum.input_bytes.saturating_add(order.input_bytes);
        sum.output_bytes = sum.output_bytes.saturating_add(output_bytes);
    }

    /// A value has come.
    pub fn moved(&mut self, moved: Moved) {
        if self.moved.len() < TRANSFERS {
            self.moved.push(moved);
        }
    }

    /// Whether there is nothing to tell.
    pub fn is_empty(&self) -> bool {
        self.ended.is_empty()
    }

    /// The report, without what waits; the tally is empty afterwards.
    pub fn report(&mut self) -> Report {
        Report {
            ended: std::mem::take(&mut self.ended).into_values().collect(),
            moved: std::mem::take(&mut self.moved),
            ..Report::default()
        }
    }
}
