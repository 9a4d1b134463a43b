//! What a statement of a loop says about its nodes: where they must run, and how urgent they are.

use super::Unfold;
use crate::Scope;

/// A node's own wishes, beside what its task says.
#[derive(Debug, Default)]
pub(super) struct Wishes {
    pub(super) scope: Option<Scope>,
    pub(super) priority: Option<i32>,
}

impl Unfold<'_> {
    /// Statements of these loops say where they must run, so that each becomes a node.
    pub fn has_places(&self) {
        self.always.set(true);
        self.goes_far();
        self.inline_left.set(0);
    }

    /// Statements of these loops say how urgent they are.
    pub fn has_priorities(&self) {
        self.has_priorities.set(true);
    }

    /// The next node must run in `scope`.
    pub fn place(&self, scope: Scope) {
        let mut wishes = self.wishes.take().unwrap_or_default();
        wishes.scope = Some(scope);
        self.wishes.set(Some(wishes));
    }

    /// The next node is so urgent.
    pub fn priority(&self, priority: i32) {
        let mut wishes = self.wishes.take().unwrap_or_default();
        wishes.priority = Some(priority);
        self.wishes.set(Some(wishes));
    }
}
