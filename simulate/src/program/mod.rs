//! The graphs that are simulated: what an expanded `dag!` would hand to the driver, node by node in program order.

mod cholesky;
mod jobs;
mod stencil;
mod tutorial;

pub use cholesky::Cholesky;
pub use jobs::Jobs;
pub use stencil::Stencil;
pub use tutorial::Tutorial;

use fastrand::Rng;

/// A node.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Which of the program's tasks it is.
    pub task: usize,
    /// What it takes on an ordinary thread.
    pub seconds: f64,
    /// Variables it reads.
    pub reads: Vec<u32>,
    /// The variable it changes in place or makes.
    pub writes: u32,
    /// Whether it changes what is there, so that it needs it; else it makes it anew.
    pub in_place: bool,
    /// Bytes of that variable.
    pub bytes: u64,
    /// Ready nodes of higher priority run first.
    pub priority: i32,
}

/// A graph. `seed` decides what is by chance; the same seed gives the same graph.
pub trait Program {
    /// What it is called.
    fn name(&self) -> String;

    /// The names of its tasks.
    fn tasks(&self) -> &'static [&'static str];

    /// How many variables there are.
    fn variables(&self) -> usize;

    /// Its nodes in program order.
    fn nodes(&self, seed: u64) -> Box<dyn Iterator<Item = Node> + '_>;
}

/// Times vary from run to run: this one, by a normal deviate of the logarithm, 3 % wide.
fn noisy(seconds: f64, rng: &mut Rng) -> f64 {
    // The sum of twelve uniform deviates is near enough to normal.
    let deviate: f64 = (0..12).map(|_| rng.f64()).sum::<f64>() - 6.0;
    seconds * (0.03 * deviate).exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_what_they_say() {
        let programs: [(Box<dyn Program>, usize); 4] = [
            (Box::new(Cholesky::new(6)), 6 * 7 / 2 + 6 * 7 * 8 / 6),
            (Box::new(Stencil::new(10, 5)), 10 * 6),
            (Box::new(Tutorial), 150),
            (Box::new(Jobs::tutorial()), 15),
        ];
        for (program, count) in programs {
            let nodes: Vec<Node> = program.nodes(1).collect();
            assert_eq!(nodes.len(), count, "{}", program.name());
            assert_eq!(nodes, program.nodes(1).collect::<Vec<_>>(), "the same seed");
            let mut made = vec![false; program.variables()];
            for node in &nodes {
                assert!(node.task < program.tasks().len() && node.seconds > 0.0);
                let mut needs = node.reads.clone();
                needs.extend(node.in_place.then_some(node.writes));
                assert!(needs.iter().all(|&variable| made[variable as usize]));
                assert!(!node.reads.contains(&node.writes));
                made[node.writes as usize] = true;
            }
        }
        let edges: usize = Tutorial.nodes(1).map(|node| node.reads.len()).sum();
        assert_eq!(edges, 5_000);
    }
}
