//! Checks and measures arrays on a GPU: one program that needs nothing but a driver and NVRTC on the machine it runs on.
//!
//! `gpu` uses the CUDA devices there are; `gpu --recording` runs the checks on a device that needs no hardware, and measures nothing. It
//! ends with 0 if all checks passed, 1 if one did not, 2 if there is no device (and says why), 3 if it is called wrongly.

mod checks;
mod figures;

use dagger::seam::Device;
use dagger::{Options, Runtime, Scope, with_options};
use dagger_cuda::Gpu;
use dagger_cuda::cache::Cache;
use dagger_cuda::driver::{self, Driver, Recording};
use std::process::ExitCode;
use std::sync::Arc;

const FAILED: u8 = 1;
const NO_DEVICE: u8 = 2;
const MISUSED: u8 = 3;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let recording = match arguments[..] {
        [] => false,
        ["--recording"] => true,
        _ => {
            eprintln!("usage: gpu [--recording]");
            return ExitCode::from(MISUSED);
        }
    };
    let device = match device(recording) {
        Ok(device) => device,
        Err(why) => {
            println!("no device: {why}");
            return ExitCode::from(NO_DEVICE);
        }
    };
    println!("{}: {}", device.class(), device.memory().name());
    let runtime = Runtime::builder().device(Arc::clone(&device)).build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            println!("{error}");
            return ExitCode::from(FAILED);
        }
    };
    let failed = runtime.enter(checks::run);
    if !recording && failed == 0 {
        runtime.enter(|| figures::print(&*device));
    }
    match failed {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::from(FAILED),
    }
}

/// The first GPU, or a recording device.
fn device(recording: bool) -> Result<Arc<dyn Device>, String> {
    let driver: Arc<dyn Driver> = if recording {
        Arc::new(Recording::new(64 << 20, 1))
    } else {
        let found = driver::devices()?;
        found.into_iter().next().ok_or("the driver lists none")?
    };
    let limit = driver.capacity() / 10 * 9;
    let gpu = Gpu::new(driver, 0, 0, limit, Cache::of_user());
    let gpu = gpu.map_err(|error| error.to_string())?;
    Ok(Arc::new(gpu))
}

/// Everything in `f` is to be done by the device.
fn there<R>(f: impl FnOnce() -> R) -> R {
    with_options(Options::new().on(Scope::any_gpu()), f)
}
