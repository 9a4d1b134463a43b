//! What a placement reads the time from.

use crate::sync::statics::{AtomicU64, Ordering};
use std::sync::Arc;
use std::time::Instant;

/// A clock in seconds since it was made. Clones show the same time.
#[derive(Clone, Debug)]
pub struct Clock(Kind);

#[derive(Clone, Debug)]
enum Kind {
    System(Instant),
    /// The bits of an `f64`.
    Set(Arc<AtomicU64>),
}

impl Clock {
    /// The system's.
    pub fn system() -> Self {
        Clock(Kind::System(Instant::now()))
    }

    /// One that stands at 0 until it is [set](Self::set): for simulations and tests.
    pub fn stopped() -> Self {
        Clock(Kind::Set(Arc::default()))
    }

    /// Seconds since it was made.
    #[inline]
    pub fn now(&self) -> f64 {
        match &self.0 {
            Kind::System(start) => start.elapsed().as_secs_f64(),
            // relaxed: a number on its own; whoever simulates orders its own reads.
            Kind::Set(bits) => f64::from_bits(bits.load(Ordering::Relaxed)),
        }
    }

    /// Sets a stopped clock. The system's cannot be set and goes on.
    pub fn set(&self, seconds: f64) {
        if let Kind::Set(bits) = &self.0 {
            // relaxed: as in `now`.
            bits.store(seconds.to_bits(), Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stopped_clock_shows_what_it_was_set_to() {
        let clock = Clock::stopped();
        let other = clock.clone();
        assert_eq!(other.now(), 0.0);
        clock.set(2.5);
        assert_eq!(other.now(), 2.5);
        let system = Clock::system();
        system.set(1e9);
        assert!(system.now() < 1e6);
    }
}
