//! One worker: its deques, how it finds work, and how it runs it. `wait` says how it waits for work.
//!
//! A worker has two deques. *Forks* are nodes of frames, whose owner waits for them. *Tasks*
//! are dynamic: one may wait for any other. So a worker that waits inside a dynamic task never picks up a task blindly,
//! nor a fork that is a part of another task: they could wait for something further down its own stack. Forks of the same task
//! are fine, since when one of them waits, its task waits anyway; and a worker whose stack holds no dynamic task may run any fork.

use super::Shared;
use super::called::Called;
use super::job::Job;
use super::lane;
use super::patience::Patience;
use super::sleep::Kind;
use crate::observe;
use crossbeam_deque::{Injector, Steal, Stealer, Worker as Deque};
use crossbeam_utils::sync::Parker;
use std::cell::Cell;
use std::sync::Arc;

/// Tasks taken from another worker at once.
const BATCH: usize = 16;

/// The part of a worker that only its own thread touches.
#[derive(Debug)]
pub(crate) struct Worker {
    index: usize,
    forks: Deque<Job>,
    tasks: Deque<Job>,
    pub(super) parker: Parker,
    shared: Arc<Shared>,
    /// Where the next round of stealing begins.
    victim: Cell<usize>,
    /// With nothing to do at all.
    pub(super) idle: Patience,
    /// Waiting for something, with nothing to do meanwhile.
    pub(super) waiting: Patience,
}

/// The part of a worker that others reach.
#[derive(Debug)]
pub(crate) struct Reach {
    pub(crate) forks: Stealer<Job>,
    pub(crate) tasks: Stealer<Job>,
    pub(crate) unparker: crossbeam_utils::sync::Unparker,
    /// Forks that only this worker may run.
    pub(crate) pinned_forks: Injector<Job>,
    /// Tasks that only this worker may run.
    pub(crate) pinned_tasks: Injector<Job>,
    /// Calls by name.
    pub(crate) called: Called,
}

/// The ends of a new worker: what its thread will own, and what others reach.
pub(crate) struct Ends {
    pub(crate) forks: Deque<Job>,
    pub(crate) tasks: Deque<Job>,
    pub(crate) parker: Parker,
}

impl Ends {
    /// Fresh, empty deques and their outside.
    pub(crate) fn new() -> (Ends, Reach) {
        let (forks, tasks, parker) = (Deque::new_lifo(), Deque::new_fifo(), Parker::new());
        let reach = Reach {
            forks: forks.stealer(),
            tasks: tasks.stealer(),
            unparker: parker.unparker().clone(),
            pinned_forks: Injector::new(),
            pinned_tasks: Injector::new(),
            called: Called::new(),
        };
        (
            Ends {
                forks,
                tasks,
                parker,
            },
            reach,
        )
    }
}

impl Worker {
    pub(crate) fn new(index: usize, ends: Ends, shared: Arc<Shared>) -> Self {
        Worker {
            index,
            forks: ends.forks,
            tasks: ends.tasks,
            parker: ends.parker,
            victim: Cell::new(index + 1),
            idle: Patience::new(),
            waiting: Patience::new(),
            shared,
        }
    }

    /// This worker's number in its pool, from 0.
    #[inline]
    pub(crate) fn index(&self) -> usize {
        self.index
    }

    /// The pool this worker belongs to.
    #[inline]
    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// How many forks wait in this worker's own deque.
    #[inline]
    pub(crate) fn forks_waiting(&self) -> usize {
        self.forks.len()
    }

    /// Offers a node of a frame to whoever is idle, and wakes somebody for it.
    #[inline]
    pub(crate) fn push_fork(&self, job: Job) {
        self.forks.push(job);
        self.shared.wake(Kind::Fork);
    }

    /// Offers a node of a frame without waking anybody; see [`Shared::wake`].
    #[inline]
    pub(crate) fn push_fork_quietly(&self, job: Job) {
        self.forks.push(job);
    }

    /// Takes back the newest fork that may be run on top of this stack, if no thief was faster.
    #[inline]
    pub(crate) fn pop_fork(&self) -> Option<Job> {
        let job = self.forks.pop()?;
        if self.suits(&job) {
            return Some(job);
        }
        self.pop_fork_below(job)
    }

    /// The same, looking past the forks of other tasks.
    #[cold]
    fn pop_fork_below(&self, job: Job) -> Option<Job> {
        let mut others = vec![job];
        let found = loop {
            match self.forks.pop() {
                Some(job) if self.suits(&job) => break Some(job),
                Some(job) => others.push(job),
                None => break None,
            }
        };
        while let Some(job) = others.pop() {
            self.forks.push(job);
        }
        found
    }

    /// Queues a dynamic task on this worker and wakes somebody for it.
    #[inline]
    pub(crate) fn push_task(&self, job: Job) {
        self.tasks.push(job);
        self.shared.wake(Kind::Task);
    }

    /// How many dynamic tasks wait in this worker's own queue.
    #[inline]
    pub(crate) fn tasks_waiting(&self) -> usize {
        self.tasks.len()
    }

    /// The oldest dynamic task in this worker's own queue.
    #[inline]
    pub(crate) fn pop_task(&self) -> Option<Job> {
        self.tasks.pop()
    }

    /// A dynamic task that only this worker may run.
    pub(crate) fn pop_pinned_task(&self) -> Option<Job> {
        let pinned = &self.shared.reaches()[self.index].pinned_tasks;
        if pinned.is_empty() {
            None
        } else {
            retry(|| pinned.steal())
        }
    }

    /// A fork that only this worker may run, whatever lies on its stack: nobody else ever will.
    pub(crate) fn pop_pinned_fork(&self) -> Option<Job> {
        let pinned = &self.shared.reaches()[self.index].pinned_forks;
        if pinned.is_empty() {
            None
        } else {
            retry(|| pinned.steal())
        }
    }

    /// A fork that may be run on top of this stack: of this worker, of any other, or one that only this worker may run.
    ///
    /// If the stack holds a dynamic task, only its own forks may: for a fork of it to wait is for the task to wait, while
    /// any other could wait for something further down.
    pub(crate) fn find_fork(&self) -> Option<Job> {
        if let Some(job) = self.pop_pinned_fork() {
            return Some(job);
        }
        let reaches = self.shared.reaches();
        if let Some(job) = self.pop_fork() {
            return Some(job);
        }
        let job = self.steal_round(|index| reaches[index].forks.steal())?;
        if self.suits(&job) {
            return Some(job);
        }
        // Whoever is free takes it from here just as well.
        self.push_fork(job);
        None
    }

    /// Whether a fork may be run on top of this stack.
    fn suits(&self, job: &Job) -> bool {
        let task = lane::with(|lane| lane.task.get());
        // SAFETY: the job has just come out of a queue.
        task == 0 || unsafe { job.task() } == task
    }

    /// A fork that is a part of dynamic task `task`, or of that on this stack, stolen from one particular other worker.
    pub(crate) fn steal_fork_of(&self, task: u64, victim: usize) -> Option<Job> {
        let reach = self.other(victim)?;
        let job = retry(|| reach.forks.steal())?;
        // SAFETY: the job has just come out of a queue.
        if self.suits(&job) || unsafe { job.task() } == task {
            self.stole_from(victim);
            return Some(job);
        }
        // Whoever is free takes it from here just as well.
        self.push_fork(job);
        None
    }

    /// The oldest dynamic task of one particular other worker.
    pub(crate) fn steal_task(&self, victim: usize) -> Option<Job> {
        let reach = self.other(victim)?;
        let job = retry(|| reach.tasks.steal());
        if job.is_some() {
            self.stole_from(victim);
        }
        job
    }

    fn other(&self, victim: usize) -> Option<&Reach> {
        let reaches = self.shared.reaches();
        reaches.get(victim).filter(|_| victim != self.index)
    }

    /// Any work at all: pinned here, in the own deques, in others', in the injector.
    pub(crate) fn find(&self) -> Option<Job> {
        if let Some(job) = self.find_fork() {
            return Some(job);
        }
        if let Some(job) = self.pop_pinned_task() {
            return Some(job);
        }
        let reaches = self.shared.reaches();
        self.tasks
            .pop()
            .or_else(|| retry(|| self.shared.injector().steal_batch_and_pop(&self.tasks)))
            .or_else(|| {
                self.steal_round(|index| {
                    reaches[index]
                        .tasks
                        .steal_batch_with_limit_and_pop(&self.tasks, BATCH)
                })
            })
    }

    /// What this worker may run on top of its stack while it waits there: anything if the stack
    /// holds no job (nothing can wait for it then), else forks only.
    pub(super) fn find_while_waiting(&self) -> Option<Job> {
        match self.helps_with() {
            Kind::Task => self.find(),
            Kind::Fork => self.find_fork(),
        }
    }

    /// Whether this worker's stack holds no job, so that nothing can wait for it and it may run anything.
    #[inline]
    pub(crate) fn stack_is_free(&self) -> bool {
        lane::with(|lane| lane.nesting.get() == 0)
    }

    pub(super) fn helps_with(&self) -> Kind {
        if self.stack_is_free() {
            Kind::Task
        } else {
            Kind::Fork
        }
    }

    /// Runs a job with the thread's graph state set aside.
    #[inline]
    pub(crate) fn execute(&self, job: Job) {
        // SAFETY: the job has not been run yet.
        let task = unsafe { job.task() };
        let saved = lane::with(|lane| {
            let saved = lane.save();
            lane.task.set(task);
            saved
        });
        // SAFETY: every job comes out of a deque exactly once, and jobs do not unwind.
        unsafe { job.run() };
        lane::with(|lane| lane.restore(saved));
    }

    /// The same for a job that has nothing to do with what lies below on the stack: it does not count as a part of the
    /// dynamic task that runs there.
    pub(super) fn execute_aside(&self, job: Job) {
        let below = lane::with(|lane| lane.task.get());
        // SAFETY: the job has not been run yet.
        if below != 0 && unsafe { job.task() } == below {
            return self.execute(job);
        }
        let task = crate::dynamic::current::set_task(std::ptr::null());
        self.execute(job);
        crate::dynamic::current::set_task(task);
        // A fork of a task is a part of it also where the task itself is not current.
        lane::with(|lane| lane.task.set(below));
    }

    fn stole_from(&self, victim: usize) {
        if observe::enabled() {
            observe::steal(self.index as u32, victim as u32);
        }
    }

    /// Asks every other worker once, from a moving start, and again while somebody said "retry".
    fn steal_round(&self, attempt: impl Fn(usize) -> Steal<Job>) -> Option<Job> {
        let threads = self.shared.threads();
        loop {
            let start = self.victim.get();
            let mut again = false;
            for offset in 0..threads {
                let victim = (start + offset) % threads;
                if victim == self.index {
                    continue;
                }
                match attempt(victim) {
                    Steal::Success(job) => {
                        self.victim.set(victim);
                        self.stole_from(victim);
                        return Some(job);
                    }
                    Steal::Retry => again = true,
                    Steal::Empty => {}
                }
            }
            if !again {
                return None;
            }
            crate::sync::spin_loop();
        }
    }
}

fn retry(attempt: impl Fn() -> Steal<Job>) -> Option<Job> {
    loop {
        match attempt() {
            Steal::Success(job) => return Some(job),
            Steal::Empty => return None,
            Steal::Retry => crate::sync::spin_loop(),
        }
    }
}
