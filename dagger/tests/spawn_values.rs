//! Values through dynamic tasks: handles as arguments in every form, and what the function gets.

#![allow(
    clippy::style,
    clippy::complexity,
    clippy::perf,
    clippy::pedantic,
    reason = "the tests write what users write"
)]
#![allow(clippy::multiple_bound_locations, unreachable_pub, dead_code)]

use dagger::prelude::*;

#[task]
fn add1(x: i64) -> i64 {
    x + 1
}

#[task]
fn add(x: i64, y: i64) -> i64 {
    x + y
}

#[task]
fn sum(values: &[i64]) -> i64 {
    values.iter().sum()
}

#[task]
fn numbers(n: i64) -> Vec<i64> {
    (0..n).collect()
}

#[task]
fn reversed(values: &mut Vec<i64>) -> Vec<i64> {
    values.reverse();
    values.clone()
}

#[task]
fn length(text: &str) -> usize {
    text.len()
}

#[task]
fn show<T: std::fmt::Display + Send>(value: &T) -> String
where
    T: Sync,
{
    format!("<{value}>")
}

#[task]
fn total(parts: &[&Vec<i64>]) -> i64 {
    parts.iter().map(|part| part.iter().sum::<i64>()).sum()
}

#[task]
fn join_all(parts: Vec<String>) -> String {
    parts.join(",")
}

#[test]
fn a_task_is_still_a_function() {
    assert_eq!(add1(4), 5);
    assert_eq!(sum(&[1, 2, 3]), 6);
}

#[test]
fn handles_are_arguments_by_value_and_by_reference() {
    let t: Task<i64> = spawn!(add1(4));
    let u = spawn!(add1(&t));
    let v = spawn!(add(&t, u));
    assert_eq!(v.fetch().unwrap(), 11);
    assert_eq!(v.fetch().unwrap(), 11, "fetch works twice");
    assert_eq!(t.fetch().unwrap(), 5);
    assert_eq!(v.take().unwrap(), 11);
}

#[test]
fn values_reach_parameters_by_reference_and_by_mutable_reference() {
    let v = spawn!(numbers(5));
    let a = spawn!(sum(&v));
    let b = spawn!(reversed(&v));
    let c = spawn!(sum(&b));
    let d = spawn!(reversed(v));
    assert_eq!(a.fetch().unwrap(), 10);
    assert_eq!(*b.get().unwrap(), [4, 3, 2, 1, 0]);
    assert_eq!(c.fetch().unwrap(), 10);
    assert_eq!(d.take().unwrap(), [4, 3, 2, 1, 0]);
}

#[test]
fn plain_arguments_are_moved_lent_or_static() {
    let owned = vec![1, 2, 3];
    assert_eq!(spawn!(sum(owned)).fetch().unwrap(), 6);
    assert_eq!(spawn!(length("four")).fetch().unwrap(), 4);
    assert_eq!(spawn!(length(String::from("five!"))).fetch().unwrap(), 5);
    assert_eq!(spawn!(sum(&[4, 5])).fetch().unwrap(), 9);
}

#[test]
fn generics_paths_turbofish_and_trailing_commas() {
    mod inner {
        #[dagger::task]
        pub fn parse<T: std::str::FromStr + Send + 'static>(text: &str) -> Option<T> {
            text.parse().ok()
        }
    }
    let a = spawn!(inner::parse::<i64>("12"));
    assert_eq!(a.fetch().unwrap(), Some(12));
    let b: Task<Option<f64>> = spawn!(self::inner_parse("1.5",));
    assert_eq!(b.fetch().unwrap(), Some(1.5));
    let c = spawn!(show(add1(1)),);
    assert_eq!(c.fetch().unwrap(), "<2>");
    let d = spawn!(show(&spawn!(add1(1))));
    assert_eq!(d.fetch().unwrap(), "<2>");
}

#[task]
fn inner_parse(text: &str) -> Option<f64> {
    text.parse().ok()
}

#[test]
fn expressions_and_arithmetic() {
    let t = spawn!(1 + 2);
    assert_eq!(t.fetch().unwrap(), 3);
    let a = spawn!(1 + 2);
    assert_eq!(spawn!(2 * a).fetch().unwrap(), 6);
    let a = spawn!(2.0);
    let b = spawn!(&a * 2.0);
    let c = spawn!(a / 2.0);
    let d = spawn!(b - c);
    assert_eq!(d.fetch().unwrap(), 3.0);
    let offset = 10;
    assert_eq!(spawn!((t + offset) * -1).fetch().unwrap(), -13);
    let text = String::from("captured");
    assert_eq!(spawn!(text.len()).fetch().unwrap(), 8);
    assert_eq!(spawn!(|| 7).fetch().unwrap(), 7);
    assert_eq!(
        spawn!({
            let x = 3;
            x * x
        })
        .fetch()
        .unwrap(),
        9
    );
    assert_eq!(spawn!(Some(4)).fetch().unwrap(), Some(4));
}

#[test]
fn many_handles_as_one_argument() {
    let parts: Vec<Task<Vec<i64>>> = (1..=4).map(|n| spawn!(numbers(n))).collect();
    let all = spawn!(total(&parts));
    let again = spawn!(total(&parts[..2]));
    assert_eq!(all.fetch().unwrap(), 1 + 3 + 6);
    assert_eq!(again.fetch().unwrap(), 1);
    let texts: Vec<Task<String>> = (0..3).map(|n| spawn!(show(n))).collect();
    assert_eq!(spawn!(join_all(texts)).fetch().unwrap(), "<0>,<1>,<2>");
    let none: Vec<Task<Vec<i64>>> = Vec::new();
    assert_eq!(spawn!(total(none)).fetch().unwrap(), 0);
}

#[test]
fn values_that_cannot_be_cloned() {
    #[derive(Debug, PartialEq)]
    struct Single(i32);
    #[task]
    fn single(x: i32) -> Single {
        std::thread::sleep(std::time::Duration::from_millis(5));
        Single(x)
    }
    #[task]
    fn look(s: &Single) -> i32 {
        std::thread::sleep(std::time::Duration::from_millis(5));
        s.0
    }
    #[task]
    fn consume(s: Single) -> i32 {
        s.0 + 1
    }
    for _ in 0..20 {
        let t = spawn!(single(4));
        let looks: Vec<Task<i32>> = (0..3).map(|_| spawn!(look(&t))).collect();
        let last = spawn!(consume(t)); // waits for all who look
        assert_eq!(last.fetch().unwrap(), 5);
        assert_eq!(fetch_all(&looks).unwrap(), [4, 4, 4]);
    }
    let t = spawn!(single(1));
    let looked = spawn!(look(&t));
    assert_eq!(t.fetch().unwrap(), Single(1));
    assert_eq!(looked.fetch().unwrap(), 1);
    let error = t.fetch().unwrap_err();
    assert!(
        error.to_string().contains("already been moved out"),
        "{error}"
    );
    assert!(t.get().is_err());
    assert_eq!(spawn!(single(2)).take().unwrap(), Single(2));
}

#[test]
fn fetch_all_and_wait_all() {
    let a = spawn!(add1(1));
    let b = spawn!(add1(2));
    let tasks = vec![a.clone(), b.clone()];
    wait_all(&tasks).unwrap();
    assert_eq!(fetch_all(&tasks).unwrap(), [2, 3]);
    assert_eq!(fetch_all([a, b]).unwrap(), [2, 3]);
}

#[test]
fn a_handle_prints_its_name_and_status() {
    let t = spawn!(
        #[name("slow")]
        {
            std::thread::sleep(std::time::Duration::from_millis(30));
            1
        }
    );
    let before = format!("{t:?}");
    assert!(before.starts_with("Task `slow` ("), "{before}");
    assert_ne!(t.status(), Status::Finished);
    t.wait().unwrap();
    assert!(t.is_ready());
    assert_eq!(format!("{t:?}"), "Task `slow` (finished)");
    assert_eq!(t.location().file, file!());
}
