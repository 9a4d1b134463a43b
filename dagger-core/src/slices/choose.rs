//! Which worker each node of a graph runs on.
//!
//! What the statement says is stronger than the options around the graph, and those are stronger than what the task says. Among the workers that are left the
//! placement decides, by its finish-time rule. A node about which nothing is said leaves home only if the models know its tasks and
//! say that it pays; so a graph of unknown tasks runs at home, and is learned from. A node that uses a value that cannot travel stays at home.

use super::cut::Cut;
use super::field::Field;
use super::slice::Slice;
use super::table::{Access, Slices, Use};
use crate::cluster::{Listed, Node, Peer};
use crate::dynamic::current;
use crate::error::{Error, Result};
use crate::frame::Plan;
use crate::lowered::Site;
use crate::scope::{Place, Scope, Unit};
use crate::seam::{Candidate, Decision, Input, Lesson, TaskView};

/// What is asked for a graph.
pub(super) struct Question<'q> {
    pub(super) node: &'static Node,
    pub(super) site: &'static Site,
    pub(super) plan: &'static Plan,
    pub(super) slices: &'static Slices,
    /// What statements say, by node.
    pub(super) scopes: &'q [(u32, Scope)],
    pub(super) fields: &'q [Field],
    /// Whether other processes can enter the graph at all.
    pub(super) travels: bool,
}

/// The graph, cut.
pub(super) struct Answer {
    /// By worker.
    pub(super) slices: Vec<Option<Slice>>,
    /// The nodes that the placement has given to their workers.
    booked: Vec<Option<Booked>>,
}

struct Booked {
    index: usize,
    key: u64,
    name: &'static str,
    input_bytes: u64,
}

/// What is expected of a value: its size, and when it is there.
#[derive(Clone, Copy, Default)]
struct Expected {
    bytes: Option<u64>,
    ready: f64,
}

/// Cuts the graph.
///
/// # Errors
/// When no worker is inside a node's scope, or the node cannot leave home for it. Then nothing is booked.
pub(super) fn choose(question: &Question<'_>) -> Result<Answer> {
    let (node, tables) = (question.node, question.slices);
    let home = node.rank() as u32;
    let values = question.fields.len();
    let outers = usize::from(tables.outers);
    let mut chooser = Chooser {
        question,
        inherited: current::inherited_scope(),
        cut: Cut::new(home, node.size(), values, outers),
        expected: vec![Expected::default(); values],
        booked: Vec::new(),
    };
    for (expected, field) in chooser.expected.iter_mut().zip(&question.fields[..outers]) {
        // SAFETY: no node runs yet.
        expected.bytes = unsafe { field.bytes() };
    }
    for number in 0..tables.uses.len() as u32 {
        if let Err(error) = chooser.node(number) {
            let answer = Answer {
                slices: Vec::new(),
                booked: chooser.booked,
            };
            answer.forget(node);
            return Err(error);
        }
    }
    let tail: Vec<u32> = tables.tail.iter().copied().map(u32::from).collect();
    Ok(Answer {
        slices: chooser.cut.finish(&tail),
        booked: chooser.booked,
    })
}

impl Answer {
    /// How many nodes there are.
    pub(super) fn nodes(&self) -> usize {
        self.booked.len()
    }

    /// The graph does not run after all.
    pub(super) fn forget(&self, node: &Node) {
        for number in 0..self.booked.len() as u32 {
            self.learn(node, number, None);
        }
    }

    /// Tells the placement that a node has ended, after so many seconds if it ran.
    pub(super) fn learn(&self, node: &Node, number: u32, seconds: Option<f64>) {
        if let Some(Some(booked)) = self.booked.get(number as usize) {
            end(node, booked, seconds);
        }
    }
}

fn end(node: &Node, booked: &Booked, seconds: Option<f64>) {
    node.placement().learn(&Lesson::Ended {
        index: booked.index,
        key: booked.key,
        name: booked.name,
        input_bytes: booked.input_bytes,
        count: 1,
        seconds,
        output_bytes: None,
    });
}

struct Chooser<'q> {
    question: &'q Question<'q>,
    inherited: Option<Scope>,
    cut: Cut,
    expected: Vec<Expected>,
    booked: Vec<Option<Booked>>,
}

impl Chooser<'_> {
    fn node(&mut self, number: u32) -> Result<()> {
        let question = self.question;
        let uses = question.slices.uses[number as usize];
        let uses: Vec<Access> = uses.iter().copied().map(Use::access).collect();
        let uses = &uses[..];
        let scope = self.scope(number);
        let (worker, decision, booked) = match &scope {
            Some(scope) => self.inside(number, scope, uses)?,
            None => self.anywhere(number, uses),
        };
        let thread = scope.and_then(|scope| thread(question.node, number, worker, &scope));
        self.cut.node(number, worker, thread, uses);
        for one in uses.iter().filter(|one| one.makes()) {
            let expected = &mut self.expected[one.value as usize];
            if let Some(decision) = &decision {
                // What is changed in place keeps its size where nothing better is known.
                expected.bytes = decision.output_bytes.or(expected.bytes);
                expected.ready = decision.ends;
            }
        }
        self.booked.push(booked);
        Ok(())
    }

    /// What is said about where a node runs.
    fn scope(&self, number: u32) -> Option<Scope> {
        let mut said = self.question.scopes.iter();
        let statement = said.find(|(node, _)| *node == number);
        statement
            .map(|(_, scope)| scope.clone())
            .or_else(|| self.inherited.clone())
            .or_else(|| {
                self.question
                    .slices
                    .placed(number as usize)
                    .and_then(|task| (task.place)())
            })
    }

    /// Why a node cannot leave home, if so.
    fn stays(&self, uses: &[Access]) -> Option<String> {
        if !self.question.travels {
            return Some(match self.question.slices.captured {
                [] => "the graph captures something of the caller's".to_owned(),
                names => format!(
                    "the graph moves a part out of `{}`, or uses it only in a macro or a `match`; give what it needs to a variable of its own \
                     before the graph",
                    names.join("` and `")
                ),
            });
        }
        let of = |one: &&Access| &self.question.fields[one.value as usize];
        let stays = uses.iter().filter(|one| one.is_direct());
        let stays = stays.map(|one| of(&one)).find(|field| !field.travels())?;
        Some(format!(
            "it uses or makes a `{}`, which is not `Wire`",
            stays.type_name()
        ))
    }

    /// A worker inside a scope.
    fn inside(
        &self,
        number: u32,
        scope: &Scope,
        uses: &[Access],
    ) -> Result<(u32, Option<Decision>, Option<Booked>)> {
        let node = self.question.node;
        let here = node.rank();
        let first = self.question.plan.first_nodes[number as usize];
        let origin = || self.question.site.origin(first);
        let mut peers: Vec<&Peer> = node.peers().iter().collect();
        peers.retain(|peer| peer.satisfies(scope, here));
        if peers.is_empty() {
            return Err(Error::unsatisfied(
                Some(origin()),
                scope,
                Listed(node.peers()),
            ));
        }
        if let [only] = peers[..]
            && only.worker == here
        {
            return Ok((here as u32, None, None));
        }
        if let Some(why) = self.stays(uses) {
            peers.retain(|peer| peer.worker == here);
            if peers.is_empty() {
                let error = Error::msg(format!(
                    "it cannot leave worker {here} for the scope `{scope}`: {why}"
                ));
                return Err(error.or_origin(origin()));
            }
        }
        if let [only] = peers[..] {
            return Ok((only.worker as u32, None, None));
        }
        let (worker, decision, booked) = self.decide(number, uses, &peers);
        Ok((worker, Some(decision), Some(booked)))
    }

    /// A worker for a node of which nothing is said.
    fn anywhere(&self, number: u32, uses: &[Access]) -> (u32, Option<Decision>, Option<Booked>) {
        let node = self.question.node;
        let here = node.rank() as u32;
        if self.stays(uses).is_some() {
            return (here, None, None);
        }
        if self.question.slices.tasks[number as usize].is_empty() {
            // An expression is short: it runs where what it needs is.
            let held = uses
                .iter()
                .filter(|one| one.needs())
                .map(|one| self.cut.holders(one.value));
            let away = held
                .filter(|holders| !holders.contains(&here))
                .find_map(|holders| holders.first());
            return (away.copied().unwrap_or(here), None, None);
        }
        let pays = self.may_leave(number, uses);
        let mut peers: Vec<&Peer> = node.peers().iter().collect();
        peers.retain(|peer| pays || peer.worker as u32 == here);
        let (worker, decision, booked) = self.decide(number, uses, &peers);
        (worker, Some(decision), Some(booked))
    }

    /// Whether a node of which nothing is said is known to be long enough for another worker.
    fn may_leave(&self, number: u32, uses: &[Access]) -> bool {
        let node = self.question.node;
        let (here, placement) = (node.rank(), node.placement());
        let view = self.view(number);
        let needed = uses.iter().filter(|one| one.needs());
        let bytes = needed
            .filter_map(|one| self.expected[one.value as usize].bytes)
            .sum();
        let mut others = node.peers().iter().filter(|peer| peer.worker != here);
        placement.knows(&view, bytes)
            && others.any(|peer| placement.pays_to_move(&view, bytes, here, peer.worker))
    }

    /// What the placement is told of a node, without its inputs.
    fn view(&self, number: u32) -> TaskView<'static> {
        let site = self.question.site;
        let first = self.question.plan.first_nodes[number as usize];
        let mut view = TaskView::new(site.name(first), site.priority(first));
        view.here = self.question.node.rank();
        for task in self.question.slices.tasks[number as usize] {
            // A chain of tasks is one piece of work, with a key of its own.
            view.key = view.key.rotate_left(1) ^ task.key;
            view.cost = task.cost.map(|cost| view.cost.unwrap_or(0.0) + cost);
            view.occupancy = view.occupancy.min(task.occupancy);
        }
        view
    }

    fn decide(&self, number: u32, uses: &[Access], peers: &[&Peer]) -> (u32, Decision, Booked) {
        let question = self.question;
        let node = question.node;
        let candidates: Vec<Candidate<'_>> = peers
            .iter()
            .map(|peer| Candidate::new(peer.worker, *peer))
            .collect();
        let needed: Vec<(Expected, Vec<usize>)> = uses
            .iter()
            .filter(|one| one.needs())
            .map(|one| {
                let holders = self.cut.holders(one.value).iter();
                let at = holders.map(|&holder| holder as usize).collect();
                (self.expected[one.value as usize], at)
            })
            .collect();
        let mut inputs = Vec::with_capacity(needed.len());
        let mut input_bytes = 0;
        for (expected, at) in &needed {
            let mut input = Input::new(expected.bytes, at);
            input.ready = expected.ready;
            input_bytes += expected.bytes.unwrap_or(0);
            inputs.push(input);
        }
        let view = self.view(number);
        let view = view.with_inputs(&inputs);
        let decision = node.placement().decide(&view, &candidates);
        // A placement that answers nonsense must not lose the node.
        let chosen = candidates.get(decision.position).unwrap_or(&candidates[0]);
        let booked = Booked {
            index: chosen.index,
            key: view.key,
            name: question
                .site
                .name(question.plan.first_nodes[number as usize]),
            input_bytes,
        };
        (
            peers[decision.position.min(peers.len() - 1)].worker as u32,
            decision,
            booked,
        )
    }
}

/// The thread of a worker that a scope confines a node to, if not all will do.
pub(super) fn thread(node: &Node, number: u32, worker: u32, scope: &Scope) -> Option<u32> {
    let threads = node.peers()[worker as usize].threads;
    let inside = |thread: &usize| {
        let place = Place {
            worker: worker as usize,
            unit: Unit::Thread(*thread),
        };
        scope.contains(place, node.rank())
    };
    let inside: Vec<usize> = (0..threads).filter(inside).collect();
    if inside.len() == threads || inside.is_empty() {
        return None;
    }
    Some(inside[number as usize % inside.len()] as u32)
}
