//! Processor time of this thread: what others do on the machine does not count.

/// Measures from when it was started.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(f64);

impl Stopwatch {
    /// Starts.
    pub fn start() -> Self {
        Stopwatch(thread_seconds())
    }

    /// Seconds since the start.
    pub fn seconds(self) -> f64 {
        (thread_seconds() - self.0).max(0.0)
    }

    /// What measuring nothing shows: to be taken off.
    pub fn overhead() -> f64 {
        let mut least = f64::INFINITY;
        for _ in 0..100 {
            least = least.min(Stopwatch::start().seconds());
        }
        least
    }
}

fn thread_seconds() -> f64 {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: `time` is a timespec to be written to, and lives through the call.
    let code = unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
    assert_eq!(
        code, 0,
        "this system has no clock of threads' processor time"
    );
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sleeping_takes_no_processor_time_and_working_does() {
        let watch = Stopwatch::start();
        std::thread::sleep(std::time::Duration::from_millis(30));
        let asleep = watch.seconds();
        let watch = Stopwatch::start();
        let mut sum = 0_u64;
        while watch.seconds() == 0.0 {
            sum = std::hint::black_box(sum + 1);
        }
        assert!(asleep < 0.03 && watch.seconds() > 0.0 && Stopwatch::overhead() < 1e-3);
    }
}
