//! A run in which nothing can go on says so, and what waits for what. Each case is this test started again, which is ended once it has spoken.

use dagger::prelude::*;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

const ROLE: &str = "DAGGER_TEST_STANDSTILL";

/// Handles on a way that the documentation of `Task` rules out.
static SLOTS: [Mutex<Option<Task<i64>>>; 2] = [const { Mutex::new(None) }; 2];
static STARTED: AtomicUsize = AtomicUsize::new(0);

fn take(slot: usize) -> Task<i64> {
    loop {
        if let Some(task) = SLOTS[slot].lock().expect("nobody panics").take() {
            return task;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Waits for the task in a slot, once both that do are running.
#[task]
fn waits_for_other(slot: usize) -> i64 {
    STARTED.fetch_add(1, Ordering::SeqCst);
    while STARTED.load(Ordering::SeqCst) < 2 {
        std::thread::sleep(Duration::from_millis(1));
    }
    take(slot).fetch().map_or(-1, |value| value + 1)
}

#[task]
fn add_one(x: i64) -> i64 {
    x + 1
}

#[task]
fn computes(milliseconds: u64) -> i64 {
    let begin = Instant::now();
    while begin.elapsed() < Duration::from_millis(milliseconds) {
        std::hint::spin_loop();
    }
    1
}

fn put(slot: usize, task: Task<i64>) {
    *SLOTS[slot].lock().expect("nobody panics") = Some(task);
}

/// Not a test of its own but what the started process does.
#[test]
fn started() {
    let Some(role) = std::env::var_os(ROLE) else {
        return;
    };
    let runtime = |workers| {
        Runtime::builder()
            .workers(workers)
            .threads(2)
            .build()
            .expect("it starts")
    };
    match role.to_str().expect("one of ours") {
        "circle" => runtime(1).enter(|| {
            let first = spawn!(waits_for_other(1));
            let after = spawn!(add_one(&first));
            put(1, spawn!(waits_for_other(0)));
            put(0, first);
            let _ = after.fetch();
        }),
        "circle of workers" => runtime(3).enter(|| {
            let first = spawn!(
                #[on(worker = 1)]
                waits_for_other(1)
            );
            let after = spawn!(
                #[on(worker = 2)]
                add_one(&first)
            );
            put(
                1,
                spawn!(
                    #[on(worker = 2)]
                    waits_for_other(0)
                ),
            );
            put(0, first);
            let _ = after.fetch();
        }),
        "frozen" => {
            let runtime = runtime(3);
            runtime.enter(|| {
                dagger::__private::freeze_worker(&runtime, 2);
                let _ = spawn!(
                    #[on(worker = 2)]
                    add_one(1)
                )
                .fetch();
            });
        }
        "busy" => {
            for workers in [1, 3] {
                runtime(workers).enter(|| {
                    let long = spawn!(
                        #[on(worker = workers - 1)]
                        computes(1_500)
                    );
                    assert_eq!(spawn!(add_one(long)).fetch().expect("it ends"), 2);
                });
            }
        }
        other => panic!("{other}"),
    }
}

fn start(role: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this program has a path"));
    command
        .args(["started", "--exact", "--nocapture"])
        .env(ROLE, role)
        .env("DAGGER_PATIENCE", "0.3")
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    command
}

/// The report of a process that stands still.
fn report(role: &str) -> Vec<String> {
    let mut process = start(role).spawn().expect("it starts");
    let lines = BufReader::new(process.stderr.take().expect("a pipe")).lines();
    let mut report = Vec::new();
    for line in lines {
        let line = line.expect("it is text");
        if !report.is_empty() || line.contains("nothing goes on") {
            report.push(line);
        }
        if report.last().is_some_and(|line| line.contains("said once")) {
            break;
        }
    }
    process.kill().expect("it is still there");
    process.wait().expect("it has ended");
    report
}

fn assert_says(report: &[String], parts: &[&str]) {
    assert!(
        report
            .iter()
            .any(|line| parts.iter().all(|part| line.contains(part))),
        "no line has all of {parts:?}:\n{}",
        report.join("\n")
    );
}

#[test]
fn tasks_that_wait_for_each_other_are_named() {
    let report = report("circle");
    assert_says(&report, &["every thread waits"]);
    let inside = "in `waits_for_other` (dagger/tests/standstill.rs:";
    assert_says(
        &report,
        &[
            "worker 0, thread",
            inside,
            "waits for `waits_for_other`",
            "has begun",
        ],
    );
    assert_eq!(report.len(), 4, "{report:?}");
}

#[test]
fn tasks_on_different_workers_that_wait_for_each_other_are_named() {
    let report = report("circle of workers");
    assert_says(
        &report,
        &[
            "on all 3 workers every thread waits",
            "no message is on its way",
        ],
    );
    let inside = "in `waits_for_other` (dagger/tests/standstill.rs:";
    assert_says(
        &report,
        &[
            "worker 1, thread",
            inside,
            "waits for `waits_for_other`",
            "which is worker 2's",
        ],
    );
    assert_says(
        &report,
        &[
            "worker 2, thread",
            inside,
            "waits for `waits_for_other`",
            "which is worker 1's",
        ],
    );
    assert_says(
        &report,
        &["worker 0", "waits for `add_one`", "which is worker 2's"],
    );
    assert_says(
        &report,
        &[
            "worker 2, has `add_one`",
            "which waits for an argument, which is worker 1's",
        ],
    );
}

#[test]
fn a_worker_that_does_not_answer_is_named() {
    let report = report("frozen");
    assert_says(&report, &["worker 2 did not answer"]);
    assert_says(&report, &["waits for `add_one`", "which is worker 2's"]);
}

#[test]
fn long_work_is_no_standstill() {
    let output = start("busy").output().expect("it starts");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    assert!(!errors.contains("nothing goes on"), "{errors}");
}
