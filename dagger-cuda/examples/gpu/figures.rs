//! How fast the device is, beside what is aimed at.

use crate::there;
use dagger::array::*;
use dagger::prelude::*;
use dagger::seam::Device;
use ndarray::Ix1;
use std::time::Instant;

/// 2 GiB of `f32`, in blocks of 256 MiB.
const ELEMENTS: usize = 1 << 29;
const BLOCK: usize = 1 << 26;
/// Blocks of one element, for what a launch costs.
const SMALL: usize = 2000;
const ROUNDS: usize = 7;

#[kernel]
fn copied(x: f32) -> f32 {
    x
}

/// Prints the table.
pub(crate) fn print(device: &dyn Device) {
    if let Err(error) = table(device) {
        println!("the figures end here: {error}");
    }
}

fn table(device: &dyn Device) -> Result<()> {
    println!("\n| what | figure | aim |\n|---|---|---|");
    let x = there(|| (DArray::<f32, Ix1>::full([ELEMENTS], Blocks([BLOCK]), 1.0) + 0.0).eval());
    x.wait()?;
    let gigabytes = (ELEMENTS * size_of::<f32>()) as f64 / 1e9;
    let copy = 2.0 * gigabytes / best(device, || there(|| x.map(copied).eval()).wait())?;
    row(
        "a kernel that copies 2 GiB",
        &format!("{copy:.0} GB/s"),
        "the measure of the next two",
    );
    let fused = || there(|| ((&x * 2.0 + 1.0) * &x - 3.0).eval()).wait();
    let fused = 2.0 * gigabytes / best(device, fused)?;
    let share = format!("{fused:.0} GB/s, {:.0} % of the copy", 100.0 * fused / copy);
    row("fused elementwise on 2 GiB", &share, "≥ 90 %");
    let sum = gigabytes / best(device, || there(|| x.sum()).wait())?;
    let share = format!("{sum:.0} GB/s, {:.0} % of the copy", 100.0 * sum / copy);
    row("sum of 2 GiB", &share, "≥ 90 % of read bandwidth");
    let small = there(|| (DArray::<f32, Ix1>::full([SMALL], Blocks([1]), 1.0) + 0.0).eval());
    small.wait()?;
    let launches = best(device, || there(|| (&small + 1.0).eval()).wait())?;
    let each = format!("{:.1} µs", launches / SMALL as f64 * 1e6);
    row("launch overhead a block", &each, "≤ 8 µs");
    for (what, aim) in [
        ("f64 and f32 matrix product 16384²", "≥ 90 % of cuBLAS"),
        ("Cholesky 32768² f64", "≥ 80 % of the product's rate"),
        ("5-point stencil 16384², f32", "≥ 80 % of the copy"),
        ("data 2× device memory", "≥ 70 % of the link's bandwidth"),
    ] {
        row(
            what,
            "not measured: threads do it so far, or the program has no row for it yet",
            aim,
        );
    }
    Ok(())
}

fn row(what: &str, figure: &str, aim: &str) {
    println!("| {what} | {figure} | {aim} |");
}

/// The least of several times, in seconds.
fn best(device: &dyn Device, mut run: impl FnMut() -> Result<()>) -> Result<f64> {
    let mut best = f64::INFINITY;
    for _ in 0..ROUNDS {
        device.finish()?;
        let start = Instant::now();
        run()?;
        device.finish()?;
        best = best.min(start.elapsed().as_secs_f64());
    }
    Ok(best)
}
