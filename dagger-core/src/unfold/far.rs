//! Loops across workers: the driver unfolds into a recording, which is cut and run whenever it is long enough, or when the driver must know something.
//!
//! What a piece of the recording leaves at home is what its statements would have left. So the next piece begins as if there had been none.
//! `slices` has the rest: `slices::loops` says where nodes run.

use super::capture::{Bound, Captures, Passage};
use super::hazard::Base;
use super::particular::Wishes;
use super::record::Recording;
use super::reference::NodeRef;
use super::table::Table;
use super::window::Stopped;
use crate::cluster::Node;
use crate::frame::Erased;
use crate::lowered::{At, Site};
use crate::slices::{self, Loops, Unfolded};
use crate::{Error, Result};
use std::cell::{Cell, RefCell};

/// So many nodes are cut at once.
const PIECE: usize = 8 * 1024;

const OVERLAP: &str =
    "the loops borrow a variable both as a whole and in parts, or parts of it that overlap";

/// The loops' nodes since the last run.
pub(super) struct Far {
    site: &'static Site,
    node: &'static Node,
    pub(super) recording: RefCell<Recording>,
    loops: RefCell<Loops>,
    carried: RefCell<Vec<Passage>>,
    /// How each variable has been used: as a whole, and in parts.
    used: RefCell<Vec<[bool; 2]>>,
    /// Whether the next node uses a value that may be a borrow.
    borrows: Cell<bool>,
    /// Why everything stays at home from here on.
    stays: Cell<Option<&'static str>>,
    failure: RefCell<Option<Error>>,
    failed: Cell<bool>,
}

impl Far {
    pub(super) fn new(site: &'static Site, node: &'static Node) -> Self {
        Far {
            site,
            node,
            recording: RefCell::default(),
            loops: RefCell::new(Loops::new(node)),
            carried: RefCell::default(),
            used: RefCell::default(),
            borrows: Cell::new(false),
            stays: Cell::new(None),
            failure: RefCell::new(None),
            failed: Cell::new(false),
        }
    }

    /// Adds a node.
    ///
    /// # Errors
    /// When an earlier one has failed, or this one has no place.
    ///
    /// # Safety
    /// As for [`Unfold::node`](super::Unfold::node).
    pub(super) unsafe fn node<C, F, G>(
        &self,
        statement: u32,
        wishes: Option<Box<Wishes>>,
        after: &[NodeRef],
        body: Bound<C, F, G>,
    ) -> Result<(), Stopped>
    where
        C: Captures,
        F: Fn(&At<'_>, &C) -> Result<()>,
        G: Fn(&C, &mut Vec<Passage>),
    {
        if self.failed.get() {
            return Err(Stopped);
        }
        let mut carried = self.carried.borrow_mut();
        carried.clear();
        (body.carried)(&body.captures, &mut carried);
        // What is `Wire` borrows nothing.
        if self.borrows.take() && carried.iter().any(|one| one.room.is_none()) {
            self.stay("its loops use what an earlier node has borrowed");
        }
        let scope = wishes.as_ref().and_then(|wishes| wishes.scope.as_ref());
        let placed = match self.stays.get() {
            None => {
                let ids = self.loops.borrow_mut().places(&carried);
                match ids {
                    Ok(ids) => {
                        let number = self.recording.borrow().statements.len() as u32;
                        let unfolded = Unfolded {
                            number,
                            statement,
                            scope,
                            carried: &carried,
                            make: slices::maker::<C, F, G>(),
                        };
                        // SAFETY: the node has not been let go.
                        unsafe { self.loops.borrow_mut().node(self.site, &unfolded, &ids) }
                    }
                    Err(slices::Overlap) => {
                        self.stay(OVERLAP);
                        self.at_home(statement, scope)
                    }
                }
            }
            Some(_) => self.at_home(statement, scope),
        };
        if let Err(error) = placed {
            // Nodes before this one run, and may fail first.
            self.run();
            self.fail(error);
        }
        if self.failed.get() {
            return Err(Stopped);
        }
        let Bound { captures, run, .. } = body;
        let body = move |at: &At<'_>| run(at, &captures);
        let mut recording = self.recording.borrow_mut();
        // SAFETY: the caller's promise.
        unsafe { recording.node(statement, wishes, after, body) };
        if recording.statements.len() < PIECE {
            return Ok(());
        }
        drop((recording, carried));
        self.run();
        if self.failed.get() {
            return Err(Stopped);
        }
        Ok(())
    }

    /// The next node uses a value that may be a borrow.
    pub(super) fn uses_borrow(&self) {
        self.borrows.set(true);
    }

    /// The next node uses a variable, or a part of it: both cannot be told apart by their addresses.
    pub(super) fn uses(&self, base: Base, whole: bool) {
        let mut used = self.used.borrow_mut();
        let index = base.index();
        if used.len() <= index {
            used.resize(index + 1, [false; 2]);
        }
        let used = &mut used[index];
        used[usize::from(whole)] = true;
        if *used == [true; 2] {
            self.stay(OVERLAP);
        }
    }

    /// Everything stays at home from here on.
    fn stay(&self, why: &'static str) {
        if self.stays.get().is_none() {
            self.run();
            self.stays.set(Some(why));
        }
    }

    /// Whether a node is in its place where everything stays at home.
    fn at_home(&self, statement: u32, scope: Option<&crate::Scope>) -> Result<()> {
        let around = crate::dynamic::current::inherited_scope();
        let Some(scope) = scope.or(around.as_ref()) else {
            return Ok(());
        };
        let (home, peers) = (self.node.rank(), self.node.peers());
        if peers[home].satisfies(scope, home) {
            return Ok(());
        }
        let why = self.stays.get().unwrap_or_default();
        let error = slices::cannot_leave(home, scope, why);
        Err(error.or_origin(self.site.origin(statement)))
    }

    /// Runs what has been recorded, and waits for it.
    pub(super) fn run(&self) {
        let first = {
            let recording = self.recording.borrow();
            if recording.statements.is_empty() {
                return;
            }
            recording.first + recording.statements.len() as u32
        };
        let next = Recording {
            first,
            ..Recording::default()
        };
        let mut recording = self.recording.replace(next);
        let loops = self.loops.replace(Loops::new(self.node));
        if self.failed.get() {
            return;
        }
        let result = if loops.leaves() {
            let nodes: Vec<Erased<'_>> = (0..recording.bodies.len())
                .map(|node| recording.bodies.erased(node))
                .collect();
            // SAFETY: the caller of `Unfold::node` has promised so of each node.
            unsafe { loops.perform(self.site, &nodes, &recording.statements) }
        } else {
            recording.first = 0;
            Table::new(self.site, recording).run()
        };
        if let Err(error) = result {
            self.fail(error);
        }
    }

    fn fail(&self, error: Error) {
        if !self.failed.replace(true) {
            *self.failure.borrow_mut() = Some(error);
        }
    }

    pub(super) fn has_failed(&self) -> bool {
        self.failed.get()
    }

    /// What came of all nodes.
    pub(super) fn outcome(&self) -> Result<()> {
        self.failure.take().map_or(Ok(()), Err)
    }
}
