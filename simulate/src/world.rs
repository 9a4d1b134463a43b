//! A run in virtual time: the driver on rank 0, the ranks, and what happens to them.

use crate::agenda::Agenda;
use crate::bounds::Bounds;
use crate::driver::Driver;
use crate::machine::{DriverCost, Machine, Pool};
use crate::network::Network;
use crate::outcome::Outcome;
use crate::program::{Node, Program};
use crate::stopwatch::Stopwatch;
use dagger_core::dispatch::{
    Dispatch, Moved, Order, Report, Running, Slice, Tally, ValueId, Waiting,
};
use dagger_core::placement::{Clock, Learned, Models};
use dagger_core::seam::{Candidate, identity};
use dagger_core::{Error, Result};
use std::collections::{HashMap, VecDeque};

/// Nodes it submits between two looks at what has come in.
const CHUNK: usize = 1024;
/// A busy rank reports after this, and as much more for each rank of the run.
const REPORT: f64 = 5e-3;
const REPORT_EACH: f64 = 100e-6;
/// While every slot has so many nodes outstanding the driver is in no hurry: it looks after this part of the time between two reports.
const PLENTY: u64 = 8;
const PAUSES: f64 = 20.0;
/// Orders a report tells of that wait.
const WAITING: usize = 16;
/// Bytes of a message around its contents.
const ENVELOPE: u64 = 40;

/// Runs a program on a machine, with a placement that knows nothing yet.
///
/// # Errors
/// When nodes are left that can never run.
pub fn run(program: &dyn Program, machine: &Machine, bounds: &Bounds) -> Result<Outcome> {
    Ok(run_with(program, machine, bounds, &Models::default())?.0)
}

/// Runs a program with a placement that remembers earlier runs; returns what it has learned, too.
///
/// # Errors
/// When nodes are left that can never run.
pub fn run_with(
    program: &dyn Program,
    machine: &Machine,
    bounds: &Bounds,
    models: &Models,
) -> Result<(Outcome, Models)> {
    let pools: Vec<Pool> = (0..machine.ranks)
        .map(|rank| Pool {
            rank,
            threads: machine.threads,
        })
        .collect();
    let candidates = pools.iter().enumerate();
    let candidates = candidates
        .map(|(index, pool)| Candidate::new(index, pool))
        .collect();
    let clock = Clock::stopped();
    let placement = Learned::with(clock.clone(), machine.seed);
    placement.remember(models);
    let mut world = World::new(program, machine, &placement, clock, candidates);
    world.agenda.add(0.0, Event::Drive);
    world.driver.awake = true;
    while let Some((now, event)) = world.agenda.pop() {
        world.happen(now, event)?;
    }
    let outcome = world.outcome(bounds)?;
    Ok((outcome, placement.models()))
}

/// What happens.
enum Event {
    /// The driver looks at what is to be done.
    Drive,
    /// A batch of the driver's is at a rank.
    Batch(usize, Vec<u8>),
    /// A value is at a rank.
    Value(usize, Passing),
    /// A value has left a rank.
    Left(usize, ValueId),
    /// A node has ended.
    End(usize, Execution),
    /// It is time for a rank to report.
    ReportDue(usize),
    /// A report is at the driver.
    Report(usize, Report),
    /// A lent order is at the rank that takes it.
    Loan(usize, Execution),
    /// Its result is back.
    Return(usize, Order),
}

struct Passing {
    id: ValueId,
    bytes: u64,
    from: usize,
    sent: f64,
}

/// An order that runs or is about to.
#[derive(Clone, Copy)]
struct Execution {
    order: Order,
    begun: f64,
    lender: Option<usize>,
}

/// What only the simulation knows of a node.
#[derive(Clone, Copy)]
struct Work {
    seconds: f64,
    bytes: u64,
}

struct Rank {
    slice: Slice,
    tally: Tally,
    running: Vec<Execution>,
    loans: VecDeque<Execution>,
    /// Whether a report is due at some time.
    report_due: bool,
    /// Whether the last report said that it is idle.
    said_idle: bool,
    ran: u64,
}

struct World<'a> {
    program: &'a dyn Program,
    machine: &'a Machine,
    placement: &'a Learned,
    clock: Clock,
    candidates: Vec<Candidate<'a>>,
    nodes: Box<dyn Iterator<Item = Node> + 'a>,
    keys: Vec<u64>,
    names: HashMap<u64, &'static str>,
    driver: Driver,
    ranks: Vec<Rank>,
    network: Network,
    agenda: Agenda<Event>,
    work: HashMap<ValueId, Work>,
    overhead: f64,
    ended: u64,
    submitted: u64,
    makespan: f64,
    busy: f64,
}

impl<'a> World<'a> {
    fn new(
        program: &'a dyn Program,
        machine: &'a Machine,
        placement: &'a Learned,
        clock: Clock,
        candidates: Vec<Candidate<'a>>,
    ) -> Self {
        let rank = |_| Rank {
            slice: Slice::new(),
            tally: Tally::default(),
            running: Vec::new(),
            loans: VecDeque::new(),
            report_due: false,
            said_idle: true,
            ran: 0,
        };
        let names = program.tasks();
        let keys: Vec<u64> = (names.iter())
            .map(|name| identity(name, "simulate", 0))
            .collect();
        World {
            program,
            machine,
            placement,
            clock,
            candidates,
            nodes: program.nodes(machine.seed),
            names: keys.iter().copied().zip(names.iter().copied()).collect(),
            keys,
            driver: Driver {
                dispatch: Dispatch::new(0, machine.ranks),
                inbox: Vec::new(),
                current: vec![None; program.variables()],
                next: VecDeque::new(),
                exhausted: false,
                awake: false,
                free_at: 0.0,
                busy: 0.0,
                rebalanced: f64::NEG_INFINITY,
            },
            ranks: (0..machine.ranks).map(rank).collect(),
            network: Network::new(machine),
            agenda: Agenda::new(),
            work: HashMap::new(),
            overhead: Stopwatch::overhead(),
            ended: 0,
            submitted: 0,
            makespan: 0.0,
            busy: 0.0,
        }
    }

    fn happen(&mut self, now: f64, event: Event) -> Result<()> {
        match event {
            Event::Drive => self.drive(now)?,
            Event::Batch(rank, batch) => {
                self.ranks[rank].slice.receive(&batch)?;
                self.lend(rank, now);
                self.go_on(rank, now);
                self.watch(rank, now);
            }
            Event::Value(rank, passing) => {
                let seconds = now - passing.sent;
                self.ranks[rank].tally.moved(Moved {
                    from: passing.from as u32,
                    bytes: passing.bytes,
                    seconds,
                });
                self.ranks[rank].slice.arrived(passing.id, passing.bytes);
                self.go_on(rank, now);
            }
            Event::Left(rank, id) => {
                self.ranks[rank].slice.left(id);
                self.go_on(rank, now);
            }
            Event::End(rank, execution) => self.end(rank, execution, now)?,
            Event::ReportDue(rank) => {
                self.ranks[rank].report_due = false;
                self.report(rank, now);
                self.watch(rank, now);
            }
            Event::Report(rank, report) => {
                self.driver.inbox.push((rank, report));
                self.wake(now);
            }
            Event::Loan(rank, execution) => {
                self.ranks[rank].loans.push_back(execution);
                self.go_on(rank, now);
            }
            Event::Return(rank, order) => {
                let bytes = self.work.remove(&order.id).map_or(0, |work| work.bytes);
                self.ranks[rank].tally.returned(&order, bytes);
                self.made(rank, order.id, bytes, now)?;
            }
        }
        Ok(())
    }

    fn wake(&mut self, now: f64) {
        if !self.driver.awake {
            self.driver.awake = true;
            let slots = (self.machine.ranks * self.machine.threads) as u64;
            let pause = if self.driver.dispatch.outstanding() > PLENTY * slots {
                self.machine.report_period() / PAUSES
            } else {
                0.0
            };
            let at = now.max(self.driver.free_at + pause);
            self.agenda.add(at, Event::Drive);
        }
    }

    /// The driver hears reports, submits what there is room for, and flushes: as long as that takes.
    fn drive(&mut self, now: f64) -> Result<()> {
        self.driver.awake = false;
        self.clock.set(now);
        while self.driver.next.len() < CHUNK && !self.driver.exhausted {
            match self.nodes.next() {
                Some(node) => self.driver.next.push_back(node),
                None => self.driver.exhausted = true,
            }
        }
        let inbox = std::mem::take(&mut self.driver.inbox);
        let told = inbox.len();
        let mut placed: Vec<(ValueId, Work)> = Vec::with_capacity(CHUNK);
        let mut batches: Vec<(usize, Vec<u8>)> = Vec::new();
        let driver = &mut self.driver;
        let slots = self.machine.ranks * self.machine.threads;
        let period = self.machine.report_period();

        let watch = Stopwatch::start();
        for (rank, report) in inbox {
            let name = |key| self.names.get(&key).copied().unwrap_or_default();
            driver.dispatch.report(self.placement, rank, report, name);
        }
        while driver.dispatch.room(slots) > 0
            && let Some(node) = driver.next.pop_front()
        {
            let id = driver.submit(
                &node,
                self.program,
                &self.keys,
                self.placement,
                &self.candidates,
            )?;
            let (seconds, bytes) = (node.seconds, node.bytes);
            placed.push((id, Work { seconds, bytes }));
        }
        let waits = driver.next.is_empty() || driver.dispatch.room(slots) == 0;
        if waits && now >= driver.rebalanced + period {
            driver
                .dispatch
                .rebalance(self.placement, "cpu", 2.0 * period);
            driver.rebalanced = now;
        }
        driver.dispatch.flush(|to, batch| batches.push((to, batch)));
        let measured = (watch.seconds() - self.overhead).max(0.0);

        let cost = match self.machine.driver {
            DriverCost::Measured => measured,
            DriverCost::Fixed(each) => (placed.len() + told) as f64 * each,
        };
        driver.busy += cost;
        driver.free_at = now + cost;
        let free_at = driver.free_at;
        let more = !(driver.next.is_empty() && driver.exhausted) && driver.dispatch.room(slots) > 0;
        self.submitted += placed.len() as u64;
        self.work.extend(placed);
        for (to, batch) in batches {
            let bytes = batch.len() as u64 + ENVELOPE;
            let passage = self.network.send(0, to, bytes, free_at);
            self.agenda.add(passage.arrives, Event::Batch(to, batch));
        }
        if more {
            self.driver.awake = true;
            self.agenda.add(free_at, Event::Drive);
        }
        Ok(())
    }

    /// A node has ended on a thread of a rank.
    fn end(&mut self, rank: usize, execution: Execution, now: f64) -> Result<()> {
        let order = execution.order;
        let seconds = now - execution.begun;
        self.busy += seconds;
        self.ended += 1;
        self.makespan = self.makespan.max(now);
        let here = &mut self.ranks[rank];
        here.running.retain(|other| other.order.id != order.id);
        here.ran += 1;
        if let Some(lender) = execution.lender {
            let bytes = self.work.get(&order.id).map_or(0, |work| work.bytes);
            let passage = self.network.send(rank, lender, bytes + ENVELOPE, now);
            self.agenda
                .add(passage.arrives, Event::Return(lender, order));
            self.go_on(rank, now);
        } else {
            let bytes = self.work.remove(&order.id).map_or(0, |work| work.bytes);
            here.tally.ended(&order, seconds, bytes);
            self.made(rank, order.id, bytes, now)?;
        }
        Ok(())
    }

    fn made(&mut self, rank: usize, id: ValueId, bytes: u64, now: f64) -> Result<()> {
        self.ranks[rank].slice.made(id, bytes)?;
        self.go_on(rank, now);
        Ok(())
    }

    /// A rank sends what it may and begins what it can; if it has nothing left it says so.
    fn go_on(&mut self, rank: usize, now: f64) {
        for outgoing in self.ranks[rank].slice.outgoing() {
            let bytes = outgoing.bytes + ENVELOPE;
            let passage = self.network.send(rank, outgoing.to, bytes, now);
            self.agenda
                .add(passage.left, Event::Left(rank, outgoing.id));
            let passing = Passing {
                id: outgoing.id,
                bytes: outgoing.bytes,
                from: rank,
                sent: passage.starts,
            };
            self.agenda
                .add(passage.arrives, Event::Value(outgoing.to, passing));
        }
        let slowness = self.machine.slowness(rank);
        let here = &mut self.ranks[rank];
        while here.running.len() < self.machine.threads {
            let execution = match here.slice.next() {
                Some(order) => Execution {
                    order,
                    begun: now,
                    lender: None,
                },
                None => match here.loans.pop_front() {
                    Some(loan) => Execution { begun: now, ..loan },
                    None => break,
                },
            };
            let seconds = self
                .work
                .get(&execution.order.id)
                .map_or(0.0, |work| work.seconds);
            here.running.push(execution);
            self.agenda
                .add(now + seconds * slowness, Event::End(rank, execution));
        }
        let idle = here.running.is_empty() && here.slice.is_done();
        if idle && !here.said_idle {
            self.report(rank, now);
        }
    }

    fn lend(&mut self, rank: usize, now: f64) {
        for (order, to, bytes) in self.ranks[rank].slice.lend() {
            let passage = self.network.send(rank, to, bytes + ENVELOPE, now);
            let loan = Execution {
                order,
                begun: now,
                lender: Some(rank),
            };
            self.agenda.add(passage.arrives, Event::Loan(to, loan));
        }
    }

    /// A rank that has something to do reports now and then.
    fn watch(&mut self, rank: usize, now: f64) {
        let here = &mut self.ranks[rank];
        let nothing = here.slice.is_done() && here.tally.is_empty();
        if !(here.report_due || nothing) {
            here.report_due = true;
            here.said_idle = false;
            let period = self.machine.report_period();
            self.agenda.add(now + period, Event::ReportDue(rank));
        }
    }

    fn report(&mut self, rank: usize, now: f64) {
        let here = &mut self.ranks[rank];
        let mut report = here.tally.report();
        report.free = (self.machine.threads - here.running.len()) as u32;
        report.running = (here.running.iter())
            .map(|execution| Running {
                key: execution.order.key,
                input_bytes: execution.order.input_bytes,
                elapsed: now - execution.begun,
            })
            .collect();
        let waiting = here.slice.last_ready(WAITING);
        report.waiting = waiting
            .map(|(order, bytes)| Waiting {
                order,
                bytes: bytes + ENVELOPE,
            })
            .collect();
        here.said_idle = here.running.is_empty() && here.slice.is_done();
        let passage = self.network.send(rank, 0, report.bytes() + ENVELOPE, now);
        self.agenda
            .add(passage.arrives, Event::Report(rank, report));
    }

    fn outcome(self, bounds: &Bounds) -> Result<Outcome> {
        if self.ended != bounds.nodes as u64 || self.driver.dispatch.outstanding() != 0 {
            return Err(Error::msg(format!(
                "{} of {} nodes have ended, and nothing more can happen",
                self.ended, bounds.nodes
            )));
        }
        let traffic = self.driver.dispatch.traffic();
        Ok(Outcome {
            ranks: self.machine.ranks,
            threads: self.machine.threads,
            tasks: self.ended,
            makespan: self.makespan,
            bound: bounds.on(self.machine),
            driver: self.driver.busy,
            busy: self.busy,
            messages: self.network.messages,
            bytes: self.network.bytes,
            driver_bytes: traffic.bytes,
            pushes: traffic.pushes,
            lent: traffic.lent,
            ran: self.ranks.iter().map(|rank| rank.ran).collect(),
        })
    }
}

impl Machine {
    /// Seconds between two reports of a busy rank: all of them together must not keep the driver busy.
    fn report_period(&self) -> f64 {
        REPORT + REPORT_EACH * self.ranks as f64
    }
}
