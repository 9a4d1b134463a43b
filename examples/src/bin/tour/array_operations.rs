//! Cells 27 to 34: what can be done with an array in blocks, and where it happens.

use dagger::array::*;
use dagger::prelude::*;
use ndarray::{Array2, Ix1, Ix2};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

pub(crate) fn show() -> Result<()> {
    map_and_broadcast()?;
    who_runs_what()?;
    let dc = DArray::<f64, Ix2>::random([16, 16], Blocks([4, 4]));
    blocks_are_tasks(&dc)?;
    reshape_and_multiply(&dc)?;
    sort()
}

/// Cells 27 and 28.
fn map_and_broadcast() -> Result<()> {
    let a = Array2::from_shape_fn((64, 64), |(i, j)| ((i * 64 + j) as f64).sqrt());
    let da = DArray::distribute(&a, Blocks([16, 16]));
    let db = da.map(|x| x * 2.0).eval();
    assert_eq!(db.collect()?, &a * 2.0);
    println!("map(x -> 2x) of {:?}: the local result", da.layout());

    let recorder = dagger::observe::record();
    let sum = (&da * 2.0 + &db).collect()?;
    let recording = recorder.finish();
    let spans = recording.spans().iter();
    let tasks = spans.filter(|span| span.task.name == "elementwise").count();
    assert_eq!(sum, &a * 2.0 + &a * 2.0);
    // Under `mpirun`, those of other ranks are in their own recordings.
    assert!(tasks <= 16, "{tasks} tasks");
    println!("da · 2 + db, fused: one task for each of 16 blocks, the local result");
    Ok(())
}

/// Cells 29 and 30: every element says which worker and which thread it was computed on.
fn who_runs_what() -> Result<()> {
    let dc = DArray::<f64, Ix2>::random([16, 16], Blocks([4, 4]).on(Placement::cyclic(1)));
    let at = dc.map(|_| this_worker()).collect()?;
    println!("which worker ran which block, dealt out by columns:\n{at}");
    one_task_a_block(&at);
    let used: BTreeSet<usize> = at.iter().copied().collect();
    assert_eq!(used.len(), workers().min(4), "all workers are used");

    // Which thread is up to chance: one may have run all before the other has woken.
    for _ in 0..20 {
        let on = dc
            .map(|_| {
                let clock = Instant::now();
                while clock.elapsed() < Duration::from_micros(20) {}
                this_thread()
            })
            .collect()?;
        one_task_a_block(&on);
        let used: BTreeSet<usize> = on.iter().copied().collect();
        if used.len() > 1 {
            println!("which thread of its worker:\n{on}");
            return Ok(());
        }
    }
    Err(Error::msg("only one thread of every worker was used"))
}

/// That every block says the same throughout.
fn one_task_a_block(who: &Array2<usize>) {
    for block in who.exact_chunks((4, 4)) {
        assert!(
            block.iter().all(|one| *one == block[(0, 0)]),
            "one task a block"
        );
    }
}

/// Cells 31 and 32.
fn blocks_are_tasks(dc: &DArray<f64, Ix2>) -> Result<()> {
    dc.wait()?;
    let blocks = dc.blocks();
    println!("its blocks are tasks:\n{blocks:?}");
    assert!(
        blocks
            .iter()
            .all(|block| block.status() == Status::Finished)
    );
    // Block (3, 4) of the tutorial, which counts from 1.
    let block = dc.block([2, 3]).fetch()?;
    assert_eq!(block, dc.collect()?.slice(ndarray::s![8..12, 12..16]));
    println!("block (2, 3):\n{block:.4}");
    Ok(())
}

/// Cell 33.
fn reshape_and_multiply(dc: &DArray<f64, Ix2>) -> Result<()> {
    let product = dc.reshape([8, 32]).dot(&dc.reshape([32, 8]));
    let local = dc.collect()?;
    let wide = local.to_shape((8, 32))?;
    let tall = local.to_shape((32, 8))?;
    let difference = product.collect()? - wide.dot(&tall);
    assert!(difference.iter().all(|x| x.abs() < 1e-12));
    println!("(8 × 32)·(32 × 8):\n{product:.3}");
    Ok(())
}

/// Cell 34.
fn sort() -> Result<()> {
    let numbers = DArray::<f64, Ix1>::random([64], Blocks([16]));
    let sorted = numbers.sort().collect()?;
    assert!(sorted.iter().is_sorted(), "not in ascending order");
    // The same numbers: each is where `argsort` says.
    let (numbers, places) = (numbers.collect()?, numbers.argsort().collect()?);
    assert!(
        places
            .iter()
            .zip(&sorted)
            .all(|(&place, x)| numbers[place] == *x)
    );
    println!(
        "64 numbers in blocks of 16, sorted: {:.3} … {:.3}",
        sorted[0], sorted[63]
    );
    Ok(())
}
