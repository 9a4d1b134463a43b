//! Variables that the driver of loops keeps for itself: `i` in `while i < n { f(&mut v[i]); i += 1; }`.
//!
//! A counter is changed only by statements of its own, `i += 1` or `i = a + b`, whose right side computes with numbers. The driver
//! runs those itself, in program order, and each node gets the value that the counter has when the node is made. So nodes
//! of later turns need not wait for earlier ones just to know which turn it is.
//!
//! What is found here are candidates. Whether they are used in any other way turns out when the statements are emitted.

use std::collections::{BTreeMap, BTreeSet};

use syn::visit::{self, Visit};
use syn::{Expr, Ident, Lit, Pat, Stmt};

use super::names::{bound_names, named};
use super::prologue::is_cheap;
use super::walk::is_assigning;

/// The variables that look like counters, by name.
pub(crate) fn candidates(loops: &[Stmt]) -> BTreeMap<String, Ident> {
    let mut scan = Scan::default();
    for stmt in loops {
        scan.visit_stmt(stmt);
    }
    let Scan {
        changed,
        mut spoilt,
        bound,
    } = scan;
    // A name that means different things in different places is none.
    spoilt.extend(
        bound
            .into_iter()
            .filter(|(_, count)| *count > 1)
            .map(|(name, _)| name),
    );
    changed
        .into_iter()
        .filter(|(name, _)| !spoilt.contains(name))
        .collect()
}

/// The counter that a statement's expression changes, if it is a change such as the driver runs.
pub(crate) fn changed(expr: &Expr) -> Option<&Ident> {
    match expr {
        Expr::Assign(assign) => {
            let target = named(&assign.left)?;
            computes(&assign.right).then_some(target)
        }
        Expr::Binary(binary) if is_assigning(&binary.op) => {
            let target = named(&binary.left)?;
            let steps = matches!(&*binary.right, Expr::Path(_)) || computes(&binary.right);
            steps.then_some(target)
        }
        _ => None,
    }
}

/// Whether the expression computes a number: what is cheap and no mere place, whose value would move.
fn computes(expr: &Expr) -> bool {
    match expr {
        Expr::Lit(lit) => matches!(
            lit.lit,
            Lit::Int(_) | Lit::Float(_) | Lit::Bool(_) | Lit::Char(_)
        ),
        Expr::Paren(paren) => computes(&paren.expr),
        Expr::Binary(_) | Expr::Unary(_) | Expr::Cast(_) => is_cheap(expr),
        _ => false,
    }
}

#[derive(Default)]
struct Scan {
    /// Where each is changed.
    changed: BTreeMap<String, Ident>,
    spoilt: BTreeSet<String>,
    /// How often each name is bound.
    bound: BTreeMap<String, usize>,
}

impl<'ast> Visit<'ast> for Scan {
    fn visit_stmt(&mut self, stmt: &'ast Stmt) {
        if let Stmt::Expr(expr, _) = stmt
            && let Some(name) = changed(expr)
        {
            self.changed.insert(name.to_string(), name.clone());
            return;
        }
        visit::visit_stmt(self, stmt);
    }

    fn visit_expr(&mut self, expr: &'ast Expr) {
        let target = match expr {
            Expr::Assign(assign) => Some(&*assign.left),
            Expr::Binary(binary) if is_assigning(&binary.op) => Some(&*binary.left),
            Expr::Reference(reference) if reference.mutability.is_some() => Some(&*reference.expr),
            _ => None,
        };
        if let Some(name) = target.and_then(named) {
            self.spoilt.insert(name.to_string());
        }
        visit::visit_expr(self, expr);
    }

    fn visit_pat(&mut self, pat: &'ast Pat) {
        for name in bound_names(pat) {
            *self.bound.entry(name.to_string()).or_default() += 1;
        }
    }

    fn visit_item(&mut self, _: &'ast syn::Item) {}
}
