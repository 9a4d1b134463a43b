//! Kernels: one Rust function that runs on the CPU as it is, and its CUDA source.
//!
//! ```sh
//! cargo run -p examples --bin kernels
//! ```

use dagger::kernel::Kernel;
use dagger::kernel::source::{Elementwise, Expression, Layout, Module};
use dagger::kernel::{BinaryOperator, ScalarType};
use dagger::prelude::*;

/// How far a point of the plane gets before it escapes.
#[kernel]
fn mandelbrot(#[uniform] limit: u32, x: f32, y: f32) -> u32 {
    let (mut a, mut b) = (0.0, 0.0);
    let mut n = 0;
    while n < limit && a * a + b * b <= 4.0 {
        (a, b) = (a * a - b * b + x, 2.0 * a * b + y);
        n += 1;
    }
    n
}

#[kernel(stencil)]
fn heat(#[uniform] c: f32, u: Neighbours<'_, f32, 2>) -> f32 {
    u[(0, 0)] + c * (u[(-1, 0)] + u[(1, 0)] + u[(0, -1)] + u[(0, 1)] - 4.0 * u[(0, 0)])
}

#[dagger::main]
fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    // On the CPU a kernel is a function, and with its uniforms bound a closure.
    let escape = mandelbrot::with(40);
    for row in 0..11 {
        let y = (row as f32 - 5.0) / 4.5;
        let line: String = (0..60)
            .map(|column| match escape(column as f32 / 22.0 - 2.0, y) {
                40 => '#',
                8.. => '+',
                4.. => '.',
                _ => ' ',
            })
            .collect();
        println!("{line}");
    }

    // Whoever is given the closure can tell that it is a kernel, and write it down for a device.
    let kernel = Kernel::of(&escape).ok_or("`with` gives a kernel")?;
    println!("\n{}", kernel.source()?);
    let stencil = Kernel::of(&heat::with(0.1)).ok_or("`with` gives a kernel")?;
    println!("{}", stencil.source()?);

    // Several kernels and operators become one pass over the data.
    let mut e = Expression::new();
    let (x, y) = (e.input(ScalarType::F32), e.input(ScalarType::F32));
    let n = e.apply(&kernel, &[x, y])?;
    let one = e.constant(1u32);
    let next = e.binary(BinaryOperator::Add, n, one)?;
    let share = e.cast(next, ScalarType::F32)?;
    let root = e.method("sqrt", &[share])?;
    let mut module = Module::new();
    module.elementwise(&Elementwise {
        name: "shade",
        expression: &e,
        inputs: &[Layout::Contiguous, Layout::Contiguous],
        outputs: &[(root, Layout::Contiguous)],
        rank: 2,
    })?;
    let code = module.finish()?.code;
    let entry = code.find("extern \"C\"").unwrap_or(0);
    println!("{}", &code[entry..]);
    Ok(())
}
