//! From a checked block to steps: hoists nested calls, finds variables and their uses.
//!
//! What conflicts with what is decided afterwards, in [`access`](super::access).

use std::collections::{BTreeMap, HashMap, HashSet};

use dagger_ir::NodeKind;
use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::{Attribute, Expr, Ident, Pat, Stmt};

use super::hoist;
use super::names::{bindings, task_of};
use super::options::Options;
use super::region::{Form, Known, Origin, Region, Step, Tail, Use, Var, VarId};
use super::syntax::{
    first_span, is_branch, is_unit_loop, outermost_call, summary, take_attributes,
};
use super::walk::{Action, CALLEE, Occurrence, Visitor, Walker};

/// What is known of the surroundings of a block.
#[derive(Clone, Debug, Default)]
pub(crate) struct Surroundings {
    /// Parameters with a type: what their name stands for.
    pub(crate) known: HashMap<String, (Known, bool)>,
    /// Names that stand in the tokens as `(*name)`.
    pub(crate) transparent: HashSet<String>,
}

/// Lowers the statements of a block.
pub(crate) fn lower(stmts: Vec<Stmt>, surroundings: &Surroundings) -> Region {
    let mut lowering = Lowering {
        surroundings,
        vars: Vec::new(),
        visible: HashMap::new(),
        outer: HashMap::new(),
        steps: Vec::new(),
        temporaries: 0,
    };
    let tail = lowering.block(stmts);
    let Lowering { vars, steps, .. } = lowering;
    let mut region = Region {
        vars,
        prologue: Vec::new(),
        steps,
        tail,
        nodes: Vec::new(),
        edges: Vec::new(),
        plan: dagger_ir::Plan::default(),
        touched_by: Vec::new(),
        read_side_by_side: Vec::new(),
        lent: Vec::new(),
        disjoint: Vec::new(),
    };
    super::prologue::split(&mut region);
    super::access::complete(&mut region);
    region
}

/// The steps of one statement that stands by itself, such as in a loop; `temporaries` counts the unnamed results so far.
pub(crate) fn lower_statement(
    stmt: Stmt,
    surroundings: &Surroundings,
    temporaries: &mut usize,
) -> (Vec<Var>, Vec<Step>, Option<Expr>) {
    let mut lowering = Lowering {
        surroundings,
        vars: Vec::new(),
        visible: HashMap::new(),
        outer: HashMap::new(),
        steps: Vec::new(),
        temporaries: *temporaries,
    };
    let tail = match lowering.block(vec![stmt]) {
        Tail::Expr { expr, .. } => Some(*expr),
        _ => None,
    };
    *temporaries = lowering.temporaries;
    (lowering.vars, lowering.steps, tail)
}

pub(super) struct Lowering<'s> {
    surroundings: &'s Surroundings,
    vars: Vec<Var>,
    visible: HashMap<String, VarId>,
    outer: HashMap<String, VarId>,
    steps: Vec<Step>,
    temporaries: usize,
}

impl Lowering<'_> {
    fn block(&mut self, stmts: Vec<Stmt>) -> Tail {
        let count = stmts.len();
        for (index, stmt) in stmts.into_iter().enumerate() {
            let last = index + 1 == count;
            match stmt {
                Stmt::Local(mut local) => {
                    let options = Options::take(&mut local.attrs, &mut Vec::new());
                    if let Some(init) = local.init {
                        self.binding(local.attrs, options, local.pat, *init.expr);
                    }
                }
                Stmt::Expr(expr, None) if last && !is_unit_loop(&expr) => return self.tail(expr),
                Stmt::Expr(expr, _) => self.statement(expr),
                Stmt::Macro(mac) if last && mac.semi_token.is_none() => {
                    return self.tail(Expr::Macro(syn::ExprMacro {
                        attrs: mac.attrs,
                        mac: mac.mac,
                    }));
                }
                Stmt::Macro(mac) => self.statement(Expr::Macro(syn::ExprMacro {
                    attrs: mac.attrs,
                    mac: mac.mac,
                })),
                // Rejected by `check`.
                Stmt::Item(_) => {}
            }
        }
        Tail::Nothing
    }

    fn binding(&mut self, attrs: Vec<Attribute>, options: Options, pat: Pat, mut expr: Expr) {
        self.hoist_operands(&mut expr);
        let uses = self.uses_of(&expr);
        let binding = bindings(&pat)
            .iter()
            .map(|binding| binding.ident.to_string())
            .collect::<Vec<_>>()
            .join(", ");
        let defines = bindings(&pat)
            .into_iter()
            .map(|binding| (binding.ident.clone(), binding.mutability.is_some()))
            .collect::<Vec<_>>();
        let defines = defines
            .into_iter()
            .map(|(ident, mutable)| self.bind(ident, mutable))
            .collect();
        self.push(
            attrs,
            options,
            Form::Let(Box::new(pat)),
            expr,
            binding,
            uses,
            defines,
        );
    }

    fn statement(&mut self, mut expr: Expr) {
        let mut attrs = take_attributes(&mut expr);
        let options = Options::take(&mut attrs, &mut Vec::new());
        self.hoist_operands(&mut expr);
        let uses = self.uses_of(&expr);
        self.push(
            attrs,
            options,
            Form::Statement,
            expr,
            String::new(),
            uses,
            Vec::new(),
        );
    }

    fn tail(&mut self, mut expr: Expr) -> Tail {
        let mut attrs = take_attributes(&mut expr);
        let options = Options::take(&mut attrs, &mut Vec::new());
        self.hoist_operands(&mut expr);
        let uses = self.uses_of(&expr);
        let is_step = is_branch(&expr) || self.callee(&expr).is_some();
        if !is_step {
            return Tail::Expr {
                expr: Box::new(expr),
                uses,
                needs: BTreeMap::new(),
            };
        }
        let var = self.temporary(expr.span());
        self.push(
            attrs,
            options,
            Form::Tail(var),
            expr,
            String::new(),
            uses,
            vec![var],
        );
        Tail::Step(var)
    }

    /// Makes nested calls steps of their own, and gives a borrowed temporary a home that outlives the step.
    fn hoist_operands(&mut self, expr: &mut Expr) {
        hoist::operands(self, expr);
        let mut operand = expr;
        while let Expr::Paren(paren) = operand {
            operand = &mut paren.expr;
        }
        if let Expr::Reference(reference) = operand
            && hoist::is_temporary(&reference.expr)
        {
            let value = (*reference.expr).clone();
            *reference.expr = self.hoisted(value);
        }
    }

    /// Makes the expression a step of its own; returns what stands for its result.
    pub(super) fn hoisted(&mut self, expr: Expr) -> Expr {
        let uses = self.uses_of(&expr);
        let var = self.temporary(expr.span());
        let name = self.vars[var].name.clone();
        self.push(
            Vec::new(),
            Options::default(),
            Form::Temporary(var),
            expr,
            String::new(),
            uses,
            vec![var],
        );
        self.visible.insert(name.to_string(), var);
        Expr::Path(syn::ExprPath {
            attrs: Vec::new(),
            qself: None,
            path: name.into(),
        })
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "the parts of a step, each from another place"
    )]
    fn push(
        &mut self,
        attrs: Vec<Attribute>,
        options: Options,
        form: Form,
        mut expr: Expr,
        binding: String,
        uses: BTreeMap<VarId, Vec<Use>>,
        defines: Vec<VarId>,
    ) {
        let callee = self.callee(&expr).cloned();
        let span = callee.as_ref().map_or_else(
            || first_span(&expr),
            |path| {
                path.segments
                    .last()
                    .map_or_else(Span::call_site, |s| s.ident.span())
            },
        );
        let discards =
            matches!(form, Form::Statement) && matches!(&expr, Expr::Call(_)) && callee.is_some();
        let kind = match &expr {
            _ if callee.is_some() => NodeKind::Task,
            Expr::If(_) | Expr::Match(_) => NodeKind::Branch,
            Expr::ForLoop(_) | Expr::While(_) | Expr::Loop(_) => NodeKind::Loop,
            _ => NodeKind::Expression,
        };
        let name = match (&options.name, &callee) {
            (Some(name), _) => name.value(),
            (None, Some(path)) => path
                .segments
                .last()
                .map(|segment| segment.ident.to_string())
                .unwrap_or_default(),
            (None, None) => summary(&expr),
        };
        if callee.is_some()
            && let Some(Expr::Call(call)) = outermost_call(&mut expr)
        {
            crate::descriptor::call_by_alias(call);
        }
        self.steps.push(Step {
            form,
            expr,
            attrs,
            options,
            callee,
            discards,
            kind,
            name,
            binding,
            span,
            uses,
            needs: BTreeMap::new(),
            defines,
        });
    }

    /// The task that an expression calls outermost: `f(..)`, `f(..)?`, `x = f(..)`.
    fn callee<'e>(&self, expr: &'e Expr) -> Option<&'e syn::Path> {
        match expr {
            Expr::Call(call) => task_of(call, &|name| self.is_bound(name)),
            Expr::Try(attempt) => self.callee(&attempt.expr),
            Expr::Paren(paren) => self.callee(&paren.expr),
            Expr::Group(group) => self.callee(&group.expr),
            Expr::Assign(assign) => self.callee(&assign.right),
            _ => None,
        }
    }

    /// Whether the name is a variable that the block binds.
    pub(super) fn is_bound(&self, name: &Ident) -> bool {
        self.visible.contains_key(&name.to_string())
            || self.surroundings.known.contains_key(&name.to_string())
    }

    /// Whether the variable may be changed through a method.
    pub(super) fn is_mutable_var(&self, var: VarId) -> bool {
        let var = &self.vars[var];
        var.mutable || var.known == Known::Unique
    }

    fn bind(&mut self, name: Ident, mutable: bool) -> VarId {
        self.vars.push(Var {
            name: name.clone(),
            origin: Origin::Bound,
            known: Known::Nothing,
            mutable,
            transparent: false,
            prologue: false,
            lends: false,
        });
        self.visible.insert(name.to_string(), self.vars.len() - 1);
        self.vars.len() - 1
    }

    fn temporary(&mut self, span: Span) -> VarId {
        let name = format!("__dagger_t{}", self.temporaries);
        self.temporaries += 1;
        self.vars.push(Var {
            name: Ident::new(&name, Span::mixed_site().located_at(span)),
            origin: Origin::Temporary,
            known: Known::Nothing,
            mutable: true,
            transparent: false,
            prologue: false,
            lends: false,
        });
        self.vars.len() - 1
    }

    /// The variables an expression uses. New names are the caller's.
    pub(super) fn uses_of(&mut self, expr: &Expr) -> BTreeMap<VarId, Vec<Use>> {
        let mut collect = Collect {
            lowering: self,
            uses: BTreeMap::new(),
        };
        // The walk rewrites nothing that `Collect` does not ask for, but it needs tokens to write to.
        let mut expr = expr.clone();
        Walker::new(&mut collect).statement(&mut expr);
        collect.uses
    }

    fn resolve(&mut self, occurrence: &Occurrence<'_>) -> Option<VarId> {
        let name = occurrence.ident.to_string();
        if let Some(&var) = self.visible.get(&name).or_else(|| self.outer.get(&name)) {
            return Some(var);
        }
        let known = self.surroundings.known.get(&name).copied();
        let is_callee = matches!(&occurrence.how, super::walk::How::Receiver(m) if m == CALLEE);
        if is_callee && known.is_none() {
            return None;
        }
        let (known, mutable) = known.unwrap_or((Known::Nothing, false));
        self.vars.push(Var {
            name: occurrence.ident.clone(),
            origin: Origin::Outer,
            known,
            mutable,
            transparent: self.surroundings.transparent.contains(&name),
            prologue: false,
            lends: known == Known::Unique,
        });
        self.outer.insert(name, self.vars.len() - 1);
        Some(self.vars.len() - 1)
    }
}

struct Collect<'l, 's> {
    lowering: &'l mut Lowering<'s>,
    uses: BTreeMap<VarId, Vec<Use>>,
}

impl Visitor for Collect<'_, '_> {
    fn occurrence(&mut self, occurrence: &Occurrence<'_>) -> Action {
        if let Some(var) = self.lowering.resolve(occurrence) {
            self.uses.entry(var).or_default().push(Use {
                how: occurrence.how.clone(),
                path: occurrence.path.to_vec(),
                projected: occurrence.projected,
                captured: occurrence.captured,
                span: occurrence.ident.span(),
            });
        }
        Action::Keep
    }

    fn is_transparent(&self, name: &Ident) -> bool {
        let name = name.to_string();
        !self.lowering.visible.contains_key(&name)
            && self.lowering.surroundings.transparent.contains(&name)
    }
}
