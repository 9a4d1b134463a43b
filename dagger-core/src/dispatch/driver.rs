//! The driver's half: a rank for each node, orders and pushes in batches, and what reports change.

use super::batch::{self, Argument, Order};
use super::directory::{Directory, ValueId};
use super::report::{Report, Running, Waiting};
use crate::error::{Error, Result};
use crate::placement::{Learned, Queue, Queued, rebalance};
use crate::seam::{Candidate, Input, Lesson, Placement, TaskView};
use std::cmp::Reverse;

/// Inputs looked at without an allocation.
const FEW: usize = 8;
/// Of ranks that are busy, so many are offered to the idle ones in one plan.
const LENDERS: usize = 16;
/// How fast the usual length of nodes follows them, and how urgent none is beyond.
const USUAL: f64 = 0.02;
const MOST_URGENT: u8 = 6;
/// Nodes the driver is ahead, for each slot: at first, and at most. In between, two more for each that has ended.
const AHEAD_AT_FIRST: u64 = 4;
const AHEAD: u64 = 48;
const TAKERS: usize = 32;

/// Goes through graphs and gives their nodes to ranks. One for each thread that submits.
#[derive(Debug)]
pub struct Dispatch {
    directory: Directory,
    /// Items for each rank.
    outboxes: Vec<Vec<u8>>,
    /// The ranks whose outbox is not empty.
    dirty: Vec<u32>,
    ranks: Vec<Rank>,
    outstanding: u64,
    ended: u64,
    /// What nodes take of late, in seconds.
    usual: f64,
    traffic: Traffic,
}

/// What the driver keeps of a rank.
#[derive(Clone, Debug, Default)]
struct Rank {
    outstanding: u64,
    /// As its latest report said.
    free: u32,
    running: Vec<Running>,
    waiting: Vec<Waiting>,
    /// It was told to take something and may be about to: not idle before this moment.
    asked_until: f64,
}

impl Rank {
    /// Whether it has a slot free and nothing of its own to fill it with.
    fn is_idle(&self, now: f64) -> bool {
        let all_run = self.outstanding <= self.running.len() as u64;
        self.free > 0 && all_run && self.waiting.is_empty() && now >= self.asked_until
    }
}

/// What has left the driver.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Nodes submitted.
    pub tasks: u64,
    /// Batches flushed.
    pub batches: u64,
    /// Bytes in them.
    pub bytes: u64,
    /// Pushes ordered.
    pub pushes: u64,
    /// Orders asked to be lent.
    pub lent: u64,
}

impl Dispatch {
    /// For a run of so many ranks; `driver` is the one this is on.
    pub fn new(driver: usize, ranks: usize) -> Self {
        Dispatch {
            directory: Directory::new(driver as u16),
            outboxes: vec![Vec::new(); ranks],
            dirty: Vec::new(),
            ranks: vec![Rank::default(); ranks],
            outstanding: 0,
            ended: 0,
            usual: 0.0,
            traffic: Traffic::default(),
        }
    }

    /// A value that a rank has already. The caller tells that rank's [`Slice`](super::Slice).
    pub fn value(&mut self, home: usize, bytes: u64) -> ValueId {
        self.directory.add(home, Some(bytes), 0.0)
    }

    /// The next node in program order: gives it to the rank that the placement chooses among the candidates. The task's
    /// inputs are filled in here. Returns what its result is called.
    ///
    /// # Errors
    /// When there is no candidate, an input is unknown or gone, or is taken and used twice; then nothing has changed.
    pub fn submit(
        &mut self,
        placement: &dyn Placement,
        candidates: &[Candidate<'_>],
        task: &TaskView<'_>,
        inputs: &[Argument],
    ) -> Result<ValueId> {
        if candidates.is_empty() {
            return Err(Error::msg(format!(
                "no processor may run task `{}`",
                task.name
            )));
        }
        for taken in inputs.iter().filter(|input| input.takes) {
            if inputs.iter().filter(|input| input.id == taken.id).count() > 1 {
                let name = task.name;
                return Err(Error::msg(format!(
                    "task `{name}` takes a value that it also uses otherwise"
                )));
            }
        }
        let nothing = Input::new(None, &[]);
        let mut few = [nothing; FEW];
        let mut many = Vec::new();
        let views = if inputs.len() <= FEW {
            &mut few[..inputs.len()]
        } else {
            many.resize(inputs.len(), nothing);
            &mut many[..]
        };
        let mut input_bytes = 0_u64;
        for (view, input) in views.iter_mut().zip(inputs) {
            let entry = self.directory.get(input.id).ok_or_else(|| {
                Error::msg(format!("task `{}` needs a value that is gone", task.name))
            })?;
            input_bytes = input_bytes.saturating_add(entry.bytes.unwrap_or(0));
            *view = Input {
                bytes: entry.bytes,
                at: entry.holders(),
                ready: entry.ready,
            };
        }
        let decision = placement.decide(&task.with_inputs(views), candidates);
        let chosen = candidates.get(decision.position).unwrap_or(&candidates[0]);
        let rank = chosen.processor.place().worker;
        if rank >= self.outboxes.len() {
            return Err(Error::msg(format!("there is no rank {rank}")));
        }
        for input in inputs {
            self.bring(input.id, rank);
        }
        // An in-place update keeps its size where nothing better is known.
        let taken = inputs.iter().find(|input| input.takes);
        let bytes = decision
            .output_bytes
            .or_else(|| self.directory.get(taken?.id)?.bytes);
        let id = self.directory.add(rank, bytes, decision.ends);
        let order = Order {
            id,
            key: task.key,
            priority: task.priority,
            urgency: self.urgency(decision.seconds),
            index: chosen.index as u32,
            input_bytes,
        };
        batch::write_order(self.outbox(rank), &order, inputs);
        for input in inputs.iter().filter(|input| input.takes) {
            self.give_up(input.id, Some(rank));
        }
        self.ranks[rank].outstanding += 1;
        self.outstanding += 1;
        self.traffic.tasks += 1;
        Ok(id)
    }

    /// No node to come needs the value. One that is gone already is none.
    pub fn release(&mut self, id: ValueId) {
        self.give_up(id, None);
    }

    /// Hands each rank's batch to `send`, in the order in which they were begun.
    pub fn flush(&mut self, mut send: impl FnMut(usize, Vec<u8>)) {
        for rank in std::mem::take(&mut self.dirty) {
            let outbox = &mut self.outboxes[rank as usize];
            // The next one will be about as large.
            let room = outbox.len().min(1 << 16);
            let batch = std::mem::replace(outbox, Vec::with_capacity(room));
            self.traffic.batches += 1;
            self.traffic.bytes += batch.len() as u64;
            send(rank as usize, batch);
        }
    }

    /// A rank has reported: the placement learns, and what was outstanding is less. `name` says what a task is called.
    pub fn report<'a>(
        &mut self,
        placement: &dyn Placement,
        from: usize,
        report: Report,
        name: impl Fn(u64) -> &'a str,
    ) {
        let count = report.count();
        for ended in &report.ended {
            let each = 1.0 / f64::from(ended.count.max(1));
            placement.learn(&Lesson::Ended {
                index: ended.index as usize,
                key: ended.key,
                name: name(ended.key),
                input_bytes: (ended.input_bytes as f64 * each) as u64,
                count: ended.count,
                seconds: ended.seconds.map(|seconds| seconds * each),
                output_bytes: Some((ended.output_bytes as f64 * each) as u64),
            });
        }
        for moved in &report.moved {
            placement.learn(&Lesson::Moved {
                from: moved.from as usize,
                to: from,
                bytes: moved.bytes,
                seconds: moved.seconds,
            });
        }
        self.outstanding = self.outstanding.saturating_sub(count);
        self.ended += count;
        if let Some(rank) = self.ranks.get_mut(from) {
            rank.outstanding = rank.outstanding.saturating_sub(count);
            (rank.free, rank.running) = (report.free, report.running);
            rank.waiting = report.waiting;
        }
    }

    /// Has idle ranks take from busy ones what pays, by what the latest reports said. Whoever was asked is left alone for `pause` seconds.
    /// Returns how many orders are to be lent.
    pub fn rebalance(&mut self, placement: &Learned, class: &str, pause: f64) -> usize {
        let now = placement.now();
        let idle: Vec<usize> = (0..self.ranks.len())
            .filter(|&rank| self.ranks[rank].is_idle(now))
            .take(TAKERS)
            .collect();
        let Some(&to) = idle.first() else {
            return 0;
        };
        let mut busy: Vec<usize> = (0..self.ranks.len())
            .filter(|&rank| !self.ranks[rank].waiting.is_empty())
            .collect();
        busy.sort_by_key(|&rank| Reverse(self.ranks[rank].waiting.len()));
        busy.truncate(LENDERS);
        let likely = |key, bytes| placement.likely(key, class, bytes).unwrap_or(f64::INFINITY);
        let queue = |&rank: &usize| {
            let known = &self.ranks[rank];
            let tasks = known.waiting.iter().map(|waiting| Queued {
                id: waiting.order.id.to_bits(),
                seconds: likely(waiting.order.key, waiting.order.input_bytes),
                moving: placement.transfer(rank, to, waiting.bytes),
            });
            let running = known.running.iter().map(|running| {
                let left = likely(running.key, running.input_bytes) - running.elapsed;
                // What is overdue is likely to take half as long again.
                left.max(0.5 * running.elapsed)
            });
            let free = (0..known.free).map(|_| 0.0);
            Queue {
                worker: rank,
                slots: running.chain(free).collect(),
                slowness: 1.0,
                tasks: tasks.collect(),
            }
        };
        let queues: Vec<Queue> = busy.iter().chain(&idle).map(queue).collect();
        let takes = rebalance(&queues);
        for take in &takes {
            let id = ValueId::from_bits(take.id);
            batch::write_lend(self.outbox(take.from), id, take.to);
            self.ranks[take.from]
                .waiting
                .retain(|waiting| waiting.order.id != id);
            self.ranks[take.to].asked_until = now + pause;
        }
        self.traffic.lent += takes.len() as u64;
        takes.len()
    }

    /// How many more nodes should be submitted now, in a run of so many slots: enough that no rank runs out before the
    /// driver hears of it, but few while nothing is known of them yet.
    pub fn room(&self, slots: usize) -> u64 {
        let slots = slots as u64;
        let ahead = (slots * AHEAD_AT_FIRST + 2 * self.ended).min(slots * AHEAD);
        ahead.saturating_sub(self.outstanding)
    }

    /// Nodes that were submitted and of whose end no report has told.
    pub fn outstanding(&self) -> u64 {
        self.outstanding
    }

    /// Values that are alive.
    pub fn values(&self) -> usize {
        self.directory.len()
    }

    /// What has left so far.
    pub fn traffic(&self) -> Traffic {
        self.traffic
    }

    /// How many times twice as long as most a node is expected to run.
    fn urgency(&mut self, seconds: f64) -> u8 {
        if seconds <= 0.0 {
            return 0;
        }
        let usual = if self.usual > 0.0 {
            self.usual
        } else {
            seconds
        };
        self.usual = usual + USUAL * (seconds - usual);
        let times = (seconds / usual) as u64;
        (times.max(1).ilog2() as u8).min(MOST_URGENT)
    }

    /// Sees to it that a rank gets a value.
    fn bring(&mut self, id: ValueId, rank: usize) {
        let Some(entry) = self.directory.get_mut(id) else {
            return;
        };
        if entry.is_held_by(rank) {
            return;
        }
        let from = entry.copy_to(rank);
        self.traffic.pushes += 1;
        batch::write_push(self.outbox(from), id, rank);
    }

    /// The value is gone: all ranks but `taker` hear that nobody will ask for it.
    fn give_up(&mut self, id: ValueId, taker: Option<usize>) {
        let (outboxes, dirty) = (&mut self.outboxes, &mut self.dirty);
        self.directory.remove(id, |rank| {
            if Some(rank) != taker {
                batch::write_release(open(outboxes, dirty, rank), id);
            }
        });
    }

    fn outbox(&mut self, rank: usize) -> &mut Vec<u8> {
        open(&mut self.outboxes, &mut self.dirty, rank)
    }
}

/// A rank's outbox, about to be written to.
#[inline]
fn open<'a>(outboxes: &'a mut [Vec<u8>], dirty: &mut Vec<u32>, rank: usize) -> &'a mut Vec<u8> {
    let outbox = &mut outboxes[rank];
    if outbox.is_empty() {
        dirty.push(rank as u32);
    }
    outbox
}
