//! Calling one worker by name, which others than the caller may do at the same time.
//!
//! A call is made after a job was queued that the worker shall look for, and answered before it looks. The first call since the
//! last answer has to see to it that the worker comes; later ones leave their jobs to that.

use crate::sync::atomic::{AtomicBool, Ordering};

/// Whether a worker has been called and has not come yet.
#[derive(Debug)]
pub(crate) struct Called(AtomicBool);

impl Called {
    /// Nobody has.
    pub(crate) fn new() -> Self {
        Called(AtomicBool::new(false))
    }

    /// Calls the worker. True: it must be made to come, and then to [`answer`](Self::answer). False: that has been done, and it
    /// has still to answer.
    #[must_use]
    pub(crate) fn call(&self) -> bool {
        // AcqRel pairs with the swap in `answer`: what was queued before this call is visible to the answer that ends it.
        !self.0.swap(true, Ordering::AcqRel)
    }

    /// The worker has come. Returns whether it was called, and then it must look for work.
    #[must_use]
    pub(crate) fn answer(&self) -> bool {
        // AcqRel pairs with the swap in `call`: what was queued before the calls is visible.
        self.0.swap(false, Ordering::AcqRel)
    }
}

#[cfg(all(test, loom))]
mod loom_tests {
    use super::*;
    use loom::sync::Arc;
    use loom::sync::atomic::AtomicUsize;
    use loom::thread;

    /// Two threads queue a job each and call, while the worker comes as often as it is made to: no job is left.
    #[test]
    fn loom_no_call_goes_unanswered() {
        loom::model(|| {
            let called = Arc::new(Called::new());
            let jobs = Arc::new([const { () }; 2].map(|()| AtomicBool::new(false)));
            // How often the worker is made to come.
            let visits = Arc::new(AtomicUsize::new(0));
            let callers: Vec<_> = (0..2)
                .map(|index| {
                    let (called, jobs, visits) = (called.clone(), jobs.clone(), visits.clone());
                    thread::spawn(move || {
                        jobs[index].store(true, Ordering::Relaxed);
                        if called.call() {
                            visits.fetch_add(1, Ordering::Relaxed);
                        }
                    })
                })
                .collect();
            let mut seen = [false; 2];
            let mut visited = 0;
            let mut visit = || {
                while visits.load(Ordering::Relaxed) > visited {
                    visited += 1;
                    if called.answer() {
                        for (seen, job) in seen.iter_mut().zip(jobs.iter()) {
                            *seen |= job.load(Ordering::Relaxed);
                        }
                    }
                }
            };
            visit();
            for caller in callers {
                caller.join().expect("no panic");
            }
            visit();
            assert_eq!(seen, [true, true]);
        });
    }
}
