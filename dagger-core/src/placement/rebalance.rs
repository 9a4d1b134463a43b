//! Which queued tasks idle workers take from busy ones.
//!
//! A plan over summaries of queues, made by whoever hears from all of them; nothing is moved here. Each queue is played through as its
//! worker would run it. Then the worker that would end last is offered the one with a slot free first, again and again,
//! as long as the task that would run last ends clearly earlier over there, moving included.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// Taking must save so much of the time until the task would have ended.
const GAIN: f64 = 0.1;
/// and at least so many seconds: below, telling everybody costs more.
const LEAST_GAIN: f64 = 20e-6;
/// How many tasks from the end of a queue are offered before its worker is left alone.
const OFFERS: usize = 8;

/// A task that waits in a queue.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Queued {
    /// What its queue calls it.
    pub id: u64,
    /// What it takes on an ordinary processor of its class, in seconds.
    pub seconds: f64,
    /// What moving it costs, in seconds: its inputs there and its result back. Infinite if it must stay.
    pub moving: f64,
}

/// What one worker has to do.
#[derive(Clone, Debug, PartialEq)]
pub struct Queue {
    /// The worker.
    pub worker: usize,
    /// Seconds until each of its slots is free; 0 for those that are.
    pub slots: Vec<f64>,
    /// How many times slower than ordinary it is.
    pub slowness: f64,
    /// What waits, in the order in which it will run.
    pub tasks: Vec<Queued>,
}

/// A task to be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Take {
    /// The task.
    pub id: u64,
    /// The worker whose queue it is in.
    pub from: usize,
    /// The worker that takes it.
    pub to: usize,
}

/// A moment, for heaps.
#[derive(PartialEq)]
struct Moment {
    seconds: f64,
    queue: usize,
}

impl Eq for Moment {}

impl Ord for Moment {
    fn cmp(&self, other: &Self) -> Ordering {
        // Equal moments by the smaller number, so that plans do not depend on the heap.
        (self.seconds.total_cmp(&other.seconds)).then(other.queue.cmp(&self.queue))
    }
}

impl PartialOrd for Moment {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// A queue played through.
struct Played<'a> {
    queue: &'a Queue,
    slots: Vec<f64>,
    /// The tasks with the moments they would end at, the last to begin at the end.
    ends: Vec<(f64, Queued)>,
}

/// The tasks that should be taken, in order. Each at most once, and none that must stay.
pub fn rebalance(queues: &[Queue]) -> Vec<Take> {
    let mut played: Vec<Played<'_>> = queues.iter().map(Played::new).collect();
    let mut busy: BinaryHeap<Moment> = (played.iter().enumerate())
        .filter_map(|(queue, played)| played.last(queue))
        .collect();
    let mut takes = Vec::new();
    while let Some(Moment { queue: from, .. }) = busy.pop() {
        // Few workers ask at a time; those with a slot free soonest are looked for anew each time.
        let Some((to, offer)) = best_offer(&played, from) else {
            continue;
        };
        let (_, task) = played[from].ends.remove(offer);
        played[to].add(task, task.moving);
        takes.push(Take {
            id: task.id,
            from: queues[from].worker,
            to: queues[to].worker,
        });
        busy.extend(played[from].last(from));
    }
    takes
}

/// The worker that takes most off the end of a queue, and which of its tasks it takes.
fn best_offer(played: &[Played<'_>], from: usize) -> Option<(usize, usize)> {
    let ends = &played[from].ends;
    for (at, &(end, task)) in ends.iter().enumerate().rev().take(OFFERS) {
        if !task.moving.is_finite() {
            continue;
        }
        let finish = |to: &usize| played[*to].would_end(&task);
        let takers = (0..played.len()).filter(|&to| to != from && played[to].ends.is_empty());
        let to = takers.min_by(|a, b| finish(a).total_cmp(&finish(b)))?;
        let gain = end - finish(&to);
        if gain > LEAST_GAIN.max(GAIN * end) {
            return Some((to, at));
        }
    }
    None
}

impl<'a> Played<'a> {
    fn new(queue: &'a Queue) -> Self {
        let mut played = Played {
            queue,
            slots: queue.slots.clone(),
            ends: Vec::with_capacity(queue.tasks.len()),
        };
        if played.slots.is_empty() {
            // Nothing ever runs there.
            played.slots.push(f64::INFINITY);
        }
        for task in &queue.tasks {
            let end = played.add(*task, 0.0);
            played.ends.push((end, *task));
        }
        played
    }

    /// Gives the task the slot that is free first, from a moment on; returns when it would end.
    fn add(&mut self, task: Queued, from: f64) -> f64 {
        let slowness = self.queue.slowness;
        let slot = self.slots.iter_mut().min_by(|a, b| a.total_cmp(b));
        slot.map_or(f64::INFINITY, |slot| {
            *slot = slot.max(from) + task.seconds * slowness;
            *slot
        })
    }

    /// When a task from elsewhere would end here.
    fn would_end(&self, task: &Queued) -> f64 {
        let free = self.slots.iter().copied().fold(f64::INFINITY, f64::min);
        free.max(task.moving) + task.seconds * self.queue.slowness
    }

    fn last(&self, queue: usize) -> Option<Moment> {
        self.ends
            .last()
            .map(|&(seconds, _)| Moment { seconds, queue })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn queue(worker: usize, tasks: &[(u64, f64, f64)]) -> Queue {
        Queue {
            worker,
            slots: vec![0.0],
            slowness: 1.0,
            tasks: tasks
                .iter()
                .map(|&(id, seconds, moving)| Queued {
                    id,
                    seconds,
                    moving,
                })
                .collect(),
        }
    }

    #[test]
    fn an_idle_worker_takes_from_the_end() {
        let busy = queue(0, &[(1, 1.0, 0.1), (2, 1.0, 0.1), (3, 1.0, 0.1)]);
        let takes = rebalance(&[busy, queue(1, &[])]);
        assert_eq!(
            takes,
            [Take {
                id: 3,
                from: 0,
                to: 1
            }]
        );
    }

    #[test]
    fn nothing_moves_where_moving_costs_more_than_waiting() {
        let busy = queue(0, &[(1, 1.0, 5.0), (2, 1.0, 5.0), (3, 1.0, f64::INFINITY)]);
        assert_eq!(rebalance(&[busy, queue(1, &[])]), []);
    }

    #[test]
    fn a_slow_worker_takes_only_what_pays() {
        let busy = queue(0, &[(1, 1.0, 0.0), (2, 1.0, 0.0)]);
        let slow = Queue {
            slowness: 4.0,
            ..queue(1, &[])
        };
        assert_eq!(rebalance(&[busy, slow.clone()]), []);
        let longer: Vec<_> = (0..8).map(|id| (id, 1.0, 0.0)).collect();
        assert_eq!(rebalance(&[queue(0, &longer), slow]).len(), 1);
    }

    #[test]
    fn many_takers_share() {
        let tasks: Vec<_> = (0..12).map(|id| (id, 1.0, 0.01)).collect();
        let takes = rebalance(&[queue(0, &tasks), queue(1, &[]), queue(2, &[])]);
        assert_eq!(takes.iter().filter(|take| take.to == 1).count(), 4);
        assert_eq!(takes.iter().filter(|take| take.to == 2).count(), 4);
    }

    fn queues() -> impl Strategy<Value = Vec<Queue>> {
        let task = (1_u32..1000, 0_u32..500);
        let queue = (
            prop::collection::vec(0_u32..300, 1..4),
            prop::collection::vec(task, 0..12),
        );
        prop::collection::vec(queue, 1..6).prop_map(|queues| {
            let mut id = 0;
            let queues = queues.into_iter().enumerate();
            queues
                .map(|(worker, (slots, tasks))| Queue {
                    worker,
                    slots: slots.iter().map(|&ms| f64::from(ms) * 1e-3).collect(),
                    slowness: 1.0,
                    tasks: tasks
                        .into_iter()
                        .map(|(seconds, moving)| {
                            id += 1;
                            Queued {
                                id,
                                seconds: f64::from(seconds) * 1e-3,
                                moving: f64::from(moving) * 1e-3,
                            }
                        })
                        .collect(),
                })
                .collect()
        })
    }

    /// When everything has ended, the plan carried out.
    fn makespan(queues: &[Queue], takes: &[Take]) -> f64 {
        let taken = |id| takes.iter().any(|take| take.id == id);
        let mut end: f64 = 0.0;
        for queue in queues {
            let idle = Queue {
                tasks: Vec::new(),
                ..queue.clone()
            };
            let mut played = Played::new(&idle);
            for task in &queue.tasks {
                if !taken(task.id) {
                    end = end.max(played.add(*task, 0.0));
                }
            }
            for take in takes.iter().filter(|take| take.to == queue.worker) {
                let task = (queues.iter().flat_map(|queue| &queue.tasks))
                    .find(|task| task.id == take.id)
                    .expect("it is in a queue");
                end = end.max(played.add(*task, task.moving));
            }
        }
        end
    }

    proptest! {
        #[test]
        fn a_plan_takes_each_task_once_from_where_it_is_and_never_makes_the_run_longer(queues in queues()) {
            let takes = rebalance(&queues);
            let mut ids: Vec<u64> = takes.iter().map(|take| take.id).collect();
            ids.sort_unstable();
            ids.dedup();
            prop_assert_eq!(ids.len(), takes.len());
            for take in &takes {
                prop_assert!(take.from != take.to);
                prop_assert!(queues[take.from].tasks.iter().any(|task| task.id == take.id));
                prop_assert!(queues[take.to].tasks.is_empty());
            }
            let (with, without) = (makespan(&queues, &takes), makespan(&queues, &[]));
            prop_assert!(with <= without + 1e-9, "{with} > {without}");
        }
    }
}
