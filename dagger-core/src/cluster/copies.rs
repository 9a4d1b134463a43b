//! Which copies of values are on other workers because of orders of this one, for the placement.
//!
//! A worker that runs a task of ours keeps copies of its inputs until the task has ended, so they count until its Done or its value comes, and no longer:
//! a copy that is gone must not draw tasks to where it was. Copies that other workers' orders cause are not known here.

use crate::cluster::ids::ById;

/// See the module's page. Under one lock.
#[derive(Debug, Default)]
pub(super) struct Copies {
    orders: ById<Order>,
    /// For each task, how many orders have brought its value to which workers.
    at: ById<Vec<(u32, u32)>>,
}

/// A task of ours on another worker that has not ended.
#[derive(Debug)]
struct Order {
    worker: u32,
    /// Its inputs that it had to be sent.
    inputs: Vec<u64>,
}

impl Copies {
    /// Task `order` goes to a worker to which these tasks' values have to be sent for it.
    pub(super) fn ordered(&mut self, order: u64, worker: u32, inputs: Vec<u64>) {
        if inputs.is_empty() {
            return;
        }
        for &input in &inputs {
            let at = self.at.entry(input).or_default();
            match at.iter_mut().find(|(there, _)| *there == worker) {
                Some((_, count)) => *count += 1,
                None => at.push((worker, 1)),
            }
        }
        self.orders.insert(order, Order { worker, inputs });
    }

    /// Task `order` has ended.
    pub(super) fn ended(&mut self, order: u64) {
        let Some(Order { worker, inputs }) = self.orders.remove(&order) else {
            return;
        };
        for input in inputs {
            let Some(at) = self.at.get_mut(&input) else {
                continue;
            };
            if let Some(entry) = at.iter_mut().find(|(there, _)| *there == worker) {
                entry.1 -= 1;
            }
            at.retain(|&(_, count)| count > 0);
            if at.is_empty() {
                self.at.remove(&input);
            }
        }
    }

    /// The workers that have a copy of this task's value, or are about to.
    pub(super) fn of(&self, input: u64, workers: &mut Vec<usize>) {
        if let Some(at) = self.at.get(&input) {
            workers.extend(at.iter().map(|&(worker, _)| worker as usize));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(copies: &Copies, input: u64) -> Vec<usize> {
        let mut workers = Vec::new();
        copies.of(input, &mut workers);
        workers
    }

    #[test]
    fn copies_count_until_the_last_order_ends() {
        let mut copies = Copies::default();
        copies.ordered(1, 2, vec![10, 11, 10]);
        copies.ordered(2, 2, vec![10]);
        copies.ordered(3, 1, vec![10]);
        copies.ordered(4, 1, vec![]);
        assert_eq!((of(&copies, 10), of(&copies, 11)), (vec![2, 1], vec![2]));
        copies.ended(1);
        assert_eq!((of(&copies, 10), of(&copies, 11)), (vec![2, 1], vec![]));
        copies.ended(1);
        copies.ended(2);
        assert_eq!(of(&copies, 10), [1]);
        copies.ended(3);
        copies.ended(4);
        assert!(copies.at.is_empty() && copies.orders.is_empty());
    }
}
