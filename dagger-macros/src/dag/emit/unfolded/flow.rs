//! Loops, branches and blocks of the driver.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Block, Expr, Stmt};

use super::node::Made;
use super::repeat::Choice;
use super::{Both, Home, Scope, U, Unfolding, quote_all};
use crate::dag::emit::serial::{Arms, Group};
use crate::dag::jumps;
use crate::dag::names::{bindings, bound_names};
use crate::dag::region::{Form, Step};
use crate::dag::unfold;
use crate::dag::walk::root_of;

impl Unfolding<'_> {
    pub(super) fn statement(&mut self, stmt: &Stmt) -> Option<Both> {
        match stmt {
            Stmt::Expr(Expr::ForLoop(repeat), _) => self.for_loop(repeat),
            Stmt::Expr(Expr::While(repeat), _) => {
                self.whole_unless(stmt, |unfolding| unfolding.while_loop(repeat))
            }
            Stmt::Expr(Expr::Loop(repeat), _) => {
                self.whole_unless(stmt, |unfolding| unfolding.endless_loop(repeat))
            }
            Stmt::Expr(expr @ Expr::If(branch), _)
                if self.is_driven(&branch.cond) || jumps::escape(expr) =>
            {
                self.branch(branch)
            }
            Stmt::Expr(Expr::Break(jump), _) if jump.expr.is_some() => None,
            Stmt::Expr(jump @ (Expr::Continue(_) | Expr::Break(_)), _) => Some(Both {
                serial: quote!(#jump;),
                unfolded: quote!(#jump;),
            }),
            Stmt::Item(_) => None,
            _ => self.steps_of(stmt),
        }
    }

    /// A branch that the driver takes.
    fn branch(&mut self, branch: &syn::ExprIf) -> Option<Both> {
        let Choice {
            before,
            cond,
            driven,
        } = self.choice(&branch.cond)?;
        let then = self.block(&branch.then_branch, false)?;
        let otherwise = match &branch.else_branch {
            None => Both::default(),
            Some((_, otherwise)) => match &**otherwise {
                Expr::Block(block) => self.block(&block.block, false)?,
                other => self.statement(&Stmt::Expr(other.clone(), None))?,
            },
        };
        let (serial, unfolded) = (before.serial, before.unfolded);
        let (a, b) = (then.serial, otherwise.serial);
        let (c, d) = (then.unfolded, otherwise.unfolded);
        let (or_b, or_d) = match branch.else_branch {
            None => (None, None),
            Some(_) => (Some(quote!(else { #b })), Some(quote!(else { #d }))),
        };
        Some(Both {
            serial: quote!(#serial if #cond { #a } #or_b),
            unfolded: quote!(#unfolded if #driven { #c } #or_d),
        })
    }

    pub(super) fn block(&mut self, block: &Block, is_loop: bool) -> Option<Both> {
        self.scopes.push(Scope {
            is_loop,
            ..Scope::default()
        });
        let both = self.scoped(block);
        self.scopes.pop();
        both
    }

    pub(super) fn scoped(&mut self, block: &Block) -> Option<Both> {
        let mut out = Both::default();
        for (index, stmt) in block.stmts.iter().enumerate() {
            let rest = quote_all(&block.stmts[index + 1..], &[]);
            self.scopes.last_mut()?.rest = rest;
            let both = self.statement(stmt)?;
            out.serial.extend(both.serial);
            out.unfolded.extend(both.unfolded);
        }
        Some(out)
    }

    fn for_loop(&mut self, repeat: &syn::ExprForLoop) -> Option<Both> {
        self.unfolds = true;
        let (label, pat, head) = (&repeat.label, &repeat.pat, &repeat.expr);
        let range = unfold::is_range(head);
        let mutable_pattern = bindings(pat).iter().any(|one| one.mutability.is_some());
        if mutable_pattern {
            return None;
        }
        let source = self.source(head)?;
        let whole_body = !range && unfold::users(&repeat.body, pat) > 1;
        self.scopes.push(Scope {
            is_loop: true,
            ..Scope::default()
        });
        for name in bound_names(pat) {
            let home = Home::Driver {
                ident: name.clone(),
                copy: range,
                counter: false,
                derived: source.derived.clone(),
                parent: source.parent,
            };
            self.scopes.last_mut()?.names.insert(name.to_string(), home);
        }
        let body = if whole_body {
            // What the loop hands out is used by several statements and may not be `Copy`: a node is a whole turn.
            if crate::dag::check::leaves(&repeat.body) {
                self.scopes.pop();
                return None;
            }
            let body = Expr::Block(syn::ExprBlock {
                attrs: Vec::new(),
                label: None,
                block: repeat.body.clone(),
            });
            self.steps_of(&Stmt::Expr(
                body,
                Some(syn::Token![;](proc_macro2::Span::call_site())),
            ))
        } else {
            self.scoped(&repeat.body)
        };
        self.scopes.pop();
        let body = body?;
        let (serial, unfolded) = (body.serial, body.unfolded);
        let (drain, bound, natural) = (source.drain, source.bound, head);
        let driven = source.head;
        Some(Both {
            serial: quote!(#label for #pat in #natural { #serial }),
            unfolded: quote!(#drain #bound #label for #pat in #driven { #unfolded }),
        })
    }

    /// A statement that is neither a loop nor a branch of the driver's.
    pub(super) fn steps_of(&mut self, stmt: &Stmt) -> Option<Both> {
        if matches!(stmt, Stmt::Expr(expr, _) if jumps::escape(expr)) {
            return None;
        }
        let (vars, steps, _) = self.steps(&without_result(stmt));
        let mut out = Both::default();
        let depth = self.scopes.len();
        self.scopes.push(Scope {
            rest: TokenStream::new(),
            ..Scope::default()
        });
        let first = self.number();
        let known = self.values.len();
        let extended = steps.last().map(extended).unwrap_or_default();
        self.pinned.clear();
        let mut parts = Vec::new();
        for (index, step) in steps.iter().enumerate() {
            let later: TokenStream = steps[index + 1..]
                .iter()
                .map(|step| step.expr.to_token_stream())
                .collect();
            self.scopes[depth].rest = later;
            parts.push(self.step(&vars, step, &extended)?);
        }
        // What the statement binds is the surrounding block's; its temporaries end with it, but may be lent on.
        let inner = self.scopes.pop()?;
        for (name, home) in inner.names {
            if let Home::Value(value) = home {
                self.values[value].scope = depth - 1;
            }
            self.scopes.last_mut()?.names.insert(name, home);
        }
        let after = first + steps.len().saturating_sub(1) as u32;
        let mut group = Group::new(&vars, Arms::Turns, &self.labels, first, after);
        group.steps(&steps);
        out.serial = group.out;
        let pins = self
            .pinned
            .iter()
            .filter(|value| **value < known)
            .map(|value| {
                let home = &self.values[*value].home;
                quote!(#home.pin();)
            });
        let (mut inlined, mut nodes) = (quote!(#(#pins)*), TokenStream::new());
        let mut either = false;
        for part in parts {
            match part {
                Made::Driven(tokens) => out.unfolded.extend(tokens),
                Made::Either {
                    declared,
                    inline,
                    node,
                } => {
                    either = true;
                    out.unfolded.extend(declared);
                    inlined.extend(inline);
                    nodes.extend(node);
                }
            }
        }
        if either {
            out.unfolded
                .extend(quote!(if #U.inline() { #inlined } else { #nodes }));
        }
        Some(out)
    }
}

/// The statement where it is no result of a block, as at the end of one.
pub(super) fn without_result(stmt: &Stmt) -> Stmt {
    let semicolon = syn::Token![;](proc_macro2::Span::call_site());
    match stmt.clone() {
        Stmt::Expr(expr, None) => Stmt::Expr(expr, Some(semicolon)),
        Stmt::Macro(mut mac) => {
            mac.semi_token = Some(semicolon);
            Stmt::Macro(mac)
        }
        other => other,
    }
}

/// The temporary that a `let` borrows, and so keeps alive: `let x = &make();`.
fn extended(step: &Step) -> String {
    match (&step.form, &step.expr) {
        (Form::Let(_), Expr::Reference(reference)) => root_of(&reference.expr)
            .map(ToString::to_string)
            .unwrap_or_default(),
        _ => String::new(),
    }
}
