//! The driver of a simulated run: what it keeps, and how it submits a node.

use crate::program::{Node, Program};
use dagger_core::dispatch::{Argument, Dispatch, Report, ValueId};
use dagger_core::placement::Learned;
use dagger_core::seam::{Candidate, TaskView};
use dagger_core::{Error, Result};
use std::collections::VecDeque;

/// The driver's state.
pub(crate) struct Driver {
    pub(crate) dispatch: Dispatch,
    pub(crate) inbox: Vec<(usize, Report)>,
    /// The value each variable has now.
    pub(crate) current: Vec<Option<ValueId>>,
    /// Nodes about to be submitted.
    pub(crate) next: VecDeque<Node>,
    pub(crate) exhausted: bool,
    pub(crate) awake: bool,
    pub(crate) free_at: f64,
    pub(crate) busy: f64,
    pub(crate) rebalanced: f64,
}

impl Driver {
    /// A node as an expanded `dag!` would submit it: variables become the values they have now.
    pub(crate) fn submit(
        &mut self,
        node: &Node,
        program: &dyn Program,
        keys: &[u64],
        placement: &Learned,
        candidates: &[Candidate<'_>],
    ) -> Result<ValueId> {
        let mut few = [Argument::read(ValueId::from_bits(0)); 8];
        let mut many = Vec::new();
        let count = node.reads.len() + usize::from(node.in_place);
        let inputs = if count <= few.len() {
            &mut few[..count]
        } else {
            many.resize(count, few[0]);
            &mut many[..]
        };
        let unmade = || Error::msg("a node reads a variable that nobody has made");
        for (input, &variable) in inputs.iter_mut().zip(&node.reads) {
            *input = Argument::read(self.current[variable as usize].ok_or_else(unmade)?);
        }
        let old = self.current[node.writes as usize];
        if node.in_place {
            inputs[count - 1] = Argument::take(old.ok_or_else(unmade)?);
        }
        let mut task = TaskView::new(program.tasks()[node.task], node.priority);
        task.key = keys[node.task];
        let id = self.dispatch.submit(placement, candidates, &task, inputs)?;
        if let Some(old) = old
            && !node.in_place
        {
            self.dispatch.release(old);
        }
        self.current[node.writes as usize] = Some(id);
        Ok(id)
    }
}
