//! Driver and ranks together, over a network that delivers in any order between different pairs.

use super::*;
use crate::dispatch::{Dispatch, Tally};
use crate::placement::{Clock, Learned};
use crate::seam::{Candidate, CpuThread, Placement, Processor, RoundRobin, TaskView};
use proptest::prelude::*;
use std::collections::{HashMap, VecDeque};

/// What travels from one rank to another (or from the driver, which is the last number).
enum Parcel {
    Batch(Vec<u8>),
    Value(ValueId, u64, Vec<u64>),
}

/// Ranks that really compute: a value is a list of the node numbers that went into it.
struct World {
    dispatch: Dispatch,
    slices: Vec<Slice>,
    contents: Vec<HashMap<ValueId, Vec<u64>>>,
    /// By sender and receiver.
    links: HashMap<(usize, usize), VecDeque<Parcel>>,
    inputs: HashMap<ValueId, Vec<Argument>>,
    numbers: HashMap<ValueId, u64>,
    tally: Tally,
    /// Values that are to be sent and have not left.
    sends: Vec<(usize, Outgoing)>,
    ran: u64,
}

impl World {
    fn new(ranks: usize) -> World {
        World {
            dispatch: Dispatch::new(0, ranks),
            slices: (0..ranks).map(|_| Slice::new()).collect(),
            contents: vec![HashMap::new(); ranks],
            links: HashMap::new(),
            inputs: HashMap::new(),
            numbers: HashMap::new(),
            tally: Tally::default(),
            sends: Vec::new(),
            ran: 0,
        }
    }

    fn flush(&mut self) {
        let ranks = self.slices.len();
        let links = &mut self.links;
        self.dispatch.flush(|to, batch| {
            links
                .entry((ranks, to))
                .or_default()
                .push_back(Parcel::Batch(batch));
        });
    }

    /// Something happens: which is up to `choice`. False if nothing can.
    fn step(&mut self, choice: usize) -> bool {
        let mut links: Vec<(usize, usize)> = self
            .links
            .iter()
            .filter(|(_, parcels)| !parcels.is_empty())
            .map(|(link, _)| *link)
            .collect();
        links.sort_unstable();
        let ready: Vec<usize> = (0..self.slices.len())
            .filter(|&rank| self.slices[rank].ready() > 0)
            .collect();
        let possible = links.len() + ready.len() + self.sends.len();
        if possible == 0 {
            return false;
        }
        let which = choice % possible;
        if which < links.len() {
            let (_, to) = links[which];
            let parcel = self
                .links
                .get_mut(&links[which])
                .and_then(VecDeque::pop_front)
                .expect("not empty");
            match parcel {
                Parcel::Batch(batch) => self.slices[to].receive(&batch).expect("our own batch"),
                Parcel::Value(id, bytes, content) => {
                    self.contents[to].insert(id, content);
                    self.slices[to].arrived(id, bytes);
                }
            }
            self.send(to);
        } else if which < links.len() + ready.len() {
            self.run(ready[which - links.len()]);
        } else {
            self.leave(which - links.len() - ready.len());
        }
        true
    }

    fn run(&mut self, rank: usize) {
        let order = self.slices[rank].next().expect("it is ready");
        let mut content = vec![self.numbers[&order.id]];
        for input in &self.inputs[&order.id] {
            content.extend(&self.contents[rank][&input.id]);
            if input.takes {
                self.contents[rank].remove(&input.id);
            }
        }
        self.contents[rank].insert(order.id, content);
        self.tally.ended(&order, 1e-3, 8);
        self.slices[rank].made(order.id, 8).expect("it was here");
        self.ran += 1;
        self.send(rank);
    }

    fn send(&mut self, rank: usize) {
        let outgoing = self.slices[rank].outgoing();
        self.sends
            .extend(outgoing.into_iter().map(|one| (rank, one)));
    }

    /// The bytes are read only now: whoever changed them in the meantime would be found out.
    fn leave(&mut self, which: usize) {
        let (rank, outgoing) = self.sends.swap_remove(which);
        let content = self.contents[rank][&outgoing.id].clone();
        let parcel = Parcel::Value(outgoing.id, outgoing.bytes, content);
        self.links
            .entry((rank, outgoing.to))
            .or_default()
            .push_back(parcel);
        self.slices[rank].left(outgoing.id);
    }
}

/// A node: which variables it reads, and which it updates.
type Node = (Vec<usize>, usize);

const VARIABLES: usize = 5;

/// Runs a program of nodes and compares every variable with a serial run.
fn agrees(
    nodes: &[Node],
    ranks: usize,
    placement: &dyn Placement,
    choices: &mut dyn FnMut() -> usize,
) {
    let threads: Vec<CpuThread> = (0..ranks).map(|rank| CpuThread::new(rank, 0)).collect();
    let candidates: Vec<Candidate<'_>> = threads
        .iter()
        .enumerate()
        .map(|(index, thread)| Candidate::new(index, thread as &dyn Processor))
        .collect();
    let mut world = World::new(ranks);
    let mut serial: Vec<Vec<u64>> = Vec::new();
    let mut variables = Vec::new();
    for variable in 0..VARIABLES {
        let id = world.dispatch.value(variable % ranks, 8);
        world.slices[variable % ranks].place(id, 8);
        world.contents[variable % ranks].insert(id, Vec::new());
        variables.push(id);
        serial.push(Vec::new());
    }
    for (number, (reads, writes)) in nodes.iter().enumerate() {
        let mut content = vec![number as u64];
        let mut inputs = vec![Argument::take(variables[*writes])];
        content.extend(&serial[*writes]);
        for &read in reads.iter().filter(|&read| read != writes) {
            inputs.push(Argument::read(variables[read]));
            content.extend(&serial[read]);
        }
        // Long histories are cut on both sides alike.
        serial[*writes] = content;
        let task = TaskView::new("node", (number % 3) as i32);
        let id = world
            .dispatch
            .submit(placement, &candidates, &task, &inputs)
            .expect("all inputs are there");
        world.inputs.insert(id, inputs);
        world.numbers.insert(id, number as u64);
        variables[*writes] = id;
        for _ in 0..choices() % 4 {
            world.flush();
            world.step(choices());
        }
    }
    world.flush();
    while world.step(choices()) {}
    assert_eq!(world.ran, nodes.len() as u64);
    assert!(world.slices.iter().all(Slice::is_done));
    for (variable, id) in variables.iter().enumerate() {
        let copies: Vec<&Vec<u64>> = world
            .contents
            .iter()
            .filter_map(|contents| contents.get(id))
            .collect();
        assert!(!copies.is_empty());
        assert!(copies.iter().all(|copy| **copy == serial[variable]));
        world.dispatch.release(*id);
    }
    let report = world.tally.report();
    assert_eq!(report.count(), nodes.len() as u64);
    world.dispatch.report(placement, 0, report, |_| "node");
    assert_eq!(
        (world.dispatch.outstanding(), world.dispatch.values()),
        (0, 0)
    );
    world.flush();
    while world.step(0) {}
    assert!(
        world.slices.iter().all(|slice| slice.values() == 0),
        "everything is freed"
    );
}

fn nodes() -> impl Strategy<Value = Vec<Node>> {
    let node = (
        prop::collection::btree_set(0..VARIABLES, 0..3),
        0..VARIABLES,
    );
    prop::collection::vec(
        node.prop_map(|(reads, writes)| (reads.into_iter().collect(), writes)),
        1..14,
    )
}

proptest! {
    #[test]
    fn any_program_computes_what_a_serial_run_does(nodes in nodes(), ranks in 1..5_usize, seed: u64, learned: bool) {
        let mut state = seed;
        let mut choices = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 33) as usize
        };
        if learned {
            agrees(&nodes, ranks, &Learned::with(Clock::stopped(), seed), &mut choices);
        } else {
            agrees(&nodes, ranks, &RoundRobin::new(), &mut choices);
        }
    }
}

#[test]
fn a_value_goes_to_a_rank_once() {
    let threads = [CpuThread::new(0, 0), CpuThread::new(1, 0)];
    let only_second = [Candidate::new(1, &threads[1])];
    let mut dispatch = Dispatch::new(0, 2);
    let value = dispatch.value(0, 100);
    for _ in 0..3 {
        let task = TaskView::new("read", 0);
        dispatch
            .submit(
                &RoundRobin::new(),
                &only_second,
                &task,
                &[Argument::read(value)],
            )
            .expect("it is there");
    }
    assert_eq!(dispatch.traffic().pushes, 1);
    let mut batches = 0;
    dispatch.flush(|_, _| batches += 1);
    assert_eq!(
        batches, 2,
        "one a rank: orders for one, the push for the other"
    );
}

#[test]
fn what_cannot_be_is_an_error() {
    let thread = CpuThread::new(7, 0);
    let mut dispatch = Dispatch::new(0, 2);
    let placement = RoundRobin::new();
    let task = TaskView::new("lost", 0);
    assert!(dispatch.submit(&placement, &[], &task, &[]).is_err());
    assert!(
        dispatch
            .submit(&placement, &[Candidate::new(0, &thread)], &task, &[])
            .is_err()
    );
    let value = dispatch.value(0, 1);
    let first = CpuThread::new(0, 0);
    let twice = [Argument::read(value), Argument::take(value)];
    let error = dispatch.submit(&placement, &[Candidate::new(0, &first)], &task, &twice);
    assert!(
        error
            .expect_err("used twice")
            .message()
            .contains("otherwise")
    );
    dispatch.release(value);
    let here = CpuThread::new(0, 0);
    let error = dispatch.submit(
        &placement,
        &[Candidate::new(0, &here)],
        &task,
        &[Argument::read(value)],
    );
    assert!(error.expect_err("gone").message().contains("`lost`"));
    assert!(Slice::new().made(value, 1).is_err());
    assert!(Slice::new().receive(&[9; 40]).is_err());
}

#[test]
fn a_ready_order_may_be_lent_and_a_begun_one_not() {
    let thread = CpuThread::new(0, 0);
    let mut dispatch = Dispatch::new(0, 2);
    let candidates = [Candidate::new(0, &thread as &dyn Processor)];
    let task = TaskView::new("work", 0);
    let ids: Vec<ValueId> = (0..2)
        .map(|_| {
            dispatch
                .submit(&RoundRobin::new(), &candidates, &task, &[])
                .expect("placed")
        })
        .collect();
    let mut slice = Slice::new();
    dispatch.flush(|_, batch| slice.receive(&batch).expect("our own"));
    assert_eq!(slice.next().expect("ready").id, ids[0]);
    let mut wishes = Vec::new();
    batch::write_lend(&mut wishes, ids[0], 1);
    batch::write_lend(&mut wishes, ids[1], 1);
    slice.receive(&wishes).expect("well formed");
    let lent: Vec<_> = slice
        .lend()
        .into_iter()
        .map(|(order, to, _)| (order.id, to))
        .collect();
    assert_eq!(lent, [(ids[1], 1)]);
    assert!(slice.next().is_none());
    slice.made(ids[1], 5).expect("the result is back");
    slice.made(ids[0], 5).expect("and this one ended here");
    assert!(slice.is_done());
}
