//! The emitted tokens are Rust again, and a mistake gives its errors and nothing else.

use proc_macro2::TokenStream;
use syn::{Expr, File, Item};

use super::super::expand;

fn tokens(input: &str) -> TokenStream {
    expand(input.parse().expect("tokens"))
}

fn expression(input: &str) -> String {
    let tokens = tokens(input);
    let expr: Expr = syn::parse2(tokens.clone()).expect("an expression");
    drop(expr);
    tokens.to_string()
}

#[test]
fn a_chain_has_no_parallel_form() {
    let text = expression("let a = f(1); let b = g(a); h(b)");
    assert!(text.contains("enter_chain"));
    assert!(!text.contains("carry_out"));
}

#[test]
fn a_diamond_has_all_forms() {
    let text = expression("let a = make(n); let b = double(&a); let c = halve(&a); sub(b, c)");
    for part in [
        "is_serial",
        "Units :: new",
        "Crosses",
        "Shares",
        "__DAGGER_PLAN",
        "carry_out",
        "__DAGGER_SLICES",
    ] {
        assert!(text.contains(part), "{part}");
    }
    // One function for all nodes, wherever they run.
    assert_eq!(text.matches("Sent :: sent").count(), 1);
    let uses = "uses : & [& [:: dagger :: __private :: Use { value : 0u16 , how : 5u8 }";
    assert!(text.contains(uses), "`make` takes `n`: {text}");
}

#[test]
fn loops_unfold() {
    let text = expression("for i in 0..n { f(&v[i], &mut v[i + 1])?; }");
    for part in [
        "enter_loop",
        "unfold",
        "inline ()",
        ". read (",
        ". write (",
        ". drain ()",
    ] {
        assert!(text.contains(part), "{part}");
    }
}

#[test]
fn loops_tell_the_runtime_what_their_statements_wish() {
    let text = expression("for i in 0..n { #[on(thread = i)] #[priority(n - i)] f(&mut v[i]); }");
    for part in [
        "enter_pinned",
        "has_places ()",
        "has_priorities ()",
        "place (:: dagger :: Scope :: thread (i))",
        "priority (n - i)",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let text = expression("#[on(gpu)] f(&mut a); for i in 0..n { f(&mut v[i]); }");
    assert!(text.contains("place (:: dagger :: Scope :: any_gpu ())"));
    let text = expression("for i in 0..n { f(&mut v[i]); }");
    assert!(!text.contains("has_") && text.contains("enter_loop"));
}

#[test]
fn repeats_unfold_where_the_driver_can_tell_how_they_go_on() {
    for input in [
        "let mut i = 0; while i < n { f(&mut v[i]); i += 1; }",
        "while x > 3 { f(&mut x); }",
        "while g(&x)? && h(&x) { f(&mut x); }",
        "let mut i = 0; loop { i += 1; if i == n { break; } f(&mut v[i]); }",
        "for i in 0..n { f(&mut v[i]); if g(&v[i]) { break; } }",
    ] {
        let text = expression(input);
        assert!(text.contains("enter_loop"), "{input}: {text}");
        let counts = input.contains("let mut i");
        assert_eq!(text.contains("awaited"), !counts, "{input}: {text}");
    }
    for input in [
        "while let Some(x) = s.pop() { f(x); }",
        "let x = loop { let y = f(1); if y > 2 { break y; } }; x",
        "loop { match f(1) { Some(x) => g(x), None => break } };",
    ] {
        let text = expression(input);
        assert!(text.contains("enter_chain"), "{input}: {text}");
    }
}

#[test]
fn nodes_of_one_task_share_its_facts() {
    let text = expression("let a = f(1); let b = f(2); let c = #[allow(unused)] m::g(a); h(b, c)");
    assert_eq!(text.matches("static __DAGGER_TASK").count(), 3);
    assert!(text.contains("with_priority (__DAGGER_TASK0 . priority)"));
    let text = expression("#[on(gpu)] #[priority(-2)] let a = f(1); a");
    assert!(text.contains("with_priority (- 2i32)") && text.contains("with_scope_text (\"gpu\")"));
}

#[test]
fn arms_with_parallelism_are_graphs() {
    let text =
        expression("let n = f(1); if n > 2 { let a = g(n); let b = g(n); add(a, b) } else { 0 }");
    assert_eq!(text.matches("static __DAGGER_SITE").count(), 2);
    let text = expression("let n = f(1); if n > 2 { g(n) } else { 0 }");
    assert_eq!(text.matches("static __DAGGER_SITE").count(), 1);
}

#[test]
fn odd_statements_expand_to_rust() {
    for input in [
        "",
        ";",
        "1",
        "f(1);",
        "let _ = f(1);",
        "let (a, _) = f(1); a",
        "#[on(worker = 1)] let a = f(1); a",
        "#[allow(unused)] let a = f(1); g(2)",
        "while f(&x) { g(&mut x); }",
        "let x = loop { if f(1) { break 2; } }; x",
        "'a: for i in 0..3 { for j in 0..3 { if j == i { continue 'a; } f(&mut v[i]); } }",
        "for (a, b) in v.iter_mut().zip(&w) { f(a, b); }",
        "let v = vec![f(1); 3]; my_macro!(v => w); v",
        "match f(1) { Some(x) if x > 2 => g(x), _ => return_none() }",
        "if let Some(x) = f(1) { g(x); } else if y { h(1); }",
        "unsafe { f(1) }",
        "let t = S { a: f(1), b, ..rest }; t",
        "self.x = f(&self.y); g(&mut self.z);",
        "update(&a[i], &a[j], &mut a[k]); g(&a);",
        "let c = |x| { let y = x; y + z }; f(&c); f(&c);",
    ] {
        expression(input);
    }
}

#[test]
fn items_carry_their_functions() {
    let text = tokens(
        "/// Doc.\n pub fn both<'a, T: Clone>(x: &'a mut T, n: usize) -> usize where T: Send { let a = f(x); g(a, n) } fn other() { h(1); }",
    );
    let file: File = syn::parse2(text.clone()).expect("items");
    // Each is a type, a function that says what is wrong where it is called, its description, and what the type carries.
    assert_eq!(file.items.len(), 8);
    assert!(matches!(&file.items[0], Item::Enum(item) if item.ident == "both"));
    for part in ["fn run", "fn graph", "fn prepare", "Doc."] {
        assert!(text.to_string().contains(part), "{part}");
    }
}

#[test]
fn one_mistake_gives_one_error() {
    for (input, words) in [
        ("let a = f(&b); let b = f(&a);", "`a` → `b` → `a`"),
        ("let a = f(&b); let b = g(1);", "move its `let` up"),
        ("return 1;", "cannot leave"),
        ("f(1); break;", "cannot leave"),
        ("let x; x = f(1);", "needs its value at once"),
        ("let Some(x) = f(1) else { panic!() };", "let .. else"),
        ("let ref x = f(1);", "`ref`"),
        ("fn inner() {} f(1);", "either functions or statements"),
        ("struct S; f(1);", "an item cannot be defined"),
        ("f(1).await;", "await before"),
        ("#[fast] f(1);", "unknown attribute `fast`"),
        ("#[priority(1)] #[priority(2)] f(1);", "given twice"),
        ("#[priority(\"x\")] f(1);", "whole number"),
        ("f(1); #[priority(n)] f(2);", "only in a loop"),
        (
            "let c = || { #[on(gpu)] f(1); }; g(&c);",
            "no node of the `dag!`",
        ),
        (
            "while let Some(x) = s.pop() { #[on(gpu)] f(x); }",
            "not a node of its own",
        ),
        (
            "match x { Some(v) => { #[on(gpu)] f(v); } None => {} }",
            "not a node of its own",
        ),
        (
            "for i in 0..3 { if f(i) { #[on(gpu)] g(i); } }",
            "not a node of its own",
        ),
        (
            "for i in 0..3 { let t = f(i); #[on(thread = t)] g(i); }",
            "must be known when the loop makes it",
        ),
        (
            "for i in 0..3 { f(i); } #[on(gpu)] g(1)",
            "not a node of its own",
        ),
    ] {
        let text = expression(input);
        assert_eq!(text.matches("compile_error").count(), 1, "{input}: {text}");
        assert!(text.contains(words), "{input}: {text}");
    }
}

#[test]
fn all_errors_of_a_phase_come_together() {
    let text = expression("#[fast] let a = f(1); return a; let b = g(1).await;");
    assert_eq!(text.matches("compile_error").count(), 3, "{text}");
}

#[test]
fn an_item_with_a_mistake_leaves_its_name() {
    let text = tokens("pub fn wrong(self, (a, b): (i32, i32)) -> i32 { a }");
    let text = text.to_string();
    assert_eq!(text.matches("compile_error").count(), 2, "{text}");
    assert!(text.contains("enum wrong") && text.contains("fn run"));
}
