//! A use of a variable, as the [walk](super::walk) reports it, and what to put in its place.

use syn::{Block, Expr, ExprTry, Ident};

/// How an expression uses a variable, as far as the syntax tells.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum How {
    /// `&x`, an operand of a comparison, a formatted argument.
    Ref,
    /// `&mut x`.
    Mut,
    /// `x += 1`, `x[i] = 1`: changed in place by an operator or through a projection.
    Update,
    /// `x = ..`.
    Assign,
    /// `x` where a value is wanted.
    Value,
    /// `x.method()`: rustc decides what the method needs. Also `match x` and `x(..)`, without a name.
    Receiver(String),
    /// `"{x}"`: cannot be rewritten, only read.
    Inline,
}

/// One use of one variable.
#[derive(Debug)]
pub(crate) struct Occurrence<'a> {
    pub(crate) ident: &'a Ident,
    /// Fields from the variable inwards, up to the first index or dereference.
    pub(crate) path: &'a [String],
    pub(crate) how: How,
    /// Whether the use is of a part: a field, an element, what a reference points to.
    pub(crate) projected: bool,
    pub(crate) captured: Captured,
}

/// Whether a use is inside a closure, which may keep a borrow of the variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) enum Captured {
    #[default]
    No,
    /// By a closure that borrows what it can.
    Borrowed,
    /// By a `move` closure.
    Moved,
}

/// What to put in the place of a use.
#[derive(Clone, Debug)]
pub(crate) enum Action {
    /// The user's tokens.
    Keep,
    /// The place where the variable lives.
    At(Box<Expr>),
    /// A copy of what is in that place, with the projections that follow it.
    Copied(Box<Expr>),
    /// `(&mut *place)`: the variable is a `&mut`, lent on as rustc would.
    Lent(Box<Expr>),
}

/// Who walks.
pub(crate) trait Visitor {
    /// Called for each use of a variable that is not shadowed.
    fn occurrence(&mut self, occurrence: &Occurrence<'_>) -> Action;

    /// Called for each place expression whose variable is not shadowed, before its variable is reported; returns what to put
    /// there, in which case nothing more is reported of it.
    fn place(
        &mut self,
        _place: &Expr,
        _root: &Ident,
        _how: &How,
        _captured: Captured,
    ) -> Option<Expr> {
        None
    }

    /// Called for each `?` that leaves the graph, after what is under it; returns what to put there.
    fn attempt(&mut self, _attempt: &mut ExprTry) -> Option<Expr> {
        None
    }

    /// Called for each block of an `if` or `match` that is the whole statement; returns what to put there.
    fn arm(&mut self, _block: &mut Block) -> Option<Expr> {
        None
    }

    /// Called for each other block of an `if` or `match`, before it is walked.
    fn plain_arm(&mut self, _block: &mut Block) {}

    /// The same for an arm of a `match` that is no block.
    fn plain_value(&mut self, _value: &mut Expr) {}

    /// Called before and after the head of each `for` is walked.
    fn head(&mut self, _entering: bool) {}

    /// Whether rustc alone, in the serial form, is to complain of a value that is moved and used again.
    fn leaves_moves_to_serial(&self) -> bool {
        true
    }

    /// Whether `(*name)` stands for the variable `name` itself: it was rewritten before.
    fn is_transparent(&self, _name: &Ident) -> bool {
        false
    }
}
