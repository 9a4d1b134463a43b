//! Nodes of loops and prepared graphs confined to threads, tasks with a place of their own, and options around a graph.

#![allow(
    clippy::style,
    clippy::complexity,
    clippy::perf,
    clippy::pedantic,
    reason = "the tests write what users write"
)]
#![allow(clippy::multiple_bound_locations, unreachable_pub, dead_code)]

use dagger::prelude::*;
use std::sync::atomic::{AtomicUsize, Ordering};

fn with_threads<R: Send>(threads: usize, body: impl FnOnce() -> R + Send) -> R {
    Runtime::builder()
        .threads(threads)
        .build()
        .unwrap()
        .enter(body)
}

#[task]
fn here(out: &mut usize) {
    *out = this_thread();
}

#[task]
fn thread() -> usize {
    this_thread()
}

#[task(on(thread = 1), name = "first")]
fn on_one(x: usize) -> (usize, usize) {
    (x, this_thread())
}

#[task(on(Scope::thread(0) | Scope::thread(2)), retry = 2)]
fn on_even(fails: &AtomicUsize) -> Result<usize> {
    if fails.fetch_sub(1, Ordering::Relaxed) > 0 {
        return Err(Error::msg("not yet"));
    }
    Ok(this_thread())
}

#[task(on(thread = 7))]
fn nowhere() -> usize {
    this_thread()
}

#[task]
fn add(a: (usize, usize), b: (usize, usize)) -> (usize, usize) {
    (a.0 + b.0, a.1 + b.1)
}

#[test]
fn each_turn_of_a_loop_runs_where_it_says() {
    for threads in 1..=4 {
        with_threads(threads, || {
            for _ in 0..20 {
                let mut v = vec![usize::MAX; 50];
                dag! {
                    for i in 0..50 {
                        #[on(thread = i % threads)] here(&mut v[i]);
                    }
                }
                .unwrap();
                assert!(
                    v.iter().enumerate().all(|(i, &t)| t == i % threads),
                    "{v:?}"
                );
            }
        });
    }
}

#[test]
fn the_place_may_depend_on_what_the_loop_changes() {
    with_threads(3, || {
        let mut owners = vec![2, 0, 1];
        let mut seen = vec![0; 3];
        dag! {
            for i in 0..3 {
                #[on(thread = owners[i])] here(&mut seen[i]);
                here(&mut owners[i]);
            }
        }
        .unwrap();
        assert_eq!(seen, [2, 0, 1]);
    });
}

dag! {
    fn spread(v: &mut [usize], places: &[usize]) {
        for i in 0..v.len() {
            #[on(thread = places[i])] here(&mut v[i]);
            here(&mut v[i]);
            #[on(thread = places[i])] here(&mut v[i]);
        }
    }
}

#[test]
fn prepared_loops_keep_their_places() {
    for threads in [1, 2, 4] {
        with_threads(threads, || {
            let places: Vec<usize> = (0..40).map(|i| i * 7 % threads).collect();
            let mut v = vec![usize::MAX; 40];
            let graph = spread::prepare(&mut v, &places).unwrap();
            assert_eq!(graph.len(), 120);
            for _ in 0..20 {
                graph.run().unwrap();
            }
            drop(graph);
            assert_eq!(v, places);
        });
    }
}

#[test]
fn a_place_in_a_loop_that_does_not_exist() {
    with_threads(2, || {
        let mut v = vec![usize::MAX; 10];
        let line = line!() + 3;
        let error = dag! {
            for i in 0..10 {
                #[on(thread = i / 4)] here(&mut v[i]);
            }
        }
        .unwrap_err();
        assert!(error.is_unsatisfied());
        assert_eq!(
            error.to_string(),
            format!(
                "task `here` cannot run at {}:{line}: no processor satisfies the scope `thread 2`; there are: worker 0 threads 0 to 1",
                file!()
            )
        );
        assert_eq!(v[..8], [0, 0, 0, 0, 1, 1, 1, 1], "what came before has run");
        assert_eq!(v[8], usize::MAX);
        let error = spread::prepare(&mut v, &[0, 1, 0, 1, 5, 0, 0, 0, 0, 0])
            .unwrap()
            .run()
            .unwrap_err();
        assert!(
            error.is_unsatisfied() && error.to_string().contains("thread 5"),
            "{error}"
        );
    });
}

#[test]
fn statements_around_loops_run_where_they_say() {
    with_threads(3, || {
        let (mut a, mut b, mut v) = (9, 9, [9; 8]);
        dag! {
            #[on(thread = 2)] here(&mut a);
            for i in 0..8 { here(&mut v[i]); }
            #[on(thread = 1)] here(&mut b);
        }
        .unwrap();
        assert_eq!((a, b), (2, 1));
        assert!(v.iter().all(|&t| t < 3));
    });
}

#[test]
fn a_task_with_a_place_runs_there_in_every_form() {
    for threads in [2, 4] {
        with_threads(threads, || {
            for _ in 0..50 {
                let chain = dag! { on_one(3) }.unwrap();
                assert_eq!(chain, (3, 1));
                let diamond = dag! { let a = on_one(1); let b = on_one(2); add(a, b) }.unwrap();
                assert_eq!(diamond, (3, 2));
                assert_eq!(
                    dag! { add(on_one(on_one(4).0), on_one(5)) }.unwrap(),
                    (9, 2)
                );
                let mut v = vec![(0, 0); 20];
                dag! { for i in 0..20 { v[i] = on_one(i); } }.unwrap();
                assert!(v.iter().enumerate().all(|(i, &x)| x == (i, 1)), "{v:?}");
            }
        });
    }
    assert_eq!(
        dag! { on_one(3) }.unwrap().0,
        3,
        "also from outside a runtime"
    );
}

#[test]
fn a_task_with_a_place_runs_there_in_arms_too() {
    mod far {
        #[dagger::task(on(thread = 1))]
        pub fn away(x: usize) -> (usize, usize) {
            (x, dagger::prelude::this_thread())
        }
    }
    #[task]
    fn is_even(x: usize) -> bool {
        x % 2 == 0
    }
    for threads in [2, 4] {
        with_threads(threads, || {
            for x in 0..40 {
                let one = dag! {
                    let even = is_even(x);
                    if even { on_one(x) } else { far::away(x) }
                };
                assert_eq!(one.unwrap(), (x, 1));
                let nested = dag! {
                    let even = is_even(x);
                    let a = if even { on_one(on_one(x).0) } else { (x, 1) };
                    let b = match x % 3 { 0 => on_one(on_one(1).0), 1 => (1, 1), _ => { let c = on_one(0); on_one(c.1) } };
                    add(a, b)
                };
                assert_eq!(nested.unwrap(), (x + 1, 2));
                let stronger = dag! {
                    let even = is_even(x);
                    #[on(thread = 0)] let a = if even { on_one(x) } else { far::away(x) };
                    add(a, (0, 0))
                };
                assert_eq!(stronger.unwrap(), (x, 0));
                let mut v = vec![(0, 0); 20];
                dag! {
                    for i in 0..20 {
                        let even = is_even(i);
                        if even { v[i] = on_one(i); } else { v[i] = far::away(i); }
                    }
                }
                .unwrap();
                assert!(v.iter().enumerate().all(|(i, &x)| x == (i, 1)), "{v:?}");
            }
        });
    }
}

#[test]
fn a_nested_call_that_panics_is_named() {
    #[task]
    fn outer(x: usize) -> usize {
        panic!("outer {x}")
    }
    #[task]
    fn inner(x: usize) -> usize {
        x
    }
    #[task]
    fn last(x: usize, y: usize) -> usize {
        x + y
    }
    let error = dag! { last(outer(inner(1)), inner(2)) }.unwrap_err();
    assert!(error.to_string().starts_with("task `outer`"), "{error}");
}

#[test]
fn a_direct_call_stays_where_it_is() {
    with_threads(2, || {
        dag! {
            #[on(thread = 0)] let a = { on_one(1).1 };
            assert_eq!(a, 0);
        }
        .unwrap();
        let thread = this_thread();
        assert_eq!(on_one(1), (1, thread));
    });
}

#[test]
fn the_statement_is_stronger_than_the_task() {
    with_threads(3, || {
        for _ in 0..50 {
            let (a, b) = dag! {
                #[on(thread = 0)] let a = on_one(1);
                #[on(thread = 2)] let b = on_one(2);
                (a, b)
            }
            .unwrap();
            assert_eq!((a.1, b.1), (0, 2));
        }
    });
}

#[test]
fn a_task_with_a_place_may_fail_be_retried_and_panic() {
    with_threads(3, || {
        for failures in 0..3 {
            let fails = AtomicUsize::new(failures);
            let t = dag! { on_even(&fails)? }.unwrap();
            assert!(t == 0 || t == 2);
        }
        let fails = AtomicUsize::new(9);
        let error = dag! { on_even(&fails)? }.unwrap_err();
        assert!(
            error.to_string().contains("on_even") && error.to_string().contains("not yet"),
            "{error}"
        );
    });
    #[task(on(thread = 1))]
    fn panics(x: usize) -> usize {
        assert!(x > 5, "too small: {x}");
        x
    }
    with_threads(2, || {
        let line = line!() + 1;
        let error = dag! { let a = panics(3); add((a, a), (a, a)) }.unwrap_err();
        assert!(error.is_panic());
        let text = error.to_string();
        assert!(
            text.contains("panics")
                && text.contains("too small: 3")
                && text.contains(&format!(":{line}")),
            "{text}"
        );
    });
}

#[test]
fn a_place_of_a_task_that_does_not_exist() {
    with_threads(2, || {
        let line = line!() + 1;
        let error = dag! { let a = nowhere(); add((a, a), (a, a)) }.unwrap_err();
        assert!(error.is_unsatisfied());
        assert_eq!(
            error.to_string(),
            format!(
                "task `nowhere` cannot run at {}:{line}: no processor satisfies the scope `thread 7`; there are: worker 0 threads 0 to 1",
                file!()
            )
        );
    });
}

#[test]
fn placed_tasks_that_call_each_other_do_not_deadlock() {
    #[task(on(thread = 0))]
    fn zero(depth: usize) -> usize {
        assert_eq!(this_thread(), 0);
        if depth == 0 {
            1
        } else {
            dag! { let a = one(depth - 1); let b = one(depth - 1); a + b }.unwrap()
        }
    }
    #[task(on(thread = 1))]
    fn one(depth: usize) -> usize {
        assert_eq!(this_thread(), 1);
        if depth == 0 {
            1
        } else {
            dag! { let a = zero(depth - 1); let b = zero(depth - 1); a + b }.unwrap()
        }
    }
    for _ in 0..10 {
        assert_eq!(with_threads(2, || dag! { zero(6) }.unwrap()), 64);
        let t = with_threads(2, || spawn!(zero(5)).fetch().unwrap());
        assert_eq!(t, 32);
    }
}

dag! {
    fn shown(x: usize) -> (usize, usize) {
        let a = on_one(x);
        #[name("second")] #[on(thread = 0)] let b = on_one(x);
        add(a, b)
    }
}

#[test]
fn graphs_show_names_places_and_priorities_of_tasks() {
    let nodes = shown::graph().nodes();
    let seen: Vec<_> = nodes
        .iter()
        .map(|node| (&*node.name, &*node.scope))
        .collect();
    assert_eq!(
        seen,
        [
            ("first", "thread = 1"),
            ("second", "thread = 0"),
            ("add", "")
        ]
    );
}

#[test]
fn the_options_around_a_graph_say_where_it_runs() {
    with_threads(3, || {
        for index in 0..3 {
            let options = || Options::new().on(Scope::thread(index));
            for _ in 0..20 {
                let (a, b) = with_options(
                    options(),
                    || dag! { let a = thread(); let b = thread(); (a, b) },
                )
                .unwrap();
                assert_eq!((a, b), (index, index));
                let mut v = vec![9; 30];
                with_options(options(), || dag! { for i in 0..30 { here(&mut v[i]); } }).unwrap();
                assert_eq!(v, [index; 30]);
                let t = with_options(
                    options(),
                    || dag! { let a = thread(); let b = on_one(2); (a, b.1) },
                )
                .unwrap();
                assert_eq!(
                    t,
                    (index, index),
                    "what surrounds a call is stronger than what the task says"
                );
            }
            let error = with_options(Options::new().on(Scope::thread(8)), || {
                dag! { let a = thread(); let b = thread(); (a, b) }
            })
            .unwrap_err();
            assert!(error.is_unsatisfied());
        }
    });
}

#[test]
fn the_options_around_a_chain_say_where_it_runs() {
    #[task]
    fn and_here(before: usize) -> (usize, usize) {
        (before, this_thread())
    }
    #[task]
    fn fails(before: usize) -> std::result::Result<usize, String> {
        Err(format!("on {before}"))
    }
    #[task]
    fn panics(before: usize) {
        panic!("on {before}");
    }
    with_threads(3, || {
        for index in 0..3 {
            for _ in 0..20 {
                with_options(Options::new().on(Scope::thread(index)), || {
                    // The second of two graphs must not be mistaken for one that has been asked already.
                    for _ in 0..3 {
                        let there = dag! { let a = thread(); and_here(a) }.unwrap();
                        assert_eq!(there, (index, index));
                    }
                    let error = dag! { let a = thread(); fails(a)? }.unwrap_err();
                    assert!(
                        error.to_string().contains(&format!("on {index}")),
                        "{error}"
                    );
                    let error = dag! { let a = thread(); panics(a); }.unwrap_err();
                    assert!(
                        error.to_string().contains(&format!("on {index}")),
                        "{error}"
                    );
                    // What it borrows and changes is the caller's.
                    let mut seen = 9;
                    dag! { here(&mut seen); }.unwrap();
                    assert_eq!(seen, index);
                });
            }
        }
        let error = with_options(Options::new().on(Scope::thread(8)), || {
            dag! { let a = thread(); and_here(a) }
        })
        .unwrap_err();
        assert!(error.is_unsatisfied());
    });
}

#[test]
fn tasks_spawned_by_nodes_inherit_the_options_around_the_graph() {
    #[task]
    fn spawns() -> Result<usize> {
        spawn!(thread()).fetch()
    }
    with_threads(4, || {
        for _ in 0..50 {
            let seen = with_options(Options::new().on(Scope::threads([1, 3])), || {
                dag! {
                    let a = spawns()?;
                    let b = spawns()?;
                    let c = spawns()?;
                    [a, b, c]
                }
            })
            .unwrap();
            assert!(seen.iter().all(|t| t % 2 == 1), "{seen:?}");
        }
    });
}
