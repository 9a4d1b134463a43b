//! Cheap bindings before the first node are evaluated by the caller: `let mid = v.len() / 2;`.
//!
//! They are no nodes, and what they bind are ordinary locals for the nodes. A binding that borrows
//! from a variable which nodes use directly stays a node, because rustc would see both uses at once.

use std::collections::BTreeSet;

use syn::{BinOp, Expr};

use super::methods;
use super::region::{Form, Origin, Region, Tail, VarId};
use super::walk::{How, is_assigning};

/// Moves the longest possible run of first steps into the prologue.
pub(crate) fn split(region: &mut Region) {
    let mut count = 0;
    for (index, step) in region.steps.iter().enumerate() {
        let Form::Let(_) = step.form else { break };
        let options = &step.options;
        let plain = step.callee.is_none()
            && options.on.is_none()
            && options.priority.is_none()
            && options.name.is_none();
        if !plain || !is_cheap(&step.expr) {
            break;
        }
        if borrows(&step.expr) {
            let later = used_from(region, index + 1);
            let lent = step
                .uses
                .iter()
                .filter(|(_, uses)| uses.iter().any(|u| u.how != How::Value));
            if lent.into_iter().any(|(var, _)| later.contains(var)) {
                break;
            }
        }
        count += 1;
    }
    if count == region.steps.len() {
        // Nothing but cheap bindings: they may as well be nodes, which gives `graph()` something to show.
        return;
    }
    region.prologue = region.steps.drain(..count).collect();
    for step in &region.prologue {
        for &var in &step.defines {
            region.vars[var].origin = Origin::Outer;
            region.vars[var].prologue = true;
        }
    }
}

fn used_from(region: &Region, from: usize) -> BTreeSet<VarId> {
    let mut used: BTreeSet<VarId> = region.steps[from..]
        .iter()
        .flat_map(|step| step.uses.keys().copied())
        .collect();
    if let Tail::Expr { uses, .. } = &region.tail {
        used.extend(uses.keys());
    }
    used
}

/// Whether evaluating the expression is not worth a node.
pub(super) fn is_cheap(expr: &Expr) -> bool {
    match expr {
        Expr::Lit(_) | Expr::Path(_) => true,
        Expr::Paren(paren) => is_cheap(&paren.expr),
        Expr::Group(group) => is_cheap(&group.expr),
        Expr::Field(field) => is_cheap(&field.base),
        Expr::Index(index) => is_cheap(&index.expr) && is_cheap(&index.index),
        Expr::Reference(reference) => is_cheap(&reference.expr),
        Expr::Unary(unary) => is_cheap(&unary.expr),
        Expr::Cast(cast) => is_cheap(&cast.expr),
        Expr::Binary(binary) => {
            !is_assigning(&binary.op)
                && !matches!(binary.op, BinOp::And(_) | BinOp::Or(_))
                && is_cheap(&binary.left)
                && is_cheap(&binary.right)
        }
        Expr::Tuple(tuple) => tuple.elems.iter().all(is_cheap),
        Expr::Range(range) => [&range.start, &range.end]
            .into_iter()
            .flatten()
            .all(|end| is_cheap(end)),
        Expr::MethodCall(call) => {
            let method = call.method.to_string();
            (methods::measures(&method) || methods::divides(&method))
                && is_cheap(&call.receiver)
                && call.args.iter().all(is_cheap)
        }
        _ => false,
    }
}

/// Whether the value of a cheap expression may borrow from a variable named in it.
pub(super) fn borrows(expr: &Expr) -> bool {
    match expr {
        Expr::Reference(_) => true,
        Expr::MethodCall(call) => methods::divides(&call.method.to_string()),
        Expr::Paren(paren) => borrows(&paren.expr),
        Expr::Group(group) => borrows(&group.expr),
        Expr::Field(field) => borrows(&field.base),
        Expr::Tuple(tuple) => tuple.elems.iter().any(borrows),
        Expr::Range(range) => [&range.start, &range.end]
            .into_iter()
            .flatten()
            .any(|end| borrows(end)),
        _ => false,
    }
}
