//! Runs a check in every way a graph can be run.

use dagger::__private::force_parallel;
use dagger::Runtime;

/// Runs `check` as the runtime likes, and in the parallel form on 1, 2 and 4 threads.
pub(crate) fn every_way(check: impl Fn() + Sync) {
    for _ in 0..20 {
        check();
    }
    for threads in [1, 2, 4] {
        let runtime = Runtime::builder().threads(threads).build().unwrap();
        runtime.enter(|| {
            force_parallel(true);
            for _ in 0..20 {
                check();
            }
            force_parallel(false);
            check();
        });
    }
}
