//! `break` and `continue` that leave an expression: such an expression cannot be a node, nor can it be moved.

use syn::visit::{self, Visit};
use syn::{Block, Expr, Lifetime};

/// Whether the expression jumps to a loop or a block around it.
pub(crate) fn escape(expr: &Expr) -> bool {
    let mut jumps = Jumps::default();
    jumps.visit_expr(expr);
    jumps.escapes
}

/// Whether a `loop` is left by a `break` without a value, so that it yields `()`.
pub(crate) fn yields_nothing(repeat: &syn::ExprLoop) -> bool {
    let mut jumps = Jumps::default();
    jumps.visit_block(&repeat.body);
    jumps.breaks && !breaks_with_value(&repeat.body)
}

/// Whether a block breaks a loop with a value.
pub(crate) fn breaks_with_value(block: &Block) -> bool {
    struct Values(bool);
    impl<'ast> Visit<'ast> for Values {
        fn visit_expr_break(&mut self, jump: &'ast syn::ExprBreak) {
            self.0 |= jump.expr.is_some();
        }
        fn visit_expr_closure(&mut self, _: &'ast syn::ExprClosure) {}
    }
    let mut values = Values(false);
    values.visit_block(block);
    values.0
}

#[derive(Default)]
struct Jumps {
    escapes: bool,
    /// Whether one of those that escape is a `break`.
    breaks: bool,
    loops: usize,
    labels: Vec<String>,
}

impl Jumps {
    fn jump(&mut self, label: Option<&Lifetime>) {
        self.escapes |= match label {
            Some(label) => !self.labels.iter().any(|known| label.ident == known),
            None => self.loops == 0,
        };
    }

    fn inside(&mut self, label: Option<&syn::Label>, loops: usize, block: &Block) {
        self.labels
            .extend(label.map(|label| label.name.ident.to_string()));
        self.loops += loops;
        visit::visit_block(self, block);
        self.loops -= loops;
        if label.is_some() {
            self.labels.pop();
        }
    }
}

impl<'ast> Visit<'ast> for Jumps {
    fn visit_expr(&mut self, expr: &'ast Expr) {
        match expr {
            Expr::Break(jump) => {
                let before = self.escapes;
                self.escapes = false;
                self.jump(jump.label.as_ref());
                self.breaks |= self.escapes;
                self.escapes |= before;
            }
            Expr::Continue(jump) => self.jump(jump.label.as_ref()),
            Expr::While(repeat) => {
                self.visit_expr(&repeat.cond);
                self.inside(repeat.label.as_ref(), 1, &repeat.body);
            }
            Expr::Loop(repeat) => self.inside(repeat.label.as_ref(), 1, &repeat.body),
            Expr::ForLoop(repeat) => {
                self.visit_expr(&repeat.expr);
                self.inside(repeat.label.as_ref(), 1, &repeat.body);
            }
            Expr::Block(block) => self.inside(block.label.as_ref(), 0, &block.block),
            Expr::Closure(_) | Expr::Async(_) => return,
            _ => {}
        }
        if !matches!(
            expr,
            Expr::While(_) | Expr::Loop(_) | Expr::ForLoop(_) | Expr::Block(_)
        ) {
            visit::visit_expr(self, expr);
        }
    }

    fn visit_item(&mut self, _: &'ast syn::Item) {}
}
