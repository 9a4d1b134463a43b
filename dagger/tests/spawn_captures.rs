//! Variables of spawned expressions: what moves, what is copied, what is dropped when, whichever way they get into the task.

#![allow(
    clippy::style,
    clippy::complexity,
    clippy::perf,
    clippy::pedantic,
    reason = "the tests write what users write"
)]

use dagger::prelude::*;
use std::sync::{Arc, Mutex};

/// Says when it goes.
#[derive(Debug)]
struct Told(&'static str, Arc<Mutex<Vec<&'static str>>>);

impl Told {
    fn id(&self) -> usize {
        self.0.len()
    }
}

impl Drop for Told {
    fn drop(&mut self) {
        self.1.lock().unwrap().push(self.0);
    }
}

fn look(told: &Told) -> usize {
    told.0.len()
}

fn take(told: Told) -> usize {
    told.0.len()
}

/// What `run` tells, with three values to let go.
fn order(run: impl FnOnce(Told, Told, Told)) -> Vec<&'static str> {
    let log = Arc::new(Mutex::new(Vec::new()));
    let told = |name| Told(name, Arc::clone(&log));
    run(told("a"), told("b"), told("c"));
    let order = log.lock().unwrap().clone();
    order
}

#[test]
fn variables_go_in_the_order_of_their_first_use() {
    let order = order(|a, b, c| {
        spawn!({ look(&b) + look(&c) + look(&a) }).fetch().unwrap();
    });
    assert_eq!(order, ["b", "c", "a"]);
}

#[test]
fn what_is_taken_goes_first() {
    let order = order(|a, b, c| {
        spawn!({ look(&a) + look(&b) + take(c) }).fetch().unwrap();
    });
    assert_eq!(order, ["c", "a", "b"]);
}

#[test]
fn locals_go_before_what_came_from_outside() {
    let order = order(|a, b, c| {
        spawn!({
            let inside = b;
            look(&a) + look(&inside) + look(&c)
        })
        .fetch()
        .unwrap();
    });
    assert_eq!(order, ["b", "a", "c"]);
}

#[test]
fn variables_of_a_cancelled_task_go_in_the_same_order() {
    let order = order(|a, b, c| {
        let runtime = Runtime::builder().threads(1).build().unwrap();
        runtime.enter(|| {
            // The only thread is busy with the task that spawns, so the other one cannot have started.
            let busy = spawn!({
                let never = spawn!({ look(&b) + look(&a) + look(&c) });
                never.cancel();
                never.fetch().is_err()
            });
            assert!(busy.fetch().unwrap());
        });
    });
    assert_eq!(order, ["b", "a", "c"]);
}

#[test]
fn variables_of_a_panicking_task_go_in_the_same_order() {
    let order = order(|a, b, c| {
        let failed = spawn!({
            assert!(look(&c) + look(&a) + look(&b) == 0, "all are there");
        });
        assert!(failed.fetch().unwrap_err().is_panic());
    });
    assert_eq!(order, ["c", "a", "b"]);
}

#[test]
fn only_the_used_field_moves() {
    struct Pair {
        first: String,
        second: String,
    }
    let pair = Pair {
        first: "one".into(),
        second: "two".into(),
    };
    let first = spawn!({ pair.first + "!" });
    assert_eq!(pair.second, "two");
    assert_eq!(first.fetch().unwrap(), "one!");
    let tuple = (String::from("x"), String::from("y"));
    let part = spawn!({
        let (taken, _) = tuple;
        taken
    });
    assert_eq!(tuple.1, "y");
    assert_eq!(part.fetch().unwrap(), "x");
}

#[test]
fn what_is_copied_stays() {
    let (n, text) = (5, "text");
    let sum = spawn!({ n + text.len() });
    assert_eq!(sum.fetch().unwrap() + n, 14);
}

#[test]
fn changes_inside_stay_inside() {
    let mut count = 1;
    count += 1;
    let changed = spawn!({
        count += 10;
        count
    });
    assert_eq!((changed.fetch().unwrap(), count), (12, 2));
    let mut list = vec![1];
    let longer = spawn!({
        list.push(2);
        list
    });
    list = longer.fetch().unwrap();
    assert_eq!(list, [1, 2]);
}

#[test]
fn names_are_shadowed_as_ever() {
    let x = 1;
    let y = 2;
    let outcome = spawn!({
        let x = x + y;
        let f = |y: i32| y + x;
        f(10)
            + {
                let y = 100;
                y
            }
            + y
    });
    assert_eq!(outcome.fetch().unwrap(), 13 + 100 + 2);
}

#[test]
fn names_inside_texts() {
    let (name, width) = ("n", 4);
    let text = spawn!({ format!("{name:>width$}") });
    assert_eq!(text.fetch().unwrap(), "   n");
}

#[test]
fn functions_and_closures_that_are_called() {
    fn double(x: i32) -> i32 {
        2 * x
    }
    let n = 4;
    let offset = 3;
    let add = move |x: i32| x + offset;
    let numbers = vec![1, 2, 3];
    assert_eq!(spawn!({ double(n) }).fetch().unwrap(), 8);
    assert_eq!(spawn!({ add(n) }).fetch().unwrap(), 7);
    let doubled = spawn!({ numbers.into_iter().map(double).collect::<Vec<_>>() });
    assert_eq!(doubled.fetch().unwrap(), [2, 4, 6]);
}

#[test]
fn a_handle_among_the_variables_is_not_waited_for() {
    let slow = spawn!({ 20 });
    let sum = spawn!({ slow.fetch().map(|x| x + 1) });
    assert_eq!(sum.fetch().unwrap(), 21);
    let kept = spawn!({ 5 });
    let ready = spawn!({ take_handle(kept) });
    assert_eq!(ready.fetch().unwrap(), 5);
}

fn take_handle(handle: Task<i32>) -> i32 {
    handle.fetch().unwrap()
}

#[test]
fn leaving_early() {
    let (x, text) = (3, String::from("7"));
    let early = spawn!({
        if x > 2 {
            return 1;
        }
        2
    });
    assert_eq!(early.fetch().unwrap(), 1);
    let parsed = spawn!({
        let number: i32 = text.trim().parse()?;
        Ok::<_, std::num::ParseIntError>(number + x)
    });
    assert_eq!(parsed.fetch().unwrap(), 10);
    let text = String::from("no");
    let failed = spawn!(
        move || -> std::result::Result<i32, std::num::ParseIntError> {
            i32::from_str_radix(&text, 10)
        }
    );
    assert!(
        failed
            .fetch()
            .unwrap_err()
            .message()
            .contains("invalid digit")
    );
}

#[test]
fn a_method_that_may_change_something() {
    let told = Told("t", Arc::default());
    assert_eq!(spawn!({ told.id() }).fetch().unwrap(), 1);
}

#[test]
fn methods_see_self() {
    struct Owner {
        part: Arc<Vec<i32>>,
    }
    impl Owner {
        fn total(&self) -> Task<i32> {
            let part = Arc::clone(&self.part);
            spawn!({ part.iter().sum::<i32>() })
        }
        fn whole(self) -> Task<usize> {
            spawn!({ self.part.len() })
        }
    }
    let owner = Owner {
        part: Arc::new(vec![1, 2]),
    };
    assert_eq!(owner.total().fetch().unwrap(), 3);
    assert_eq!(owner.whole().fetch().unwrap(), 2);
}

#[test]
fn variables_of_a_macro_and_of_its_caller() {
    macro_rules! sum_of {
        ($mine:expr) => {{
            let x = 10;
            spawn!({ x + $mine })
        }};
    }
    let x = 1;
    assert_eq!(sum_of!(x).fetch().unwrap(), 11);
}

#[test]
fn more_variables_than_arguments_may_be() {
    let (a, b, c, d, e, f, g, h, i) = (1, 2, 3, 4, 5, 6, 7, 8, 9);
    let (j, k, l, m, n, o, p, q) = (10, 11, 12, 13, 14, 15, 16, 17);
    let sum = spawn!({ a + b + c + d + e + f + g + h + i + j + k + l + m + n + o + p + q + 0 });
    let _ = { a + b };
    assert_eq!(sum.fetch().unwrap(), 153);
}
