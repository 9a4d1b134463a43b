//! Tells `dagger-core` how to connect, before `main`.
//!
//! A program's only mention of MPI is a feature of `dagger`, so nobody calls us: the loader does, through the program's table of
//! initialisers.

use crate::transport::{Limits, MpiTransport};
use dagger_core::Result;
use dagger_core::launch::{self, Environment};
use dagger_core::seam::Transport;
use std::sync::Arc;

// SAFETY: the section holds pointers to functions of this kind, which the loader calls once, in the thread that then runs `main`.
// `register` needs nothing that `main` would have to set up first.
#[used]
#[cfg_attr(
    not(target_vendor = "apple"),
    unsafe(link_section = ".init_array.65000")
)]
#[cfg_attr(
    target_vendor = "apple",
    unsafe(link_section = "__DATA,__mod_init_func")
)]
static REGISTER: extern "C" fn() = register;

extern "C" fn register() {
    launch::register(connect);
}

fn connect(_: &Environment) -> Result<Arc<dyn Transport>> {
    Ok(Arc::new(MpiTransport::start(Limits::default())?))
}
