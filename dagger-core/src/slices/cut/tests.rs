//! Graphs cut at random and performed by workers in any order, against the program run in a row.

use super::*;
use crate::slices::table::Use;
use proptest::prelude::*;
use std::collections::VecDeque;

/// What a place holds: which node made it of what, as a number that mixes all of that.
type Held = Option<u64>;

#[derive(Clone, Debug)]
struct Program {
    outers: usize,
    values: usize,
    nodes: Vec<(u32, Vec<Access>)>,
    tail: Vec<u32>,
}

fn mix(node: usize, inputs: &[Held]) -> u64 {
    inputs.iter().fold(node as u64 + 1, |sum, input| {
        let input = input.expect("a node needs what is there");
        (sum.rotate_left(13) ^ input).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    })
}

/// Performs a node on the places of its worker.
fn perform(node: usize, uses: &[Access], places: &mut [Held]) {
    let inputs: Vec<Held> = uses
        .iter()
        .filter(|one| one.needs())
        .map(|one| places[one.value as usize])
        .collect();
    let made = mix(node, &inputs);
    for one in uses {
        if one.makes() {
            places[one.value as usize] = Some(made ^ u64::from(one.value));
        } else if one.takes() {
            places[one.value as usize] = None;
        }
    }
}

fn serially(program: &Program) -> Vec<Held> {
    let mut places: Vec<Held> = (0..program.values)
        .map(|value| (value < program.outers).then_some(value as u64))
        .collect();
    for (node, (_, uses)) in program.nodes.iter().enumerate() {
        perform(node, uses, &mut places);
    }
    places
}

/// Runs the slices, choosing among what is ready by `choices`; returns home's places and how many messages crossed.
fn across(program: &Program, workers: usize, choices: &[u8]) -> (Vec<Held>, usize) {
    let mut cut = Cut::new(0, workers, program.values, program.outers);
    for (node, (worker, uses)) in program.nodes.iter().enumerate() {
        cut.node(node as u32, *worker, None, uses);
    }
    let slices = cut.finish(&program.tail);
    let mut places = vec![vec![None; program.values]; workers];
    for (value, place) in places[0].iter_mut().enumerate().take(program.outers) {
        *place = Some(value as u64);
    }
    for (worker, slice) in slices.iter().enumerate() {
        for &value in slice.iter().flat_map(|slice| &slice.given) {
            places[worker][value as usize] = Some(u64::from(value));
        }
    }
    let mut joins: Vec<Vec<u32>> = slices
        .iter()
        .map(|slice| {
            slice
                .as_ref()
                .map_or_else(Vec::new, |slice| slice.joins.clone())
        })
        .collect();
    let mut ready: VecDeque<(usize, u32)> = VecDeque::new();
    for (worker, joins) in joins.iter().enumerate() {
        ready.extend(
            (0..joins.len())
                .filter(|&op| joins[op] == 0)
                .map(|op| (worker, op as u32)),
        );
    }
    let mut arrived = std::collections::HashMap::new();
    let (mut performed, mut messages, mut turn) = (0, 0, 0);
    while !ready.is_empty() {
        let choice = usize::from(choices[turn % choices.len()]) % ready.len();
        turn += 1;
        let (worker, op) = ready.swap_remove_back(choice).expect("in range");
        performed += 1;
        let slice = slices[worker].as_ref().expect("it has operations");
        let mut down = |worker: usize, op: u32| {
            joins[worker][op as usize] -= 1;
            if joins[worker][op as usize] == 0 {
                ready.push_back((worker, op));
            }
        };
        match slice.ops[op as usize] {
            Op::Run { node, .. } => {
                perform(
                    node as usize,
                    &program.nodes[node as usize].1,
                    &mut places[worker],
                );
            }
            Op::Send { value, to, at, .. } => {
                messages += 1;
                arrived.insert((to, at), places[worker][value as usize].expect("made"));
                down(to as usize, at);
            }
            Op::Receive { value } => {
                places[worker][value as usize] = arrived.remove(&(worker as u32, op));
            }
        }
        for &successor in slice.successors_of(op) {
            down(worker, successor);
        }
    }
    let all: usize = slices.iter().flatten().map(|slice| slice.ops.len()).sum();
    assert_eq!(performed, all, "nothing waits for ever");
    (places.swap_remove(0), messages)
}

/// A program as rustc would accept it: a node only needs what is there.
fn program() -> impl Strategy<Value = Program> {
    let node = (
        0..3_u32,
        prop::collection::vec((any::<u16>(), 0..4_u8), 0..4),
    );
    (1..4_usize, 1..6_usize, prop::collection::vec(node, 1..25)).prop_map(|(outers, slots, raw)| {
        let values = outers + slots;
        let mut full: Vec<bool> = (0..values).map(|value| value < outers).collect();
        let mut nodes = Vec::new();
        for (worker, picks) in raw {
            let mut uses: Vec<Access> = Vec::new();
            for (pick, kind) in picks {
                let value = (usize::from(pick) % values) as u32;
                if uses.iter().any(|one| one.value == value) {
                    continue;
                }
                let there = &mut full[value as usize];
                let how = match (*there, kind) {
                    (false, _) => Use::MAKES,
                    (true, 0 | 1) => Use::NEEDS,
                    (true, 2) => Use::NEEDS | Use::MAKES,
                    (true, _) => Use::NEEDS | Use::TAKES,
                };
                *there = how & Use::TAKES == 0;
                uses.push(Access { value, how });
            }
            nodes.push((worker, uses));
        }
        let tail = (outers..values)
            .filter(|&value| full[value])
            .map(|value| value as u32)
            .collect();
        Program {
            outers,
            values,
            nodes,
            tail,
        }
    })
}

proptest! {
    #[test]
    fn any_order_on_three_workers_gives_what_the_program_gives(
        program in program(),
        choices in prop::collection::vec(any::<u8>(), 1..40),
    ) {
        let expected = serially(&program);
        let (places, _) = across(&program, 3, &choices);
        for value in 0..program.values {
            // A place whose value was taken elsewhere keeps an old version, which nobody asks for.
            if expected[value].is_some() {
                prop_assert_eq!(places[value], expected[value], "value {}", value);
            }
        }
    }
}

fn uses(list: &[(u32, u8)]) -> Vec<Access> {
    list.iter()
        .map(|&(value, how)| Access { value, how })
        .collect()
}

#[test]
fn a_value_goes_to_a_worker_once_and_a_given_one_with_the_slice() {
    let read = Use::NEEDS;
    let program = Program {
        outers: 1,
        values: 4,
        nodes: vec![
            (1, uses(&[(0, read), (1, Use::MAKES)])),
            (2, uses(&[(0, read), (1, read), (2, Use::MAKES)])),
            (2, uses(&[(1, read), (0, read), (3, Use::MAKES)])),
            (1, uses(&[(0, read)])),
        ],
        tail: vec![2, 3],
    };
    let (_, messages) = across(&program, 3, &[0]);
    assert_eq!(messages, 3, "value 1 to worker 2, values 2 and 3 home");
}

#[test]
fn what_stays_at_home_sends_nothing() {
    let mut cut = Cut::new(0, 3, 2, 1);
    cut.node(0, 0, None, &uses(&[(0, Use::NEEDS), (1, Use::MAKES)]));
    let slices = cut.finish(&[1]);
    assert!(slices[1].is_none() && slices[2].is_none());
    assert_eq!(slices[0].as_ref().map(|slice| slice.ops.len()), Some(1));
}
