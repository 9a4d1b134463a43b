//! What happens when a worker is lost, and when tasks on others fail, panic or are cancelled.

mod ranks_support;

use dagger::prelude::*;
use ranks_support::{add, panics, sleepy, three};
use std::time::{Duration, Instant};

#[task]
fn patient() -> bool {
    for _ in 0..2000 {
        if is_cancelled() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    false
}

#[task]
fn local_only(x: &std::sync::Mutex<i64>) -> i64 {
    *x.lock().expect("nobody panics")
}

#[test]
fn a_lost_worker_is_named_in_the_error_of_what_waits_for_it() {
    let runtime = three();
    let begin = Instant::now();
    let error = runtime.enter(|| {
        let task = spawn!(
            #[on(worker = 2)]
            sleepy(3_000, 1)
        );
        let after = spawn!(
            #[on(worker = 1)]
            add(task, 1)
        );
        std::thread::sleep(Duration::from_millis(20));
        dagger::__private::lose_worker(&runtime, 2);
        after.fetch().expect_err("its input is lost")
    });
    assert!(error.to_string().contains("rank 2"), "{error}");
    assert!(
        begin.elapsed() < Duration::from_secs(10),
        "it is noticed at once"
    );
    let later = runtime.enter(|| {
        spawn!(
            #[on(worker = 1)]
            add(1, 2)
        )
        .fetch()
    });
    assert!(
        later.is_err(),
        "a broken run does not go on as if nothing had happened"
    );
}

#[test]
fn a_panic_elsewhere_names_its_worker() {
    let runtime = three();
    runtime.enter(|| {
        let bad = spawn!(
            #[on(worker = 1)]
            panics(13)
        );
        let error = spawn!(
            #[on(worker = 2)]
            add(bad, 1)
        )
        .fetch()
        .expect_err("its input panicked");
        assert!(error.is_panic());
        assert_eq!((error.task(), error.worker()), (Some("panics"), Some(1)));
        assert_eq!(error.message(), "13 is unlucky");
        assert_eq!(
            spawn!(
                #[on(worker = 1)]
                add(1, 2)
            )
            .fetch()
            .expect("the worker goes on"),
            3
        );
    });
}

#[test]
fn cancelling_reaches_tasks_elsewhere() {
    let runtime = three();
    runtime.enter(|| {
        let running = spawn!(
            #[on(worker = 1)]
            patient()
        );
        std::thread::sleep(Duration::from_millis(20));
        running.cancel();
        assert!(running.fetch().expect("it returns when it is asked"));
        let blocker = spawn!(
            #[on(worker = 2)]
            sleepy(100, 1)
        );
        let waiting = spawn!(
            #[on(worker = 2)]
            add(blocker, 1)
        );
        waiting.cancel();
        let error = waiting.fetch().expect_err("it had not started");
        assert!(error.is_cancelled(), "{error}");
    });
}

#[test]
fn what_cannot_travel_says_so() {
    let runtime = three();
    runtime.enter(|| {
        let value = std::sync::Mutex::new(1);
        let error = spawn!(
            #[on(worker = 1)]
            local_only(value)
        )
        .fetch()
        .expect_err("a lock stays where it is");
        assert!(
            error.to_string().contains("cannot leave worker 0"),
            "{error}"
        );
        let error = spawn!(
            #[on(worker = 7)]
            add(1, 2)
        )
        .fetch()
        .expect_err("there are three");
        assert!(error.is_unsatisfied());
        assert!(error.to_string().contains("workers 0 to 2"), "{error}");
    });
}

#[test]
fn values_are_freed_everywhere() {
    let runtime = three();
    runtime.enter(|| {
        for _ in 0..200 {
            let a = spawn!(
                #[on(worker = 1)]
                add(1, 2)
            );
            let b = spawn!(
                #[on(worker = 2)]
                add(&a, 3)
            );
            let c = spawn!(
                #[on(worker = 0)]
                add(&b, &a)
            );
            assert_eq!(c.fetch().expect("nothing fails"), 9);
        }
    });
    let begin = Instant::now();
    while dagger::__private::values_known(&runtime) != 0 {
        assert!(
            begin.elapsed() < Duration::from_secs(20),
            "values are left: {}",
            dagger::__private::values_known(&runtime)
        );
        std::thread::sleep(Duration::from_millis(5));
    }
}
