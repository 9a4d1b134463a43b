//! Heat on a plate: a stencil, many times over, and a picture of the result.
//!
//! ```text
//! cargo run --release -p examples --bin heat
//! cargo run --release -p examples --bin heat -- --size 4000 --sweeps 20000 --svg plate.svg
//! ```
//!
//! A metal plate has a hot spot and a hot edge, and its rim is kept at 0 degrees. In a short time each point moves a bit towards the mean of its
//! neighbours: `u + 0.2 · (north + south + west + east − 4u)`. That is all there is to write. The plate lies in blocks, each the value of a task;
//! of its neighbours a block only gets strips, and several sweeps are done in one pass over memory.

// xtask-args: --size 200 --sweeps 300

use dagger::array::{Blocks, Boundary, DArray};
use dagger::prelude::*;
use ndarray::Ix2;
use std::time::Instant;

/// The temperature of a point a moment later.
fn later(u: Neighbours<'_, f64, 2>) -> f64 {
    u[[0, 0]] + 0.2 * (u[[-1, 0]] + u[[1, 0]] + u[[0, -1]] + u[[0, 1]] - 4.0 * u[[0, 0]])
}

#[dagger::main]
fn main() -> dagger::Result<()> {
    let option = |name: &str| {
        let mut arguments = std::env::args().skip_while(|argument| argument != name);
        arguments.nth(1)
    };
    let number = |name: &str, otherwise| match option(name) {
        None => Ok(otherwise),
        Some(text) => text
            .parse::<usize>()
            .map_err(|_| Error::msg(format!("{name} wants a number, not `{text}`"))),
    };
    let (size, sweeps) = (number("--size", 1000)?, number("--sweeps", 2000)?);

    let cold = DArray::<f64, Ix2>::zeros([size, size], Blocks::auto());
    let places =
        DArray::<(usize, usize), Ix2>::from_fn([size, size], Blocks::auto(), |place| place);
    let start = cold.zip_map(&places, move |_, (i, j)| {
        let spot = i.abs_diff(size / 3) + j.abs_diff(size / 2) < size / 8;
        if spot || j < size / 50 { 100.0 } else { 0.0 }
    });
    let start = start.eval();
    println!(
        "at the start:  mean {:6.3}, hottest {:7.3}",
        start.mean().fetch()?,
        start.max().fetch()?
    );

    let begin = Instant::now();
    let end = start.sweeps(sweeps, [1, 1], Boundary::Constant(0.0), later);
    end.wait()?;
    let elapsed = begin.elapsed();
    println!(
        "{sweeps} sweeps later: mean {:6.3}, hottest {:7.3}",
        end.mean().fetch()?,
        end.max().fetch()?
    );
    println!(
        "{:.2} ns a point and sweep",
        elapsed.as_nanos() as f64 / (size * size * sweeps.max(1)) as f64
    );

    // The same sweep by sweep has the same bits.
    let single = (0..3).fold(start.clone(), |u, _| {
        u.stencil([1, 1], Boundary::Constant(0.0), later)
    });
    let fused = start.sweeps(3, [1, 1], Boundary::Constant(0.0), later);
    println!(
        "several sweeps a pass change nothing: {}",
        single.equal(&fused).all().fetch()?
    );

    let file = option("--svg").unwrap_or_else(|| "heat.svg".to_owned());
    end.heat_map()?.save(&file)?;
    println!("the picture is in {file}");
    Ok(())
}
