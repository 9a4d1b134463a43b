//! Which steps wait for which, and what is fused.

use super::{edges, units};

#[test]
fn readers_run_side_by_side() {
    let diamond = "let a = make(n); let b = double(&a); let c = halve(&a); sub(b, c)";
    assert_eq!(edges(diamond), ["a→b", "a→c", "b→sub", "c→sub"]);
    assert_eq!(units(diamond), ["a", "b", "c", "sub"]);
}

#[test]
fn a_chain_is_one_unit() {
    assert_eq!(
        units("let a = make(n); let b = double(a); halve(b)"),
        ["a b halve"]
    );
    assert_eq!(
        units("push(&mut v, 1); push(&mut v, 2); push(&mut v, 3);"),
        ["push push push"]
    );
}

#[test]
fn an_update_comes_between_its_readers() {
    let program = "let a = sum(&v); scale(&mut v); let b = sum(&v);";
    assert_eq!(edges(program), ["a→scale", "scale→b"]);
}

#[test]
fn values_used_by_value_twice_are_copies() {
    // The recursion `fib(n - 1) + fib(n - 2)` must fork.
    assert_eq!(
        units("let a = fib(n - 1); let b = fib(n - 2); a + b"),
        ["a", "b"]
    );
    assert_eq!(
        units("let n = half(m); let a = f(n); let b = f(n); a + b"),
        ["n", "a", "b"]
    );
}

#[test]
fn nested_calls_are_steps_in_evaluation_order() {
    assert_eq!(
        edges("sub(double(&a), halve(&a))"),
        ["double→sub", "halve→sub"]
    );
    assert_eq!(edges("let x = f(g(h(1)), 2);"), ["g→x", "h→g"]);
}

#[test]
fn a_nested_call_stays_where_moving_it_would_change_what_is_seen() {
    assert_eq!(units("let x = add(v.len(), grow(&mut v));"), ["x"]);
    assert_eq!(
        units("let x = ok && f(&v); let y = g(&v); (x, y)"),
        ["x", "y"]
    );
}

#[test]
fn borrows_are_followed_through_what_holds_them() {
    let program = "let (l, r) = halves(&mut v); scale(l); scale(r); let s = sum(&v); s";
    assert_eq!(
        edges(program),
        ["l, r→scale", "l, r→scale", "scale→s", "scale→s"]
    );
    let stored = "let f = first(&a); let g = show(f); change(&mut a);";
    assert_eq!(edges(stored), ["f→g", "g→change"]);
    let pushed = "let mut list = new_list(); keep(&mut list, &a); use_list(&list); change(&mut a);";
    assert!(edges(pushed).contains(&"use_list→change".to_owned()));
}

#[test]
fn borrows_stored_through_shared_references_are_followed() {
    let program =
        "let m = Mutex::new(Vec::new()); stash(&m, &a); let n = count(&m); change(&mut a); n";
    assert!(edges(program).contains(&"n→change".to_owned()));
    let program = "let m = make(); stash(&m, &a); let n = count(&m); change(&mut a); n";
    assert!(!edges(program).contains(&"n→change".to_owned()));
}

#[test]
fn a_unique_borrow_ends_older_loans() {
    // `n` cannot borrow from `v`: rustc would not let it be used after `grow`.
    let program = "let n = measure(&v); grow(&mut v); let x = f(n); let y = g(&v); (x, y)";
    assert_eq!(edges(program), ["grow→y", "n→grow", "n→x"]);
}

#[test]
fn fields_are_independent_and_the_whole_is_not() {
    let program = "f(&mut s.left); g(&mut s.right); let n = h(&s);";
    assert_eq!(edges(program), ["f→n", "g→n"]);
}

#[test]
fn elements_are_not_told_apart_in_straight_code() {
    assert_eq!(units("f(&mut v[0]); f(&mut v[1]);"), ["f f"]);
}

#[test]
fn a_receiver_may_be_changed_if_its_variable_may() {
    assert_eq!(
        units("let mut m = make(); let a = m.tick(); let b = m.tick(); (a, b)"),
        ["m a b"]
    );
    assert_eq!(
        units("let m = make(); let a = f(&m, m.len()); let b = f(&m, m.len()); (a, b)"),
        ["m", "a", "b"]
    );
    assert_eq!(
        units("v.push(1); v.push(2); let x = f(1);"),
        ["v.push(1) v.push(2)", "x"]
    );
}

#[test]
fn what_a_closure_captures_is_used() {
    let program = "let k = f(1); let g = |x| x + k; let a = apply(&g); change(&mut k2); a";
    assert_eq!(edges(program), ["g→a", "k→g"]);
}

#[test]
fn cheap_bindings_before_the_first_task_are_the_callers() {
    let region = super::lowered(
        "let mid = v.len() / 2; let (l, r) = v.split_at_mut(mid); let a = f(l); let b = f(r); (a, b)",
    );
    assert_eq!(region.prologue.len(), 2);
    assert_eq!(region.plan.len(), 2);
    // Here the halves are borrowed from a vector that a task uses later: rustc would see both at once.
    let region = super::lowered("let (l, r) = v.split_at_mut(m); f(l); f(r); g(&mut v);");
    assert_eq!(region.prologue.len(), 0);
}

#[test]
fn priorities_order_the_sources() {
    let region = super::lowered("let a = f(1); #[priority(3)] let b = f(2); (a, b)");
    assert_eq!(region.plan.sources, [1, 0]);
    assert_eq!(region.nodes[1].priority, 3);
}
