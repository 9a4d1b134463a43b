//! The devices of a worker, and which of them the options around a point in the code ask for.
//!
//! A runtime is given its devices by [`Builder::device`](crate::Builder::device), or else by whoever has [`register`]ed (the crate
//! `dagger-cuda`, by being linked), who is asked when somebody first wants to know: a program that never uses a device never looks for one.
//!
//! A task whose scope holds devices alone runs on a thread of the worker on the device's behalf: the array operations in it go to that device.

use crate::dynamic::Home;
use crate::dynamic::current;
use crate::error::Result;
use crate::seam::Device;
use std::sync::{Arc, OnceLock};

/// The devices for worker `worker`, or why there are none, in words.
pub type Provider = fn(worker: usize) -> std::result::Result<Vec<Arc<dyn Device>>, String>;

static PROVIDER: OnceLock<Provider> = OnceLock::new();

/// Says who knows the machine's devices. The first to register is asked.
pub fn register(provider: Provider) {
    let _ = PROVIDER.set(provider);
}

/// What a worker has.
#[derive(Debug, Clone)]
pub(crate) struct Equipment {
    pub(crate) devices: Arc<[Arc<dyn Device>]>,
    /// Why there is none, if somebody has looked.
    pub(crate) why_none: Option<Arc<str>>,
}

impl Equipment {
    /// These devices.
    pub(crate) fn of(devices: Vec<Arc<dyn Device>>) -> Self {
        let devices = devices.into();
        Equipment {
            devices,
            why_none: None,
        }
    }

    /// What the provider finds.
    pub(crate) fn found(worker: usize) -> Self {
        match PROVIDER.get().map(|provider| provider(worker)) {
            Some(Ok(devices)) => Equipment::of(devices),
            Some(Err(why)) => Equipment {
                devices: Arc::new([]),
                why_none: Some(why.into()),
            },
            None => Equipment::of(Vec::new()),
        }
    }
}

/// The devices of this worker.
///
/// # Errors
/// When the default runtime is needed and does not start.
pub fn devices() -> Result<Arc<[Arc<dyn Device>]>> {
    Ok(Home::here()?.places().equipment().devices)
}

/// Where the options around a point want work done that a device could do as well.
#[derive(Debug, Clone)]
pub enum Wanted {
    /// On threads; or there are no devices; or there is no such place, which whoever spawns a task there is told.
    Threads,
    /// On one of these devices.
    Devices(Vec<Arc<dyn Device>>),
    /// On threads or one of these devices.
    Either(Arc<[Arc<dyn Device>]>),
}

/// Where the options around this point want work done.
///
/// # Errors
/// As for [`devices`].
pub fn wanted() -> Result<Wanted> {
    let home = Home::here()?;
    let Some(scope) = current::inherited_scope() else {
        let devices = home.places().equipment().devices;
        return Ok(match devices.is_empty() {
            true => Wanted::Threads,
            false => Wanted::Either(devices),
        });
    };
    let inside = home.places().devices_in(&scope);
    Ok(
        match (inside.is_empty(), home.places().has_threads_in(&scope)) {
            (true, _) => Wanted::Threads,
            (false, false) => Wanted::Devices(inside),
            (false, true) => Wanted::Either(inside.into()),
        },
    )
}
