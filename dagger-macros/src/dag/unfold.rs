//! Loops whose tasks become nodes at run time: what can be said of a block of loops before it is emitted.
//!
//! A block is *unfolded* if a `for` with a task call in it stands among its statements. The statements before the first loop and
//! after the last one are run by the driver itself. Emission is in [`emit`](super::emit).

use std::collections::{BTreeMap, BTreeSet, HashSet};

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::visit::{self, Visit};
use syn::{Block, Expr, Ident, Stmt, UnOp};

use super::jumps;
use super::methods;
use super::names::{bound_names, task_of};
use super::region::{Known, Origin, Use, Var};
use super::walk::{Action, CALLEE, Captured, How, Occurrence, Visitor, Walker};

/// A block cut at its loops.
#[derive(Debug)]
pub(crate) struct Cut {
    pub(crate) prefix: Vec<Stmt>,
    pub(crate) loops: Vec<Stmt>,
    pub(crate) suffix: Vec<Stmt>,
}

/// Cuts a block at its first and last loop with tasks in it; `None` if it has none. A statement that must run in a particular
/// place counts like a loop: the driver does not run it itself.
pub(crate) fn cut(stmts: &[Stmt]) -> Option<Cut> {
    if !has_loop(stmts) {
        return None;
    }
    let made = |stmt: &Stmt| is_task_loop(stmt) || is_placed(stmt);
    let mut first = stmts.iter().position(made)?;
    let mut last = stmts.iter().rposition(made)?;
    // Around a loop that asks for values of its nodes before it goes on, calls become nodes too: they go on meanwhile, and what
    // they bind may be changed by the loop.
    if stmts[first..=last].iter().any(|stmt| !is_for(stmt)) {
        while first > 0 && is_call(&stmts[first - 1]) {
            first -= 1;
        }
        while last + 1 < stmts.len() && is_call(&stmts[last + 1]) {
            last += 1;
        }
    }
    Some(Cut {
        prefix: stmts[..first].to_vec(),
        loops: stmts[first..=last].to_vec(),
        suffix: stmts[last + 1..].to_vec(),
    })
}

/// Whether a statement of the block is a loop with tasks in it.
pub(crate) fn has_loop(stmts: &[Stmt]) -> bool {
    stmts.iter().any(is_task_loop)
}

fn is_for(stmt: &Stmt) -> bool {
    matches!(stmt, Stmt::Expr(Expr::ForLoop(_), _))
}

fn is_task_loop(stmt: &Stmt) -> bool {
    match stmt {
        Stmt::Expr(Expr::ForLoop(repeat), _) => calls_task(&repeat.body),
        Stmt::Expr(Expr::While(repeat), _) => {
            !matches!(&*repeat.cond, Expr::Let(_)) && calls_task(&repeat.body)
        }
        Stmt::Expr(Expr::Loop(repeat), semicolon) => {
            calls_task(&repeat.body) && (semicolon.is_some() || jumps::yields_nothing(repeat))
        }
        _ => false,
    }
}

/// Whether the statement is nothing but a call of a task, with its result bound or dropped.
fn is_call(stmt: &Stmt) -> bool {
    let expr = match stmt {
        Stmt::Local(local) => local.init.as_ref().map(|init| &*init.expr),
        Stmt::Expr(expr, Some(_)) => Some(expr),
        _ => None,
    };
    let call = match expr {
        Some(Expr::Try(attempt)) => &attempt.expr,
        Some(expr) => expr,
        None => return false,
    };
    matches!(call, Expr::Call(call) if task_of(call, &|_| false).is_some())
}

/// Whether a statement that yields no result says where it runs.
fn is_placed(stmt: &Stmt) -> bool {
    let attrs = match stmt {
        Stmt::Local(local) => local.attrs.clone(),
        Stmt::Expr(expr, Some(_)) => super::syntax::take_attributes(&mut expr.clone()),
        _ => return false,
    };
    attrs.iter().any(|attr| attr.path().is_ident("on"))
}

fn calls_task(block: &Block) -> bool {
    struct Calls(bool);
    impl<'ast> Visit<'ast> for Calls {
        fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
            self.0 |= task_of(call, &|_| false).is_some();
            visit::visit_expr_call(self, call);
        }
        fn visit_expr_closure(&mut self, _: &'ast syn::ExprClosure) {}
    }
    let mut calls = Calls(false);
    calls.visit_block(block);
    calls.0
}

/// A variable from outside of the loops.
#[derive(Debug)]
pub(crate) struct Outside {
    pub(crate) var: Var,
    /// Whether the loops change it.
    pub(crate) written: bool,
    /// Whether rustc insists that it is declared `mut`.
    pub(crate) surely_mut: bool,
    /// Whether all uses are of elements reached in the same way, so that each element can be followed on its own.
    pub(crate) by_element: bool,
}

/// The variables from outside that the loops use, by name.
pub(crate) fn outsides(
    loops: &[Stmt],
    known: &std::collections::HashMap<String, (Known, bool)>,
    transparent: &HashSet<String>,
) -> BTreeMap<String, Outside> {
    let mut scan = Scan {
        known,
        transparent,
        found: BTreeMap::new(),
        in_head: false,
    };
    let mut block = Block {
        brace_token: syn::token::Brace::default(),
        stmts: loops.to_vec(),
    };
    Walker::new(&mut scan).block(&mut block);
    scan.found
        .into_iter()
        .map(|(name, seen)| {
            let indexed: BTreeSet<&String> = seen.spines.iter().flatten().collect();
            let whole = seen.spines.iter().any(Option::is_none);
            // The driver computes where an element lies. It waits for nodes that change the whole, but a node that got hold of
            // a part by a loop's head must not be able to change anything on the way.
            let one_step = indexed.first().is_some_and(|spine| {
                spine.matches("[]").count() == 1 && spine.ends_with("[]") && !spine.contains('*')
            });
            let by_element = indexed.len() == 1 && (!whole || one_step && !seen.handed_out);
            let outside = Outside {
                written: seen.written,
                surely_mut: seen.surely_mut && !seen.var.transparent,
                by_element,
                var: seen.var,
            };
            (name, outside)
        })
        .collect()
}

struct Seen {
    var: Var,
    written: bool,
    surely_mut: bool,
    /// Whether a loop's head hands out parts of it to be changed.
    handed_out: bool,
    /// How each use reaches into the variable, up to the last index; `None` for a use without one.
    spines: Vec<Option<String>>,
}

struct Scan<'s> {
    known: &'s std::collections::HashMap<String, (Known, bool)>,
    transparent: &'s HashSet<String>,
    found: BTreeMap<String, Seen>,
    in_head: bool,
}

impl Scan<'_> {
    fn seen(&mut self, ident: &Ident) -> &mut Seen {
        let name = ident.to_string();
        let (known, mutable) = self
            .known
            .get(&name)
            .copied()
            .unwrap_or((Known::Nothing, false));
        let transparent = self.transparent.contains(&name);
        self.found.entry(name).or_insert_with(|| Seen {
            var: Var {
                name: ident.clone(),
                origin: Origin::Outer,
                known,
                mutable,
                transparent,
                prologue: false,
                lends: known == Known::Unique,
            },
            written: false,
            surely_mut: mutable,
            handed_out: false,
            spines: Vec::new(),
        })
    }
}

impl Visitor for Scan<'_> {
    fn place(&mut self, place: &Expr, root: &Ident, how: &How, captured: Captured) -> Option<Expr> {
        let is_callee = matches!(how, How::Receiver(method) if method == CALLEE);
        if is_callee && !self.known.contains_key(&root.to_string()) {
            return None;
        }
        // A length that the driver asks for does not hinder: it waits before it asks.
        let measured = matches!(how, How::Receiver(method) if methods::measures(method));
        let spine = if captured == Captured::No {
            spine(place)
        } else {
            None
        };
        let looks = match how {
            How::Ref | How::Inline => true,
            How::Receiver(method) => methods::only_looks(method),
            _ => false,
        };
        let hands_out = self.in_head && !looks && !measured;
        let seen = self.seen(root);
        seen.handed_out |= hands_out;
        if spine.is_some() || !measured {
            seen.spines.push(spine);
        }
        None
    }

    fn occurrence(&mut self, one: &Occurrence<'_>) -> Action {
        let is_callee = matches!(&one.how, How::Receiver(method) if method == CALLEE);
        if is_callee && !self.known.contains_key(&one.ident.to_string()) {
            return Action::Keep;
        }
        let inline = one.how == How::Inline;
        let changes = !one.projected && matches!(one.how, How::Mut | How::Update | How::Assign);
        let found = Use {
            how: one.how.clone(),
            path: one.path.to_vec(),
            projected: one.projected,
            captured: one.captured,
            span: one.ident.span(),
        };
        let seen = self.seen(one.ident);
        seen.surely_mut |= changes;
        seen.written |= super::access::writes(&found, &seen.var);
        if inline {
            seen.spines.push(None);
        }
        Action::Keep
    }

    fn head(&mut self, entering: bool) {
        self.in_head = entering;
    }

    fn is_transparent(&self, name: &Ident) -> bool {
        self.transparent.contains(&name.to_string())
    }
}

/// How a place expression reaches into its variable, if it does so by an index.
fn spine(place: &Expr) -> Option<String> {
    fn walk(expr: &Expr, out: &mut String) -> usize {
        match expr {
            Expr::Paren(paren) => walk(&paren.expr, out),
            Expr::Group(group) => walk(&group.expr, out),
            Expr::Field(field) => {
                let end = walk(&field.base, out);
                out.push('.');
                out.push_str(&field.member.to_token_stream().to_string());
                end
            }
            Expr::Index(index) => {
                walk(&index.expr, out);
                out.push_str("[]");
                out.len()
            }
            Expr::Unary(unary) if matches!(unary.op, UnOp::Deref(_)) => {
                let end = walk(&unary.expr, out);
                out.push('*');
                end
            }
            _ => 0,
        }
    }
    let mut text = String::new();
    let end = walk(place, &mut text);
    // What lies behind the index counts too: `x[i].boxed` may be elsewhere in memory than `x[i]`.
    (end > 0).then_some(text)
}

/// Whether the tokens mention the name, be it inside a string.
pub(crate) fn mentions(tokens: &TokenStream, name: &str) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == name,
        TokenTree::Group(group) => mentions(&group.stream(), name),
        TokenTree::Literal(literal) => literal.to_string().contains(name),
        TokenTree::Punct(_) => false,
    })
}

/// Whether an iterator hands out integers: `a..b`, `(a..b).rev()`, `(a..b).step_by(n)`.
pub(crate) fn is_range(expr: &Expr) -> bool {
    match expr {
        Expr::Range(_) => true,
        Expr::Paren(paren) => is_range(&paren.expr),
        Expr::Group(group) => is_range(&group.expr),
        Expr::MethodCall(call) => {
            (call.method == "rev" || call.method == "step_by") && is_range(&call.receiver)
        }
        _ => false,
    }
}

/// Whether an iterator may hand out `&mut`.
pub(crate) fn is_mutable(expr: &Expr) -> bool {
    fn any(tokens: TokenStream) -> bool {
        tokens.into_iter().any(|token| match token {
            TokenTree::Ident(ident) => ident == "mut" || methods::changes(&ident.to_string()),
            TokenTree::Group(group) => any(group.stream()),
            _ => false,
        })
    }
    any(expr.to_token_stream())
}

/// How many statements of a loop body use one of the names a pattern binds, the most for any of them.
pub(crate) fn users(body: &Block, pat: &syn::Pat) -> usize {
    fn count(stmts: &[Stmt], name: &str) -> usize {
        stmts
            .iter()
            .map(|stmt| match stmt {
                Stmt::Expr(Expr::ForLoop(inner), _) => {
                    // A loop runs its statements many times.
                    2 * count(&inner.body.stmts, name)
                        + usize::from(mentions(&inner.expr.to_token_stream(), name))
                }
                other => usize::from(mentions(&other.to_token_stream(), name)),
            })
            .sum()
    }
    bound_names(pat)
        .iter()
        .map(|name| count(&body.stmts, &name.to_string()))
        .max()
        .unwrap_or(0)
}

/// Whether what an iterator hands out can only borrow from variables that outlive the loop, as `outlives` says of the
/// names; temporaries in a loop's head do not outlive its nodes.
pub(crate) fn lends_only(head: &Expr, outlives: &dyn Fn(&Ident) -> bool) -> bool {
    let all = |exprs: &mut dyn Iterator<Item = &Expr>| {
        let mut good = true;
        for expr in exprs {
            good &= lends_only(expr, outlives);
        }
        good
    };
    match head {
        Expr::Lit(_) | Expr::Closure(_) => true,
        Expr::Path(path) => super::names::variable_of(path).is_none_or(outlives),
        Expr::Range(_) => true,
        Expr::Binary(_) | Expr::Cast(_) => true,
        Expr::Paren(paren) => lends_only(&paren.expr, outlives),
        Expr::Group(group) => lends_only(&group.expr, outlives),
        Expr::Field(field) => lends_only(&field.base, outlives),
        Expr::Index(index) => lends_only(&index.expr, outlives),
        Expr::Unary(unary) => lends_only(&unary.expr, outlives),
        Expr::Reference(reference) => lends_only(&reference.expr, outlives),
        Expr::MethodCall(call) => {
            passes_on(&call.method.to_string())
                && lends_only(&call.receiver, outlives)
                && all(&mut call.args.iter())
        }
        _ => false,
    }
}

/// Whether a method of that name makes no new owner that its result borrows from.
fn passes_on(method: &str) -> bool {
    const NAMES: [&str; 34] = [
        "iter",
        "iter_mut",
        "into_iter",
        "chunks",
        "chunks_mut",
        "chunks_exact",
        "chunks_exact_mut",
        "rchunks",
        "rchunks_mut",
        "windows",
        "enumerate",
        "zip",
        "rev",
        "skip",
        "take",
        "step_by",
        "copied",
        "cloned",
        "keys",
        "values",
        "values_mut",
        "lines",
        "chars",
        "bytes",
        "split",
        "split_whitespace",
        "split_at",
        "split_at_mut",
        "as_slice",
        "as_mut_slice",
        "as_str",
        "len",
        "filter",
        "chain",
    ];
    NAMES.contains(&method)
}
