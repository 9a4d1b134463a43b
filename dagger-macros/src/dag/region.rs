//! A block of statements as data: variables, the steps that use them, and what the whole yields.
//!
//! Made by [`lower`](super::lower), completed by [`access`](super::access), turned into tokens by [`emit`](super::emit).

use std::collections::BTreeMap;

use dagger_ir::{Edge, Node, NodeKind};
use proc_macro2::Span;
use syn::{Attribute, Expr, Ident, Pat};

use super::options::Options;
use super::walk::{Captured, How};

/// Index into [`Region::vars`].
pub(crate) type VarId = usize;

/// Where a variable comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A local of the caller, a parameter, or a `let` of the prologue.
    Outer,
    /// Bound by a step.
    Bound,
    /// The result of a nested call, without a name.
    Temporary,
}

/// What is known of the variable's type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Known {
    Nothing,
    /// `&T`.
    Shared,
    /// `&mut T`.
    Unique,
}

#[derive(Clone, Debug)]
pub(crate) struct Var {
    pub(crate) name: Ident,
    pub(crate) origin: Origin,
    pub(crate) known: Known,
    /// Declared with `mut`, as far as the macro sees.
    pub(crate) mutable: bool,
    /// The tokens to rewrite are `(*name)`, because an outer graph has rewritten them before.
    pub(crate) transparent: bool,
    /// Bound in the prologue: the caller's for the nodes, but no variable of the caller's.
    pub(crate) prologue: bool,
    /// May hold a `&mut` into another variable, so that a use by value may be a reborrow.
    pub(crate) lends: bool,
}

/// One use, as [`Occurrence`](super::walk::Occurrence) reported it.
#[derive(Clone, Debug)]
pub(crate) struct Use {
    pub(crate) how: How,
    pub(crate) path: Vec<String>,
    pub(crate) projected: bool,
    pub(crate) captured: Captured,
    pub(crate) span: Span,
}

/// What a step needs of a variable, all its uses taken together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Need {
    /// A shared reference.
    Read,
    /// A unique reference.
    Write,
    /// The value itself: it moves into the step and ends there.
    Consume,
    /// The value itself, and puts another one in its place.
    Replace,
}

/// What a step does with its expression.
#[derive(Clone, Debug)]
pub(crate) enum Form {
    /// `let pat = expr;`
    Let(Box<Pat>),
    /// The result of a nested call.
    Temporary(VarId),
    /// `expr;`
    Statement,
    /// The value of the whole region.
    Tail(VarId),
}

/// One node of the graph.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) form: Form,
    pub(crate) expr: Expr,
    /// Attributes that rustc is to see.
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) options: Options,
    /// The task that is called, if the step is a call of one.
    pub(crate) callee: Option<syn::Path>,
    /// Whether the call's result is dropped.
    pub(crate) discards: bool,
    pub(crate) kind: NodeKind,
    pub(crate) name: String,
    pub(crate) binding: String,
    pub(crate) span: Span,
    pub(crate) uses: BTreeMap<VarId, Vec<Use>>,
    pub(crate) needs: BTreeMap<VarId, Need>,
    pub(crate) defines: Vec<VarId>,
}

/// What the region yields.
#[derive(Clone, Debug)]
pub(crate) enum Tail {
    Nothing,
    /// The value of the last step.
    Step(VarId),
    /// An expression evaluated after all steps.
    Expr {
        expr: Box<Expr>,
        uses: BTreeMap<VarId, Vec<Use>>,
        needs: BTreeMap<VarId, Need>,
    },
}

/// Two different parts of one variable, and whether each is changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Disjoint {
    pub(crate) var: VarId,
    pub(crate) parts: [(Vec<String>, bool); 2],
}

/// A block, lowered.
#[derive(Clone, Debug)]
pub(crate) struct Region {
    pub(crate) vars: Vec<Var>,
    /// Cheap bindings before the first node, evaluated by the caller.
    pub(crate) prologue: Vec<Step>,
    pub(crate) steps: Vec<Step>,
    pub(crate) tail: Tail,
    /// The nodes and edges for people to look at.
    pub(crate) nodes: Vec<Node>,
    pub(crate) edges: Vec<Edge>,
    /// The tables of the parallel form.
    pub(crate) plan: dagger_ir::Plan,
    /// For each variable, the units that touch it, directly or through a borrow; the tail is one more than the last.
    pub(crate) touched_by: Vec<Vec<usize>>,
    /// For each variable, whether units read it that may run side by side.
    pub(crate) read_side_by_side: Vec<bool>,
    /// For each step, and for the tail, the variables of which it may use a borrow, and whether it may change them through it.
    pub(crate) lent: Vec<Vec<(VarId, bool)>>,
    /// Pairs of parts of one variable that count as independent because they are different fields.
    pub(crate) disjoint: Vec<Disjoint>,
}

impl Region {
    /// The unit of each step.
    pub(crate) fn unit_of(&self) -> Vec<usize> {
        let mut unit_of = vec![0; self.steps.len()];
        for (unit, steps) in self.plan.units.iter().enumerate() {
            for &step in steps {
                unit_of[step as usize] = unit;
            }
        }
        unit_of
    }

    /// Whether some step must run in a particular place.
    pub(crate) fn is_pinned(&self) -> bool {
        self.steps
            .iter()
            .any(|step| step.options.on.is_some() || super::options::has_place(&step.expr))
    }

    /// Whether nothing can ever run side by side, so that no parallel form is needed.
    pub(crate) fn is_serial(&self) -> bool {
        self.plan.is_serial() && !self.is_pinned()
    }
}
