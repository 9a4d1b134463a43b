//! Nested calls of tasks become steps of their own, in evaluation order.
//!
//! A call stays where it is if evaluating it earlier could change what the rest of the statement sees, or if
//! it may not be evaluated at all: under `&&` and `||`, in closures, blocks, branches and macros.

use std::collections::HashMap;

use syn::{BinOp, Expr};

use super::lower::Lowering;
use super::names::{named, task_of};
use super::region::{Use, VarId};
use super::walk::{How, is_assigning};

/// Hoists the calls under `expr`, which itself stays.
pub(super) fn operands(lowering: &mut Lowering<'_>, expr: &mut Expr) {
    let mut rest = Rest::of(lowering, expr);
    if let Expr::Assign(assign) = expr
        && let Some(target) = named(&assign.left)
    {
        // The assignment happens after everything else.
        rest.forget_target(lowering, target);
    }
    if let Expr::Binary(binary) = expr
        && is_assigning(&binary.op)
        && let Some(target) = named(&binary.left)
    {
        rest.forget_target(lowering, target);
    }
    let mut hoist = Hoist { lowering, rest };
    hoist.top(expr);
}

/// Whether a borrow of the expression is a borrow of a temporary, which would end with the statement.
pub(super) fn is_temporary(expr: &Expr) -> bool {
    match expr {
        Expr::Paren(paren) => is_temporary(&paren.expr),
        Expr::Group(group) => is_temporary(&group.expr),
        Expr::Field(field) => is_temporary(&field.base),
        Expr::Path(_) | Expr::Index(_) | Expr::Unary(_) | Expr::Lit(_) | Expr::Reference(_) => {
            false
        }
        _ => true,
    }
}

struct Hoist<'l, 's> {
    lowering: &'l mut Lowering<'s>,
    rest: Rest,
}

impl Hoist<'_, '_> {
    /// The statement's own expression: a call here is the step itself.
    fn top(&mut self, expr: &mut Expr) {
        match expr {
            Expr::Call(call) if self.is_task(call) => {
                call.args.iter_mut().for_each(|arg| self.operand(arg));
            }
            Expr::Try(attempt) => self.top(&mut attempt.expr),
            Expr::Paren(paren) => self.top(&mut paren.expr),
            Expr::Assign(assign) => self.top(&mut assign.right),
            _ => self.inside(expr),
        }
    }

    fn is_task(&self, call: &syn::ExprCall) -> bool {
        task_of(call, &|name| self.lowering.is_bound(name)).is_some()
    }

    fn operand(&mut self, expr: &mut Expr) {
        self.inside(expr);
        let is_node = match &*expr {
            Expr::Call(call) => self.is_task(call),
            Expr::Try(attempt) => matches!(&*attempt.expr, Expr::Call(call) if self.is_task(call)),
            _ => false,
        };
        if is_node && self.rest.lets_go(self.lowering, expr) {
            *expr = self.lowering.hoisted(expr.clone());
        }
    }

    fn inside(&mut self, expr: &mut Expr) {
        match expr {
            Expr::Call(call) => call.args.iter_mut().for_each(|arg| self.operand(arg)),
            Expr::MethodCall(call) => {
                self.operand(&mut call.receiver);
                call.args.iter_mut().for_each(|arg| self.operand(arg));
            }
            Expr::Binary(binary) => {
                let lazy = matches!(binary.op, BinOp::And(_) | BinOp::Or(_));
                self.operand(&mut binary.left);
                if !lazy {
                    self.operand(&mut binary.right);
                }
            }
            Expr::Unary(unary) => self.operand(&mut unary.expr),
            Expr::Paren(paren) => self.operand(&mut paren.expr),
            Expr::Group(group) => self.operand(&mut group.expr),
            Expr::Reference(reference) => self.operand(&mut reference.expr),
            Expr::Field(field) => self.operand(&mut field.base),
            Expr::Index(index) => {
                self.operand(&mut index.expr);
                self.operand(&mut index.index);
            }
            Expr::Tuple(tuple) => tuple.elems.iter_mut().for_each(|e| self.operand(e)),
            Expr::Array(array) => array.elems.iter_mut().for_each(|e| self.operand(e)),
            Expr::Struct(value) => {
                for field in &mut value.fields {
                    self.operand(&mut field.expr);
                }
            }
            Expr::Cast(cast) => self.operand(&mut cast.expr),
            Expr::Try(attempt) => {
                // `f(x)?` as an operand is one node; deeper down, look for others.
                match &mut *attempt.expr {
                    Expr::Call(call) => call.args.iter_mut().for_each(|arg| self.operand(arg)),
                    other => self.operand(other),
                }
            }
            Expr::Assign(assign) => self.operand(&mut assign.right),
            Expr::If(branch) if !matches!(&*branch.cond, Expr::Let(_)) => {
                self.operand(&mut branch.cond);
            }
            Expr::If(branch) => {
                if let Expr::Let(binding) = &mut *branch.cond {
                    self.operand(&mut binding.expr);
                }
            }
            Expr::Match(choice) => self.operand(&mut choice.expr),
            Expr::ForLoop(repeat) => self.operand(&mut repeat.expr),
            _ => {}
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Sort {
    Looks,
    Changes,
    Takes,
}

/// What the parts of a statement that stay in it use.
struct Rest {
    counts: HashMap<(VarId, Sort), i32>,
}

impl Rest {
    fn of(lowering: &mut Lowering<'_>, expr: &Expr) -> Self {
        let uses = lowering.uses_of(expr);
        let mut counts = HashMap::new();
        for (var, sort) in sorts(lowering, &uses) {
            *counts.entry((var, sort)).or_insert(0) += 1;
        }
        Rest { counts }
    }

    fn forget_target(&mut self, lowering: &mut Lowering<'_>, target: &syn::Ident) {
        let path = Expr::Path(syn::ExprPath {
            attrs: Vec::new(),
            qself: None,
            path: target.clone().into(),
        });
        for var in lowering.uses_of(&path).into_keys() {
            if let Some(count) = self.counts.get_mut(&(var, Sort::Changes)) {
                *count -= 1;
            }
        }
    }

    /// Whether `part` may be evaluated before everything else; if so it is no longer part of the rest.
    fn lets_go(&mut self, lowering: &mut Lowering<'_>, part: &Expr) -> bool {
        let uses = lowering.uses_of(part);
        let own = sorts(lowering, &uses);
        let mut left = self.counts.clone();
        for key in &own {
            if let Some(count) = left.get_mut(key) {
                *count -= 1;
            }
        }
        let stays = |var, sort| left.get(&(var, sort)).is_some_and(|&count| count > 0);
        let conflicts = own.iter().any(|&(var, sort)| match sort {
            Sort::Looks => stays(var, Sort::Changes),
            Sort::Changes => {
                stays(var, Sort::Looks) || stays(var, Sort::Changes) || stays(var, Sort::Takes)
            }
            // A value used twice is `Copy`; one that is also borrowed may move here and be gone there.
            Sort::Takes => stays(var, Sort::Looks) || stays(var, Sort::Changes),
        });
        if !conflicts {
            self.counts = left;
        }
        !conflicts
    }
}

fn sorts(
    lowering: &Lowering<'_>,
    uses: &std::collections::BTreeMap<VarId, Vec<Use>>,
) -> Vec<(VarId, Sort)> {
    let mut found = Vec::new();
    for (&var, uses) in uses {
        for one in uses {
            let sort = match &one.how {
                How::Ref | How::Inline => Sort::Looks,
                How::Mut | How::Update | How::Assign => Sort::Changes,
                How::Value => Sort::Takes,
                How::Receiver(method) => {
                    if super::methods::changes(method)
                        || (!super::methods::only_looks(method) && lowering.is_mutable_var(var))
                    {
                        Sort::Changes
                    } else {
                        Sort::Looks
                    }
                }
            };
            found.push((var, sort));
        }
    }
    found
}
