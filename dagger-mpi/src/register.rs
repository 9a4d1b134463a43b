//! Tells `dagger-core` how to connect, before `main`.
//!
//! A program's only mention of MPI is a feature of `dagger`, so nobody calls us: the loader does, through the program's table of
//! initialisers.

use crate::transport::{Limits, MpiTransport};
use dagger_core::Result;
use dagger_core::launch::{self, Environment};
use dagger_core::seam::Transport;
use std::sync::Arc;

dagger_core::before_main!(launch::register(connect));

fn connect(_: &Environment) -> Result<Arc<dyn Transport>> {
    Ok(Arc::new(MpiTransport::start(Limits::default())?))
}
