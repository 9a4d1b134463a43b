//! In which pieces the work is done, whatever the array's blocks are.

use std::ops::Range;

/// How large pieces of work are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    /// A shorter piece is not worth a task of its own.
    pub(super) least: usize,
    /// A longer piece is cut, unless there would then be more than [`MOST`] of them.
    pub(super) greatest: usize,
    /// About how many records a bucket is to have: what fits the second-level cache.
    pub(super) bucket: usize,
}

/// How many pieces there are at most; every piece of the input may have to do with every piece of the result.
const MOST: usize = 128;

impl Default for Scale {
    fn default() -> Self {
        Scale {
            least: 1 << 15,
            greatest: 1 << 18,
            bucket: 1 << 14,
        }
    }
}

impl Scale {
    /// The cuts of the pieces: neighbouring blocks of an axis together where they are short, and long ones cut.
    pub(super) fn pieces(&self, cuts: &[usize]) -> Vec<usize> {
        let length = cuts[cuts.len() - 1];
        let least = self.least.max(length / MOST);
        let greatest = self.greatest.max(2 * least);
        let mut work = vec![0];
        let mut begun = 0;
        for &cut in &cuts[1..] {
            let more_to_come = cut - begun < least && cut != length;
            if more_to_come || (cut == begun && work.len() > 1) {
                continue;
            }
            let pieces = (cut - begun).div_ceil(greatest).max(1);
            let piece = (cut - begun).div_ceil(pieces);
            work.extend((1..=pieces).map(|i| (begun + i * piece).min(cut)));
            begun = cut;
        }
        work
    }
}

/// The blocks that hold the elements `range`, which is not empty, and how many elements of the first come before it.
pub(super) fn blocks_of(cuts: &[usize], range: &Range<usize>) -> (Range<usize>, usize) {
    let first = cuts.partition_point(|&cut| cut <= range.start) - 1;
    let end = cuts.partition_point(|&cut| cut < range.end);
    (first..end, range.start - cuts[first])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_keep_good_blocks_and_change_others() {
        let regular = |length: usize, edge: usize| -> Vec<usize> {
            let blocks = length.div_ceil(edge).max(1);
            (0..=blocks).map(|i| (i * edge).min(length)).collect()
        };
        let scale = Scale::default();
        let (least, greatest) = (scale.least, scale.greatest);
        let pieces = |cuts: Vec<usize>| scale.pieces(&cuts);
        for (length, edge) in [(1 << 22, 1 << 17), (1 << 21, least), (1 << 20, greatest)] {
            assert_eq!(pieces(regular(length, edge)), regular(length, edge));
        }
        assert_eq!(pieces(vec![0, 0]), [0, 0]);
        for (length, edge) in [
            (1000, 1),
            (1 << 20, 100),
            (1 << 27, 1000),
            (1 << 27, 1 << 27),
        ] {
            let work = pieces(regular(length, edge));
            assert!(work.is_sorted() && work[0] == 0 && work[work.len() - 1] == length);
            assert!(work.len() <= 2 + MOST, "{length} {edge} {}", work.len());
            let short = work
                .windows(2)
                .filter(|cut| cut[1] - cut[0] < least)
                .count();
            assert!(short <= 1, "{length} {edge} {work:?}");
        }
    }

    #[test]
    fn blocks_of_a_range() {
        let cuts = [0, 3, 3, 7, 10];
        assert_eq!(blocks_of(&cuts, &(0..3)), (0..1, 0));
        assert_eq!(blocks_of(&cuts, &(1..4)), (0..3, 1));
        assert_eq!(blocks_of(&cuts, &(3..10)), (2..4, 0));
        assert_eq!(blocks_of(&cuts, &(8..9)), (3..4, 1));
    }
}
