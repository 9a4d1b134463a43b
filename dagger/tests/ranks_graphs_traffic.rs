//! What a graph across workers costs in messages: counted, not timed.

mod ranks_support;

use dagger::prelude::*;
use ranks_support::three;

#[task]
fn start(x: i64) -> i64 {
    x
}

#[task]
fn next(x: &i64, y: &i64) -> i64 {
    x.wrapping_mul(31) + y
}

#[task]
fn grow(v: &mut Vec<i64>) {
    v.push(this_worker() as i64);
}

#[task]
fn length(v: &[i64]) -> usize {
    v.len()
}

#[task]
fn fails(x: i64) -> Result<i64, String> {
    Err(format!("{x} is unlucky"))
}

/// Slices, values, ends and news of failures that `f` sends.
fn counted<R: Send>(f: impl FnOnce() -> R + Send) -> (R, [u64; 4]) {
    let runtime = three();
    let result = runtime.enter(f);
    let sent = dagger::__private::slice_items(&runtime);
    (result, sent)
}

macro_rules! ladder {
    ($x:ident: $($name:ident)+) => {
        dag! {
            #[on(worker = 1)] let a = start($x);
            #[on(worker = 1)] let b = start($x);
            $(#[on(worker = 1)] let $name = next(&a, &b);)+
            #[on(worker = 2)] let last = { let all = [$($name),+]; all.iter().sum::<i64>() };
            last
        }
    };
}

#[test]
fn many_nodes_on_one_worker_are_one_message_there() {
    let x = 3;
    let (result, sent) = counted(
        || ladder!(x: c0 c1 c2 c3 c4 c5 c6 c7 c8 c9 d0 d1 d2 d3 d4 d5 d6 d7 d8 d9 e0 e1 e2 e3 e4 e5 e6 e7 e8 e9),
    );
    assert_eq!(result.expect("it runs"), 30 * 96);
    // Two workers; thirty values from one to the other, one home; two ends. Nothing for each of the 32 tasks.
    assert_eq!(sent, [2, 31, 2, 0]);
}

#[test]
fn a_chain_on_another_worker_sends_one_value_home() {
    let (result, sent) = counted(|| {
        let x = 1;
        dag! {
            #[on(worker = 2)] let a = start(x);
            #[on(worker = 2)] let b = next(&a, &a);
            #[on(worker = 2)] let c = next(&a, &b);
            #[on(worker = 2)] let d = next(&b, &c);
            #[on(worker = 2)] let e = next(&c, &d);
            #[on(worker = 2)] let f = next(&d, &e);
            f
        }
    });
    assert!(result.is_ok());
    assert_eq!(sent, [1, 1, 1, 0]);
}

#[test]
fn a_value_goes_to_a_worker_once_and_locals_go_with_the_slice() {
    let (result, sent) = counted(|| {
        let mut v = vec![7; 5000];
        let read = vec![1; 5000];
        let lengths = dag! {
            #[on(worker = 1)] let a = length(&read);
            #[on(worker = 1)] let b = length(&read);
            #[on(worker = 2)] let c = length(&read);
            #[on(worker = 1)] grow(&mut v);
            #[on(worker = 2)] let d = length(&v);
            #[on(worker = 2)] let e = length(&v);
            (a, b, c, d, e)
        };
        (lengths, v.len())
    });
    let (lengths, length) = result;
    assert_eq!(lengths.expect("it runs"), (5000, 5000, 5000, 5001, 5001));
    assert_eq!(length, 5001);
    // `v` to worker 2 and home; five lengths home.
    assert_eq!(sent, [2, 7, 2, 0]);
}

#[test]
fn results_go_straight_to_their_consumers() {
    let (result, sent) = counted(|| {
        let x = 1;
        let before = dagger::traffic()?;
        let result = dag! {
            #[on(worker = 1)] let a = start(x);
            #[on(worker = 2)] let b = next(&a, &a);
            #[on(worker = 1)] let c = next(&b, &a);
            #[on(worker = 2)] let d = next(&c, &b);
            d
        }?;
        let moved = dagger::traffic()? - before;
        Ok::<_, dagger::Error>((result, moved))
    });
    let (_, moved) = result.expect("it runs");
    // a and c to worker 2, b to worker 1, d home.
    assert_eq!(sent, [2, 4, 2, 0]);
    assert!(moved.between(1, 2).messages >= 1 && moved.between(2, 1).messages >= 1);
}

#[test]
fn a_graph_without_wishes_sends_nothing_before_its_tasks_are_known() {
    let (result, sent) = counted(|| {
        let x = 1;
        for _ in 0..50 {
            dag! {
                let a = start(x);
                let b = start(x);
                next(&a, &b)
            }?;
        }
        Ok::<(), dagger::Error>(())
    });
    assert!(result.is_ok());
    assert_eq!(sent, [0; 4]);
}

#[test]
fn a_failure_takes_no_more_messages_than_success_but_the_news_of_it() {
    let (result, sent) = counted(|| {
        let x = 13;
        dag! {
            #[on(worker = 1)] let a = fails(x)?;
            #[on(worker = 2)] let b = next(&a, &a);
            #[on(worker = 1)] let c = next(&b, &a);
            c
        }
    });
    let error = result.expect_err("it fails");
    assert_eq!((error.task(), error.worker()), (Some("fails"), Some(1)));
    // The same slices, values (that there are none) and ends; worker 1 tells home, and home worker 2.
    assert_eq!(sent, [2, 3, 2, 2]);
}
