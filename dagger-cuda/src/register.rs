//! Tells `dagger-core` which devices there are, before `main`.
//!
//! A program's only mention of CUDA is a feature of `dagger`, so nobody calls us: the loader does, through the program's table of
//! initialisers. CUDA itself is only looked for when a device is first asked for.

use crate::cache::Cache;
use crate::device::Gpu;
use crate::driver::{self, Driver};
use dagger_core::devices;
use dagger_core::seam::Device;
use std::sync::Arc;

dagger_core::before_main!(devices::register(found));

/// All GPUs of this machine.
fn found(worker: usize) -> Result<Vec<Arc<dyn Device>>, String> {
    let mut gpus: Vec<Arc<dyn Device>> = Vec::new();
    for (number, driver) in driver::devices()?.into_iter().enumerate() {
        // Something is left to the driver itself, and to others.
        let limit = driver.capacity() / 10 * 9;
        let gpu = Gpu::new(driver, worker, number, limit, Cache::of_user());
        gpus.push(Arc::new(gpu.map_err(|error| error.to_string())?));
    }
    Ok(gpus)
}
