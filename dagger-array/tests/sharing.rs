//! Blocks that stay as they are, are shared: no task is spawned for them. Alone in its program, as it records all tasks.

mod cases;

use dagger::array::*;
use dagger::prelude::*;
use ndarray::{Axis, Ix1, s};

#[test]
fn blocks_taken_whole_are_shared() -> Result<()> {
    let a = DArray::<f64, Ix1>::zeros([1000], Blocks([100]));
    a.wait()?;
    let recorder = dagger::observe::record();
    let b = concatenate(Axis(0), &[a.slice(s![200..500]), a.rechunk(Blocks([100]))]);
    b.wait()?;
    let names: Vec<_> = recorder
        .finish()
        .spans()
        .iter()
        .map(|span| span.task.name)
        .collect();
    assert!(!names.contains(&"assemble"), "{names:?}");
    assert_eq!(b.shape(), [1300]);
    Ok(())
}

#[test]
fn all_of_this_on_three_workers() {
    cases::again_on_three_workers();
}
