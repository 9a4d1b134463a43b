//! Where the calling code runs.

use crate::cluster::Node;
use crate::dynamic::current;
use crate::pool::lane;

/// The worker (rank) this code runs on, from 0. 0 outside of any runtime, too.
pub fn this_worker() -> usize {
    node().map_or(0, Node::rank)
}

/// How many workers (ranks) there are.
pub fn workers() -> usize {
    node().map_or(1, Node::size)
}

fn node() -> Option<&'static Node> {
    lane::with(|lane| lane.home()?.node())
}

/// The thread of its worker's pool this code runs on, from 0. 0 on threads that belong to no pool, too.
pub fn this_thread() -> usize {
    lane::with(|lane| lane.worker().map_or(0, |worker| worker.index()))
}

/// Whether somebody has called [`cancel`](crate::Task::cancel) on the task that asks, which may then return early. False
/// outside tasks.
pub fn is_cancelled() -> bool {
    // SAFETY: the task that runs on this thread refers to itself.
    unsafe { current::task().as_ref() }.is_some_and(|task| task.word.is_asked())
}
