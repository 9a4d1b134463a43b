//! Where the parallel form finds the variables of one step: rewrites the step's expression.
//!
//! # Why the emitted `unsafe` is sound
//! See [`parallel`](super::parallel), of whose proof this is a part.

use std::collections::HashMap;

use proc_macro2::Ident;
use syn::{Block, Expr, ExprTry};

use super::notes::Calls;
use super::parallel::Parallel;
use super::{arm, attempt, deserves_graph, notes};
use crate::dag::place::taken_too;
use crate::dag::region::{Known, Need, VarId};
use crate::dag::walk::{Action, Captured, How, Occurrence, Visitor, Walker, dereferenced};

impl Rewrite<'_, '_> {
    /// `(*alias)`, or the slot itself for each use of a variable that is changed: then only the serial form
    /// can complain of borrows that overlap, and one mistake gives one error.
    fn place_of(&self, var: VarId, need: Need, one: &Occurrence<'_>) -> Expr {
        if need == Need::Write && !self.renames_only && one.captured == Captured::No {
            let home = self.parallel.home(var);
            return syn::parse_quote!((*unsafe { #home.unique() }));
        }
        dereferenced(&self.parallel.alias(var), one.ident.span())
    }
}

/// Rewrites the uses of variables to where they live.
pub(super) struct Rewrite<'p, 'r> {
    pub(super) parallel: &'p Parallel<'r>,
    pub(super) names: HashMap<String, (VarId, Need)>,
    /// Whether only variables are rewritten: the rest is done by the graph of the arm.
    pub(super) renames_only: bool,
    pub(super) calls: Calls,
}

impl Visitor for Rewrite<'_, '_> {
    fn occurrence(&mut self, one: &Occurrence<'_>) -> Action {
        let Some(&(var, need)) = self.names.get(&one.ident.to_string()) else {
            return Action::Keep;
        };
        if self.parallel.is_natural(var) || matches!(need, Need::Consume | Need::Replace) {
            return Action::Keep;
        }
        let place = Box::new(self.place_of(var, need, one));
        match (&one.how, self.parallel.region.vars[var].known) {
            (How::Value, Known::Unique) if need == Need::Write && !one.projected => {
                Action::Lent(place)
            }
            (How::Value, _) if self.parallel.storage.copied.contains(&var) && !one.projected => {
                Action::At(Box::new(taken_too(&place, one.ident.span())))
            }
            (How::Value, _) => Action::Copied(place),
            _ => Action::At(place),
        }
    }

    fn attempt(&mut self, expr: &mut ExprTry) -> Option<Expr> {
        (!self.renames_only).then(|| attempt(expr))
    }

    fn plain_arm(&mut self, block: &mut Block) {
        if !self.renames_only && self.calls == Calls::Noted {
            notes::in_block(block);
        }
    }

    fn plain_value(&mut self, value: &mut Expr) {
        if !self.renames_only && self.calls == Calls::Noted {
            notes::in_value(value);
        }
    }

    fn arm(&mut self, block: &mut Block) -> Option<Expr> {
        let mut surroundings = self.parallel.context.surroundings.clone();
        for (name, &(var, need)) in &self.names {
            let behind = !self.parallel.is_natural(var) && matches!(need, Need::Read | Need::Write);
            if behind {
                surroundings.known.remove(name);
                surroundings
                    .transparent
                    .insert(self.parallel.alias(var).to_string());
            }
        }
        if self.renames_only || !deserves_graph(block, &surroundings) {
            return None;
        }
        let mut body = block.clone();
        let mut renames = Rewrite {
            parallel: self.parallel,
            names: self.names.clone(),
            renames_only: true,
            calls: self.calls,
        };
        Walker::new(&mut renames).block(&mut body);
        Some(arm(body.stmts, &surroundings))
    }

    fn is_transparent(&self, name: &Ident) -> bool {
        self.parallel
            .context
            .surroundings
            .transparent
            .contains(&name.to_string())
    }
}
