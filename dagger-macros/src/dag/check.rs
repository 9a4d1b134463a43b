//! Rejects what a `dag!` cannot hold. Collects all errors; changes nothing.

use std::cmp::Ordering;

use syn::visit::{self, Visit};
use syn::{Block, Error, Expr, ExprCall, Ident, Member, Stmt};

use super::diagnostics as say;
use super::early::used_early;
use super::names::{bindings, variable_of};
use super::options::Options;
use crate::options::is_option;

/// Everything wrong with the statements of a block.
pub(crate) fn statements(stmts: &[Stmt]) -> Vec<Error> {
    let mut check = Check::default();
    for stmt in stmts {
        check.top_statement(stmt);
        check.visit_stmt(stmt);
    }
    let mut errors = check.errors;
    if errors.is_empty() {
        errors = used_early(stmts);
    }
    errors
}

/// Whether a block holds something that only works where it stands, so that it cannot be a graph of its own.
pub(crate) fn leaves(block: &Block) -> bool {
    let mut check = Check::default();
    for stmt in &block.stmts {
        check.top_statement(stmt);
        check.visit_stmt(stmt);
    }
    !check.errors.is_empty() || !used_early(&block.stmts).is_empty()
}

#[derive(Default)]
struct Check {
    errors: Vec<Error>,
    loops: usize,
    labels: Vec<String>,
    closures: usize,
}

impl Check {
    /// What only the statements of the graph itself may not be.
    fn top_statement(&mut self, stmt: &Stmt) {
        match stmt {
            Stmt::Item(item) => self.errors.push(say::no_item(item)),
            Stmt::Local(local) => {
                match &local.init {
                    None => self.errors.push(say::no_late_init(&local.pat)),
                    Some(init) => {
                        if let Some((_, diverge)) = &init.diverge {
                            self.errors.push(say::no_let_else(diverge));
                        }
                    }
                }
                for binding in bindings(&local.pat) {
                    if let Some(by_ref) = &binding.by_ref {
                        self.errors.push(say::no_ref_pattern(by_ref));
                    }
                }
            }
            _ => {}
        }
    }

    fn options(&mut self, attrs: &[syn::Attribute]) {
        if self.closures > 0 {
            let options = attrs.iter().filter(|attr| is_option(attr));
            self.errors.extend(options.map(say::option_in_closure));
            return;
        }
        let options = Options::take(&mut attrs.to_vec(), &mut self.errors);
        if self.loops == 0
            && let Some(priority) = &options.priority
            && options.literal_priority().is_none()
        {
            self.errors.push(say::priority_must_be_known(priority));
        }
    }

    fn in_loop(&mut self, label: Option<&syn::Label>, walk: impl FnOnce(&mut Self)) {
        self.loops += 1;
        if let Some(label) = label {
            self.labels.push(label.name.ident.to_string());
        }
        walk(self);
        if label.is_some() {
            self.labels.pop();
        }
        self.loops -= 1;
    }

    fn jump(&mut self, at: &Expr, label: Option<&syn::Lifetime>, word: &str) {
        let inside = match label {
            Some(label) => self.labels.iter().any(|known| label.ident == known),
            None => self.loops > 0,
        };
        if !inside {
            self.errors.push(say::leaves_the_block(at, word));
        }
    }
}

impl<'ast> Visit<'ast> for Check {
    fn visit_expr(&mut self, expr: &'ast Expr) {
        match expr {
            Expr::Return(ret) if self.closures == 0 => {
                self.errors
                    .push(say::leaves_the_block(ret.return_token, "return"));
            }
            Expr::Break(brk) if self.closures == 0 => {
                self.jump(expr, brk.label.as_ref(), "break");
                visit::visit_expr(self, expr);
            }
            Expr::Continue(cont) if self.closures == 0 => {
                self.jump(expr, cont.label.as_ref(), "continue");
            }
            Expr::Await(awaited) if self.closures == 0 => {
                self.errors.push(say::no_await(awaited.await_token));
            }
            Expr::Async(block) if self.closures == 0 => {
                self.errors.push(say::no_async(block.async_token, "async"));
            }
            Expr::Yield(yielded) if self.closures == 0 => {
                self.errors
                    .push(say::no_async(yielded.yield_token, "yield"));
            }
            Expr::Call(call) if self.closures == 0 => {
                self.errors.extend(borrowed_twice(call));
                visit::visit_expr_call(self, call);
            }
            Expr::Closure(closure) => {
                self.closures += 1;
                visit::visit_expr(self, &closure.body);
                self.closures -= 1;
            }
            Expr::Block(block) if block.label.is_some() => {
                let loops = std::mem::take(&mut self.loops);
                let label = block.label.as_ref();
                self.in_loop(label, |check| {
                    check.loops = loops;
                    visit::visit_block(check, &block.block);
                    check.loops = loops + 1;
                });
            }
            Expr::While(repeat) => {
                self.visit_expr(&repeat.cond);
                self.in_loop(repeat.label.as_ref(), |check| {
                    check.visit_block(&repeat.body)
                });
            }
            Expr::Loop(repeat) => {
                self.in_loop(repeat.label.as_ref(), |check| {
                    check.visit_block(&repeat.body)
                });
            }
            Expr::ForLoop(repeat) => {
                self.visit_expr(&repeat.expr);
                self.in_loop(repeat.label.as_ref(), |check| {
                    check.visit_block(&repeat.body)
                });
            }
            _ => visit::visit_expr(self, expr),
        }
    }

    fn visit_stmt(&mut self, stmt: &'ast Stmt) {
        match stmt {
            Stmt::Local(local) => {
                self.options(&local.attrs);
                if let Some(init) = &local.init {
                    self.visit_expr(&init.expr);
                    if let Some((_, diverge)) = &init.diverge {
                        self.visit_expr(diverge);
                    }
                }
            }
            Stmt::Expr(expr, _) => {
                let mut taken = expr.clone();
                self.options(&super::syntax::take_attributes(&mut taken));
                self.visit_expr(expr);
            }
            Stmt::Macro(mac) => self.options(&mac.attrs),
            Stmt::Item(_) => {}
        }
    }

    fn visit_item(&mut self, _: &'ast syn::Item) {}
}

/// Arguments of one call that borrow the same place, at least one of them to change it.
///
/// Two elements of one root are left alone: they may well be different ones.
fn borrowed_twice(call: &ExprCall) -> Option<Error> {
    let places: Vec<(Place<'_>, bool, &Expr)> = call
        .args
        .iter()
        .filter_map(|argument| match argument {
            Expr::Reference(reference) => {
                let place = Place::of(&reference.expr)?;
                Some((place, reference.mutability.is_some(), argument))
            }
            _ => None,
        })
        .collect();
    places
        .iter()
        .enumerate()
        .find_map(|(index, (second, changes, at))| {
            let conflict = places[..index]
                .iter()
                .any(|(first, changed, _)| (*changed || *changes) && first.covers(second));
            conflict.then(|| say::borrowed_twice(*at, second.root))
        })
}

/// A variable, and the way to a part of it.
struct Place<'e> {
    root: &'e Ident,
    /// The fields, as far as there is no index between them.
    fields: Vec<String>,
    is_element: bool,
}

impl<'e> Place<'e> {
    fn of(expr: &'e Expr) -> Option<Self> {
        match expr {
            Expr::Path(path) => Some(Place {
                root: variable_of(path)?,
                fields: Vec::new(),
                is_element: false,
            }),
            Expr::Paren(paren) => Place::of(&paren.expr),
            Expr::Field(field) => {
                let mut place = Place::of(&field.base)?;
                if !place.is_element {
                    place.fields.push(match &field.member {
                        Member::Named(name) => name.to_string(),
                        Member::Unnamed(index) => index.index.to_string(),
                    });
                }
                Some(place)
            }
            Expr::Index(index) => {
                let mut place = Place::of(&index.expr)?;
                place.is_element = true;
                Some(place)
            }
            _ => None,
        }
    }

    /// Whether the two surely have something in common.
    fn covers(&self, other: &Place<'_>) -> bool {
        let shared = self.fields.len().min(other.fields.len());
        let shorter_is_element = match self.fields.len().cmp(&other.fields.len()) {
            Ordering::Less => self.is_element,
            Ordering::Equal => self.is_element && other.is_element,
            Ordering::Greater => other.is_element,
        };
        self.root == other.root
            && self.fields[..shared] == other.fields[..shared]
            && !shorter_is_element
    }
}
