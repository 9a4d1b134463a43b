//! Small graphs under every interleaving, run by the rules of the executors with their own counters.
//!
//! Two models. `Graph` is the protocol of `frame` and `unfold::table`: all nodes are there from the beginning, and the
//! owner returns when `left` is over. The window of `unfold`, where a driver adds nodes while others end, has its model beside it
//! (`unfold/window/loom_tests.rs`). Queues are plain locked vectors here; those of the pool have models of their own, in
//! `crossbeam-deque` and in `pool::sleep`.
//!
//! What a node does is an access to cells that loom watches: it writes its own and reads those of its predecessors. So a node
//! that runs too early, twice, or after its owner has gone on is an error of the model.

use super::{Countdown, EarliestFailure, release};
use crate::sync::{Mutex, UnsafeCell};
use crate::{Error, Result};
use loom::sync::Arc;
use loom::thread;

/// A graph that runs once.
struct Graph {
    predecessors: Vec<Vec<usize>>,
    successors: Vec<Vec<u32>>,
    joins: Vec<Countdown>,
    left: Countdown,
    failure: EarliestFailure,
    fails: Vec<usize>,
    /// How often each node has run.
    ran: Vec<UnsafeCell<u32>>,
    queue: Mutex<Vec<u32>>,
    /// Alive as long as a node may still use what the caller lent: loom tells of one that is left over.
    lent: Vec<UnsafeCell<Option<Arc<()>>>>,
}

/// When a thread counts what it has ended: at once, as a frame does, or when it runs dry, as a table does.
#[derive(Clone, Copy, PartialEq)]
enum Counting {
    EachNode,
    WhenDry,
}

impl Graph {
    fn new(edges: &[(u32, u32)], nodes: usize, fails: &[usize]) -> Arc<Graph> {
        let mut predecessors = vec![Vec::new(); nodes];
        let mut successors = vec![Vec::new(); nodes];
        for &(from, to) in edges {
            predecessors[to as usize].push(from as usize);
            successors[from as usize].push(to);
        }
        let joins = predecessors
            .iter()
            .map(|before| Countdown::new(before.len() as u32));
        let lent = Arc::new(());
        Arc::new(Graph {
            joins: joins.collect(),
            predecessors,
            successors,
            left: Countdown::new(nodes as u32),
            failure: EarliestFailure::none_yet(),
            fails: fails.to_vec(),
            ran: (0..nodes).map(|_| UnsafeCell::new(0)).collect(),
            queue: Mutex::new(Vec::new()),
            lent: (0..nodes)
                .map(|_| UnsafeCell::new(Some(Arc::clone(&lent))))
                .collect(),
        })
    }

    fn run_node(&self, node: usize) {
        if self.failure.cuts(node as u64) {
            return;
        }
        for &before in &self.predecessors[node] {
            // SAFETY: loom checks that nobody writes meanwhile and that the write happened before.
            let times = self.ran[before].with(|times| unsafe { *times });
            assert_eq!(times, 1, "node {node} ran before node {before}");
        }
        // SAFETY: as above, for any other access.
        self.ran[node].with_mut(|times| unsafe { *times += 1 });
        // SAFETY: as above.
        let lent = self.lent[node].with_mut(|lent| unsafe { (*lent).take() });
        drop(lent.expect("a node runs once"));
        if self.fails.contains(&node) {
            self.failure.fail(node as u64, Error::msg(node.to_string()));
        }
    }

    fn pop(&self) -> Option<u32> {
        self.queue.lock().unwrap().pop()
    }

    fn run_from(&self, node: u32, counting: Counting) {
        let mut next = Some(node);
        let mut ended = 0;
        while let Some(node) = next {
            self.run_node(node as usize);
            next = release(
                &self.successors[node as usize],
                &self.joins,
                |ready, kept| {
                    if kept.is_some() {
                        self.queue.lock().unwrap().push(ready);
                    }
                    kept.or(Some(ready))
                },
            );
            ended += 1;
            if counting == Counting::EachNode {
                let _ = self.left.down(1);
            } else if next.is_none() {
                next = self.pop();
            }
        }
        if counting == Counting::WhenDry {
            let _ = self.left.down(ended);
        }
    }

    /// What the caller of a graph does, beside `others` threads that take up to `share` ready nodes each.
    fn run(graph: &Arc<Graph>, others: usize, share: usize, counting: Counting) -> Result<()> {
        let sources: Vec<u32> = (0..graph.ran.len() as u32)
            .filter(|node| graph.predecessors[*node as usize].is_empty())
            .collect();
        graph
            .queue
            .lock()
            .unwrap()
            .extend(sources[1..].iter().rev());
        let thieves: Vec<_> = (0..others)
            .map(|_| {
                let graph = Arc::clone(graph);
                thread::spawn(move || {
                    for _ in 0..share {
                        match graph.pop() {
                            Some(node) => graph.run_from(node, counting),
                            None => thread::yield_now(),
                        }
                    }
                })
            })
            .collect();
        graph.run_from(sources[0], counting);
        while !graph.left.is_over() {
            match graph.pop() {
                Some(node) => graph.run_from(node, counting),
                None => thread::yield_now(),
            }
        }
        let outcome = graph.failure.outcome();
        // The caller's turn again: a node that were still running would clash with this.
        let left_out: Vec<usize> = (0..graph.ran.len())
            // SAFETY: loom checks that no node accesses its cell any more.
            .filter(|node| graph.ran[*node].with_mut(|times| unsafe { *times }) == 0)
            .collect();
        match &outcome {
            Ok(()) => assert!(left_out.is_empty(), "{left_out:?} never ran"),
            Err(error) => {
                let failed: usize = error.to_string().parse().unwrap();
                assert!(left_out.iter().all(|node| *node > failed));
            }
        }
        for thief in thieves {
            thief.join().unwrap();
        }
        outcome
    }
}

/// Like `loom::model`, with at most three preemptions a run, which the loom documentation finds enough in practice: for
/// graphs that would take hours otherwise.
fn model_bounded(test: impl Fn() + Sync + Send + 'static) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(3);
    model.check(test);
}

const DIAMOND: [(u32, u32); 4] = [(0, 1), (0, 2), (1, 3), (2, 3)];

#[test]
fn loom_a_diamond_runs_each_node_once_and_in_order() {
    for counting in [Counting::EachNode, Counting::WhenDry] {
        loom::model(move || {
            Graph::run(&Graph::new(&DIAMOND, 4, &[]), 1, 2, counting).unwrap();
        });
    }
}

/// Two sources, of which both lead to both others: every countdown is fought for.
#[test]
fn loom_two_threads_count_down_the_same_joins() {
    for counting in [Counting::EachNode, Counting::WhenDry] {
        model_bounded(move || {
            let crossed = [(0, 2), (0, 3), (1, 2), (1, 3)];
            Graph::run(&Graph::new(&crossed, 4, &[]), 1, 2, counting).unwrap();
        });
    }
}

/// Three threads, each with a predecessor of the same node.
#[test]
fn loom_three_predecessors_make_their_successor_ready_once() {
    model_bounded(|| {
        let fan_in = [(0, 3), (1, 3), (2, 3)];
        Graph::run(&Graph::new(&fan_in, 4, &[]), 2, 1, Counting::EachNode).unwrap();
    });
}

#[test]
fn loom_the_earliest_of_two_failures_is_told_and_nothing_after_it_runs() {
    for counting in [Counting::EachNode, Counting::WhenDry] {
        model_bounded(move || {
            let graph = Graph::new(&DIAMOND, 4, &[1, 2]);
            let error = Graph::run(&graph, 1, 2, counting).unwrap_err();
            assert_eq!(error.to_string(), "1");
            // SAFETY: all threads have ended.
            assert_eq!(graph.ran[3].with(|times| unsafe { *times }), 0);
        });
    }
}

/// A failure behind another in program order, with no path between them: the first must not be cut by the second.
#[test]
fn loom_a_later_failure_does_not_hide_an_earlier_one() {
    loom::model(|| {
        let graph = Graph::new(&[(0, 1)], 3, &[1, 2]);
        let error = Graph::run(&graph, 1, 2, Counting::EachNode).unwrap_err();
        assert_eq!(error.to_string(), "1");
    });
}

/// A countdown that a driver still adds to while what it counts already happens.
#[test]
fn loom_a_growing_countdown_ends_once() {
    loom::model(|| {
        let countdown = Arc::new(Countdown::new(1));
        let threads: Vec<_> = (0..2)
            .map(|_| {
                countdown.one_more();
                let countdown = Arc::clone(&countdown);
                thread::spawn(move || countdown.last_down())
            })
            .collect();
        let mut ends = usize::from(countdown.last_down());
        for thread in threads {
            ends += usize::from(thread.join().unwrap());
        }
        assert_eq!(ends, 1);
    });
}
