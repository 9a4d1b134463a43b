//! What a task does besides checking its inputs and writing its output.
//!
//! The kernels and the counts of their operations are the original's. They work on a scratch memory of 64-bit words, which
//! every thread has once, and which is filled with [`MAGIC`] before it is first used.

mod compute;
mod dense;
mod memory;

use crate::uniform::uniform;
use dagger::prelude::Wire;
use std::hint::black_box;

/// What the first word of the scratch memory must always hold.
pub const MAGIC: u64 = 0x5C4A_7C8B;

/// The kinds of kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Wire)]
pub enum KernelKind {
    /// Nothing.
    Empty,
    /// A chain of integer operations.
    BusyWait,
    /// Copies one half of a sample of the scratch memory to the other.
    MemoryBound,
    /// Matrix products in the scratch memory.
    ComputeDgemm,
    /// `y += x` over samples of the scratch memory.
    MemoryDaxpy,
    /// Multiplications and additions in registers.
    ComputeBound,
    /// The same on three short arrays.
    ComputeBound2,
    /// `ComputeBound` with a number of iterations that differs from task to task.
    LoadImbalance,
    /// First `ComputeBound`, then `MemoryBound`.
    ComputeAndMemory,
}

/// All kernels with the names that `-kernel` knows. The original knows `io_bound`, too, and stops when it meets it: it has no code.
pub const NAMES: &[(&str, KernelKind)] = &[
    ("busy_wait", KernelKind::BusyWait),
    ("compute_and_mem", KernelKind::ComputeAndMemory),
    ("compute_bound", KernelKind::ComputeBound),
    ("compute_bound2", KernelKind::ComputeBound2),
    ("compute_dgemm", KernelKind::ComputeDgemm),
    ("empty", KernelKind::Empty),
    ("load_imbalance", KernelKind::LoadImbalance),
    ("memory_bound", KernelKind::MemoryBound),
    ("memory_daxpy", KernelKind::MemoryDaxpy),
];

/// A kernel with its parameters.
#[derive(Clone, Copy, Debug, PartialEq, Wire)]
pub struct Kernel {
    /// What it does.
    pub kind: KernelKind,
    /// How often.
    pub iterations: i64,
    /// Into how many samples the scratch memory is cut; each iteration uses the next one.
    pub samples: i64,
    /// By which fraction of the iterations tasks differ, for `load_imbalance`.
    pub imbalance: f64,
    /// The share of iterations that go to memory, for `compute_and_mem`.
    pub memory_fraction: f64,
}

impl Default for Kernel {
    fn default() -> Kernel {
        Kernel {
            kind: KernelKind::Empty,
            iterations: 0,
            samples: 16,
            imbalance: 0.0,
            memory_fraction: 0.0,
        }
    }
}

/// Which task runs a kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The graph's place among the graphs.
    pub graph: i64,
    /// The row.
    pub step: i64,
    /// The point in the row.
    pub point: i64,
}

impl KernelKind {
    /// Its name.
    pub fn name(self) -> &'static str {
        NAMES
            .iter()
            .find(|(_, kind)| *kind == self)
            .map_or("", |(name, _)| name)
    }

    fn uses_scratch(self) -> bool {
        self.cuts_samples() || self == KernelKind::ComputeDgemm
    }

    fn cuts_samples(self) -> bool {
        matches!(
            self,
            KernelKind::MemoryBound | KernelKind::MemoryDaxpy | KernelKind::ComputeAndMemory
        )
    }
}

impl Kernel {
    /// Checks that the kernel has the memory it needs.
    ///
    /// # Errors
    /// What is missing.
    pub fn check(&self, scratch_bytes: usize) -> Result<(), String> {
        let name = self.kind.name();
        if !scratch_bytes.is_multiple_of(size_of::<u64>()) {
            return Err("-scratch must be a multiple of 8".to_owned());
        }
        if self.kind.uses_scratch() && scratch_bytes == 0 {
            return Err(format!("-kernel {name} needs -scratch memory"));
        }
        if self.kind.cuts_samples() && self.samples == 0 {
            return Err(format!("-kernel {name} needs a -sample of at least 1"));
        }
        Ok(())
    }

    /// Runs it.
    pub fn execute(&self, position: Position, scratch: &mut [u64]) {
        match self.kind {
            KernelKind::Empty => {}
            KernelKind::BusyWait => {
                black_box(compute::busy_wait(self.iterations));
            }
            KernelKind::ComputeBound => {
                black_box(compute::compute_bound(self.iterations));
            }
            KernelKind::ComputeBound2 => {
                black_box(compute::compute_bound2(self.iterations));
            }
            KernelKind::LoadImbalance => {
                let iterations = self.imbalanced_iterations(position);
                black_box(compute::compute_bound(iterations));
            }
            KernelKind::ComputeDgemm => dense::dgemm(self.iterations, scratch),
            KernelKind::MemoryDaxpy => {
                dense::daxpy(self.iterations, self.samples, position.step, scratch);
            }
            KernelKind::MemoryBound => {
                memory::copy(self.iterations, self.samples, position.step, scratch);
            }
            KernelKind::ComputeAndMemory => {
                let in_memory = self.memory_iterations();
                black_box(compute::compute_bound(self.iterations - in_memory));
                memory::copy(in_memory, self.samples, position.step, scratch);
            }
        }
    }

    /// Floating-point operations of one task.
    pub fn flops(&self, position: Position, scratch_bytes: usize) -> i64 {
        match self.kind {
            KernelKind::Empty
            | KernelKind::BusyWait
            | KernelKind::MemoryBound
            | KernelKind::MemoryDaxpy => 0,
            KernelKind::ComputeBound => compute::flops(self.iterations),
            KernelKind::ComputeBound2 => 2 * 32 * self.iterations,
            KernelKind::LoadImbalance => compute::flops(self.imbalanced_iterations(position)),
            KernelKind::ComputeDgemm => {
                let side = dense::side(scratch_bytes) as i64;
                2 * side.pow(3) * self.iterations
            }
            KernelKind::ComputeAndMemory => {
                let computing = 1.0 - self.memory_fraction;
                ((2 * 64 * self.iterations) as f64 * computing + 64.0) as i64
            }
        }
    }

    /// Bytes of memory that one task moves.
    pub fn bytes(&self, scratch_bytes: usize) -> i64 {
        let scratch = scratch_bytes as i64;
        match self.kind {
            KernelKind::MemoryBound | KernelKind::MemoryDaxpy => {
                scratch * self.iterations / self.samples
            }
            KernelKind::ComputeAndMemory => {
                let moved = (scratch * self.iterations) as f64 * self.memory_fraction;
                (moved / self.samples as f64) as i64
            }
            _ => 0,
        }
    }

    /// The iterations of one task of `load_imbalance`.
    pub fn imbalanced_iterations(&self, position: Position) -> i64 {
        let value = uniform(&[position.graph, position.step, position.point]);
        ((1.0 + (value - 0.5) * self.imbalance) * self.iterations as f64).round() as i64
    }

    fn memory_iterations(&self) -> i64 {
        (self.iterations as f64 * self.memory_fraction) as i64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: Position = Position {
        graph: 0,
        step: 3,
        point: 5,
    };

    fn kernel(kind: KernelKind, iterations: i64) -> Kernel {
        Kernel {
            kind,
            iterations,
            ..Kernel::default()
        }
    }

    #[test]
    fn operations_are_counted_as_the_original_counts_them() {
        let flops = |kind| kernel(kind, 10).flops(HERE, 24 * 25);
        assert_eq!(flops(KernelKind::Empty), 0);
        assert_eq!(flops(KernelKind::ComputeBound), 1344);
        assert_eq!(flops(KernelKind::ComputeBound2), 640);
        // Three matrices of 25 doubles are of 5 × 5.
        assert_eq!(flops(KernelKind::ComputeDgemm), 2500);
        let bytes = |kind| kernel(kind, 10).bytes(1600);
        assert_eq!(bytes(KernelKind::MemoryBound), 1000);
        assert_eq!(bytes(KernelKind::MemoryDaxpy), 1000);
        let both = Kernel {
            memory_fraction: 0.5,
            ..kernel(KernelKind::ComputeAndMemory, 10)
        };
        assert_eq!((both.flops(HERE, 1600), both.bytes(1600)), (704, 500));
    }

    #[test]
    fn every_kernel_runs_and_leaves_the_magic_word() {
        for &(name, kind) in NAMES {
            for iterations in [0, 1, 7, 100] {
                let mut scratch = vec![MAGIC; 1000];
                let kernel = Kernel {
                    memory_fraction: 0.3,
                    imbalance: 1.0,
                    ..kernel(kind, iterations)
                };
                kernel.execute(HERE, &mut scratch);
                assert_eq!(scratch[0], MAGIC, "{name}");
            }
        }
    }

    #[test]
    fn imbalance_stays_within_its_bounds_and_differs() {
        let kernel = Kernel {
            imbalance: 2.0,
            ..kernel(KernelKind::LoadImbalance, 1000)
        };
        let iterations: Vec<i64> = (0..100)
            .map(|point| kernel.imbalanced_iterations(Position { point, ..HERE }))
            .collect();
        assert!(iterations.iter().all(|n| (0..=2000).contains(n)));
        assert!(iterations.iter().min() < Some(&300) && iterations.iter().max() > Some(&1700));
        let even = Kernel {
            imbalance: 0.0,
            ..kernel
        };
        assert_eq!(even.imbalanced_iterations(HERE), 1000);
    }

    #[test]
    fn what_a_kernel_lacks_is_told() {
        let lacks = |kind, scratch| kernel(kind, 1).check(scratch).unwrap_err();
        assert!(lacks(KernelKind::MemoryBound, 0).contains("needs -scratch"));
        assert!(lacks(KernelKind::Empty, 12).contains("multiple of 8"));
        let no_samples = Kernel {
            samples: 0,
            ..kernel(KernelKind::MemoryDaxpy, 1)
        };
        assert!(no_samples.check(64).unwrap_err().contains("-sample"));
    }
}
