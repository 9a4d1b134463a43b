//! A clock that costs a few nanoseconds to read, for scheduling decisions only.
//!
//! Readings are in *ticks* of unspecified but steady length; [`micros`] says how
//! many ticks make a number of microseconds, within a factor of two or so on
//! unusual processors. Nothing that a user sees is computed from it.

/// The present time in ticks.
#[inline(always)]
pub(crate) fn ticks() -> u64 {
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    {
        // SAFETY: `rdtsc` is part of every x86-64 processor and reads no memory.
        unsafe { core::arch::x86_64::_rdtsc() }
    }
    #[cfg(not(all(target_arch = "x86_64", not(miri))))]
    {
        use std::sync::OnceLock;
        use std::time::Instant;
        static EPOCH: OnceLock<Instant> = OnceLock::new();
        EPOCH.get_or_init(Instant::now).elapsed().as_nanos() as u64
    }
}

/// How many ticks `n` microseconds are, roughly.
#[inline(always)]
pub(crate) const fn micros(n: u64) -> u64 {
    if cfg!(all(target_arch = "x86_64", not(miri))) {
        n * 2_600
    } else {
        n * 1_000
    }
}

/// How many ticks `n` nanoseconds are, roughly.
#[inline(always)]
pub(crate) const fn nanos(n: u64) -> u64 {
    micros(n) / 1_000
}
