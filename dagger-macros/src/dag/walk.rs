//! Finds every use of a variable in an expression, and can rewrite it in place.
//!
//! One traversal serves both the analysis (what does this statement use, and how) and the emission of the parallel
//! form (where does the variable live there), so the two cannot disagree. It knows which names are shadowed by
//! closure parameters, inner `let`s, match arms and loops. It does not know types.

use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{BinOp, Block, Expr, Ident, Pat, Stmt, Token};

use super::names::{bound_names, is_variable};
pub(crate) use super::occurrence::{Action, Captured, How, Occurrence, Visitor};
pub(crate) use super::place::{dereferenced, root_of};

/// The traversal.
pub(crate) struct Walker<'v, V: Visitor + ?Sized> {
    pub(super) visitor: &'v mut V,
    pub(super) scopes: Vec<Vec<String>>,
    pub(super) captured: Captured,
    /// Whether the expression being looked at is the whole statement, so that its blocks are arms.
    at_top: bool,
}

impl<'v, V: Visitor + ?Sized> Walker<'v, V> {
    /// A walker with nothing shadowed.
    pub(crate) fn new(visitor: &'v mut V) -> Self {
        Walker {
            visitor,
            scopes: Vec::new(),
            captured: Captured::No,
            at_top: false,
        }
    }

    /// Walks a whole statement's expression, whose blocks are [arms](Visitor::arm).
    pub(crate) fn statement(&mut self, expr: &mut Expr) {
        self.at_top = true;
        self.value(expr);
        self.at_top = false;
    }

    /// Walks an expression whose value is wanted.
    pub(crate) fn value(&mut self, expr: &mut Expr) {
        if self.is_place(expr) {
            self.at_top = false;
            self.place(expr, How::Value);
        } else {
            self.computed(expr);
        }
    }

    /// Walks an expression that is no variable or part of one.
    pub(super) fn computed(&mut self, expr: &mut Expr) {
        let top = std::mem::replace(&mut self.at_top, false);
        match expr {
            Expr::Field(field) => self.value(&mut field.base),
            Expr::Index(index) => {
                self.value(&mut index.expr);
                self.value(&mut index.index);
            }
            Expr::Unary(unary) => self.value(&mut unary.expr),
            Expr::Reference(reference) => {
                let how = if reference.mutability.is_some() {
                    How::Mut
                } else {
                    How::Ref
                };
                self.place(&mut reference.expr, how);
            }
            Expr::RawAddr(raw) => self.place(&mut raw.expr, How::Update),
            Expr::MethodCall(call) => {
                let method = call.method.to_string();
                self.place(&mut call.receiver, How::Receiver(method));
                call.args.iter_mut().for_each(|arg| self.value(arg));
            }
            Expr::Call(call) => {
                match &mut *call.func {
                    func @ Expr::Path(_) => {
                        self.place(func, How::Receiver(CALLEE.to_owned()));
                    }
                    func => self.place(func, How::Receiver(String::new())),
                }
                call.args.iter_mut().for_each(|arg| self.value(arg));
            }
            Expr::Assign(assign) => {
                self.value(&mut assign.right);
                self.assigned(&mut assign.left);
            }
            Expr::Binary(binary) => {
                if is_assigning(&binary.op) {
                    self.value(&mut binary.right);
                    self.place(&mut binary.left, How::Update);
                } else if is_comparison(&binary.op) {
                    self.place(&mut binary.left, How::Ref);
                    self.place(&mut binary.right, How::Ref);
                } else {
                    self.value(&mut binary.left);
                    self.value(&mut binary.right);
                }
            }
            Expr::Try(_) => self.attempt(expr),
            Expr::Paren(paren) => self.value(&mut paren.expr),
            Expr::Group(group) => self.value(&mut group.expr),
            Expr::Cast(cast) => self.value(&mut cast.expr),
            Expr::Tuple(tuple) => tuple.elems.iter_mut().for_each(|e| self.value(e)),
            Expr::Array(array) => array.elems.iter_mut().for_each(|e| self.value(e)),
            Expr::Repeat(repeat) => self.value(&mut repeat.expr),
            Expr::Range(range) => {
                for end in [&mut range.start, &mut range.end].into_iter().flatten() {
                    self.value(end);
                }
            }
            Expr::Struct(value) => {
                for field in &mut value.fields {
                    // `S { a }` becomes `S { a: <where a lives> }`.
                    if field.colon_token.is_none() {
                        field.colon_token = Some(Token![:](field.member.span()));
                    }
                    self.value(&mut field.expr);
                }
                if let Some(rest) = &mut value.rest {
                    self.place(rest, How::Receiver(String::new()));
                }
            }
            Expr::Return(ret) => ret.expr.iter_mut().for_each(|e| self.value(e)),
            Expr::Break(brk) => brk.expr.iter_mut().for_each(|e| self.value(e)),
            Expr::Await(awaited) => self.value(&mut awaited.base),
            Expr::Macro(mac) => self.macro_call(&mut mac.mac),
            Expr::Closure(_) | Expr::Async(_) => self.closure(expr),
            Expr::Block(block) => self.arm_or_block(top && block.label.is_none(), &mut block.block),
            Expr::Unsafe(block) => self.block(&mut block.block),
            Expr::If(_) | Expr::Match(_) => self.branch(expr, top),
            Expr::Let(_) => self.condition(expr),
            Expr::While(_) | Expr::Loop(_) | Expr::ForLoop(_) => self.repeated(expr),
            _ => {}
        }
    }

    /// Walks a block in its own scope.
    pub(crate) fn block(&mut self, block: &mut Block) {
        self.scopes.push(Vec::new());
        for stmt in &mut block.stmts {
            self.inner_statement(stmt);
        }
        self.scopes.pop();
    }

    fn inner_statement(&mut self, stmt: &mut Stmt) {
        match stmt {
            Stmt::Local(local) => {
                if let Some(init) = &mut local.init {
                    self.value(&mut init.expr);
                    if let Some((_, diverge)) = &mut init.diverge {
                        self.value(diverge);
                    }
                }
                self.bind(&local.pat);
            }
            Stmt::Expr(expr, _) => self.value(expr),
            Stmt::Macro(mac) => self.macro_call(&mut mac.mac),
            Stmt::Item(_) => {}
        }
    }

    /// Makes the names of a pattern shadow outer ones, in the innermost scope.
    pub(super) fn bind(&mut self, pat: &Pat) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.extend(bound_names(pat).iter().map(ToString::to_string));
        }
    }

    pub(super) fn is_shadowed(&self, ident: &Ident) -> bool {
        self.scopes.iter().flatten().any(|name| ident == name)
    }

    fn attempt(&mut self, expr: &mut Expr) {
        let Expr::Try(attempt) = expr else { return };
        self.value(&mut attempt.expr);
        if self.captured == Captured::No
            && let Some(replacement) = self.visitor.attempt(attempt)
        {
            *expr = replacement;
        }
    }

    fn closure(&mut self, expr: &mut Expr) {
        let moves = match expr {
            Expr::Closure(closure) => closure.capture.is_some(),
            Expr::Async(block) => block.capture.is_some(),
            _ => false,
        };
        let outside = self.enter(moves);
        self.scopes.push(Vec::new());
        match expr {
            Expr::Closure(closure) => {
                closure.inputs.iter().for_each(|input| self.bind(input));
                self.value(&mut closure.body);
            }
            Expr::Async(block) => self.block(&mut block.block),
            _ => {}
        }
        self.scopes.pop();
        self.captured = outside;
    }

    fn enter(&mut self, moves: bool) -> Captured {
        let inside = match (self.captured, moves) {
            (Captured::Moved, _) | (_, true) => Captured::Moved,
            _ => Captured::Borrowed,
        };
        std::mem::replace(&mut self.captured, inside)
    }

    fn arm_or_block(&mut self, is_arm: bool, block: &mut Block) {
        if is_arm && let Some(expr) = self.visitor.arm(block) {
            block.stmts = vec![Stmt::Expr(expr, None)];
        } else {
            self.block(block);
        }
    }

    fn arm(&mut self, is_whole: bool, block: &mut Block) {
        if is_whole && let Some(expr) = self.visitor.arm(block) {
            block.stmts = vec![Stmt::Expr(expr, None)];
        } else {
            self.visitor.plain_arm(block);
            self.block(block);
        }
    }

    fn branch(&mut self, expr: &mut Expr, top: bool) {
        self.scopes.push(Vec::new());
        match expr {
            Expr::If(branch) => {
                self.condition(&mut branch.cond);
                // Names that the condition binds are ordinary locals of the arm; an arm is only
                // taken over whole if there are none, since they would look like the graph's variables.
                let plain = self.scopes.last().is_some_and(Vec::is_empty);
                self.arm(top && plain, &mut branch.then_branch);
                self.scopes.pop();
                self.scopes.push(Vec::new());
                if let Some((_, otherwise)) = &mut branch.else_branch {
                    match &mut **otherwise {
                        Expr::Block(body) if body.label.is_none() => self.arm(top, &mut body.block),
                        otherwise => {
                            self.at_top = top;
                            self.value(otherwise);
                            self.at_top = false;
                        }
                    }
                }
            }
            Expr::Match(choice) => {
                self.place(&mut choice.expr, How::Receiver(String::new()));
                for arm in &mut choice.arms {
                    self.scopes.push(Vec::new());
                    self.bind(&arm.pat);
                    if let Pat::Guard(guarded) = &mut arm.pat {
                        self.condition(&mut guarded.guard);
                    }
                    let plain = self.scopes.last().is_some_and(Vec::is_empty);
                    match &mut *arm.body {
                        Expr::Block(body) if body.label.is_none() => {
                            self.arm(top && plain, &mut body.block);
                        }
                        body => {
                            self.visitor.plain_value(body);
                            self.value(body);
                        }
                    }
                    self.scopes.pop();
                }
            }
            _ => {}
        }
        self.scopes.pop();
    }

    /// A condition, whose `let`s bind into the innermost scope.
    fn condition(&mut self, expr: &mut Expr) {
        match expr {
            Expr::Let(binding) => {
                self.place(&mut binding.expr, How::Receiver(String::new()));
                self.bind(&binding.pat);
            }
            Expr::Binary(binary) if matches!(binary.op, BinOp::And(_)) => {
                self.condition(&mut binary.left);
                self.condition(&mut binary.right);
            }
            _ => self.value(expr),
        }
    }

    fn repeated(&mut self, expr: &mut Expr) {
        self.scopes.push(Vec::new());
        match expr {
            Expr::While(repeat) => {
                self.condition(&mut repeat.cond);
                self.block(&mut repeat.body);
            }
            Expr::Loop(repeat) => self.block(&mut repeat.body),
            Expr::ForLoop(repeat) => {
                self.visitor.head(true);
                self.value(&mut repeat.expr);
                self.visitor.head(false);
                self.bind(&repeat.pat);
                self.block(&mut repeat.body);
            }
            _ => {}
        }
        self.scopes.pop();
    }

    fn assigned(&mut self, left: &mut Expr) {
        match left {
            Expr::Tuple(tuple) => tuple.elems.iter_mut().for_each(|e| self.assigned(e)),
            Expr::Array(array) => array.elems.iter_mut().for_each(|e| self.assigned(e)),
            Expr::Paren(paren) => self.assigned(&mut paren.expr),
            Expr::Struct(value) => {
                for field in &mut value.fields {
                    self.assigned(&mut field.expr);
                }
            }
            Expr::Call(call) => call.args.iter_mut().for_each(|e| self.assigned(e)),
            Expr::Path(_) => self.place(left, How::Assign),
            Expr::Infer(_) | Expr::Range(_) => {}
            _ => self.place(left, How::Update),
        }
    }

    /// A macro call: see [`macros`](super::macros).
    fn macro_call(&mut self, mac: &mut syn::Macro) {
        super::macros::walk(self, mac);
    }

    /// Reports a use that sits inside a literal or among raw tokens.
    pub(super) fn token_use(&mut self, ident: &Ident, how: How) -> Action {
        if !is_variable(ident) || self.is_shadowed(ident) {
            return Action::Keep;
        }
        self.visitor.occurrence(&Occurrence {
            ident,
            path: &[],
            how,
            projected: false,
            captured: self.captured,
        })
    }

    /// Walks expressions that a nested macro keeps for later, as a closure would.
    pub(super) fn as_captured(&mut self, walk: impl FnOnce(&mut Self)) {
        let outside = self.enter(true);
        self.scopes.push(Vec::new());
        walk(self);
        self.scopes.pop();
        self.captured = outside;
    }

    /// Walks a list of expressions, places among them being used as `how` says.
    pub(super) fn list(&mut self, exprs: &mut Punctuated<Expr, Token![,]>, how: &How) {
        for expr in exprs {
            self.argument(expr, how.clone());
        }
    }

    /// One argument of a macro. `name = value` names a formatted argument; the name is no variable.
    pub(super) fn argument(&mut self, expr: &mut Expr, how: How) {
        match expr {
            Expr::Assign(assign) => self.place(&mut assign.right, how),
            _ => self.place(expr, how),
        }
    }
}

/// Marks the callee of a call among receivers: a name there is a variable only if it is bound.
pub(crate) const CALLEE: &str = "()";

/// Whether the operator is one of `+=`, `-=` and so on.
pub(crate) fn is_assigning(op: &BinOp) -> bool {
    matches!(
        op,
        BinOp::AddAssign(_)
            | BinOp::SubAssign(_)
            | BinOp::MulAssign(_)
            | BinOp::DivAssign(_)
            | BinOp::RemAssign(_)
            | BinOp::BitXorAssign(_)
            | BinOp::BitAndAssign(_)
            | BinOp::BitOrAssign(_)
            | BinOp::ShlAssign(_)
            | BinOp::ShrAssign(_)
    )
}

fn is_comparison(op: &BinOp) -> bool {
    matches!(
        op,
        BinOp::Eq(_) | BinOp::Ne(_) | BinOp::Lt(_) | BinOp::Le(_) | BinOp::Gt(_) | BinOp::Ge(_)
    )
}
