//! One graph on three workers: two samples are drawn, sorted and summed up where they are, and only the sums meet.
//!
//! ```sh
//! cargo run --release -p examples --bin two_samples          # three workers inside the process
//! cargo xtask mpirun -n 3 --bin two_samples                  # three MPI ranks
//! ```

use dagger::prelude::*;
use fastrand::Rng;

/// How many points a sample has.
const POINTS: usize = 200_000;

#[task]
fn draw(seed: u64, scale: f64) -> Vec<f64> {
    let mut rng = Rng::with_seed(seed);
    (0..POINTS).map(|_| scale * rng.f64().sqrt()).collect()
}

/// In place: the sample stays where it is.
#[task]
fn sort(sample: &mut [f64]) {
    sample.sort_by(f64::total_cmp);
}

/// The worker this runs on, and the sample's deciles.
#[task]
fn deciles(sample: &[f64]) -> (usize, Vec<f64>) {
    let at = |tenth: usize| sample[tenth * (sample.len() - 1) / 10];
    (this_worker(), (0..=10).map(at).collect())
}

#[task]
fn widest_gap(a: &(usize, Vec<f64>), b: &(usize, Vec<f64>)) -> f64 {
    let gaps = a.1.iter().zip(&b.1).map(|(x, y)| (x - y).abs());
    gaps.fold(0.0, f64::max)
}

#[dagger::main(workers = 3)]
fn main() -> dagger::Result<()> {
    let seed = 7;
    let before = dagger::traffic()?;
    let (left, right, gap) = dag! {
        #[on(worker = 1)]
        let mut a = draw(seed, 1.0);
        #[on(worker = 2)]
        let mut b = draw(seed + 1, 1.5);
        #[on(worker = 1)]
        sort(&mut a);
        #[on(worker = 2)]
        sort(&mut b);
        #[on(worker = 1)]
        let left = deciles(&a);
        #[on(worker = 2)]
        let right = deciles(&b);
        let gap = widest_gap(&left, &right);
        (left, right, gap)
    }?;
    let moved = dagger::traffic()? - before;

    println!("median on worker {}: {:.4}", left.0, left.1[5]);
    println!("median on worker {}: {:.4}", right.0, right.1[5]);
    println!("widest gap of the deciles: {gap:.4}");
    // Each sample has 1.6 MB; it never left its worker.
    let bytes = moved.total().head_bytes + moved.total().bulk_bytes;
    println!("bytes between workers: {bytes}");
    assert_eq!((left.0, right.0), (1, 2));
    assert!(bytes < 10_000, "only deciles cross");
    Ok(())
}
