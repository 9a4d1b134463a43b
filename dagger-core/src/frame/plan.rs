//! The `const` tables of a static graph: which unit waits for how many, and which comes after which.

/// What the executor of a static graph needs to know, computed during macro expansion.
#[derive(Debug)]
pub struct Plan {
    /// How many units each unit waits for.
    pub joins: &'static [u32],
    /// Where each unit's successors begin in `successors`, and at the end its length.
    pub starts: &'static [u32],
    /// The successors of all units, each unit's most urgent first.
    pub successors: &'static [u32],
    /// The units that wait for nothing, the most urgent first.
    pub sources: &'static [u32],
    /// The first node of each unit, in program order: what decides which of two failures is the earlier.
    pub first_nodes: &'static [u32],
}

impl Plan {
    /// The units that wait for `unit`.
    #[inline]
    pub(super) fn successors_of(&self, unit: u32) -> &'static [u32] {
        let unit = unit as usize;
        &self.successors[self.starts[unit] as usize..self.starts[unit + 1] as usize]
    }
}
