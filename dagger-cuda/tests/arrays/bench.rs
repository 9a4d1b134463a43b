//! A runtime with recording devices, and what must be left of them.

use dagger::seam::Device;
use dagger::{Options, Runtime, Scope, with_options};
use dagger_cuda::Gpu;
use dagger_cuda::cache::Cache;
use dagger_cuda::driver::{Call, Driver, Recording};
use std::sync::Arc;

/// A runtime of two threads and recording devices.
pub(super) struct Bench {
    pub(super) drivers: Vec<Arc<Recording>>,
    runtime: Option<Runtime>,
}

impl Bench {
    /// So many devices with so much memory.
    pub(super) fn new(devices: usize, capacity: u64) -> Self {
        let mut drivers = Vec::new();
        let mut builder = Runtime::builder().threads(2);
        for number in 0..devices {
            let driver = Arc::new(Recording::new(capacity, number as u64 + 11));
            // Several tests use the same kernels.
            let name = format!("dagger-cuda-tests-{}", std::process::id());
            let cache = std::env::temp_dir().join(name);
            let gpu = Gpu::new(
                Arc::clone(&driver) as Arc<dyn Driver>,
                0,
                number,
                capacity,
                Cache::new(cache),
            );
            builder = builder.device(Arc::new(gpu.unwrap()) as Arc<dyn Device>);
            drivers.push(driver);
        }
        Bench {
            drivers,
            runtime: Some(builder.build().unwrap()),
        }
    }

    /// Runs something in the runtime.
    pub(super) fn run<R: Send>(&self, f: impl FnOnce() -> R + Send) -> R {
        self.runtime.as_ref().unwrap().enter(f)
    }

    /// How many launches, uploads and downloads there were on a device.
    pub(super) fn counts(&self, device: usize) -> (usize, usize, usize) {
        let calls = self.drivers[device].calls();
        let count = |is: fn(&Call) -> bool| calls.iter().filter(|call| is(call)).count();
        (
            count(|call| matches!(call, Call::Launch { .. })),
            count(|call| matches!(call, Call::Upload { .. })),
            count(|call| matches!(call, Call::Download { .. })),
        )
    }
}

/// The runtime ends, and nothing is left and nothing was done wrong.
impl Drop for Bench {
    fn drop(&mut self) {
        drop(self.runtime.take());
        if std::thread::panicking() {
            return;
        }
        for driver in &self.drivers {
            assert_eq!(driver.mistakes(), Vec::<String>::new());
            assert_eq!(
                (driver.held(), driver.objects()),
                ((0, 0), 0),
                "what is left behind"
            );
        }
    }
}

/// Runs `f` with everything in it on devices.
pub(super) fn on<R>(scope: Scope, f: impl FnOnce() -> R) -> R {
    with_options(Options::new().on(scope), f)
}
