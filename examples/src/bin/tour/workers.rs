//! Cells 6 and 7: tasks on the workers that are asked for, and on any.

use dagger::prelude::*;
use std::collections::BTreeMap;
use std::thread;
use std::time::Duration;

#[task]
fn who_am_i() -> usize {
    this_worker()
}

/// Long enough that it is worth another thread's and another worker's while.
#[task]
fn who_am_i_extended() -> (usize, usize) {
    thread::sleep(Duration::from_millis(50));
    (this_worker(), this_thread())
}

pub(crate) fn show() -> Result<()> {
    // The tutorial's workers 1, 2 and 3 are 0, 1 and 2 here.
    for worker in 0..workers() {
        let id = with_options(Options::new().on(Scope::worker(worker)), || {
            spawn!(who_am_i())
        })
        .fetch()?;
        println!("asked for worker {worker}: hello from worker {id}");
        assert_eq!(id, worker);
    }
    let id = spawn!(who_am_i()).fetch()?;
    println!("asked for none: hello from worker {id}");
    assert!(id < workers());

    // The first of its kind tells the scheduler how long such a task takes, and so that many are worth sending away.
    spawn!(who_am_i_extended()).wait()?;
    let tasks: Vec<Task<(usize, usize)>> = (0..20).map(|_| spawn!(who_am_i_extended())).collect();
    let mut tally: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    for place in fetch_all(tasks)? {
        *tally.entry(place).or_default() += 1;
    }
    println!("20 tasks, anywhere:");
    for ((worker, thread), tasks) in &tally {
        println!("  worker {worker}, thread {thread}: {tasks}");
    }
    Ok(())
}
