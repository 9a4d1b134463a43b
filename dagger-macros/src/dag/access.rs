//! What every step does to every variable, and from that the order the steps must keep.
//!
//! The serial form is checked by rustc; here is decided what may run in another order or side by side. Whatever
//! is not known counts as the worse case.
//!
//! # Loans
//! What a step makes may borrow from what the step borrowed. So every variable a step defines, and
//! every variable it changes (a borrow can be stored in it), carries the step's *loans*: using the variable later
//! counts as using the lender too. Two uses through the same loan do not conflict, since the
//! borrow checker has proved what one step hands out to be disjoint. A loan ends where the program takes `&mut` of the lender:
//! if the borrower is used after that, rustc has proved that it does not borrow from there.
//!
//! A borrow can also be stored through a shared reference, in a `Mutex` say. A variable whose value is visibly made with
//! such a type gathers loans like one that is changed. What is not seen is such a type made inside a task or by a type of another
//! name: there a task that stores a borrow of one variable in another one, both of this graph, must take the latter by `&mut`.

use std::collections::{BTreeMap, BTreeSet};

use dagger_ir::{Access, Adjacency, Edge, GraphBuilder, Mode, Node, NodeKind, Place, fuse};

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;

use super::methods;
use super::region::{Disjoint, Known, Need, Origin, Region, Step, Tail, Use, Var, VarId};
use super::side_by_side::{readers, side_by_side};
use super::walk::{Captured, How};

/// A borrow that a variable may hold.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Loan {
    place: Place,
    writes: bool,
    /// The step that borrowed.
    origin: u32,
}

/// Fills in needs, edges and the plan.
pub(crate) fn complete(region: &mut Region) {
    find_mutable(region);
    let mut analysis = Analysis::new(region);
    for index in 0..region.steps.len() {
        let mut step = region.steps[index].clone();
        let uses = std::mem::take(&mut step.uses);
        let node = node_of(&step);
        analysis.makes_cell = makes_cell(step.expr.to_token_stream());
        step.needs = analysis.step(index, &uses, &step.defines, &mut region.vars, node);
        step.uses = uses;
        region.steps[index] = step;
    }
    let count = region.steps.len();
    let mut tail = std::mem::replace(&mut region.tail, Tail::Nothing);
    match &mut tail {
        Tail::Nothing => {}
        Tail::Step(var) => analysis.touched.push((*var, count)),
        Tail::Expr { expr, uses, needs } => {
            let start = super::syntax::first_span(expr).start();
            let text = super::syntax::summary(expr);
            let node = Node::owned(
                text,
                "",
                NodeKind::Expression,
                start.line as u32,
                start.column as u32 + 1,
            );
            *needs = analysis.step(count, uses, &[], &mut region.vars, node);
            for (&var, need) in needs.iter_mut() {
                analysis.ease_tail(var, need, uses, &region.vars);
            }
        }
    }
    region.tail = tail;
    analysis.finish(region);
}

struct Analysis {
    builder: GraphBuilder,
    loans: Vec<BTreeSet<Loan>>,
    last_use: Vec<usize>,
    /// Which variables are ever used otherwise than by looking.
    exclusive: Vec<bool>,
    /// Which variables have been used by value before, and not been assigned since.
    is_copy: Vec<bool>,
    /// Which steps touch which variables, directly or through loans.
    touched: Vec<(VarId, usize)>,
    accesses: Vec<Vec<Access>>,
    /// Through loans, by step: which variable, and whether it may be changed.
    lent: Vec<Vec<(VarId, bool)>>,
    /// Which variables may store a borrow through a shared reference.
    cells: Vec<bool>,
    /// Whether the current step makes such a value.
    makes_cell: bool,
}

impl Analysis {
    fn new(region: &Region) -> Self {
        let mut builder = GraphBuilder::new();
        for var in &region.vars {
            builder.variable(match var.origin {
                Origin::Temporary => String::new(),
                _ => var.name.to_string(),
            });
        }
        let mut last_use = vec![0; region.vars.len()];
        let mut exclusive = vec![false; region.vars.len()];
        for (index, step) in region.steps.iter().enumerate() {
            for (&var, uses) in &step.uses {
                last_use[var] = index;
                exclusive[var] |= uses.iter().any(|one| !only_looks(one));
            }
        }
        if let Tail::Expr { uses, .. } = &region.tail {
            for &var in uses.keys() {
                last_use[var] = region.steps.len();
            }
        }
        Analysis {
            builder,
            loans: vec![BTreeSet::new(); region.vars.len()],
            last_use,
            exclusive,
            is_copy: vec![false; region.vars.len()],
            touched: Vec::new(),
            accesses: Vec::new(),
            lent: Vec::new(),
            cells: vec![false; region.vars.len()],
            makes_cell: false,
        }
    }

    fn step(
        &mut self,
        index: usize,
        uses: &BTreeMap<VarId, Vec<Use>>,
        defines: &[VarId],
        vars: &mut [Var],
        node: Node,
    ) -> BTreeMap<VarId, Need> {
        let origin = index as u32;
        let mut accesses = Vec::new();
        let mut needs = BTreeMap::new();
        let mut lent: BTreeSet<Loan> = BTreeSet::new();
        let mut through_loans = Vec::new();
        for (&var, uses) in uses {
            let is_last = self.last_use[var] <= index && !self.is_copy[var];
            let need = need(&vars[var], uses, is_last);
            if uses.iter().any(|one| one.how == How::Assign) {
                self.is_copy[var] = false;
            } else if uses.iter().any(|one| is_value(one) && !one.projected) {
                // If the variable is used again, rustc has proved that this use copied it, and so will the last one.
                self.is_copy[var] = true;
            }
            needs.insert(var, need);
            direct(var, uses, need, &vars[var], &mut accesses);
            for loan in &self.loans[var] {
                let writes = loan.writes && need != Need::Read;
                let mode = if writes { Mode::Write } else { Mode::Read };
                self.touched.push((loan.place.root as usize, index));
                through_loans.push((loan.place.root as usize, writes));
                // What nobody changes or takes cannot be in anybody's way.
                if writes || self.exclusive[loan.place.root as usize] {
                    accesses.push(Access::new(loan.place.clone(), mode).through(loan.origin));
                }
                lent.insert(Loan {
                    writes,
                    ..loan.clone()
                });
            }
            for one in uses.iter().filter(|one| may_lend(one, need)) {
                let place = Place {
                    root: var as u32,
                    path: one.path.iter().cloned().map(Into::into).collect(),
                };
                let writes = need != Need::Read && writes(one, &vars[var]);
                lent.insert(Loan {
                    place,
                    writes,
                    origin,
                });
            }
        }
        self.touched.extend(
            accesses
                .iter()
                .map(|access| (access.place.root as usize, index)),
        );
        self.touched.extend(defines.iter().map(|&var| (var, index)));
        let defined = defines.iter().map(|&var| var as u32).collect();
        self.builder.add_node(node, accesses.clone(), defined);
        self.accesses.push(accesses);
        self.lent.push(through_loans);
        self.end_loans(uses, origin);
        let cell = self.makes_cell || uses.keys().any(|&var| self.cells[var]);
        for &var in defines {
            self.cells[var] = cell;
            vars[var].lends = lent.iter().any(|loan| loan.writes);
            self.loans[var].clone_from(&lent);
        }
        // A caller's variable cannot come to hold a borrow of another one that is changed later: the serial form is a
        // closure, which that borrow would have to outlive.
        let changed: Vec<VarId> = needs
            .iter()
            .filter(|(var, need)| **need != Need::Read || self.cells[**var])
            .map(|(&var, _)| var)
            .filter(|&var| vars[var].origin != Origin::Outer || vars[var].prologue)
            .collect();
        for var in changed {
            for loan in lent.iter().filter(|loan| loan.place.root as usize != var) {
                vars[var].lends |= loan.writes;
                self.loans[var].insert(loan.clone());
            }
        }
        needs
    }

    /// A `&mut` of a place proves that what is used later holds no older borrow of it.
    fn end_loans(&mut self, uses: &BTreeMap<VarId, Vec<Use>>, now: u32) {
        for (&var, uses) in uses {
            for one in uses.iter().filter(|one| one.how == How::Mut) {
                let place = Place {
                    root: var as u32,
                    path: one.path.iter().cloned().map(Into::into).collect(),
                };
                for loans in &mut self.loans {
                    loans.retain(|loan| loan.origin == now || !place.contains(&loan.place));
                }
            }
        }
    }

    /// In the tail nothing outlives the expression, so a variable nobody borrows from can simply be its old self.
    fn ease_tail(
        &self,
        var: VarId,
        need: &mut Need,
        uses: &BTreeMap<VarId, Vec<Use>>,
        vars: &[Var],
    ) {
        let lends = uses.keys().any(|&other| {
            self.loans[other]
                .iter()
                .any(|loan| loan.place.root as usize == var)
        });
        if !lends && vars[var].origin != Origin::Outer {
            *need = Need::Consume;
        }
    }

    fn finish(self, region: &mut Region) {
        let count = region.steps.len();
        let hazards = self.builder.build();
        let reduced = Adjacency::forward(count, hazards.reduced.iter().map(Edge::pair));
        let (steps, plan_of) = (&region.steps, |node: usize| &region.steps[node].options);
        region.plan = fuse::fuse_by(
            &reduced,
            |node| plan_of(node).on.is_none(),
            |node| plan_of(node).literal_priority().unwrap_or(0),
            |node| {
                if steps[node].callee.is_some() {
                    1.0
                } else {
                    0.1
                }
            },
        );
        // A plain name as the result is no node; a computed one is, though the caller evaluates it.
        let shown = match &region.tail {
            Tail::Expr { expr, .. } if super::syntax::is_plain(expr) => count,
            _ => hazards.nodes.len(),
        };
        region.nodes = hazards.nodes;
        region.nodes.truncate(shown);
        region.edges = hazards.reduced;
        region.edges.retain(|edge| (edge.to as usize) < shown);
        let unit_of = region.unit_of();
        let unit = |step: usize| unit_of.get(step).copied().unwrap_or(region.plan.len());
        let mut touched_by = vec![Vec::new(); region.vars.len()];
        for &(var, step) in &self.touched {
            touched_by[var].push(unit(step));
        }
        for units in &mut touched_by {
            units.sort_unstable();
            units.dedup();
        }
        let readers = readers(region, &unit);
        region.read_side_by_side = side_by_side(&region.plan, &readers);
        region.touched_by = touched_by;
        region.disjoint = disjoint(&self.accesses);
        region.lent = self.lent;
    }
}

/// A caller's variable that some step changes directly is declared `mut`, so methods may change it too.
fn find_mutable(region: &mut Region) {
    for (&var, uses) in region.steps.iter().flat_map(|step| &step.uses) {
        let changed =
            |one: &Use| !one.projected && matches!(one.how, How::Mut | How::Update | How::Assign);
        let what = &mut region.vars[var];
        what.mutable |= !what.transparent && uses.iter().any(changed);
    }
}

/// What a step needs of a variable that it uses so.
pub(super) fn need(var: &Var, uses: &[Use], is_last: bool) -> Need {
    let any = |test: &dyn Fn(&Use) -> bool| uses.iter().any(test);
    let changes = any(&|one| writes(one, var));
    match var.known {
        Known::Shared | Known::Unique => {
            return if changes { Need::Write } else { Need::Read };
        }
        Known::Nothing => {}
    }
    let takes = any(&|one| {
        let whole = !one.projected || var.origin != Origin::Outer;
        let by_method = matches!(&one.how, How::Receiver(method)
            if (methods::takes(method) || is_unnamed(method)) && one.captured != Captured::Borrowed);
        whole && (is_value(one) || by_method)
    });
    let assigned = any(&|one| one.how == How::Assign);
    if assigned && any(&|one| is_value(one) && !one.projected) {
        Need::Replace
    } else if is_last && takes && !assigned {
        Need::Consume
    } else if changes {
        Need::Write
    } else {
        Need::Read
    }
}

/// Whether a use takes the variable's value.
fn is_value(one: &Use) -> bool {
    one.how == How::Value && one.captured != Captured::Borrowed
}

/// Whether an expression names a type that can be changed through a shared reference.
fn makes_cell(tokens: TokenStream) -> bool {
    const TYPES: [&str; 15] = [
        "Mutex",
        "RwLock",
        "OnceLock",
        "OnceCell",
        "LazyLock",
        "Cell",
        "RefCell",
        "UnsafeCell",
        "AtomicPtr",
        "channel",
        "sync_channel",
        "unbounded",
        "bounded",
        "SegQueue",
        "ArrayQueue",
    ];
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => TYPES.iter().any(|name| ident == name),
        TokenTree::Group(group) => makes_cell(group.stream()),
        _ => false,
    })
}

/// Whether a use certainly leaves the variable as it is and where it is.
fn only_looks(one: &Use) -> bool {
    match &one.how {
        How::Ref | How::Inline => true,
        How::Receiver(method) => methods::only_looks(method) || methods::measures(method),
        _ => false,
    }
}

/// A `match` or a call of a closure, which may look, change or take.
fn is_unnamed(method: &str) -> bool {
    method.is_empty() || method == super::walk::CALLEE
}

/// Whether a use may change the variable in place.
pub(super) fn writes(one: &Use, var: &Var) -> bool {
    match &one.how {
        How::Mut | How::Update | How::Assign => true,
        How::Value => var.known == Known::Unique,
        How::Receiver(method) => {
            if methods::changes(method) {
                return true;
            }
            let may = var.mutable || var.lends || var.known == Known::Unique;
            may && !methods::only_looks(method) && !methods::measures(method)
        }
        How::Ref | How::Inline => false,
    }
}

/// Whether the result of a step may hold a borrow that this use made.
pub(super) fn may_lend(one: &Use, need: Need) -> bool {
    match &one.how {
        How::Value => one.captured != Captured::No || need == Need::Write,
        How::Inline => false,
        How::Receiver(method) => !methods::measures(method),
        _ => true,
    }
}

fn direct(var: VarId, uses: &[Use], need: Need, what: &Var, accesses: &mut Vec<Access>) {
    let whole = Place::whole(var as u32);
    match need {
        Need::Consume => accesses.push(Access::consume(whole)),
        Need::Replace => accesses.push(Access::write(whole)),
        Need::Read | Need::Write => {
            for one in uses {
                let place = Place {
                    root: var as u32,
                    path: one.path.iter().cloned().map(Into::into).collect(),
                };
                let mode = if need == Need::Write && writes(one, what) {
                    Mode::Write
                } else {
                    Mode::Read
                };
                let access = Access::new(place, mode);
                if !accesses.contains(&access) {
                    accesses.push(access);
                }
            }
        }
    }
}

pub(super) fn node_of(step: &Step) -> Node {
    let start = step.span.start();
    let node = Node::owned(
        step.name.clone(),
        step.binding.clone(),
        step.kind,
        start.line as u32,
        start.column as u32 + 1,
    )
    .with_priority(step.options.literal_priority().unwrap_or(0));
    match &step.options.on {
        Some(on) => node.with_scope(on.text.clone()),
        None => node,
    }
}

/// The parts of variables that the accesses of different steps treat as independent.
fn disjoint(accesses: &[Vec<Access>]) -> Vec<Disjoint> {
    let mut parts: BTreeMap<VarId, Vec<(Vec<String>, bool)>> = BTreeMap::new();
    for access in accesses.iter().flatten().filter(|a| !a.place.is_whole()) {
        let path: Vec<String> = access.place.path.iter().map(ToString::to_string).collect();
        let part = (path, access.mode.is_exclusive());
        let known = parts.entry(access.place.root as usize).or_default();
        if !known.contains(&part) {
            known.push(part);
        }
    }
    let mut found = Vec::new();
    for (var, parts) in parts {
        for (i, a) in parts.iter().enumerate() {
            for b in &parts[i + 1..] {
                let overlap = a.0.starts_with(&b.0) || b.0.starts_with(&a.0);
                if !overlap && (a.1 || b.1) {
                    found.push(Disjoint {
                        var,
                        parts: [a.clone(), b.clone()],
                    });
                }
            }
        }
    }
    found
}
