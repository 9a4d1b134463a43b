//! Whole tasks under loom: every interleaving of running, linking, cancelling and dropping of a few tasks.
//!
//! The tasks belong to no runtime, so what becomes ready is run by the thread that made it ready. Drops are counted with
//! ordinary atomics: loom runs its threads on one, so they are exact.

use crate::dynamic::argument::{Probe, Refine};
use crate::dynamic::block::{Header, New, Reference};
use crate::dynamic::complete::{self, QUEUED, ReadyTasks};
use crate::dynamic::dependency::Arguments;
use crate::dynamic::dependents::{Edge, Notify};
use crate::dynamic::home::Home;
use crate::dynamic::site::SpawnSite;
use crate::dynamic::state::{Left, Phase, Word};
use crate::dynamic::task::{Status, Task};
use crate::dynamic::waiter::{Sleeper, Waiter};
use crate::lowered::Failure;
use crate::pool::{Job, JobHead};
use crate::sync::statics::{AtomicU64, Ordering};
use loom::thread;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::ptr::NonNull;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

static SITE: SpawnSite = SpawnSite::expression("test", "test.rs", 1);

/// A value that counts how many of its kind are alive.
struct Counted(Arc<AtomicU64>, u64);

impl Counted {
    fn new(alive: &Arc<AtomicU64>, number: u64) -> Self {
        alive.fetch_add(1, Ordering::SeqCst);
        Counted(Arc::clone(alive), number)
    }
}

impl Clone for Counted {
    fn clone(&self) -> Self {
        Counted::new(&self.0, self.1)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// A value without a second copy.
struct Single(Counted);

/// A task that is linked to its dependencies, but queued nowhere if it has none.
fn spawn<A, F, T>(arguments: A, run: F) -> Task<T>
where
    A: Arguments + Send + 'static,
    F: FnOnce(A) -> Result<T, Failure> + Send + 'static,
    T: Send + 'static,
{
    let count = arguments.count();
    let home = Home::nowhere();
    let new = New {
        site: &SITE,
        home,
        id: 1,
        parent: 0,
        extra: None,
        arguments,
        run,
    };
    let header = new.build::<T>(JobHead::new(complete::run_job));
    // SAFETY: a new task, as in `spawn` proper.
    let handle = unsafe { Task::from_reference(Reference::adopt(header)) };
    if count > 0 {
        // SAFETY: as in `spawn` proper.
        unsafe {
            let ended = New::<A, F>::link::<T>(header);
            complete::depends_on_fewer(header, ended + 1, &mut ReadyTasks::queued());
        }
    }
    handle
}

/// The queue's entry of a task without dependencies.
fn entry<T>(task: &Task<T>) -> Job {
    let head: *const Header = task.header();
    // SAFETY: the hold keeps the task until the one entry has been run.
    unsafe { Job::new(head.cast(), QUEUED) }
}

/// Runs an entry on a thread of its own.
fn run(job: Job) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        let job = job;
        // SAFETY: each test makes one entry a task and runs it once.
        unsafe { job.run() }
    })
}

fn model(body: impl Fn(&Arc<AtomicU64>) + Sync + Send + 'static) {
    loom::model(move || {
        let alive = Arc::new(AtomicU64::new(0));
        body(&alive);
        assert_eq!(
            alive.load(Ordering::SeqCst),
            0,
            "values are dropped exactly once"
        );
    });
}

fn producer(alive: &Arc<AtomicU64>) -> Task<Counted> {
    let alive = Arc::clone(alive);
    spawn((), move |()| Ok(Counted::new(&alive, 7)))
}

/// A dependent is linked while its dependency ends: it runs once, with the value.
#[test]
fn loom_linking_against_ending() {
    model(|alive| {
        let first = producer(alive);
        let runner = run(entry(&first));
        let second = spawn((Probe::new(&first).sort().refine(),), |(value,)| {
            let value: Counted = crate::lowered::Hand::<crate::info::ByValue>::hold(value).pass();
            Ok(value.1 + 1)
        });
        runner.join().unwrap();
        assert_eq!(second.fetch().unwrap(), 8);
        assert_eq!(first.get().unwrap().1, 7);
    });
}

/// A dependent is linked while its dependency fails: the list is closed before the phase says so, and who finds it closed must not
/// take what is there for a value.
#[test]
fn loom_linking_against_failing() {
    model(|_| {
        let first: Task<u64> = spawn((), |()| Err(Failure(Some("broken".into()))));
        let runner = run(entry(&first));
        let second = spawn((Probe::new(&first).sort().refine(),), |(value,)| {
            let value: u64 = crate::lowered::Hand::<crate::info::ByValue>::hold(value).pass();
            Ok(value + 1)
        });
        runner.join().unwrap();
        assert_eq!(second.status(), Status::Failed);
        assert!(second.fetch().unwrap_err().to_string().contains("broken"));
    });
}

/// The same for a dependency that is cancelled.
#[test]
fn loom_linking_against_cancelling() {
    model(|alive| {
        let first = producer(alive);
        let entry = entry(&first);
        let canceller = {
            let first = first.clone();
            thread::spawn(move || first.cancel())
        };
        let second = spawn((Probe::new(&first).sort().refine(),), |(value,)| {
            let value: Counted = crate::lowered::Hand::<crate::info::ByValue>::hold(value).pass();
            Ok(value.1)
        });
        assert!(canceller.join().unwrap());
        assert!(second.fetch().is_err());
        // SAFETY: the one entry, run once.
        unsafe { entry.run() }
    });
}

/// A handle moves into a task while its dependency ends.
#[test]
fn loom_moving_against_ending() {
    model(|alive| {
        let first = producer(alive);
        let runner = run(entry(&first));
        let second = spawn((Probe::new(first).sort().refine(),), |(value,)| {
            Ok(crate::lowered::Hand::<crate::info::ByValue>::hold(value).pass())
        });
        runner.join().unwrap();
        assert_eq!(second.get().unwrap().1, 7);
    });
}

/// The queue runs a task while somebody cancels it: one of the two, and nothing is lost.
#[test]
fn loom_running_against_cancelling() {
    model(|alive| {
        let captured = Counted::new(alive, 1);
        let first: Task<u64> = spawn((), move |()| Ok(captured.1));
        let runner = run(entry(&first));
        let cancelled = first.cancel();
        runner.join().unwrap();
        let status = first.status();
        assert_eq!(
            status,
            if cancelled {
                Status::Cancelled
            } else {
                Status::Finished
            }
        );
    });
}

/// A waiting task is cancelled while its dependency ends; its block outlives the edge.
#[test]
fn loom_cancelling_against_the_dependency() {
    model(|alive| {
        let first = producer(alive);
        let entry = entry(&first);
        let second = spawn((Probe::new(first).sort().refine(),), |(value,)| {
            Ok(crate::lowered::Hand::<crate::info::ByValue>::hold(value).pass())
        });
        let runner = run(entry);
        let cancelled = second.cancel();
        let status = second.status();
        drop(second);
        runner.join().unwrap();
        assert_eq!(cancelled, status == Status::Cancelled);
    });
}

/// The last handle goes while the task ends.
#[test]
fn loom_dropping_against_ending() {
    model(|alive| {
        let first = producer(alive);
        let runner = run(entry(&first));
        drop(first);
        runner.join().unwrap();
    });
}

/// Two of whom one holds the queue's entry and one waits: the task runs once, its memory goes with the later one.
#[test]
fn loom_the_queue_against_a_waiter() {
    model(|alive| {
        let first = producer(alive);
        let runner = run(entry(&first));
        if first.header().word.claim_waited() {
            // SAFETY: claimed just now.
            unsafe { complete::run_job((&raw const *first.header()).cast(), complete::CLAIMED) };
        }
        drop(first);
        runner.join().unwrap();
    });
}

/// A value that cannot be cloned is read by one task and taken by another, which waits for the reader.
#[test]
fn loom_the_only_user_waits_for_readers() {
    model(|alive| {
        let counter = Arc::clone(alive);
        let first = spawn((), move |()| Ok(Single(Counted::new(&counter, 3))));
        let entry = entry(&first);
        let reader = spawn((Probe::new(&first).sort().refine(),), |(value,)| {
            Ok(crate::lowered::Hand::<crate::info::ByRef>::hold(value)
                .pass()
                .0
                .1)
        });
        let runner = run(entry);
        let taker = spawn((Probe::new(first).sort().refine(),), |(value,)| {
            let single: Single = crate::lowered::Hand::<crate::info::ByValue>::hold(value).pass();
            Ok(single.0.1 + 1)
        });
        runner.join().unwrap();
        assert_eq!(reader.fetch().unwrap(), 3);
        assert_eq!(taker.fetch().unwrap(), 4);
    });
}

/// Two dependencies end on two threads.
#[test]
fn loom_two_dependencies() {
    model(|alive| {
        let (a, b) = (producer(alive), producer(alive));
        let (run_a, entry_b) = (run(entry(&a)), entry(&b));
        let sum = spawn(
            (Probe::new(a).sort().refine(), Probe::new(b).sort().refine()),
            |(a, b)| {
                let a = crate::lowered::Hand::<crate::info::ByRef>::hold(a);
                let b = crate::lowered::Hand::<crate::info::ByRef>::hold(b);
                Ok(a.pass().1 + b.pass().1)
            },
        );
        // SAFETY: the one entry, run once.
        unsafe { entry_b.run() };
        run_a.join().unwrap();
        assert_eq!(sum.fetch().unwrap(), 14);
    });
}

/// Somebody looks through a handle while somebody else takes through it.
#[test]
fn loom_looking_against_taking() {
    model(|alive| {
        let counter = Arc::clone(alive);
        let task = spawn((), move |()| Ok(Single(Counted::new(&counter, 3))));
        // SAFETY: the one entry, run once.
        unsafe { entry(&task).run() };
        let task = Arc::new(task);
        let other = Arc::clone(&task);
        let looker = thread::spawn(move || other.get().map_or(0, |value| value.0.1));
        let taken = task.header().word.take();
        if taken {
            // SAFETY: taken just now, once.
            drop(unsafe { task.header().take_value::<Single>() });
        }
        let looked = looker.join().unwrap();
        assert!(looked == 3 || taken);
    });
}

/// Who waits for a task asks what that waits for, while it becomes ready and runs.
#[test]
fn loom_asking_for_dependencies_against_running() {
    model(|alive| {
        let first = producer(alive);
        let entry = entry(&first);
        let second = spawn((Probe::new(&first).sort().refine(),), |(value,)| {
            let value: Counted = crate::lowered::Hand::<crate::info::ByValue>::hold(value).pass();
            Ok(value.1 + 1)
        });
        let runner = run(entry);
        if let Some(dependency) = second.header().unfinished() {
            assert_eq!(dependency.pointer(), first.reference().pointer());
        }
        runner.join().unwrap();
        assert_eq!(second.fetch().unwrap(), 8);
    });
}

/// A thread waits for a task that ends meanwhile: it sees the value, and its waiter goes away only when nobody looks at it.
#[test]
fn loom_a_waiting_thread_against_ending() {
    model(|alive| {
        let first = producer(alive);
        let runner = run(entry(&first));
        {
            let waiter = Waiter::new(Sleeper::Thread(std::thread::current()));
            let mut edge = Edge::new(Notify::Thread(NonNull::from(&waiter)));
            // SAFETY: both stay until the waiter has been told.
            if unsafe { first.header().tell_of_end(NonNull::from(&mut edge)) } {
                while !waiter.is_told() {
                    thread::yield_now();
                }
            }
        }
        assert_eq!(first.get().unwrap().1, 7);
        runner.join().unwrap();
    });
}

/// A future is polled while its task ends: it is ready at once, or its waker is called.
#[test]
fn loom_a_future_against_ending() {
    struct Woken(AtomicU64);
    impl Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }
    model(|alive| {
        let first = producer(alive);
        let runner = run(entry(&first));
        let woken = Arc::new(Woken(AtomicU64::new(0)));
        let waker = Waker::from(Arc::clone(&woken));
        let mut future = first.into_future();
        let mut poll = || Pin::new(&mut future).poll(&mut Context::from_waker(&waker));
        let early = poll();
        runner.join().unwrap();
        let outcome = match early {
            Poll::Ready(outcome) => outcome,
            Poll::Pending => {
                assert_eq!(woken.0.load(Ordering::SeqCst), 1);
                match poll() {
                    Poll::Ready(outcome) => outcome,
                    Poll::Pending => panic!("the task has ended"),
                }
            }
        };
        assert_eq!(outcome.unwrap().1, 7);
    });
}

/// Of two who need the value of a task elsewhere, one asks for it; and whoever finds a task by its number gets a reference only
/// while there is one.
#[test]
fn loom_summoning_and_finding_against_dropping() {
    loom::model(|| {
        let word = loom::sync::Arc::new(Word::away());
        let other = {
            let word = loom::sync::Arc::clone(&word);
            thread::spawn(move || {
                let found = word.reference_if_any();
                let summoned = found && word.summon();
                (summoned, found && word.release() == Left::Nobody)
            })
        };
        let summoned = word.summon();
        let last = word.release() == Left::Nobody;
        let (summoned_there, last_there) = other.join().unwrap();
        assert!(summoned || summoned_there);
        assert!(!(summoned && summoned_there));
        // A summoned task refers to itself.
        assert!(!last && !last_there);
        assert!(word.end(Phase::Finished) == Left::Nobody);
        assert!(!word.reference_if_any());
    });
}
