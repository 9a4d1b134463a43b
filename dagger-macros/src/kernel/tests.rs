//! The emitted tokens are Rust, and a mistake gives its error and nothing else.

use super::expand;
use proc_macro2::TokenStream;
use syn::File;

fn kernel(attribute: &str, function: &str) -> String {
    let attribute: TokenStream = attribute.parse().expect("tokens");
    let expanded = expand(attribute, function.parse().expect("tokens"));
    let file: File = syn::parse2(expanded.clone()).expect("items");
    drop(file);
    expanded.to_string()
}

#[test]
fn a_kernel_keeps_its_function_and_gains_a_descriptor() {
    let text = kernel("", "pub fn f(#[uniform] a: f32, x: f32) -> f32 { a * x }");
    assert!(
        text.contains("pub fn f (a : f32 , x : f32) -> f32 { a * x }"),
        "{text}"
    );
    for part in [
        "pub enum f",
        "KernelInfo for f",
        "pub fn with",
        "BinaryOperator :: Mul",
    ] {
        assert!(text.contains(part), "{part}");
    }
    assert!(!text.contains("distributed_slice"));
    assert!(kernel("", "fn f(x: f32) -> f32 { x }").contains("distributed_slice"));
}

#[test]
fn one_mistake_gives_one_error_and_no_body() {
    for (attribute, function, words) in [
        ("", "fn f(x: f32) { x; }", "gives a value"),
        ("", "fn f(x: &f32) -> f32 { 1.0 }", "no references"),
        ("", "fn f(x: f32) -> f32 { f(x) }", "calls itself"),
        ("", "fn f(x: f32) -> f32 { y + 1.0 }", "no variable `y`"),
        (
            "",
            "fn f(x: f32) -> f32 { x.sqroot() }",
            "did you mean `sqrt`",
        ),
        ("", "fn f(x: f32) -> f32 { x.powi() }", "takes 1 argument"),
        ("", "fn f(x: f32) -> f32 { (|y| y)(x) }", "no closures"),
        ("", "fn f(x: f32) -> f32 { g(x)? }", "no `?`"),
        ("", "fn f(x: f32) -> f32 { break; }", "no loop here"),
        ("", "fn f(x: f32) -> f32 { let s = \"a\"; x }", "no text"),
        (
            "",
            "fn f(x: f32) -> f32 { for i in (0..3).map(|i| i) {} x }",
            "goes through",
        ),
        (
            "",
            "fn f(x: f32) -> f32 { const N: u32 = 1; x }",
            "define it outside",
        ),
        ("", "async fn f(x: f32) -> f32 { x }", "async"),
        (
            "reduce",
            "fn f(x: f32, y: f32) -> f32 { x }",
            "needs its identity",
        ),
        (
            "reduce, identity = 0.0",
            "fn f(x: f32) -> f32 { x }",
            "two values",
        ),
        (
            "",
            "fn f(u: Neighbours<'_, f32, 2>) -> f32 { u[(0, 0)] }",
            "is a stencil",
        ),
        (
            "stencil",
            "fn f(i: isize, u: Neighbours<'_, f32, 1>) -> f32 { u[i] }",
            "cannot be seen here",
        ),
        (
            "stencil, radius = 1",
            "fn f(u: Neighbours<'_, f32, 1>) -> f32 { u[-2] }",
            "farther away",
        ),
        (
            "colour",
            "fn f(x: f32) -> f32 { x }",
            "there is no `colour`",
        ),
    ] {
        let text = kernel(attribute, function);
        assert_eq!(
            text.matches("compile_error").count(),
            1,
            "{function}: {text}"
        );
        assert!(text.contains(words), "{function}: {text}");
        assert!(text.contains("unreachable"), "{function}: {text}");
    }
}

#[test]
fn all_errors_of_a_body_come_together() {
    let text = kernel(
        "",
        "fn f(x: f32) -> f32 { let a = &x; let b = |x| x; a.first() + b? }",
    );
    assert_eq!(text.matches("compile_error").count(), 4, "{text}");
}
