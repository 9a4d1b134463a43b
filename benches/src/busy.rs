//! Work of a chosen duration.
//!
//! The work is a fixed number of arithmetic steps, calibrated once, and never a wait for the clock: two nodes that
//! share a core then take twice as long, as real work would.

use std::hint::black_box;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// Does `steps` steps of arithmetic, each depending on the one before, and returns `steps + 1`, so
/// that even no steps at all make a difference to a sum.
///
/// The C ABI lets the C++ peers call this very function.
#[inline(never)]
pub extern "C" fn work(steps: u64) -> u64 {
    let mut state = steps | 1;
    for _ in 0..steps {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
    }
    black_box(state);
    steps + 1
}

/// How many steps of [`work`] take `microseconds` on this machine.
pub fn steps(microseconds: f64) -> u64 {
    static PER_MICROSECOND: OnceLock<f64> = OnceLock::new();
    let rate = *PER_MICROSECOND.get_or_init(|| {
        const STEPS: u64 = 1_000_000;
        let fastest = (0..10)
            .map(|_| clock(STEPS))
            .min()
            .expect("there are ten tries");
        STEPS as f64 / (fastest.as_secs_f64() * 1e6)
    });
    (rate * microseconds).round() as u64
}

fn clock(steps: u64) -> Duration {
    let start = Instant::now();
    black_box(work(black_box(steps)));
    start.elapsed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_grow_with_the_time_wanted() {
        let ten = steps(10.0);
        assert!(ten > 0);
        assert!(steps(100.0).abs_diff(ten * 10) <= 10);
        assert_eq!(work(ten), ten + 1);
    }
}
