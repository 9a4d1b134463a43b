//! Plain MPI, in `c/raw_mpi.c`.

use std::ffi::c_int;

use dagger::{Error, Result};

/// What a large message is received into.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Memory {
    /// The same memory every time.
    Warm,
    /// Allocated for each message.
    Fresh,
}

// SAFETY: as in `c/raw_mpi.c`. They need MPI to be started, and say so where it is not.
unsafe extern "C" {
    safe fn raw_mpi_latency(rounds: c_int) -> f64;
    safe fn raw_mpi_bandwidth(bytes: c_int, rounds: c_int, fresh: c_int) -> f64;
    safe fn raw_mpi_rate(messages: c_int) -> f64;
}

/// Seconds.
pub(super) fn latency(rounds: usize) -> Result<f64> {
    checked(raw_mpi_latency(rounds as c_int))
}

/// Bytes a second.
pub(super) fn bandwidth(bytes: usize, rounds: usize, memory: Memory) -> Result<f64> {
    let fresh = c_int::from(memory == Memory::Fresh);
    checked(raw_mpi_bandwidth(bytes as c_int, rounds as c_int, fresh))
}

/// Messages a second.
pub(super) fn rate(messages: usize) -> Result<f64> {
    checked(raw_mpi_rate(messages as c_int))
}

fn checked(figure: f64) -> Result<f64> {
    if figure < 0.0 {
        return Err(Error::msg("plain MPI: a call has failed"));
    }
    Ok(figure)
}
