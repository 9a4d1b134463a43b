//! What launchers tell a process through its environment.

use std::fmt;

/// What has started this process as one of several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum System {
    /// Open MPI's `mpirun`.
    OpenMpi,
    /// MVAPICH's launcher.
    Mvapich,
    /// MPICH's and Intel MPI's `mpirun` (Hydra), or another launcher that speaks PMI.
    Pmi,
    /// A launcher that speaks PMIx.
    Pmix,
    /// Slurm's `srun`.
    Slurm,
    /// Flux's `flux run`.
    Flux,
}

/// This process among those that were started together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Environment {
    /// Who started them.
    pub system: System,
    /// Which of them this is, from 0, if the launcher says so.
    pub rank: Option<usize>,
    /// How many they are, if the launcher says so.
    pub size: Option<usize>,
}

/// One launcher's variables. It is recognised by the one that holds the rank.
struct Signs {
    system: System,
    rank: &'static str,
    sizes: &'static [&'static str],
    /// Whether a rank without a size means anything: batch scripts have one too.
    size_required: bool,
}

/// In this order: Open MPI's launcher also speaks PMIx, and all of them may run inside a Slurm job.
const SIGNS: &[Signs] = &[
    Signs {
        system: System::OpenMpi,
        rank: "OMPI_COMM_WORLD_RANK",
        sizes: &["OMPI_COMM_WORLD_SIZE"],
        size_required: false,
    },
    Signs {
        system: System::Mvapich,
        rank: "MV2_COMM_WORLD_RANK",
        sizes: &["MV2_COMM_WORLD_SIZE"],
        size_required: false,
    },
    Signs {
        system: System::Pmi,
        rank: "PMI_RANK",
        sizes: &["PMI_SIZE", "SLURM_STEP_NUM_TASKS"],
        size_required: false,
    },
    Signs {
        system: System::Pmix,
        rank: "PMIX_RANK",
        sizes: &["SLURM_STEP_NUM_TASKS", "FLUX_JOB_SIZE"],
        size_required: false,
    },
    Signs {
        system: System::Flux,
        rank: "FLUX_TASK_RANK",
        sizes: &["FLUX_JOB_SIZE"],
        size_required: true,
    },
    // Only a step that `srun` has started has a number of tasks; a batch script or a shell has a rank alone.
    Signs {
        system: System::Slurm,
        rank: "SLURM_PROCID",
        sizes: &["SLURM_STEP_NUM_TASKS"],
        size_required: true,
    },
];

/// How this process was started, if by a launcher of several processes. It only reads the environment.
pub fn detect() -> Option<Environment> {
    detect_in(|name| std::env::var(name).ok())
}

fn detect_in(variable: impl Fn(&str) -> Option<String>) -> Option<Environment> {
    let number = |name: &str| variable(name)?.trim().parse::<usize>().ok();
    SIGNS.iter().find_map(|signs| {
        let rank = number(signs.rank)?;
        let size = signs.sizes.iter().find_map(|name| number(name));
        if signs.size_required && size.is_none() {
            return None;
        }
        Some(Environment {
            system: signs.system,
            rank: Some(rank),
            size,
        })
    })
}

impl Environment {
    /// Whether there are other processes, or may be: not if the launcher says that this is the only one.
    pub fn has_others(&self) -> bool {
        self.size != Some(1)
    }
}

impl fmt::Display for System {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            System::OpenMpi => "Open MPI",
            System::Mvapich => "MVAPICH",
            System::Pmi => "an MPI launcher (PMI)",
            System::Pmix => "an MPI launcher (PMIx)",
            System::Slurm => "Slurm",
            System::Flux => "Flux",
        })
    }
}

/// "this program was started by Open MPI as 3 processes"
impl fmt::Display for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "this program was started by {} as ", self.system)?;
        match self.size {
            Some(size) => write!(f, "{size} processes"),
            None => f.write_str("several processes"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detected(variables: &[(&str, &str)]) -> Option<(System, Option<usize>, Option<usize>)> {
        let find = |name: &str| {
            let (_, value) = variables.iter().find(|(key, _)| *key == name)?;
            Some((*value).to_owned())
        };
        detect_in(find).map(|found| (found.system, found.rank, found.size))
    }

    #[test]
    fn launchers_are_recognised() {
        let open_mpi = [
            ("OMPI_COMM_WORLD_RANK", "2"),
            ("OMPI_COMM_WORLD_SIZE", "3"),
            ("PMIX_RANK", "2"),
        ];
        assert_eq!(
            detected(&open_mpi),
            Some((System::OpenMpi, Some(2), Some(3)))
        );
        assert_eq!(
            detected(&[("PMI_RANK", "0"), ("PMI_SIZE", "4")]),
            Some((System::Pmi, Some(0), Some(4)))
        );
        let srun = [("SLURM_PROCID", "5"), ("SLURM_STEP_NUM_TASKS", "8")];
        assert_eq!(detected(&srun), Some((System::Slurm, Some(5), Some(8))));
        let pmix = [
            ("PMIX_RANK", "1"),
            ("SLURM_PROCID", "1"),
            ("SLURM_STEP_NUM_TASKS", "2"),
        ];
        assert_eq!(detected(&pmix), Some((System::Pmix, Some(1), Some(2))));
        assert_eq!(
            detected(&[("PMIX_RANK", "1")]),
            Some((System::Pmix, Some(1), None))
        );
    }

    #[test]
    fn what_is_no_launcher_is_not_recognised() {
        assert_eq!(detected(&[]), None);
        // A batch script on its own.
        assert_eq!(
            detected(&[("SLURM_PROCID", "0"), ("SLURM_NTASKS", "64")]),
            None
        );
        assert_eq!(detected(&[("PMI_RANK", "first"), ("PMI_SIZE", "4")]), None);
    }

    #[test]
    fn one_process_has_no_others() {
        let environment = |size| Environment {
            system: System::OpenMpi,
            rank: Some(0),
            size,
        };
        assert!(!environment(Some(1)).has_others());
        assert!(environment(Some(2)).has_others() && environment(None).has_others());
        assert_eq!(
            environment(Some(3)).to_string(),
            "this program was started by Open MPI as 3 processes"
        );
    }
}
