//! The transport under a real `mpirun`.
//!
//! Started by hand or by cargo, this program is the `runner`: it starts itself again as several ranks for each scenario, with a limit of
//! time, and looks at how the job ended. Started as a rank, it plays its `role`.

mod mpirun;
mod role;
mod runner;

use std::process::ExitCode;

fn main() -> ExitCode {
    match std::env::var(role::VARIABLE) {
        Ok(role) => role::play(&role),
        Err(_) => runner::run(),
    }
}
