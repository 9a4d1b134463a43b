//! Loops across workers, at home: where each node runs, and the slices of what has been unfolded.
//!
//! # Where a node runs
//!
//! What its statement says is stronger than the options around the graph. Among the workers that are left, the *owner computes*: the worker that
//! has the first of the places that the node changes. A place that nobody has changed yet goes to the worker with the fewest nodes so far, among those of
//! a scope; a node of which nothing is said goes where what it uses was made, and stays at home if that is here. So under
//! `with_options(Options::new().on(..))` tiles are spread at their first use and then stay.
//!
//! # Places
//!
//! An element that is borrowed, a variable, a value that nodes make: each is a place, known by its address here, and has versions as the values
//! of [`Cut`] have. Places that overlap without being the same cannot be told apart by address: such loops stay at home from there on.

use super::choose;
use super::cut::Cut;
use super::field::Field;
use super::message;
use super::order::Order;
use super::part::Job;
use super::program::{self, Program};
use super::run;
use super::table::Access;
use crate::cluster::{Listed, Node, Peer};
use crate::dynamic::current;
use crate::error::{Error, Result};
use crate::frame::Erased;
use crate::lowered::Site;
use crate::pool::lane;
use crate::scope::Scope;
use crate::unfold::Passage;
use std::collections::BTreeMap;

/// What has been unfolded since the last run, cut as it grows.
#[derive(Debug)]
pub(crate) struct Loops {
    node: &'static Node,
    inherited: Option<Scope>,
    cut: Cut,
    places: Vec<Known>,
    /// Places by their beginning: the end, and the number.
    found: BTreeMap<usize, (usize, u32)>,
    programs: Vec<Program>,
    /// How many nodes each worker has been given.
    load: Vec<u64>,
    /// Whether other workers take part.
    leaves: bool,
}

#[derive(Debug)]
struct Known {
    field: Field,
    /// How many captures lead here.
    captured: usize,
    holders: Option<unsafe fn(*const ()) -> usize>,
    is_changed: bool,
}

/// A node that the driver has made.
pub(crate) struct Unfolded<'n> {
    /// Its place among those since the last run.
    pub(crate) number: u32,
    pub(crate) statement: u32,
    /// What its statement says.
    pub(crate) scope: Option<&'n Scope>,
    pub(crate) carried: &'n [Passage],
    /// The distance of what makes it elsewhere, if that can be.
    pub(crate) make: Option<u64>,
}

/// Two places overlap.
#[derive(Debug)]
pub(crate) struct Overlap;

/// The cluster, if loops that begin here may use other workers: there are some.
pub(crate) fn cluster() -> Option<&'static Node> {
    let node = lane::with(|lane| lane.home()?.node())?;
    (node.size() > 1).then_some(node)
}

/// Whether the options around this point want loops on other workers.
pub(crate) fn around() -> bool {
    if !current::inherits() {
        return false;
    }
    let (Some(node), Some(scope)) = (cluster(), current::inherited_scope()) else {
        return false;
    };
    let here = node.rank();
    let mut inside = node
        .peers()
        .iter()
        .filter(|peer| peer.satisfies(&scope, here));
    let (mut stays, mut leaves) = (false, false);
    inside.by_ref().for_each(|peer| {
        *(if peer.worker == here {
            &mut stays
        } else {
            &mut leaves
        }) = true;
    });
    let is_inside = lane::with(|lane| lane.inside.get());
    leaves && (!stays || scope.names_workers() && !is_inside)
}

impl Loops {
    pub(crate) fn new(node: &'static Node) -> Self {
        Loops {
            node,
            inherited: current::inherited_scope(),
            cut: Cut::new(node.rank() as u32, node.size(), 0, 0),
            places: Vec::new(),
            found: BTreeMap::new(),
            programs: (0..node.size()).map(|_| Program::default()).collect(),
            load: vec![0; node.size()],
            leaves: false,
        }
    }

    /// Whether other workers take part in what has been unfolded.
    pub(crate) fn leaves(&self) -> bool {
        self.leaves
    }

    /// Finds the places of a node; an error if one overlaps another, and then nothing has been added.
    ///
    /// # Errors
    /// When a place overlaps another one.
    pub(crate) fn places(&mut self, carried: &[Passage]) -> Result<Vec<Option<u32>>, Overlap> {
        let mut ids = Vec::with_capacity(carried.len());
        for one in carried {
            let Some((size, how)) = one.shared else {
                ids.push(None);
                continue;
            };
            let id = self.place(one, size)?;
            let place = &mut self.places[id as usize];
            place.captured += 1;
            place.is_changed |= how != super::Use::NEEDS;
            ids.push(Some(id));
        }
        Ok(ids)
    }

    fn place(&mut self, one: &Passage, size: usize) -> Result<u32, Overlap> {
        let start = one.field.place().addr();
        let end = start + size;
        if size == 0 {
            return Err(Overlap);
        }
        if let Some((&before, &(until, id))) = self.found.range(..end).next_back()
            && until > start
        {
            let is_same = (before, until) == (start, end);
            let known = self.places[id as usize].field.type_name() == one.field.type_name();
            return if is_same && known {
                Ok(id)
            } else {
                Err(Overlap)
            };
        }
        // SAFETY: no node runs yet.
        let is_there = unsafe { one.field.is_full() };
        // What the caller has must be there in the end.
        let id = self.cut.value(is_there, one.holders.is_none());
        self.found.insert(start, (end, id));
        self.places.push(Known {
            field: one.field,
            captured: 0,
            holders: one.holders,
            is_changed: false,
        });
        Ok(id)
    }

    /// Adds a node, whose places are these.
    ///
    /// # Errors
    /// When no worker is inside its scope, or it cannot leave home for it.
    ///
    /// # Safety
    /// Nobody uses what goes with the node meanwhile.
    pub(crate) unsafe fn node(
        &mut self,
        site: &'static Site,
        one: &Unfolded<'_>,
        ids: &[Option<u32>],
    ) -> Result<()> {
        let mut uses: Vec<Access> = Vec::with_capacity(ids.len());
        for (carried, id) in one.carried.iter().zip(ids) {
            let (Some((_, how)), Some(value)) = (carried.shared, *id) else {
                continue;
            };
            match uses.iter_mut().find(|one| one.value == value) {
                Some(known) => known.how |= how,
                None => uses.push(Access { value, how }),
            }
        }
        let scope = one.scope.or(self.inherited.as_ref());
        let worker = self
            .worker(one, scope, &uses)
            .map_err(|error| error.or_origin(site.origin(one.statement)))?;
        let thread = scope.and_then(|scope| choose::thread(self.node, one.number, worker, scope));
        let is_home = worker as usize == self.node.rank();
        let number = match one.make {
            Some(make) if !is_home => {
                let at = (one.number, one.statement);
                let program = &mut self.programs[worker as usize];
                // SAFETY: the caller's promise.
                unsafe { program.node(at, make, one.carried, ids) }?
            }
            _ => one.number,
        };
        self.leaves |= !is_home;
        self.load[worker as usize] += 1;
        self.cut.node(number, worker, thread, &uses);
        Ok(())
    }

    /// Where a node runs.
    fn worker(&self, one: &Unfolded<'_>, scope: Option<&Scope>, uses: &[Access]) -> Result<u32> {
        let home = self.node.rank();
        let why = stays(one);
        let Some(scope) = scope else {
            return Ok(if why.is_some() {
                home as u32
            } else {
                self.owner(uses, |_| true).unwrap_or(home as u32)
            });
        };
        let peers = self.node.peers();
        let mut inside: Vec<&Peer> = peers
            .iter()
            .filter(|peer| peer.satisfies(scope, home))
            .collect();
        if inside.is_empty() {
            return Err(Error::unsatisfied(None, scope, Listed(peers)));
        }
        if let Some(why) = why {
            inside.retain(|peer| peer.worker == home);
            if inside.is_empty() {
                return Err(cannot_leave(home, scope, &why));
            }
        }
        if let [only] = inside[..] {
            return Ok(only.worker as u32);
        }
        let is_inside = |worker: u32| inside.iter().any(|peer| peer.worker as u32 == worker);
        let owner = self.owner(uses, is_inside);
        let spread = || {
            inside
                .iter()
                .map(|peer| peer.worker as u32)
                .min_by_key(|&worker| self.load[worker as usize])
        };
        Ok(owner.or_else(spread).unwrap_or(home as u32))
    }

    /// The worker that has the first place that is changed, or else was made the first of what is used: if some node has brought it there.
    fn owner(&self, uses: &[Access], is_inside: impl Fn(u32) -> bool) -> Option<u32> {
        let changed = uses
            .iter()
            .filter(|one| one.needs() && (one.makes() || one.takes()));
        let used = uses.iter().filter(|one| one.needs());
        let has_changed = changed.clone().next().is_some();
        let of = |one: &Access| {
            let holders = self.cut.made_by(one.value)?;
            is_inside(holders).then_some(holders)
        };
        if has_changed {
            return changed.into_iter().find_map(of);
        }
        used.into_iter().find_map(of)
    }

    /// Runs what has been unfolded, on all workers: `nodes` are all nodes, in order, and `statements` theirs.
    ///
    /// # Errors
    /// That of the first node in program order that failed.
    ///
    /// # Safety
    /// The captures of the nodes say all that they use, and may be used on any thread.
    pub(crate) unsafe fn perform(
        self,
        site: &'static Site,
        nodes: &[Erased<'_>],
        statements: &[u32],
    ) -> Result<()> {
        let node = self.node;
        if let Some(error) = node.trouble() {
            return Err(error.clone().or_origin(site.origin(0)));
        }
        // What only nodes of this run have is not needed at home.
        let is_kept = |place: &Known| {
            place.is_changed
                && place
                    .holders
                    // SAFETY: the nodes' captures are there, and so is what they hold.
                    .is_some_and(|holders| unsafe { holders(place.field.place()) } > place.captured)
        };
        let tail: Vec<u32> = (0..)
            .zip(&self.places)
            .filter(|(_, place)| is_kept(place))
            .map(|(id, _)| id)
            .collect();
        let fields: Vec<Field> = self.places.iter().map(|place| place.field).collect();
        let slices = self.cut.finish(&tail);
        let order: Vec<(u32, u32)> = (0..).zip(statements.iter().copied()).collect();
        let job = Job {
            node,
            site,
            order: Order::Unfolded(&order),
            slices: &slices,
            nodes,
            fields: &fields,
        };
        let given = job.given()?;
        let mut programs: Vec<Option<_>> = self
            .programs
            .into_iter()
            .map(|program| Some(program.finish(site)))
            .collect();
        let inherited = current::inherited();
        let mut send = |run, worker: u32, slice: &super::slice::Slice| {
            let program = programs[worker as usize].take().unwrap_or_default();
            let values = slice.given.iter().map(|value| given[value].clone());
            let values = std::iter::once(program).chain(values).collect();
            let inherited = inherited.as_deref();
            message::send_slice(node, worker, run, program::enter, inherited, slice, values);
        };
        // SAFETY: the caller's promise.
        let ended = unsafe { job.perform(&mut send) };
        run::outcome(ended)
    }
}

/// Why a node cannot leave home, if so.
fn stays(one: &Unfolded<'_>) -> Option<String> {
    if one.make.is_none() {
        return Some("it captures something of the caller's that only a macro mentions".to_owned());
    }
    let mut carried = one.carried.iter();
    let stays = carried.find(|one| one.room.is_none())?;
    Some(format!(
        "it uses or makes a `{}`, which is not `Wire`",
        stays.field.type_name()
    ))
}

/// The error of a node that must leave home and cannot.
pub(crate) fn cannot_leave(home: usize, scope: &Scope, why: &str) -> Error {
    Error::msg(format!(
        "it cannot leave worker {home} for the scope `{scope}`: {why}"
    ))
}
