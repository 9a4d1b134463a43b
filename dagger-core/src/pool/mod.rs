//! The worker pool: work-stealing threads that are the threads of a rayon pool too.
//!
//! A task that calls `par_iter` uses these same threads. A worker with no work of ours returns
//! to rayon, whose sleep protocol then serves both kinds of work; `sleep` says how
//! it is called back. Nothing here knows graphs or tasks: it moves [`Job`]s.

mod called;
mod job;
pub(crate) mod lane;
mod patience;
mod sleep;
mod wait;
mod worker;

pub(crate) use job::{Job, JobHead};
pub(crate) use sleep::Kind;
pub(crate) use worker::Worker;

use crate::dynamic::Home;
use crate::{Error, Result, observe};
use crossbeam_deque::{Injector, Steal};
use sleep::{Sleep, Wake};
use std::sync::{Arc, Mutex, OnceLock, Weak};
use std::thread::JoinHandle;
use std::time::Duration;
use worker::{Ends, Reach};

/// What a pool is made of.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    /// Which worker (rank) it is.
    pub(crate) rank: usize,
    /// How many threads; at least 1.
    pub(crate) threads: usize,
    /// Bytes of stack for each thread, reserved but not touched in advance.
    pub(crate) stack_size: usize,
    /// Whether thread i is bound to processor core i.
    pub(crate) affinity: bool,
    /// What thread names begin with.
    pub(crate) name: String,
}

/// The state that all workers of a pool share.
#[derive(Debug)]
pub(crate) struct Shared {
    /// The pool as dynamic tasks see it.
    home: &'static Home,
    reaches: Box<[Reach]>,
    injector: Injector<Job>,
    sleep: Sleep,
    rayon: OnceLock<Weak<rayon::ThreadPool>>,
}

/// A running pool. Dropping it waits until all queued work is done and the threads have ended.
#[derive(Debug)]
pub(crate) struct Pool {
    rayon: Option<Arc<rayon::ThreadPool>>,
    shared: Arc<Shared>,
    handles: Vec<JoinHandle<()>>,
}

impl Pool {
    /// Starts the threads.
    ///
    /// # Errors
    /// When the system refuses a thread.
    pub(crate) fn start(config: &Config) -> Result<Pool> {
        let (ends, reaches): (Vec<_>, Vec<_>) = (0..config.threads).map(|_| Ends::new()).unzip();
        let shared = Arc::new_cyclic(|shared| Shared {
            home: Home::settle(shared, config.rank, config.threads),
            reaches: reaches.into(),
            injector: Injector::new(),
            sleep: Sleep::new(config.threads),
            rayon: OnceLock::new(),
        });
        let cores = if config.affinity {
            core_affinity::get_core_ids().unwrap_or_default()
        } else {
            Vec::new()
        };
        let mut ends: Vec<_> = ends.into_iter().map(Some).collect();
        let rank = config.rank as u32;
        let handles = Mutex::new(Vec::new());
        let rayon = rayon::ThreadPoolBuilder::new()
            .num_threads(config.threads)
            .spawn_handler(|thread| {
                let index = thread.index();
                let ends = ends[index].take().ok_or_else(|| {
                    std::io::Error::other(format!("thread {index} was asked for twice"))
                })?;
                let shared = Arc::clone(&shared);
                let core = (!cores.is_empty()).then(|| cores[index % cores.len()]);
                let handle = std::thread::Builder::new()
                    .name(format!("{}-{index}", config.name))
                    .stack_size(config.stack_size)
                    .spawn(move || {
                        if let Some(core) = core {
                            core_affinity::set_for_current(core);
                        }
                        observe::set_thread(rank, index as u32);
                        let worker = Worker::new(index, ends, shared);
                        lane::with(|lane| lane.set_worker(&worker));
                        thread.run();
                        lane::with(|lane| lane.set_worker(std::ptr::null()));
                    })?;
                handles.lock().expect("no panic while locked").push(handle);
                Ok(())
            })
            .build()
            .map_err(|error| {
                Error::start(format!("cannot start {} threads: {error}", config.threads))
            })?;
        let rayon = Arc::new(rayon);
        shared
            .rayon
            .set(Arc::downgrade(&rayon))
            .expect("set once, here");
        Ok(Pool {
            rayon: Some(rayon),
            shared,
            handles: handles.into_inner().expect("no panic while locked"),
        })
    }

    /// What the workers share.
    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        let mine = lane::with(|lane| {
            lane.worker()
                .is_some_and(|worker| Arc::ptr_eq(worker.shared(), &self.shared))
        });
        if !mine {
            self.shared.wait_until_quiet();
        }
        if observe::enabled() {
            observe::flush();
        }
        drop(self.rayon.take());
        for handle in self.handles.drain(..) {
            // Dropped by one of its own threads (a runtime moved into a task), a pool cannot wait for itself.
            if handle.thread().id() != std::thread::current().id() && !mine {
                // A worker that panicked has printed its message; there is nobody left to tell.
                let _ = handle.join();
            }
        }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.home.leave();
    }
}

impl Shared {
    /// The pool as dynamic tasks see it.
    #[inline]
    pub(crate) fn home(&self) -> &'static Home {
        self.home
    }

    /// How many threads the pool has.
    #[inline]
    pub(crate) fn threads(&self) -> usize {
        self.reaches.len()
    }

    pub(crate) fn reaches(&self) -> &[Reach] {
        &self.reaches
    }

    pub(crate) fn injector(&self) -> &Injector<Job> {
        &self.injector
    }

    pub(crate) fn sleep(&self) -> &Sleep {
        &self.sleep
    }

    /// Queues a dynamic task from outside the pool.
    pub(crate) fn inject(&self, job: Job) {
        self.injector.push(job);
        self.wake(Kind::Task);
    }

    /// Queues a job that only worker `index` may run.
    ///
    /// # Panics
    /// If there is no such worker.
    pub(crate) fn send_to(&self, index: usize, kind: Kind, job: Job) {
        let reach = &self.reaches[index];
        match kind {
            Kind::Fork => reach.pinned_forks.push(job),
            Kind::Task => reach.pinned_tasks.push(job),
        }
        if self.sleep.is_parked(index) {
            reach.unparker.unpark();
        }
        // It may be in rayon, or on its way there; which thread takes a ticket is rayon's choice.
        self.call(|worker| worker == index);
    }

    /// Calls workers by name, wherever they are in rayon; one that runs other code comes later.
    #[cold]
    fn call(&self, who: impl Fn(usize) -> bool) {
        let mut new = false;
        for (index, reach) in self.reaches.iter().enumerate() {
            new |= who(index) && reach.called.call();
        }
        if new && let Some(rayon) = self.rayon.get().and_then(Weak::upgrade) {
            rayon.spawn_broadcast(|_| {
                lane::with(|lane| {
                    if let Some(worker) = lane.worker() {
                        worker.answer();
                    }
                });
            });
        }
    }

    /// Worker `index` took a ticket for tasks that it may not run where it is: calls the others.
    #[cold]
    pub(crate) fn call_for_tasks(&self, index: usize) {
        self.call(|worker| worker != index);
    }

    /// Worker `index` was chosen for a job but did not take one: if there are any, chooses a worker that could run all of them.
    #[cold]
    pub(crate) fn pass_on(&self, index: usize) {
        if self.has_work(index, Kind::Task) {
            self.wake(Kind::Task);
        }
    }

    /// Wakes a worker that is asleep, if any, for work that has just been queued.
    #[inline]
    pub(crate) fn wake(&self, kind: Kind) {
        match self.sleep.published(kind) {
            Wake::Nobody => {}
            Wake::Unpark(worker) => self.reaches[worker].unparker.unpark(),
            Wake::Ticket => self.ticket(),
        }
    }

    /// Wakes worker `index` if it is parked; to be called after making true what it waits for.
    #[inline]
    pub(crate) fn unpark(&self, index: usize) {
        if self.sleep.is_parked(index) {
            self.reaches[index].unparker.unpark();
        }
    }

    /// Runs `f` on a worker of this pool and waits for it; on a worker of this pool already, just runs it.
    pub(crate) fn install<R: Send>(&self, f: impl FnOnce() -> R + Send) -> R {
        let here = lane::with(|lane| {
            lane.worker()
                .is_some_and(|worker| std::ptr::eq(Arc::as_ptr(worker.shared()), self))
        });
        if here {
            return f();
        }
        match self.rayon.get().and_then(Weak::upgrade) {
            Some(rayon) => rayon.install(|| {
                let index = lane::with(|lane| lane.worker().map(Worker::index));
                let _running = index.map(|index| self.sleep.occupy(index));
                f()
            }),
            None => f(),
        }
    }

    /// Whether there is anything that worker `index` could run while it helps with `kind`.
    pub(crate) fn has_work(&self, index: usize, kind: Kind) -> bool {
        let own = &self.reaches[index];
        let forks = || {
            !own.pinned_forks.is_empty() || self.reaches.iter().any(|reach| !reach.forks.is_empty())
        };
        let tasks = || {
            !self.injector.is_empty()
                || !own.pinned_tasks.is_empty()
                || self.reaches.iter().any(|reach| !reach.tasks.is_empty())
        };
        forks() || (kind == Kind::Task && tasks())
    }

    /// Whether tasks are queued while every worker sleeps: all of them wait inside tasks, on whose stacks these may not run.
    pub(crate) fn is_stalled(&self) -> bool {
        let queued =
            !self.injector.is_empty() || self.reaches.iter().any(|reach| !reach.tasks.is_empty());
        queued && (0..self.threads()).all(|index| self.sleep.is_parked(index))
    }

    /// Whether it looks as if no worker works, and none will by itself. With `helped`, tasks that only wait for a free stack are run by threads from outside.
    pub(crate) fn stands_still(&self, helped: bool) -> bool {
        !(helped && self.has_tasks()) && self.sleep.stands_still()
    }

    /// How many workers have nothing to do and find no queued task.
    pub(crate) fn idle(&self) -> usize {
        if self.has_tasks() {
            0
        } else {
            self.sleep.idle()
        }
    }

    /// How many tasks are queued for whoever takes them, about.
    pub(crate) fn queued(&self) -> usize {
        let own: usize = self.reaches.iter().map(|reach| reach.tasks.len()).sum();
        own + self.injector.len()
    }

    fn has_tasks(&self) -> bool {
        !self.injector.is_empty() || self.reaches.iter().any(|reach| !reach.tasks.is_empty())
    }

    /// Takes any queued task, for a thread outside the pool.
    pub(crate) fn steal_task(&self) -> Option<Job> {
        let steal = |take: &dyn Fn() -> Steal<Job>| {
            loop {
                match take() {
                    Steal::Success(job) => return Some(job),
                    Steal::Empty => return None,
                    Steal::Retry => {}
                }
            }
        };
        steal(&|| self.injector.steal()).or_else(|| {
            self.reaches
                .iter()
                .find_map(|reach| steal(&|| reach.tasks.steal()))
        })
    }

    /// Whether work is queued or somebody works.
    pub(crate) fn is_busy(&self) -> bool {
        let queued = || (0..self.threads()).any(|index| self.has_work(index, Kind::Task));
        queued() || !self.sleep.quiet()
    }

    /// Waits until no work is queued and nobody works.
    fn wait_until_quiet(&self) {
        let queued = || (0..self.threads()).any(|index| self.has_work(index, Kind::Task));
        while queued() || !self.sleep.quiet() {
            if queued() {
                self.wake(Kind::Task);
            }
            std::thread::sleep(Duration::from_micros(200));
        }
    }

    #[cold]
    fn ticket(&self) {
        let Some(rayon) = self.rayon.get().and_then(Weak::upgrade) else {
            self.sleep.retire();
            return;
        };
        rayon.spawn(|| {
            lane::with(|lane| {
                if let Some(worker) = lane.worker() {
                    wait::idle_ends();
                    worker.work_for_ticket();
                }
            });
        });
    }
}

/// The pool of threads that belong to no runtime, started when first needed.
///
/// # Errors
/// When it cannot be started: a number in the environment is wrong, or the system refuses a thread.
pub(crate) fn default_pool() -> Result<&'static Arc<Shared>> {
    static POOL: OnceLock<Result<Pool>> = OnceLock::new();
    let pool = POOL.get_or_init(|| {
        crate::observe::start_from_environment();
        Pool::start(&Config {
            rank: 0,
            threads: threads_from_environment(1)?,
            stack_size: crate::runtime::STACK_SIZE,
            affinity: false,
            name: "dagger".to_owned(),
        })
    });
    match pool {
        Ok(pool) => Ok(&pool.shared),
        Err(error) => Err(error.clone()),
    }
}

/// How many threads the default pool has or would have, without starting it.
pub(crate) fn default_threads() -> usize {
    static THREADS: OnceLock<usize> = OnceLock::new();
    *THREADS.get_or_init(|| threads_from_environment(1).unwrap_or(1))
}

/// `DAGGER_THREADS`, or the share of one of so many workers in the processor cores that this process may use.
pub(crate) fn threads_from_environment(workers: usize) -> Result<usize> {
    Ok(match from_environment("DAGGER_THREADS")? {
        Some(threads) => threads,
        None => std::thread::available_parallelism()
            .map_or(1, |cores| (usize::from(cores) / workers).max(1)),
    })
}

/// A positive number from the environment, if it is set.
pub(crate) fn from_environment(name: &str) -> Result<Option<usize>> {
    let Some(value) = std::env::var_os(name).filter(|value| !value.is_empty()) else {
        return Ok(None);
    };
    let number = value.to_str().and_then(|text| text.trim().parse().ok());
    match number {
        Some(number) if number > 0 => Ok(Some(number)),
        _ => Err(Error::start(format!(
            "{name} is {value:?}, but it has to be a number from 1 up"
        ))),
    }
}

#[cfg(all(test, not(loom)))]
mod tests;
