//! How many sweeps a pass does at once, and in pieces of what size.
//!
//! More sweeps a pass cost less memory traffic and more work: elements near the ends of blocks and pieces are computed by both sides. The best number
//! is where the sum of the two is least. It is chosen by shape, radius and size alone, so it is the same on every machine; results do not
//! depend on it.

use super::wavefront::{Rule, kept};

/// How many bytes of slabs a pass works in: most of a core's second-level cache.
const CACHE: usize = 640 << 10;

/// What it costs to bring an element from memory and back, in terms of computing it from the cache.
const MEMORY: f64 = 5.0;

/// The numbers of sweeps that are considered.
const SWEEPS: [usize; 9] = [1, 2, 3, 4, 6, 8, 12, 16, 24];

/// Pieces are not made narrower than this along the last axis, in elements, nor anywhere narrower than so many margins.
const NARROWEST: usize = 256;
const MARGINS: usize = 8;

/// Edges of the pieces in which a pass goes through a box, so that its slabs stay in the cache.
pub(super) fn tile<T>(rule: &Rule<T>, shape: &[usize], bytes: usize) -> Vec<isize> {
    let mut edges = shape.to_vec();
    let margin = rule.margin();
    let last = edges.len() - 1;
    while kept(rule, &edges).saturating_mul(bytes) > CACHE {
        // The first axis is walked along.
        let divisible = (1..=last).find(|&axis| {
            let least = if axis == last { NARROWEST } else { 4 };
            edges[axis] >= 2 * least.max(MARGINS * margin[axis].cast_unsigned())
        });
        let Some(axis) = divisible else { break };
        edges[axis] = edges[axis].div_ceil(2);
    }
    edges.iter().map(|edge| edge.cast_signed()).collect()
}

/// How many sweeps a pass does over blocks of this shape, of `count` that are wanted. `rule` is that of one sweep.
pub(super) fn sweeps<T: Clone>(
    rule: &Rule<T>,
    block: &[usize],
    bytes: usize,
    count: usize,
) -> usize {
    let cost = |sweeps: usize| {
        let rule = Rule {
            sweeps,
            shape: rule.shape.clone(),
            radius: rule.radius.clone(),
            boundary: rule.boundary.clone(),
        };
        let tile = tile(&rule, block, bytes);
        let mut work = 1.0;
        for (axis, &edge) in tile.iter().enumerate() {
            let uncut = edge == rule.shape[axis] && !rule.boundary[axis].wraps();
            if !uncut && edge > 0 {
                // Each level is computed as far beyond the last as all levels after it together reach.
                let twice = (sweeps - 1) as f64 * rule.radius[axis] as f64;
                work *= 1.0 + twice / edge as f64;
            }
        }
        let fits = kept(
            &rule,
            &tile
                .iter()
                .map(|edge| edge.cast_unsigned())
                .collect::<Vec<_>>(),
        )
        .saturating_mul(bytes)
            <= CACHE;
        let memory = if fits { MEMORY / sweeps as f64 } else { MEMORY };
        memory + work
    };
    let candidates = SWEEPS.iter().copied().filter(|&sweeps| sweeps <= count);
    let costs = candidates.map(|sweeps| (sweeps, cost(sweeps)));
    let best = costs.min_by(|a, b| a.1.total_cmp(&b.1));
    best.map_or(1, |(sweeps, _)| sweeps)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stencil::Boundary;

    fn rule(shape: &[isize], radius: isize) -> Rule<f64> {
        Rule {
            shape: shape.to_vec(),
            radius: vec![radius; shape.len()],
            boundary: vec![Boundary::Wrap; shape.len()],
            sweeps: 1,
        }
    }

    #[test]
    fn large_blocks_do_several_sweeps_a_pass_and_small_ones_few() {
        let large = sweeps(&rule(&[8192, 8192], 1), &[1024, 1024], 8, 100);
        assert!((4..=24).contains(&large), "{large}");
        assert_eq!(sweeps(&rule(&[8192, 8192], 1), &[1024, 1024], 8, 3), 3);
        assert_eq!(sweeps(&rule(&[9, 9], 3), &[2, 2], 8, 100), 1);
        let solid = sweeps(&rule(&[512, 512, 512], 1), &[64, 64, 64], 8, 100);
        assert!((2..=8).contains(&solid), "{solid}");
    }

    #[test]
    fn pieces_fit_the_cache() {
        let mut rule = rule(&[1, 1 << 20], 1);
        rule.radius[0] = 0;
        rule.sweeps = 16;
        let tile = tile(&rule, &[1, 1 << 20], 8);
        assert!(tile[1] < 8192 && tile[1] >= 256, "{tile:?}");
    }
}
