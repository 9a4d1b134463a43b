//! Which identifiers are variables, and which names a pattern binds.
//!
//! Rust's naming convention decides: constants, statics, types and variants begin with an upper-case letter.

use syn::ext::IdentExt;
use syn::visit::{self, Visit};
use syn::{Expr, ExprCall, ExprPath, Ident, Pat, PatIdent};

/// Whether the identifier can name a variable.
pub(crate) fn is_variable(ident: &Ident) -> bool {
    let name = ident.unraw().to_string();
    let first = name.trim_start_matches('_').chars().next();
    !first.is_some_and(char::is_uppercase) && !matches!(&*name, "crate" | "super" | "Self")
}

/// The variable that a path expression names, if it names one.
pub(crate) fn variable_of(path: &ExprPath) -> Option<&Ident> {
    if path.qself.is_some() {
        return None;
    }
    path.path.get_ident().filter(|ident| is_variable(ident))
}

/// The variable that an expression names, through parentheses.
pub(crate) fn named(expr: &Expr) -> Option<&Ident> {
    match expr {
        Expr::Path(path) => variable_of(path),
        Expr::Paren(paren) => named(&paren.expr),
        Expr::Group(group) => named(&group.expr),
        _ => None,
    }
}

/// The names a pattern binds, in order.
pub(crate) fn bound_names(pat: &Pat) -> Vec<Ident> {
    bindings(pat)
        .into_iter()
        .map(|binding| binding.ident.clone())
        .collect()
}

/// The bindings of a pattern, in order.
pub(crate) fn bindings(pat: &Pat) -> Vec<&PatIdent> {
    struct Bindings<'p>(Vec<&'p PatIdent>);
    impl<'p> Visit<'p> for Bindings<'p> {
        fn visit_pat_ident(&mut self, ident: &'p PatIdent) {
            if is_variable(&ident.ident) {
                self.0.push(ident);
            }
            visit::visit_pat_ident(self, ident);
        }
        fn visit_expr(&mut self, _: &'p Expr) {}
    }
    let mut found = Bindings(Vec::new());
    found.visit_pat(pat);
    found.0
}

const PRIMITIVES: [&str; 17] = [
    "bool", "char", "str", "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64",
    "i128", "isize", "f32", "f64",
];

/// The path of the task that a call calls; `None` for constructors and functions of a type.
///
/// `is_local` says which single names are variables, such as closures.
pub(crate) fn task_of<'c>(
    call: &'c ExprCall,
    is_local: &dyn Fn(&Ident) -> bool,
) -> Option<&'c syn::Path> {
    let Expr::Path(ExprPath {
        qself: None, path, ..
    }) = &*call.func
    else {
        return None;
    };
    if path.get_ident().is_some_and(is_local) {
        return None;
    }
    let is_type = |ident: &Ident| {
        let name = ident.unraw().to_string();
        name.starts_with(char::is_uppercase) || PRIMITIVES.contains(&&*name)
    };
    let of_a_type = path
        .segments
        .iter()
        .rev()
        .take(2)
        .any(|segment| is_type(&segment.ident));
    (!of_a_type).then_some(path)
}
