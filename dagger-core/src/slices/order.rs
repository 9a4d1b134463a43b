//! Which node of the program a slice's node is.

use crate::frame::Plan;

/// Which node of the program a slice's node is.
#[derive(Clone, Copy)]
pub(super) enum Order<'s> {
    /// Of a graph without loops: a unit of its plan.
    Plan(&'static Plan),
    /// Of unfolded loops: by the slice's numbers, each node's place in the program's order and its statement.
    Unfolded(&'s [(u32, u32)]),
}

impl Order<'_> {
    /// A node's place in the program's order.
    pub(super) fn place(self, node: u32) -> u32 {
        match self {
            Order::Plan(plan) => plan.first_nodes[node as usize],
            Order::Unfolded(nodes) => nodes[node as usize].0,
        }
    }

    /// The statement that a node is made of, or its first.
    pub(super) fn statement(self, node: u32) -> u32 {
        match self {
            Order::Plan(plan) => plan.first_nodes[node as usize],
            Order::Unfolded(nodes) => nodes[node as usize].1,
        }
    }
}
