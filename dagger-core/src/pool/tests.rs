//! Jobs that must reach a worker, whatever it and the others do.

use super::*;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

/// An interpreter is a thousand times slower.
const ROUNDS: u32 = if cfg!(miri) { 4 } else { 3000 };

#[repr(C)]
struct Counted {
    head: JobHead,
    ran: AtomicUsize,
    on: AtomicUsize,
}

/// # Safety
/// `head` begins a `Counted`.
unsafe fn count(head: *const JobHead, _: u32) {
    // SAFETY: made below, waited for there.
    let counted = unsafe { &*head.cast::<Counted>() };
    let index = lane::with(|lane| lane.worker().map(Worker::index));
    counted
        .on
        .store(index.expect("a worker runs it"), Ordering::Relaxed);
    counted.ran.fetch_add(1, Ordering::Release);
}

fn pool(threads: usize) -> Pool {
    Pool::start(&Config {
        rank: 0,
        threads,
        stack_size: 1 << 20,
        affinity: false,
        name: "test".to_owned(),
    })
    .unwrap()
}

fn counted() -> Counted {
    Counted {
        head: JobHead::new(count),
        ran: AtomicUsize::new(0),
        on: AtomicUsize::new(usize::MAX),
    }
}

fn await_runs(counted: &Counted, runs: usize) {
    let start = Instant::now();
    // Acquire pairs with the Release in `count`.
    while counted.ran.load(Ordering::Acquire) < runs {
        assert!(
            start.elapsed() < Duration::from_secs(60),
            "a job was left behind"
        );
        std::thread::yield_now();
    }
}

#[test]
fn a_pinned_job_reaches_a_worker_whatever_the_others_do() {
    for threads in [2, 3, 5] {
        let pool = pool(threads);
        let (pinned, free) = (counted(), counted());
        for round in 0..ROUNDS as usize {
            let target = round % threads;
            // Others come and go meanwhile, so that they take the tickets.
            // SAFETY: both live until they have run, below.
            unsafe {
                pool.shared.inject(Job::new(&raw const free.head, 0));
                pool.shared
                    .send_to(target, Kind::Task, Job::new(&raw const pinned.head, 0));
            }
            await_runs(&pinned, round + 1);
            assert_eq!(pinned.on.load(Ordering::Relaxed), target);
            if round % 7 == 0 {
                std::thread::sleep(Duration::from_micros(300));
            }
        }
        await_runs(&free, 3000);
    }
}

/// Both workers are inside a task and counted as active; one sleeps in rayon for the other's part of its loop.
#[test]
fn a_pinned_fork_reaches_a_worker_that_waits_in_a_parallel_iterator() {
    use rayon::prelude::*;
    let pool = pool(2);
    let pinned = counted();
    let shared = Arc::clone(pool.shared());
    let (done, finished) = std::sync::mpsc::channel();
    let waiting = std::thread::spawn(move || {
        shared.install(|| {
            while shared.sleep().activate() {}
            (0..2).into_par_iter().for_each(|_| {
                std::thread::sleep(Duration::from_millis(20));
                lane::with(|lane| {
                    let worker = lane.worker().expect("rayon runs on workers");
                    if worker.index() == 0 {
                        return;
                    }
                    // The closure takes the whole, and not its head alone.
                    let pinned = &pinned;
                    // SAFETY: lives until it has run, below.
                    let job = unsafe { Job::new(&raw const pinned.head, 0) };
                    std::thread::sleep(Duration::from_millis(50));
                    shared.send_to(0, Kind::Fork, job);
                    // Acquire pairs with the Release in `count`.
                    let start = Instant::now();
                    while pinned.ran.load(Ordering::Acquire) == 0
                        && start.elapsed() < Duration::from_secs(5)
                    {
                        std::thread::yield_now();
                    }
                    done.send(pinned.ran.load(Ordering::Acquire)).unwrap();
                });
            });
            for _ in 0..2 {
                shared.sleep().retire();
            }
        });
    });
    if let Ok(ran) = finished.recv() {
        assert_eq!(ran, 1, "the pinned fork was left behind");
    }
    waiting.join().unwrap();
}

/// A worker waits for something that happens just when it is chosen for a job; nobody else is awake.
#[test]
fn a_job_is_not_left_with_a_worker_that_stops_waiting() {
    let pool = pool(2);
    let free = counted();
    let shared = pool.shared();
    for round in 0..ROUNDS {
        let flag = AtomicUsize::new(usize::MAX);
        // The closure takes the whole, and not its head alone.
        let free = &free;
        std::thread::scope(|scope| {
            scope.spawn(|| {
                shared.install(|| {
                    lane::with(|lane| {
                        let worker = lane.worker().expect("installed");
                        flag.store(worker.index(), Ordering::Release);
                        // Acquire pairs with the Release of the scope's owner below.
                        worker.wait(|| flag.load(Ordering::Acquire) == usize::MAX - 1);
                    });
                });
            });
            while flag.load(Ordering::Acquire) == usize::MAX {
                std::thread::yield_now();
            }
            let index = flag.load(Ordering::Acquire);
            std::thread::sleep(Duration::from_micros(u64::from(round % 5) * 100));
            // SAFETY: lives until it has run, below.
            let job = unsafe { Job::new(&raw const free.head, 0) };
            if round % 2 == 0 {
                flag.store(usize::MAX - 1, Ordering::Release);
                shared.inject(job);
            } else {
                shared.inject(job);
                flag.store(usize::MAX - 1, Ordering::Release);
            }
            shared.unpark(index);
        });
        await_runs(free, round as usize + 1);
    }
}
