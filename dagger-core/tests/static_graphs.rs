//! Random static graphs, run by the stealing executor and compared with a serial run, with
//! failures and panics at every node.

use dagger_core::lowered::{At, Frame, Node, Plan, Site, Slot};
use dagger_core::{Error, Result, Runtime};
use dagger_ir::Graph;
use proptest::prelude::*;
use std::sync::atomic::{AtomicU32, Ordering};

static GRAPH: Graph = Graph::new("random", file!(), &[], &[]);
static SITE: Site = Site::new(&GRAPH);
const N: usize = 20;

/// What happens at one node instead of a value.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Mishap {
    None,
    Error,
    Panic,
}

/// For each node the earlier nodes it reads.
fn predecessors() -> impl Strategy<Value = Vec<Vec<usize>>> {
    prop::collection::vec(prop::collection::btree_set(0..N, 0..4), N).prop_map(|sets| {
        sets.into_iter()
            .enumerate()
            .map(|(node, set)| set.into_iter().filter(|&earlier| earlier < node).collect())
            .collect()
    })
}

fn leak(words: Vec<u32>) -> &'static [u32] {
    Box::leak(words.into_boxed_slice())
}

/// Leaked, as a plan is a `static` in real programs.
fn plan(predecessors: &[Vec<usize>]) -> &'static Plan {
    let mut successors = vec![Vec::new(); N];
    for (node, earlier) in predecessors.iter().enumerate() {
        for &from in earlier {
            successors[from].push(node as u32);
        }
    }
    let mut starts = vec![0];
    for list in &successors {
        starts.push(starts[starts.len() - 1] + list.len() as u32);
    }
    let joins: Vec<u32> = predecessors.iter().map(|list| list.len() as u32).collect();
    let sources = (0..N as u32)
        .filter(|&node| joins[node as usize] == 0)
        .collect();
    Box::leak(Box::new(Plan {
        joins: leak(joins),
        starts: leak(starts),
        successors: leak(successors.concat()),
        sources: leak(sources),
        first_nodes: leak((0..N as u32).collect()),
    }))
}

fn mix(node: usize, inputs: impl Iterator<Item = u64>) -> u64 {
    inputs.fold(node as u64 + 1, |sum, input| {
        sum.rotate_left(7).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ input
    })
}

/// A value that counts how many of it are alive.
struct Counted<'c> {
    value: u64,
    alive: &'c AtomicU32,
}

impl<'c> Counted<'c> {
    fn new(value: u64, alive: &'c AtomicU32) -> Self {
        alive.fetch_add(1, Ordering::Relaxed);
        Counted { value, alive }
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.alive.fetch_sub(1, Ordering::Relaxed);
    }
}

fn serial(predecessors: &[Vec<usize>]) -> Vec<u64> {
    let mut values: Vec<u64> = Vec::new();
    for (node, earlier) in predecessors.iter().enumerate() {
        values.push(mix(node, earlier.iter().map(|&from| values[from])));
    }
    values
}

/// Runs the graph; `mishaps[i]` happens at node i.
fn parallel(
    predecessors: &[Vec<usize>],
    plan: &'static Plan,
    mishaps: &[Mishap; N],
    alive: &AtomicU32,
) -> Result<Vec<u64>> {
    let slots: [Slot<Counted<'_>>; N] = std::array::from_fn(|_| Slot::new());
    let nodes: [_; N] = std::array::from_fn(|node| {
        let (slots, earlier) = (&slots, &predecessors[node]);
        let held = Counted::new(0, alive);
        Node::new(move |at: &At<'_>| {
            at.step(node as u32);
            let _held = held;
            match mishaps[node] {
                Mishap::None => {}
                Mishap::Error => return Err(Error::msg(format!("mishap at {node}"))),
                Mishap::Panic => panic!("mishap at {node}"),
            }
            let inputs = earlier.iter().map(|&from| {
                // SAFETY: the plan orders this node after those it reads.
                unsafe { slots[from].shared() }.value
            });
            let value = mix(node, inputs);
            // SAFETY: only this node writes its slot.
            unsafe { slots[node].put(Counted::new(value, alive)) };
            Ok(())
        })
    });
    let frame = Frame::new(
        &SITE,
        plan,
        std::array::from_fn::<_, N, _>(|node| nodes[node].erase()),
        &[],
    );
    // SAFETY: the plan has an edge for every read of a slot.
    unsafe { frame.run() }?;
    // SAFETY: the frame has ended and every node has put its value.
    Ok(slots
        .iter()
        .map(|slot| unsafe { slot.shared() }.value)
        .collect())
}

fn quietly<R>(f: impl FnOnce() -> R) -> R {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            let meant = info
                .payload()
                .downcast_ref::<String>()
                .is_some_and(|text| text.starts_with("mishap"));
            if !meant {
                usual(info);
            }
        }));
    });
    f()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn values_are_those_of_a_serial_run(predecessors in predecessors()) {
        let (plan, expected) = (plan(&predecessors), serial(&predecessors));
        for threads in [1, 2, 4] {
            let runtime = Runtime::builder().threads(threads).build().unwrap();
            let alive = AtomicU32::new(0);
            for _ in 0..20 {
                let values = runtime.enter(|| parallel(&predecessors, plan, &[Mishap::None; N], &alive));
                prop_assert_eq!(&values.unwrap(), &expected);
                prop_assert_eq!(alive.load(Ordering::Relaxed), 0);
            }
        }
    }

    #[test]
    fn the_first_failure_in_program_order_wins_and_nothing_leaks(
        predecessors in predecessors(),
        first in 0..N,
        second in 0..N,
        panics in any::<bool>(),
    ) {
        let plan = plan(&predecessors);
        let mut mishaps = [Mishap::None; N];
        mishaps[first] = if panics { Mishap::Panic } else { Mishap::Error };
        mishaps[second] = Mishap::Error;
        let runtime = Runtime::builder().threads(3).build().unwrap();
        let alive = AtomicU32::new(0);
        for _ in 0..10 {
            let error = quietly(|| runtime.enter(|| parallel(&predecessors, plan, &mishaps, &alive))).unwrap_err();
            prop_assert_eq!(error.message(), format!("mishap at {}", first.min(second)));
            prop_assert_eq!(alive.load(Ordering::Relaxed), 0);
        }
    }
}

#[test]
fn a_panic_at_each_node_in_turn() {
    let predecessors: Vec<Vec<usize>> = (0..N)
        .map(|node| {
            if node == 0 {
                vec![]
            } else {
                vec![node / 2, node - 1]
                    .into_iter()
                    .filter(|&earlier| earlier < node)
                    .collect::<std::collections::BTreeSet<_>>()
                    .into_iter()
                    .collect()
            }
        })
        .collect();
    let plan = plan(&predecessors);
    let runtime = Runtime::builder().threads(2).build().unwrap();
    let alive = AtomicU32::new(0);
    for node in 0..N {
        let mut mishaps = [Mishap::None; N];
        mishaps[node] = Mishap::Panic;
        let error = quietly(|| runtime.enter(|| parallel(&predecessors, plan, &mishaps, &alive)))
            .unwrap_err();
        assert!(error.is_panic());
        assert_eq!(error.message(), format!("mishap at {node}"));
        assert_eq!(alive.load(Ordering::Relaxed), 0);
    }
}

#[test]
fn from_a_thread_outside_any_pool() {
    let predecessors: Vec<Vec<usize>> = (0..N).map(|node| (0..node).take(2).collect()).collect();
    let alive = AtomicU32::new(0);
    let values = parallel(
        &predecessors,
        plan(&predecessors),
        &[Mishap::None; N],
        &alive,
    )
    .unwrap();
    assert_eq!(values, serial(&predecessors));
}
