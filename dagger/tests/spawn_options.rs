//! Where, how urgently and under which name dynamic tasks run.

#![allow(
    clippy::style,
    clippy::complexity,
    clippy::perf,
    clippy::pedantic,
    reason = "the tests write what users write"
)]
#![allow(clippy::multiple_bound_locations, unreachable_pub, dead_code)]

use dagger::prelude::*;
use std::sync::{Arc, Mutex};

#[task]
fn thread() -> usize {
    this_thread()
}

#[task(on(thread = 1), priority = 5, name = "pinned")]
fn on_one() -> usize {
    this_thread()
}

#[task]
fn nested() -> Result<(usize, usize)> {
    Ok((this_thread(), spawn!(thread()).fetch()?))
}

fn with_threads(threads: usize, body: impl FnOnce() + Send) {
    Runtime::builder()
        .threads(threads)
        .build()
        .unwrap()
        .enter(body);
}

#[test]
fn a_pinned_task_runs_where_it_was_told() {
    with_threads(3, || {
        for index in 0..3 {
            for _ in 0..20 {
                let t = spawn!(
                    #[on(thread = index)]
                    thread()
                );
                assert_eq!(t.fetch().unwrap(), index);
            }
        }
        assert_eq!(spawn!(on_one()).fetch().unwrap(), 1);
        let moved = spawn!(
            #[on(Scope::thread(2) & Scope::worker(0))]
            on_one()
        );
        assert_eq!(
            moved.fetch().unwrap(),
            2,
            "the call is stronger than the task's own attribute"
        );
        assert_eq!(moved.name(), "pinned");
        for _ in 0..10 {
            let somewhere = spawn!(
                #[on(threads = [0, 2])]
                thread()
            )
            .fetch()
            .unwrap();
            assert!(matches!(somewhere, 0 | 2), "{somewhere:?}");
        }
        assert!(
            spawn!(
                #[on(worker = 0)]
                thread()
            )
            .fetch()
            .unwrap()
                < 8
        );
        assert!(
            spawn!(
                #[on(local)]
                thread()
            )
            .fetch()
            .unwrap()
                < 8
        );
    });
}

#[test]
fn pinned_tasks_wait_for_each_other_without_deadlock() {
    with_threads(2, || {
        for _ in 0..20 {
            let t = spawn!(
                #[on(thread = 0)]
                {
                    let inner = spawn!(
                        #[on(thread = 1)]
                        {
                            let innermost = spawn!(
                                #[on(thread = 0)]
                                {
                                    this_thread()
                                }
                            );
                            innermost.fetch()
                        }
                    );
                    inner.fetch()
                }
            );
            assert_eq!(t.fetch().unwrap(), 0);
        }
    });
}

#[test]
fn a_scope_that_nothing_satisfies_is_an_error_that_says_so() {
    with_threads(2, || {
        let line = line!() + 1;
        let t = spawn!(
            #[on(worker = 7)]
            thread()
        );
        assert_eq!(t.status(), Status::Failed);
        let error = t.fetch().unwrap_err();
        assert!(error.is_unsatisfied());
        assert_eq!(
            error.to_string(),
            format!(
                "task `thread` cannot run at {}:{line}: no processor satisfies the scope `worker 7`; there are: worker 0 threads 0 to 1",
                file!()
            )
        );
        let dependent = spawn!({ 1 });
        let sum = spawn!(
            #[on(gpu)]
            {
                dependent.fetch()
            }
        );
        assert!(
            sum.fetch()
                .unwrap_err()
                .to_string()
                .contains("the scope `gpu`")
        );
        assert!(
            spawn!(
                #[on(thread = 2)]
                thread()
            )
            .fetch()
            .is_err()
        );
    });
}

#[test]
fn options_are_inherited_by_nested_tasks() {
    with_threads(2, || {
        for index in 0..2 {
            let options = Options::new().on(Scope::thread(index)).name("inherited");
            let t = with_options(options, || spawn!(nested()));
            assert_eq!(t.fetch().unwrap(), (index, index));
            assert_eq!(t.name(), "inherited");
            let stronger = with_options(Options::new().on(Scope::thread(index)), || {
                with_options(Options::new().priority(1), || {
                    spawn!(
                        #[on(thread = 1 - index)]
                        thread()
                    )
                })
            });
            assert_eq!(stronger.fetch().unwrap(), 1 - index);
        }
        assert_eq!(spawn!(thread()).name(), "thread");
    });
}

#[test]
fn urgent_tasks_start_first() {
    let runtime = Runtime::builder().threads(1).build().unwrap();
    let order = Arc::new(Mutex::new(Vec::new()));
    // While `enter` occupies the only thread nothing is started; all are queued when it returns.
    let all: Vec<Task<()>> = runtime.enter(|| {
        [0, 3, -2, 1, 0, 3, 7]
            .into_iter()
            .enumerate()
            .map(|(index, priority)| {
                let order = Arc::clone(&order);
                spawn!(
                    #[priority(priority)]
                    {
                        order.lock().unwrap().push((priority, index))
                    }
                )
            })
            .collect()
    });
    wait_all(&all).unwrap();
    let order = order.lock().unwrap();
    assert_eq!(order[..4], [(7, 6), (3, 1), (3, 5), (1, 3)], "{order:?}");
    assert_eq!(order.len(), 7);
}

#[test]
fn where_code_runs() {
    assert_eq!((this_worker(), workers()), (0, 1));
    assert_eq!(this_thread(), 0, "a test's own thread is in no pool");
    with_threads(2, || assert!(this_thread() < 2));
}
