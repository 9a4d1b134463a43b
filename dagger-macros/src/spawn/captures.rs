//! Which variables a spawned expression takes along, where the syntax alone can tell.
//!
//! A closure that captures lives in this process. If its variables are handed to it as arguments instead, it is nothing but code, and the
//! task can run on another worker. That must change nothing else: what moves, what is dropped when, what is a warning. So it is only
//! done where all of this is certain, and the closure stays as it is where
//!
//! * a variable is used by its fields alone, of which rustc would move just those into the closure;
//! * one is taken apart by a pattern (`match x`, `let (a, _) = x`), or by `..x`, for the same reason;
//! * one is changed, or has a method called that might change it: as an argument it would be another variable, and rustc would
//!   say of the outer one that it need not be `mut`;
//! * there is `self`, an item, an `async` or `const` block, or a macro that is not one of the standard library's.
//!
//! The function in a call (`f(x)`) is left alone: if it is a closure after all, it is captured as ever.

use crate::dag::{
    Action, CALLEE, How, Occurrence, Visitor, Walker, is_place, measures, only_looks, takes,
};
use proc_macro2::Ident;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{Expr, Lit, Macro, Pat, Stmt, Token};

/// The most variables that are handed over: as many as a task may have arguments.
const MOST: usize = 16;

/// The variables, in the order in which a closure would capture them; `None` if it is better left to rustc, or if there are none.
pub(super) fn of(expression: &Expr) -> Option<Vec<Ident>> {
    let mut doubts = Doubts(false);
    doubts.visit_expr(expression);
    if doubts.0 {
        return None;
    }
    let mut captures = Captures::default();
    let mut walked = match expression {
        Expr::Closure(closure) => (*closure.body).clone(),
        other => other.clone(),
    };
    Walker::new(&mut captures).value(&mut walked);
    let certain = !captures.doubtful && captures.found.iter().all(|found| found.whole);
    let names: Vec<Ident> = captures.found.into_iter().map(|found| found.name).collect();
    (certain && !names.is_empty() && names.len() <= MOST).then_some(names)
}

/// Collects variables.
#[derive(Default)]
struct Captures {
    found: Vec<Found>,
    doubtful: bool,
}

struct Found {
    name: Ident,
    /// Whether it is used other than by its fields, so that all of it is captured.
    whole: bool,
}

impl Visitor for Captures {
    fn occurrence(&mut self, occurrence: &Occurrence<'_>) -> Action {
        let name = occurrence.ident;
        let whole = occurrence.path.is_empty();
        let harmless = match &occurrence.how {
            How::Ref | How::Value | How::Inline => true,
            How::Mut | How::Update | How::Assign => false,
            How::Receiver(method) if method == CALLEE => return Action::Keep,
            How::Receiver(method) => only_looks(method) || takes(method) || measures(method),
        };
        self.doubtful |= !harmless || name == "self";
        match self.found.iter_mut().find(|found| found.name == *name) {
            Some(found) => found.whole |= whole,
            None => self.found.push(Found {
                name: name.clone(),
                whole,
            }),
        }
        Action::Keep
    }
}

/// Looks for what makes capturing uncertain.
struct Doubts(bool);

impl Doubts {
    /// What is looked into without being used as a value.
    fn looked_into(&mut self, expression: &Expr, pattern: Option<&Pat>) {
        if is_place(expression) && !pattern.is_some_and(takes_whole) {
            self.0 = true;
        }
    }
}

/// Whether the pattern is just a new name.
fn takes_whole(pattern: &Pat) -> bool {
    match pattern {
        Pat::Ident(name) => name.by_ref.is_none() && name.subpat.is_none(),
        Pat::Type(typed) => takes_whole(&typed.pat),
        Pat::Paren(paren) => takes_whole(&paren.pat),
        _ => false,
    }
}

impl<'ast> Visit<'ast> for Doubts {
    fn visit_expr(&mut self, expression: &'ast Expr) {
        match expression {
            Expr::Async(_)
            | Expr::Await(_)
            | Expr::Const(_)
            | Expr::RawAddr(_)
            | Expr::Verbatim(_)
            | Expr::Yield(_)
            | Expr::TryBlock(_) => self.0 = true,
            Expr::Assign(assign) if !is_place(&assign.left) => self.0 = true,
            Expr::Match(choice) => self.looked_into(&choice.expr, None),
            Expr::Let(binding) => self.looked_into(&binding.expr, None),
            Expr::Struct(value) if value.rest.is_some() => self.0 = true,
            Expr::Closure(closure)
                if closure.asyncness.is_some()
                    || closure.constness.is_some()
                    || closure.lifetimes.is_some()
                    || !closure.attrs.is_empty() =>
            {
                self.0 = true;
            }
            _ => {}
        }
        visit::visit_expr(self, expression);
    }

    fn visit_stmt(&mut self, statement: &'ast Stmt) {
        match statement {
            Stmt::Item(_) => self.0 = true,
            // A place that is only named moves nothing.
            Stmt::Expr(expression, Some(_)) => self.looked_into(expression, None),
            _ => {}
        }
        visit::visit_stmt(self, statement);
    }

    fn visit_local(&mut self, local: &'ast syn::Local) {
        if let Some(init) = &local.init {
            self.looked_into(&init.expr, Some(&local.pat));
        }
        visit::visit_local(self, local);
    }

    fn visit_pat_ident(&mut self, name: &'ast syn::PatIdent) {
        // It borrows from what is matched, perhaps a part.
        self.0 |= name.by_ref.is_some();
        visit::visit_pat_ident(self, name);
    }

    fn visit_attribute(&mut self, _: &'ast syn::Attribute) {
        self.0 = true;
    }

    fn visit_macro(&mut self, mac: &'ast Macro) {
        let known = mac.path.segments.last().is_some_and(|last| {
            let name = last.ident.to_string();
            matches!(
                &*name,
                "print"
                    | "println"
                    | "eprint"
                    | "eprintln"
                    | "format"
                    | "format_args"
                    | "panic"
                    | "todo"
                    | "unimplemented"
                    | "unreachable"
                    | "assert"
                    | "assert_eq"
                    | "assert_ne"
                    | "debug_assert"
                    | "debug_assert_eq"
                    | "debug_assert_ne"
                    | "vec"
                    | "write"
                    | "writeln"
                    | "stringify"
                    | "concat"
                    | "line"
                    | "column"
                    | "file"
                    | "module_path"
                    | "env"
                    | "option_env"
                    | "cfg"
            )
        });
        let parse = Punctuated::<Expr, Token![,]>::parse_terminated;
        match parse.parse2(mac.tokens.clone()) {
            Ok(list) if known => {
                // rustc captures the names inside a text after the other arguments, which is not the order found here.
                let mixed = list.len() > 1 && list.iter().any(is_text_with_names);
                self.0 |= mixed;
                let mut inside = Doubts(false);
                list.iter()
                    .for_each(|expression| inside.visit_expr(expression));
                self.0 |= inside.0;
            }
            // `vec![value; count]`.
            Err(_) if known && mac.path.is_ident("vec") => {
                let parse = Punctuated::<Expr, Token![;]>::parse_separated_nonempty;
                match parse.parse2(mac.tokens.clone()) {
                    Ok(parts) => {
                        let mut inside = Doubts(false);
                        parts.iter().for_each(|part| inside.visit_expr(part));
                        self.0 |= inside.0;
                    }
                    Err(_) => self.0 = true,
                }
            }
            _ => self.0 |= !known || !mac.tokens.is_empty(),
        }
    }
}

/// Whether a literal may format variables by name.
fn is_text_with_names(expression: &Expr) -> bool {
    match expression {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Str(text) => text
                .value()
                .replace("{{", "")
                .split('{')
                .skip(1)
                .any(|rest| {
                    rest.starts_with(|c: char| c.is_alphabetic() || c == '_') || rest.contains('$')
                }),
            _ => false,
        },
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::of;

    fn captured(expression: &str) -> Option<Vec<String>> {
        let expression = syn::parse_str(expression).unwrap();
        of(&expression).map(|names| names.iter().map(ToString::to_string).collect())
    }

    fn certain(expression: &str, names: &[&str]) {
        assert_eq!(captured(expression).unwrap(), names, "{expression}");
    }

    fn uncertain(expression: &str) {
        assert_eq!(captured(expression), None, "{expression}");
    }

    #[test]
    fn whole_variables_in_the_order_of_their_use() {
        certain("{ a + b * a }", &["a", "b"]);
        certain("{ f(&b, a) }", &["b", "a"]);
        certain("{ x.len() + y[i] }", &["x", "y", "i"]);
        certain("|| { *x }", &["x"]);
        certain("{ S { x, y: z } }", &["x", "z"]);
        certain("{ x.a + f(x) }", &["x"]);
        certain("{ for e in v { use_it(e, n); } }", &["v", "n"]);
        certain("{ let y: u8 = x; y }", &["x"]);
    }

    #[test]
    fn names_bound_inside_are_not_captured() {
        certain("{ let a = x; a + y }", &["x", "y"]);
        certain("{ v.iter().map(|e| e * n).sum::<u8>() }", &["v", "n"]);
        certain("{ let n = n; n }", &["n"]);
        certain("{ ({ let y = 1; y }) + y }", &["y"]);
    }

    #[test]
    fn names_in_macros() {
        certain("{ format!(\"{x} {y:>w$}\") }", &["x", "y", "w"]);
        certain("{ println!(\"{} {:?}\", x, y.len()) }", &["x", "y"]);
        certain("{ vec![x; n] }", &["x", "n"]);
        certain("{ assert!(x > 0); x }", &["x"]);
        uncertain("{ format!(\"{x} {}\", y) }");
        uncertain("{ my_macro!(x) }");
        uncertain("{ matches!(x, Some(_)) }");
        uncertain("{ dag! { f(x) } }");
        uncertain("{ vec![{ my_macro!(x) }] }");
        uncertain("{ vec![{ my_macro!(x) }; 2] }");
    }

    #[test]
    fn parts_are_left_to_rustc() {
        uncertain("{ x.a }");
        uncertain("{ f(&x.a, y) }");
        uncertain("{ x.0.len() }");
        uncertain("{ let (a, _) = x; a }");
        uncertain("{ let _ = x; }");
        uncertain("{ x; 1 }");
        uncertain("{ match x { _ => 1 } }");
        uncertain("{ if let Some(y) = x { y } else { 0 } }");
        uncertain("{ S { a: 1, ..x } }");
        uncertain("{ let ref y = x; 1 }");
        uncertain("{ _ = x; }");
    }

    #[test]
    fn changes_are_left_to_rustc() {
        uncertain("{ x += 1; x }");
        uncertain("{ x = 1; x }");
        uncertain("{ x.push(1); x }");
        uncertain("{ x[0] = 1; x }");
        uncertain("{ f(&mut x) }");
        uncertain("{ x.anything() }");
        uncertain("{ std::mem::take(&mut x.a) }");
        uncertain("{ writeln!(out, \"\").unwrap(); }");
    }

    #[test]
    fn what_syntax_cannot_tell_is_left_to_rustc() {
        uncertain("{ self.a }");
        uncertain("{ f(self) }");
        uncertain("{ fn g() {} g(); x }");
        uncertain("{ x + const { 1 } }");
        uncertain("{ 1 + 2 }");
        uncertain("{ LIMIT + f() }");
    }

    #[test]
    fn functions_that_are_called_are_not_variables() {
        certain("{ f(x) }", &["x"]);
        certain("{ m::f(x); T::g(y) }", &["x", "y"]);
        certain("{ f(x); g(f) }", &["x", "f"]);
    }
}
