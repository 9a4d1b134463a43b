//! The runtime a task belongs to, as tasks see it: where to queue what is ready, and the ready tasks that are urgent.
//!
//! A [`Home`] is never freed, so that every task can point to it without counting. It does not keep its pool: a task that
//! becomes ready after its runtime has ended is run by the thread that made it ready. A later runtime with as many
//! threads moves into the home that an earlier one has left, so there are never more homes than there were runtimes at a time.
//!
//! # Priorities
//!
//! The pool's queues are first in, first out. A ready task with a priority other than 0 goes into a heap instead, and a *token*
//! into the queue: whoever draws the token runs the most urgent task of the heap. Whoever draws an ordinary task while
//! something more urgent is in the heap swaps the two. So there is always one token for each task in the heap, and no task of a
//! lower priority is started while one of a higher priority is known to be ready.

use crate::cluster::Node;
use crate::dynamic::block::Header;
use crate::dynamic::complete::{self, QUEUED};
use crate::dynamic::placing::Places;
use crate::error::Result;
use crate::pool::{self, Job, JobHead, Kind, Shared, Worker, lane};
use crate::sync::statics::{AtomicI64, AtomicPtr, AtomicU64, Ordering};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fmt;
use std::ptr::{self, NonNull};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

/// How many queued tasks are looked at for one that may be taken elsewhere.
const LOOKS: usize = 8;
/// How often it is looked whether all threads sleep, before the answer is no.
const GLANCES: usize = 5;
/// Between two such looks: longer than a waiting thread is awake.
const GLANCE: Duration = Duration::from_micros(150);

/// A runtime as its tasks see it.
#[repr(C)]
pub(crate) struct Home {
    /// First, so that a pointer to the home is a job: the token of the module's page.
    token: JobHead,
    /// The pool; nothing before and after it.
    shared: Mutex<Weak<Shared>>,
    places: Places,
    /// This worker's part of a cluster; null where there is none.
    node: AtomicPtr<Node>,
    /// How many tasks are in the heap; a hint, read before the lock is taken.
    urgent_count: AtomicU64,
    urgent: Mutex<Heap>,
    /// How many threads lent to it run tasks, those that wait for others not counted.
    lent: AtomicI64,
}

#[derive(Default)]
struct Heap {
    tasks: BinaryHeap<Urgent>,
    /// How many were ever added: the older of two equally urgent ones goes first.
    added: u64,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Urgent {
    priority: i32,
    age: Reverse<u64>,
    task: ByAddress,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct ByAddress(NonNull<Header>);

// SAFETY: a task in the heap is held by its token, and running a ready task is allowed on any thread.
unsafe impl Send for ByAddress {}

impl Home {
    /// A home for a new pool with so many threads, until it [leaves](Self::leave).
    pub(crate) fn settle(pool: &Weak<Shared>, rank: usize, threads: usize) -> &'static Home {
        static HOMES: Mutex<Vec<&'static Home>> = Mutex::new(Vec::new());
        let mut homes = HOMES.lock().unwrap_or_else(PoisonError::into_inner);
        for home in homes.iter() {
            let mut shared = home.pool();
            let fits = home.places.count() == threads && home.places.worker() == rank;
            if fits && shared.ptr_eq(&Weak::new()) {
                *shared = Weak::clone(pool);
                return home;
            }
        }
        let home: &'static Home = Box::leak(Box::new(Home::new(Weak::clone(pool), rank, threads)));
        homes.push(home);
        home
    }

    /// The pool has ended: another one may move in.
    pub(crate) fn leave(&self) {
        *self.pool() = Weak::new();
        self.places.equip(None);
    }

    fn pool(&self) -> MutexGuard<'_, Weak<Shared>> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn new(shared: Weak<Shared>, rank: usize, threads: usize) -> Home {
        Home {
            token: JobHead::new(run_token),
            shared: Mutex::new(shared),
            places: Places::threads(rank, threads),
            node: AtomicPtr::new(ptr::null_mut()),
            urgent_count: AtomicU64::new(0),
            urgent: Mutex::default(),
            lent: AtomicI64::new(0),
        }
    }

    /// The runtime this thread belongs to, or the default one.
    ///
    /// # Errors
    /// When the default one is needed and does not start.
    #[inline]
    pub(crate) fn here() -> Result<&'static Home> {
        match lane::with(lane::Lane::home) {
            Some(home) => Ok(home),
            None => Ok(pool::default_pool()?.home()),
        }
    }

    /// The home of tasks that could not get a real one; nothing ever runs there.
    pub(crate) fn nowhere() -> &'static Home {
        static NOWHERE: std::sync::OnceLock<Home> = std::sync::OnceLock::new();
        NOWHERE.get_or_init(|| Home::new(Weak::new(), 0, 0))
    }

    /// The tasks of this runtime are a cluster's from now on.
    pub(crate) fn join(&self, node: &'static Node) {
        // Release pairs with the Acquire in `node`.
        self.node
            .store(ptr::from_ref(node).cast_mut(), Ordering::Release);
    }

    /// The cluster is no more.
    pub(crate) fn leave_node(&self) {
        // Release for symmetry with `join`; pairs with the Acquire in `node`.
        self.node.store(ptr::null_mut(), Ordering::Release);
    }

    /// This worker's part of the cluster, if there is one.
    #[inline]
    pub(crate) fn node(&self) -> Option<&'static Node> {
        // Acquire pairs with the Release in `join`.
        let node = self.node.load(Ordering::Acquire);
        // SAFETY: `join` was given a node that lives for ever.
        unsafe { node.as_ref() }
    }

    /// Whether tasks are queued that no worker will run before something else happens: all wait inside tasks of their own.
    pub(crate) fn is_stalled(&self) -> bool {
        self.upgraded().is_some_and(|shared| shared.is_stalled())
    }

    /// Whether it looks as if no thread here works, and none will by itself: looked at a few times, since waiting threads wake for a moment now and
    /// then. With `helped`, threads are lent to it where tasks are queued that only wait for a free stack.
    pub(crate) fn stands_still(&self, helped: bool) -> bool {
        let Some(shared) = self.upgraded() else {
            return true;
        };
        (0..GLANCES).any(|glance| {
            if glance > 0 {
                std::thread::sleep(GLANCE);
            }
            // relaxed: a hint.
            self.lent.load(Ordering::Relaxed) == 0 && shared.stands_still(helped)
        })
    }

    /// A lent thread of this home waits for a task from now on, or does no longer.
    pub(crate) fn lent_waits(&self, waits: bool) {
        let change = if waits { -1 } else { 1 };
        // relaxed: a hint.
        self.lent.fetch_add(change, Ordering::Relaxed);
    }

    /// How many threads have nothing to do.
    pub(crate) fn idle(&self) -> usize {
        self.upgraded().map_or(0, |shared| shared.idle())
    }

    /// How many tasks are queued, about.
    pub(crate) fn queued(&self) -> usize {
        self.upgraded().map_or(0, |shared| shared.queued())
    }

    /// Takes a queued task that `takes` accepts, claimed, out of the queues; looks at a few.
    pub(crate) fn take_queued(&self, takes: impl Fn(&Header) -> bool) -> Option<NonNull<Header>> {
        let shared = self.upgraded()?;
        let mut unsuitable = Vec::new();
        let mut taken = None;
        while unsuitable.len() < LOOKS
            && taken.is_none()
            && let Some(job) = shared.steal_task()
        {
            match complete::claim_if(job, &takes) {
                Ok(claimed) => taken = claimed,
                Err(job) => unsuitable.push(job),
            }
        }
        for job in unsuitable {
            shared.inject(job);
        }
        taken
    }

    /// Runs a queued task on this thread, which belongs to no pool and whose stack is free. False if there is none.
    pub(crate) fn relieve(&'static self) -> bool {
        let Some(job) = self.upgraded().and_then(|shared| shared.steal_task()) else {
            return false;
        };
        lane::with(|lane| lane.lend_to(self));
        self.lent_waits(false);
        // SAFETY: taken out of a queue just now; nothing lies below it on this stack that it could wait for.
        unsafe { job.run() };
        self.lent_waits(true);
        true
    }

    /// Whether anything is queued or running here.
    pub(crate) fn is_busy(&self) -> bool {
        self.upgraded().is_some_and(|shared| shared.is_busy())
    }

    /// What can run tasks here.
    pub(crate) fn places(&self) -> &Places {
        &self.places
    }

    /// Calls `f` with this thread's worker if it belongs here.
    #[inline]
    pub(crate) fn with_worker<R>(&self, f: impl FnOnce(Option<&Worker>) -> R) -> R {
        lane::with(|lane| {
            f(lane
                .worker()
                .filter(|worker| ptr::eq(worker.shared().home(), self)))
        })
    }

    /// Queues a task that is ready and of which no queue knows.
    #[inline]
    pub(crate) fn queue(&self, header: NonNull<Header>) {
        // SAFETY: the hold keeps a task until its queue entry has been taken out.
        let task = unsafe { header.as_ref() };
        if let Some(worker) = task.pinned() {
            return self.queue_pinned(header, worker);
        }
        let head = if task.priority() == 0 {
            &raw const task.job
        } else {
            self.add_urgent(header, task.priority());
            &raw const self.token
        };
        // SAFETY: as above, a ready task may be run by any thread, and a home is never freed.
        let job = unsafe { Job::new(head, QUEUED) };
        self.with_worker(|worker| match worker {
            Some(worker) => worker.push_task(job),
            None => self.queue_from_outside(job),
        });
    }

    #[cold]
    fn queue_pinned(&self, header: NonNull<Header>, worker: usize) {
        // SAFETY: as in `queue`.
        let job = unsafe { Job::new(&raw const (*header.as_ptr()).job, QUEUED) };
        match self.upgraded() {
            Some(shared) => shared.send_to(worker, Kind::Task, job),
            // SAFETY: a job that no queue took.
            None => unsafe { job.run() },
        }
    }

    #[cold]
    fn queue_from_outside(&self, job: Job) {
        match self.upgraded() {
            Some(shared) => shared.inject(job),
            // SAFETY: a job that no queue took.
            None => unsafe { job.run() },
        }
    }

    /// Whether this thread may go straight on to a task that has just become ready here.
    #[inline]
    pub(crate) fn runs_here(&self, task: &Header) -> bool {
        // relaxed: a hint.
        let in_turn = task.priority() >= 0 && self.urgent_count.load(Ordering::Relaxed) == 0;
        in_turn
            && self.with_worker(|worker| match worker {
                Some(worker) => task.pinned().is_none_or(|index| index == worker.index()),
                None => self.pool().strong_count() == 0,
            })
    }

    /// Wakes worker `index` if it sleeps.
    pub(crate) fn unpark(&self, index: usize) {
        if let Some(shared) = self.upgraded() {
            shared.unpark(index);
        }
    }

    pub(crate) fn upgraded(&self) -> Option<Arc<Shared>> {
        self.pool().upgrade()
    }

    fn heap(&self) -> MutexGuard<'_, Heap> {
        self.urgent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cold]
    fn add_urgent(&self, task: NonNull<Header>, priority: i32) {
        let mut heap = self.heap();
        let age = Reverse(heap.added);
        heap.added += 1;
        heap.tasks.push(Urgent {
            priority,
            age,
            task: ByAddress(task),
        });
        // relaxed: a hint; the lock orders.
        self.urgent_count
            .store(heap.tasks.len() as u64, Ordering::Relaxed);
    }

    /// The task that a token drawn from a queue stands for.
    #[cold]
    fn redeem(&self) -> Option<NonNull<Header>> {
        let mut heap = self.heap();
        let most = heap.tasks.pop();
        // relaxed: as in `add_urgent`.
        self.urgent_count
            .store(heap.tasks.len() as u64, Ordering::Relaxed);
        most.map(|most| most.task.0)
    }

    /// A more urgent task than this one, just drawn from a queue, which is put in its place.
    #[inline]
    pub(crate) fn more_urgent(
        &self,
        drawn: NonNull<Header>,
        pinned: bool,
    ) -> Option<NonNull<Header>> {
        // relaxed: a hint.
        if pinned || self.urgent_count.load(Ordering::Relaxed) == 0 {
            return None;
        }
        self.swap_urgent(drawn)
    }

    #[cold]
    fn swap_urgent(&self, drawn: NonNull<Header>) -> Option<NonNull<Header>> {
        let mut heap = self.heap();
        heap.tasks.peek().filter(|most| most.priority > 0)?;
        let most = heap.tasks.pop()?;
        let age = Reverse(heap.added);
        heap.added += 1;
        heap.tasks.push(Urgent {
            priority: 0,
            age,
            task: ByAddress(drawn),
        });
        Some(most.task.0)
    }
}

/// The function of the tokens' jobs.
///
/// # Safety
/// `token` begins a home.
pub(crate) unsafe fn run_token(token: *const JobHead, _: u32) {
    // SAFETY: the caller's promise; homes are never freed.
    let home = unsafe { &*token.cast::<Home>() };
    if let Some(task) = home.redeem() {
        // SAFETY: the token stood for the queue's entry of one task of the heap, and this one has left the heap.
        unsafe { complete::run_queued(task) };
    }
}

impl fmt::Debug for Home {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Home")
            .field("places", &self.places)
            .finish_non_exhaustive()
    }
}
