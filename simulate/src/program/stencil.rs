//! A stencil in one dimension: blocks that need their neighbours' edges at each step.

use super::{Node, Program, noisy};
use fastrand::Rng;

/// What a block takes for a step.
const STEP: f64 = 2e-3;
/// Bytes of a block's result that others read: its edges go with it.
const BYTES: u64 = 128 << 10;

/// Blocks in a row, each made anew at each step from itself and its two neighbours.
#[derive(Clone, Copy, Debug)]
pub struct Stencil {
    blocks: u32,
    steps: u32,
}

impl Stencil {
    /// So many blocks, so many steps after the first values.
    pub fn new(blocks: u32, steps: u32) -> Self {
        Stencil { blocks, steps }
    }
}

impl Program for Stencil {
    fn name(&self) -> String {
        format!("stencil of {} blocks, {} steps", self.blocks, self.steps)
    }

    fn tasks(&self) -> &'static [&'static str] {
        &["fill", "step"]
    }

    /// Two sets, in turns.
    fn variables(&self) -> usize {
        2 * self.blocks as usize
    }

    fn nodes(&self, seed: u64) -> Box<dyn Iterator<Item = Node> + '_> {
        let blocks = self.blocks;
        let mut rng = Rng::with_seed(seed);
        let variable = move |step: u32, block: u32| step % 2 * blocks + block;
        Box::new(
            (0..=self.steps)
                .flat_map(move |step| (0..blocks).map(move |block| (step, block)))
                .map(move |(step, block)| {
                    let reads = if step == 0 {
                        Vec::new()
                    } else {
                        let near = block.saturating_sub(1)..=(block + 1).min(blocks - 1);
                        near.map(|block| variable(step - 1, block)).collect()
                    };
                    Node {
                        task: usize::from(step > 0),
                        seconds: noisy(STEP, &mut rng),
                        reads,
                        writes: variable(step, block),
                        in_place: false,
                        bytes: BYTES,
                        priority: 0,
                    }
                }),
        )
    }
}
