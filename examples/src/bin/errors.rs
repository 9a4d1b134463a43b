//! What goes wrong, and what you then see: errors, panics, retries, cancelling.
//!
//! ```text
//! cargo run --release -p examples --bin errors
//! ```
//!
//! Every case below prints what a program gets to see. Three rules hold throughout: nothing is lost (an error names the task
//! that failed first, its source line, and what it said), nothing hangs (what depends on a failed task fails with it), and
//! nothing else is touched (tasks that do not depend on it go on).
//!
//! Rust's own panic messages appear on stderr as in any program; this one silences them to keep the output readable.

use dagger::prelude::*;
use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc;
use std::time::Duration;

/// Why a measurement cannot be used.
#[derive(Debug)]
enum BadInput {
    NotANumber(String),
    Negative(f64),
}

impl fmt::Display for BadInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BadInput::NotANumber(text) => write!(f, "`{text}` is not a number"),
            BadInput::Negative(value) => write!(f, "{value} has no real square root"),
        }
    }
}

impl std::error::Error for BadInput {}

#[task]
fn parse(text: &str) -> Result<f64, BadInput> {
    text.trim()
        .parse()
        .map_err(|_| BadInput::NotANumber(text.to_owned()))
}

#[task]
fn square_root(x: f64) -> Result<f64, BadInput> {
    if x < 0.0 {
        Err(BadInput::Negative(x))
    } else {
        Ok(x.sqrt())
    }
}

#[task]
fn add(a: f64, b: f64) -> f64 {
    a + b
}

#[task]
fn element(data: &[f64], index: usize) -> f64 {
    data[index]
}

static CALLS: AtomicU32 = AtomicU32::new(0);

/// Fails twice, then works: a network share, say.
#[task(retry = 3)]
fn unreliable() -> Result<u32, String> {
    match CALLS.fetch_add(1, Ordering::SeqCst) + 1 {
        call @ 1..=2 => Err(format!("attempt {call}: no connection")),
        call => Ok(call),
    }
}

#[task(retry = 2)]
fn hopeless() -> Result<u32, String> {
    Err(format!(
        "attempt {}: no connection",
        CALLS.fetch_add(1, Ordering::SeqCst) + 1
    ))
}

/// Counts until it is told to stop.
#[task]
fn count_patiently(started: mpsc::Sender<()>) -> u64 {
    let _ = started.send(());
    let mut count = 0;
    while !dagger::is_cancelled() {
        count += 1;
        std::thread::yield_now();
    }
    count
}

/// The roots of two texts, added: a graph that any of its tasks can end.
fn sum_of_roots(first: &str, second: &str) -> Result<f64> {
    dag! {
        let a = parse(first)?;
        let b = parse(second)?;
        let root_a = square_root(a)?;
        let root_b = square_root(b)?;
        add(root_a, root_b)
    }
}

#[dagger::main]
fn main() -> Result<()> {
    std::panic::set_hook(Box::new(|_| {}));

    heading("a graph that goes well");
    println!("  √9 + √16 = {}", sum_of_roots("9", "16")?);

    heading("a task returns an error: `?` ends the graph, the error says where");
    show(sum_of_roots("9", "sixteen"));
    show(sum_of_roots("-9", "16"));

    heading("two tasks fail: always the first in the program's order, however they were timed");
    show(sum_of_roots("nine", "sixteen"));

    heading("the error can be taken apart, and keeps its type");
    if let Err(error) = sum_of_roots("-9", "16") {
        println!("  task:     {}", error.task().unwrap_or("none"));
        println!(
            "  location: {}",
            error
                .location()
                .map_or("nowhere".into(), |place| place.to_string())
        );
        println!("  message:  {}", error.message());
        match error.downcast_ref::<BadInput>() {
            Some(BadInput::Negative(value)) => {
                println!("  a negative number, to be exact: {value}")
            }
            other => println!("  {other:?}"),
        }
    }

    heading("a task panics: an error too, and the program goes on");
    let data = vec![1.0, 2.0, 3.0];
    show(dag! { element(&data, 7) });

    heading("a spawned task fails: what depends on it fails with it, what does not goes on");
    let bad = spawn!(parse("one"));
    let root = spawn!(square_root(&bad));
    let sum = spawn!(add(&root, 1.0));
    let other = spawn!(add(20.0, 22.0));
    show(sum.fetch());
    println!("  a task beside it: {}", other.fetch()?);

    heading("an unreliable task is tried again");
    CALLS.store(0, Ordering::SeqCst);
    println!("  it worked at attempt {}", spawn!(unreliable()).fetch()?);
    CALLS.store(0, Ordering::SeqCst);
    show(spawn!(hopeless()).fetch());

    heading("cancelling: a running task may ask, a waiting one never starts");
    let (started, has_started) = mpsc::channel();
    let running = spawn!(count_patiently(started));
    let after = spawn!(describe(&running));
    // Wait until it runs, so that there is something to stop. Not for ever: on one thread it is not its turn yet, and
    // then it never starts either.
    let _ = has_started.recv_timeout(Duration::from_millis(500));
    after.cancel();
    running.cancel();
    show(running.fetch());
    show(after.fetch());
    Ok(())
}

#[task]
fn describe(count: u64) -> String {
    format!("counted to {count}")
}

fn heading(text: &str) {
    println!("\n{text}");
}

/// Prints what a caller gets to see.
fn show<T: fmt::Debug>(result: Result<T>) {
    match result {
        Ok(value) => println!("  value: {value:?}"),
        Err(error) => println!("  error: {error}"),
    }
}
