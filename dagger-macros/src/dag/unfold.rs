//! Loops whose tasks become nodes at run time.

use syn::Stmt;

/// Whether a statement of the block is a loop.
pub(crate) fn has_loop(_stmts: &[Stmt]) -> bool {
    false
}
