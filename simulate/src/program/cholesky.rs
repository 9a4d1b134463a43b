//! Cholesky factorisation by tiles: the loop nest of every textbook on the subject.

use super::{Node, Program, noisy};
use fastrand::Rng;

/// Rows of a tile.
const TILE: f64 = 512.0;
/// Floating-point operations a second of one thread in matrix products of that size, and in the factorisation of a tile.
const RATE: f64 = 35e9;
const FACTOR_RATE: f64 = 15e9;
/// Bytes a second at which a tile is made.
const FILL_RATE: f64 = 2e9;

/// The factorisation of a symmetric matrix of tiles of 512² doubles; only the lower half is there.
#[derive(Clone, Copy, Debug)]
pub struct Cholesky {
    tiles: u32,
}

const FILL: usize = 0;
const POTRF: usize = 1;
const TRSM: usize = 2;
const SYRK: usize = 3;
const GEMM: usize = 4;

impl Cholesky {
    /// So many tiles each way.
    pub fn new(tiles: u32) -> Self {
        Cholesky { tiles }
    }
}

/// The variable of tile `(i, j)`, `i >= j`.
fn tile(i: u32, j: u32) -> u32 {
    i * (i + 1) / 2 + j
}

impl Program for Cholesky {
    fn name(&self) -> String {
        format!("Cholesky {0}×{0} tiles", self.tiles)
    }

    fn tasks(&self) -> &'static [&'static str] {
        &["fill", "potrf", "trsm", "syrk", "gemm"]
    }

    fn variables(&self) -> usize {
        tile(self.tiles, 0) as usize
    }

    fn nodes(&self, seed: u64) -> Box<dyn Iterator<Item = Node> + '_> {
        let nt = self.tiles;
        let mut rng = Rng::with_seed(seed);
        let cube = TILE.powi(3);
        let bytes = (TILE * TILE * 8.0) as u64;
        let fill = (0..nt).flat_map(|i| (0..=i).map(move |j| (FILL, vec![], tile(i, j))));
        let steps = (0..nt).flat_map(move |k| {
            let factor = std::iter::once((POTRF, vec![], tile(k, k)));
            let panel = (k + 1..nt).map(move |i| (TRSM, vec![tile(k, k)], tile(i, k)));
            let update = (k + 1..nt).flat_map(move |i| {
                let diagonal = std::iter::once((SYRK, vec![tile(i, k)], tile(i, i)));
                let rest =
                    (k + 1..i).map(move |j| (GEMM, vec![tile(i, k), tile(j, k)], tile(i, j)));
                diagonal.chain(rest)
            });
            factor.chain(panel).chain(update)
        });
        Box::new(fill.chain(steps).map(move |(task, reads, writes)| {
            let (seconds, priority) = match task {
                FILL => (bytes as f64 / FILL_RATE, 0),
                POTRF => (cube / 3.0 / FACTOR_RATE, 3),
                TRSM => (cube / RATE, 2),
                SYRK => (cube / RATE, 1),
                _ => (2.0 * cube / RATE, 0),
            };
            Node {
                task,
                seconds: noisy(seconds, &mut rng),
                reads,
                writes,
                in_place: task != FILL,
                bytes,
                priority,
            }
        }))
    }
}
