//! How this process was started, and the way to the other ranks that follows from it.
//!
//! [`detect`] reads the variables that MPI launchers and Slurm set; it calls no MPI. [`connect`] goes on from there: alone, there is
//! nothing to connect to; as one of several processes, the transport comes from whoever has [`register`]ed (the crate
//! `dagger-mpi` does, by being linked), and without one the program must not go on, or its `main` would run once in every process.
//!
//! Here too: the [identity of a build](build_identity), which ranks compare before they trust each other's addresses, and the labels in front of their output.
//!
//! It deliberately does not know what ranks say to each other, and it starts no workers.

mod before_main;
mod environment;
mod identity;
mod label;

pub use environment::{Environment, System, detect};
pub use identity::build_identity;
pub use label::{flush_labels, label_from_environment, label_output};

use crate::error::{Error, Result};
use crate::seam::Transport;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// Connects this process with the others that the launcher has started.
pub type Connect = fn(&Environment) -> Result<Arc<dyn Transport>>;

static REGISTERED: OnceLock<Connect> = OnceLock::new();

/// How long a rank other than 0 leaves the word to rank 0 when all of them must stop: launchers end the others as soon as one fails.
const AFTER_YOU: Duration = Duration::from_millis(500);

/// Says how to connect. The first to register is asked.
pub fn register(connect: Connect) {
    let _ = REGISTERED.set(connect);
}

/// The transport to the other processes of this run; `None` if this one is alone.
///
/// # Errors
/// When there are others and nobody has [`register`]ed, or connecting fails. The program must then end with a failure. Of the ranks that
/// cannot connect for the first reason, only rank 0 gets an error to print; see [`Error::message`], which is empty in the others.
pub fn connect() -> Result<Option<Arc<dyn Transport>>> {
    let Some(environment) = detect().filter(Environment::has_others) else {
        return Ok(None);
    };
    match REGISTERED.get() {
        Some(connect) => connect(&environment).map(Some),
        None => Err(refusal(&environment)),
    }
}

/// Why a program without MPI does not run as several processes.
fn refusal(environment: &Environment) -> Error {
    if environment.rank.unwrap_or(0) != 0 {
        std::thread::sleep(AFTER_YOU);
        return Error::msg("");
    }
    Error::start(format!(
        "{environment}, but it was built without MPI, and each of them would run `main` on its own; \
         build it with the feature `mpi` of `dagger` (`cargo xtask mpirun` does), or start it once and ask for workers inside the process with `DAGGER_WORKERS`"
    ))
}
