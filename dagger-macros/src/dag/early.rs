//! Names that are used above their definition, with the cycle spelled out where there is one.

use dagger_ir::{Definition, early_uses};
use syn::visit::{self, Visit};
use syn::{Arm, Block, Error, Expr, ExprClosure, ExprForLoop, ExprLet, Ident, Item, Pat, Stmt};

use super::diagnostics as say;
use super::names::bound_names;
use super::walk::{Action, CALLEE, How, Occurrence, Visitor, Walker};

/// Names used above their first `let`, in the statements and in the blocks inside them.
pub(super) fn used_early(stmts: &[Stmt]) -> Vec<Error> {
    let mut errors = among(stmts, &[]);
    if errors.is_empty() {
        let mut blocks = Blocks {
            known: Vec::new(),
            errors: Vec::new(),
        };
        blocks.statements(stmts);
        errors = blocks.errors;
    }
    errors
}

/// Looks at the blocks inside statements: bodies of loops, arms of branches.
struct Blocks {
    /// What is bound around.
    known: Vec<String>,
    errors: Vec<Error>,
}

impl Blocks {
    fn statements(&mut self, stmts: &[Stmt]) {
        let around = self.known.len();
        for stmt in stmts {
            self.visit_stmt(stmt);
            if let Stmt::Local(local) = stmt {
                self.known.extend(name_strings(&local.pat));
            }
        }
        self.known.truncate(around);
    }

    /// With what the pattern binds.
    fn within(&mut self, pat: &Pat, walk: impl FnOnce(&mut Self)) {
        let around = self.known.len();
        self.known.extend(name_strings(pat));
        walk(self);
        self.known.truncate(around);
    }
}

impl<'ast> Visit<'ast> for Blocks {
    fn visit_block(&mut self, block: &'ast Block) {
        self.errors.extend(among(&block.stmts, &self.known));
        self.statements(&block.stmts);
    }

    fn visit_expr_for_loop(&mut self, repeat: &'ast ExprForLoop) {
        self.visit_expr(&repeat.expr);
        self.within(&repeat.pat, |blocks| blocks.visit_block(&repeat.body));
    }

    fn visit_arm(&mut self, arm: &'ast Arm) {
        self.within(&arm.pat, |blocks| visit::visit_arm(blocks, arm));
    }

    fn visit_expr_let(&mut self, condition: &'ast ExprLet) {
        self.visit_expr(&condition.expr);
        // Until the end of the block around, which is more than is so: an error less, never one too many.
        self.known.extend(name_strings(&condition.pat));
    }

    // Whose statements are no tasks.
    fn visit_expr_closure(&mut self, _: &'ast ExprClosure) {}

    fn visit_item(&mut self, _: &'ast Item) {}
}

/// Names used above their first `let` among these statements, unless they are `known` around them.
fn among(stmts: &[Stmt], known: &[String]) -> Vec<Error> {
    let mut uses: Vec<Vec<Ident>> = Vec::new();
    let mut names: Vec<Vec<String>> = Vec::new();
    for stmt in stmts {
        let mut collect = Names(Vec::new());
        let mut bound = Vec::new();
        match stmt {
            Stmt::Local(local) => {
                if let Some(init) = &local.init {
                    Walker::new(&mut collect).value(&mut init.expr.clone());
                }
                bound = name_strings(&local.pat);
            }
            Stmt::Expr(expr, _) => Walker::new(&mut collect).value(&mut expr.clone()),
            Stmt::Macro(mac) => {
                let expr = syn::ExprMacro {
                    attrs: Vec::new(),
                    mac: mac.mac.clone(),
                };
                Walker::new(&mut collect).value(&mut Expr::Macro(expr));
            }
            Stmt::Item(_) => {}
        }
        uses.push(collect.0);
        names.push(bound);
    }
    let used: Vec<Vec<String>> = uses
        .iter()
        .map(|uses| uses.iter().map(ToString::to_string).collect())
        .collect();
    let definitions: Vec<Definition<'_>> = used
        .iter()
        .zip(&names)
        .map(|(used, names)| Definition {
            names: names.iter().map(|name| &**name).collect(),
            uses: used.iter().map(|name| &**name).collect(),
        })
        .collect();
    let mut said = std::collections::HashSet::new();
    early_uses(&definitions)
        .into_iter()
        // `let x = f(x)` means the caller's `x`.
        .filter(|early| early.defined_at != early.user)
        .filter_map(|early| {
            let name = &uses[early.user][early.position];
            if known.contains(&name.to_string()) || !said.insert(name.to_string()) {
                return None;
            }
            let ring = early.cycle.map(|cycle| ring(&cycle.nodes, &names));
            Some(say::used_before(name, ring.as_deref()))
        })
        .collect()
}

/// The names along a cycle, closed: `a`, `b`, `a`.
fn ring(nodes: &[u32], names: &[Vec<String>]) -> Vec<String> {
    let name = |&node: &u32| names[node as usize].first().cloned().unwrap_or_default();
    // The edges lead from a definition to its user; read backwards, each name needs the next.
    let mut ring: Vec<String> = nodes.iter().map(name).collect();
    ring[1..].reverse();
    ring.extend(ring.first().cloned());
    ring
}

fn name_strings(pat: &Pat) -> Vec<String> {
    bound_names(pat).iter().map(ToString::to_string).collect()
}

struct Names(Vec<Ident>);

impl Visitor for Names {
    fn occurrence(&mut self, one: &Occurrence<'_>) -> Action {
        let is_callee = matches!(&one.how, How::Receiver(method) if method == CALLEE);
        if !is_callee {
            self.0.push(one.ident.clone());
        }
        Action::Keep
    }
}
