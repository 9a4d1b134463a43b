//! The unit of scheduling: one pointer to a head that knows how to run itself, and one number.
//!
//! A job is two words, so it travels through a deque by value. What it points to
//! (a frame on a stack, a task on the heap) is kept alive by its own protocol.

/// The first field of everything that can be scheduled.
#[repr(C)]
#[derive(Debug)]
pub(crate) struct JobHead {
    /// Runs the part `argument` of what begins at this head. Never unwinds.
    run: unsafe fn(*const JobHead, u32),
    /// The innermost dynamic task that this is a part of; 0 if of none, or if it is one itself.
    task: u64,
}

impl JobHead {
    /// A head whose jobs are run by `run`, which must not unwind.
    pub(crate) const fn new(run: unsafe fn(*const JobHead, u32)) -> Self {
        JobHead { run, task: 0 }
    }

    /// The same for parts of the dynamic task `task`; 0 if they are parts of none.
    pub(crate) const fn within(task: u64, run: unsafe fn(*const JobHead, u32)) -> Self {
        JobHead { run, task }
    }
}

/// A scheduled piece of work. A plain value: dropping it does nothing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Job {
    head: *const JobHead,
    argument: u32,
}

// SAFETY: a job is only a pointer and a number; `Job::new` obliges its caller to
// make sure that running it on another thread is sound.
unsafe impl Send for Job {}

impl Job {
    /// A job that will call the head's function with `argument`.
    ///
    /// # Safety
    /// `head` must stay valid until the job has been run or thrown away, its function
    /// must be sound to call once for this job from any thread of the pool.
    /// It is a pointer into the whole that the function uses (`&raw const whole.head`): one made from a reference to the head alone
    /// may be used for nothing else.
    pub(crate) unsafe fn new(head: *const JobHead, argument: u32) -> Self {
        Job { head, argument }
    }

    /// What the job is a part of.
    #[inline]
    pub(crate) fn head(&self) -> *const JobHead {
        self.head
    }

    /// The innermost dynamic task that the job is a part of; 0 if of none, or if it is one itself.
    ///
    /// # Safety
    /// The job has not been run yet, so that its head is alive.
    #[inline]
    pub(crate) unsafe fn task(&self) -> u64 {
        // SAFETY: the caller's promise.
        unsafe { (*self.head).task }
    }

    /// Which part.
    #[inline]
    pub(crate) fn argument(&self) -> u32 {
        self.argument
    }

    /// Whether `function` is what running the job calls.
    #[inline]
    pub(crate) fn runs(self, function: unsafe fn(*const JobHead, u32)) -> bool {
        // SAFETY: `Job::new`'s caller vouched for the head's validity until the job has been run.
        std::ptr::fn_addr_eq(unsafe { (*self.head).run }, function)
    }

    /// Runs the job.
    ///
    /// # Safety
    /// At most once for each time the job was made.
    pub(crate) unsafe fn run(self) {
        // SAFETY: `Job::new`'s caller vouched for the head's validity and for calling it.
        unsafe { ((*self.head).run)(self.head, self.argument) }
    }
}
