//! Random graphs of dynamic tasks against plain serial code: values, failures and which failure is seen.

#![allow(
    clippy::style,
    clippy::complexity,
    clippy::perf,
    clippy::pedantic,
    reason = "the tests write what users write"
)]
#![allow(clippy::multiple_bound_locations, unreachable_pub, dead_code)]

use dagger::prelude::*;

/// A generator of numbers that is the same everywhere.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        (self.0 >> 33) as usize % limit
    }
}

/// What a node does with its two inputs.
#[derive(Clone, Copy)]
enum Kind {
    ByReference,
    ByValue,
    Nested,
    Fails,
    Panics,
    Many,
}

struct Node {
    kind: Kind,
    inputs: [usize; 2],
}

/// What a node comes to: a value, or the number of the node that failed first.
type Outcome = std::result::Result<Vec<u64>, usize>;

fn mixed(a: &[u64], b: &[u64], number: usize) -> Vec<u64> {
    let fold = |values: &[u64]| {
        values
            .iter()
            .fold(7_u64, |sum, v| sum.wrapping_mul(31).wrapping_add(*v))
    };
    vec![fold(a), fold(b), number as u64]
}

#[task]
fn by_reference(a: &[u64], b: &[u64], number: usize) -> Vec<u64> {
    mixed(a, b, number)
}

#[task]
fn by_value(a: Vec<u64>, mut b: Vec<u64>, number: usize) -> Vec<u64> {
    let mixed = mixed(&a, &b, number);
    b.clear();
    mixed
}

#[task]
fn nested(a: Vec<u64>, b: &Vec<u64>, number: usize) -> Result<Vec<u64>> {
    let inner = spawn!(by_reference(a, b.clone(), number));
    let same = spawn!({ 1 });
    same.wait()?;
    inner.fetch()
}

#[task]
fn fails(_a: &[u64], _b: &[u64], number: usize) -> std::result::Result<Vec<u64>, std::io::Error> {
    Err(std::io::Error::other(number.to_string()))
}

#[task]
fn panics(_a: &[u64], _b: &[u64], number: usize) -> Vec<u64> {
    std::panic::panic_any(number.to_string())
}

#[task]
fn many(all: &[&Vec<u64>], number: usize) -> Vec<u64> {
    mixed(all[0], all[1], number)
}

fn graph(random: &mut Random, size: usize, failures: bool) -> Vec<Node> {
    (0..size)
        .map(|number| Node {
            kind: match random.below(if failures { 60 } else { 58 }) {
                0..20 => Kind::ByReference,
                20..40 => Kind::ByValue,
                40..50 => Kind::Many,
                50..58 => Kind::Nested,
                58 => Kind::Fails,
                _ => Kind::Panics,
            },
            inputs: [random.below(number + 1), random.below(number + 1)],
        })
        .collect()
}

/// Node 0's inputs are the start; input `i` of a later node is node `i - 1`, or the start for 0.
fn serial(nodes: &[Node]) -> Vec<Outcome> {
    let mut all: Vec<Outcome> = vec![Ok(vec![1, 2, 3])];
    for (number, node) in nodes.iter().enumerate() {
        let [a, b] = node.inputs.map(|input| all[input].clone());
        let outcome = match (a, b, node.kind) {
            (Err(first), _, _) | (_, Err(first), _) => Err(first),
            (_, _, Kind::Fails | Kind::Panics) => Err(number),
            (Ok(a), Ok(b), _) => Ok(mixed(&a, &b, number)),
        };
        all.push(outcome);
    }
    all
}

fn spawned(nodes: &[Node]) -> Vec<Outcome> {
    let mut all: Vec<Task<Vec<u64>>> = vec![spawn!({ vec![1, 2, 3] })];
    for (number, node) in nodes.iter().enumerate() {
        let (a, b) = (&all[node.inputs[0]], &all[node.inputs[1]]);
        let task = match node.kind {
            Kind::ByReference => spawn!(by_reference(a, b, number)),
            Kind::ByValue => spawn!(by_value(a.clone(), b, number)),
            Kind::Nested => spawn!(nested(a, b, number)),
            Kind::Fails => spawn!(fails(a, b, number)),
            Kind::Panics => spawn!(panics(a, b, number)),
            Kind::Many => spawn!(many([a.clone(), b.clone()], number)),
        };
        all.push(task);
    }
    let outcome = |task: &Task<Vec<u64>>| {
        task.fetch()
            .map_err(|error| error.message().parse().expect("the failing node's number"))
    };
    // From the last on, so that waiting has to go down into the graph.
    let mut outcomes: Vec<Outcome> = all.iter().rev().map(outcome).collect();
    outcomes.reverse();
    outcomes
}

#[test]
fn random_graphs_agree_with_serial_code() {
    // The panics of this test are meant; their messages would only hide others.
    std::panic::set_hook(Box::new(|_| {}));
    for threads in [1, 2, 3] {
        let runtime = Runtime::builder().threads(threads).build().unwrap();
        for seed in 0..60 {
            let mut random = Random(seed);
            let size = 1 + random.below(300);
            let nodes = graph(&mut random, size, seed % 3 == 0);
            let expected = serial(&nodes);
            let inside = runtime.enter(|| spawned(&nodes));
            assert!(inside == expected, "seed {seed}, inside, {threads} threads");
        }
    }
    for seed in 100..120 {
        let nodes = graph(&mut Random(seed), 200, true);
        assert!(
            spawned(&nodes) == serial(&nodes),
            "seed {seed}, from outside"
        );
    }
    let _ = std::panic::take_hook();
}
