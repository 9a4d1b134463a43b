//! How a matrix is cut for being factored, whatever its own blocks are.

use std::sync::Arc;

use crate::layout::{Cuts, regular_cuts};

/// The edge of the tiles of a large matrix: measured; kernels are at their best from about 256 on, and powers of two are worse than their
/// neighbours, because rows then lie on the same places of a cache.
const TILE: usize = 384;
/// The least edge of a tile that is still worth a task.
const SMALL_TILE: usize = 96;
/// How many tiles there should be along a side, so that threads find work.
const TILES: usize = 8;
/// Blocks with edges in this range are taken as tiles as they are.
const GOOD: std::ops::RangeInclusive<usize> = 192..=640;

/// The width of block columns of a large matrix, for LU and QR.
const COLUMN: usize = 256;
/// The least width of a block column that is still worth a task.
const SMALL_COLUMN: usize = 32;

/// Cuts of both axes of a square matrix, for square tiles.
pub(super) fn square_tiles(rows: &Cuts, columns: &Cuts) -> Cuts {
    let length = rows[rows.len() - 1];
    if rows == columns && good(rows) {
        return Arc::clone(rows);
    }
    even(length, (length / TILES).clamp(SMALL_TILE, TILE))
}

/// Cuts of one axis for tiles.
pub(super) fn tiles(cuts: &Cuts) -> Cuts {
    let length = cuts[cuts.len() - 1];
    match good(cuts) {
        true => Arc::clone(cuts),
        false => even(length, (length / TILES).clamp(SMALL_TILE, TILE)),
    }
}

/// Cuts between block columns.
pub(super) fn block_columns(columns: &Cuts) -> Cuts {
    let length = columns[columns.len() - 1];
    even(length, (length / TILES).clamp(SMALL_COLUMN, COLUMN))
}

/// The cuts up to a place, which becomes the last.
pub(super) fn clipped(cuts: &Cuts, end: usize) -> Cuts {
    let before = cuts.iter().copied().filter(|&cut| cut < end);
    let mut clipped: Vec<usize> = before.chain([end]).collect();
    if clipped.len() == 1 {
        clipped.insert(0, 0);
    }
    clipped.into()
}

fn good(cuts: &Cuts) -> bool {
    let edges = || cuts.windows(2).map(|cut| cut[1] - cut[0]);
    let last = cuts.len() - 2;
    edges().all(|edge| edge <= *GOOD.end()) && edges().take(last).all(|edge| edge >= *GOOD.start())
}

/// Pieces of about `edge`, all of nearly the same length.
fn even(length: usize, edge: usize) -> Cuts {
    let pieces = length.div_ceil(edge).max(1);
    regular_cuts(length, length.div_ceil(pieces).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clipping_keeps_at_least_one_block() {
        let cuts: Cuts = Arc::new([0, 4, 8, 10]);
        assert_eq!(*clipped(&cuts, 10), [0, 4, 8, 10]);
        assert_eq!(*clipped(&cuts, 8), [0, 4, 8]);
        assert_eq!(*clipped(&cuts, 5), [0, 4, 5]);
        assert_eq!(*clipped(&cuts, 0), [0, 0]);
    }

    #[test]
    fn good_blocks_stay_as_they_are() {
        let cuts = regular_cuts(2000, 512);
        assert!(Arc::ptr_eq(&square_tiles(&cuts, &cuts), &cuts));
        for edge in [7, 1000, 5000] {
            let cuts = regular_cuts(4000, edge);
            let tiles = square_tiles(&cuts, &cuts);
            assert_eq!((tiles[0], *tiles.last().unwrap()), (0, 4000));
            assert!(
                tiles
                    .windows(2)
                    .all(|cut| (300..=TILE).contains(&(cut[1] - cut[0])))
            );
        }
        let none = regular_cuts(0, 5);
        assert_eq!(*square_tiles(&none, &none), [0, 0]);
    }
}
