//! What each step needs of its variables.

use super::super::region::{Need, Region, Tail};
use super::lowered;

/// What step `step` needs of the last variable called `name`.
fn need(region: &Region, step: usize, name: &str) -> Need {
    let (_, need) = region.steps[step]
        .needs
        .iter()
        .rfind(|(var, _)| region.vars[**var].name == name)
        .expect("the step uses the variable");
    *need
}

#[test]
fn the_last_use_by_value_takes() {
    let region = lowered("let a = make(); let b = look(&a); let c = eat(a); (b, c)");
    assert_eq!(need(&region, 1, "a"), Need::Read);
    assert_eq!(need(&region, 2, "a"), Need::Consume);
}

#[test]
fn an_earlier_use_by_value_copies() {
    let region = lowered("let a = make(); let b = f(a); let c = f(a); (b, c)");
    assert_eq!(need(&region, 1, "a"), Need::Read);
    assert_eq!(need(&region, 2, "a"), Need::Read);
}

#[test]
fn assignments_write_or_replace() {
    let region = lowered("let mut a = make(); a = other(); a = f(a); a += 1; g(&mut a); a");
    assert_eq!(need(&region, 1, "a"), Need::Write);
    assert_eq!(need(&region, 2, "a"), Need::Replace);
    assert_eq!(need(&region, 3, "a"), Need::Write);
    assert_eq!(need(&region, 4, "a"), Need::Write);
}

#[test]
fn format_strings_and_macros_read() {
    let region = lowered("let a = make(); let w = make(); let t = format!(\"{a:>w$} {}\", a); t");
    assert_eq!(need(&region, 2, "a"), Need::Read);
    assert_eq!(need(&region, 2, "w"), Need::Read);
}

#[test]
fn shadowed_names_are_other_variables() {
    let region = lowered("let x = f(1); let y = (|x: i64| x + 1)(2); let x = g(x); h(x, y)");
    assert!(region.steps[1].uses.is_empty());
    let xs = region.vars.iter().filter(|var| var.name == "x").count();
    assert_eq!(xs, 2);
    assert!(matches!(region.tail, Tail::Step(_)));
}

#[test]
fn a_borrowed_temporary_gets_a_home() {
    let region = lowered("let v = &make(3); let s = sum(v); let w = &vec![1, 2]; sum(w)");
    assert_eq!(region.steps[0].name, "make");
    assert_eq!(region.steps[1].binding, "v");
    assert_eq!(region.steps.len(), 6);
}

#[test]
fn constructors_and_functions_of_types_are_expressions() {
    let region = lowered(
        "let a = Vec::with_capacity(n); let b = f64::sqrt(x); let c = Some(f(1)); (a, b, c)",
    );
    let tasks: Vec<bool> = region
        .steps
        .iter()
        .map(|step| step.callee.is_some())
        .collect();
    assert_eq!(tasks, [false, false, true, false]);
}

#[test]
fn the_tail_is_a_node_if_it_computes() {
    assert_eq!(lowered("let a = f(1); a + 1").nodes.len(), 2);
    assert_eq!(lowered("let a = f(1); (a, 1)").nodes.len(), 1);
    assert_eq!(
        lowered("let a = f(1); if a > 1 { 2 } else { 3 }")
            .steps
            .len(),
        2
    );
}
