//! The MPI that programs are built with, and how it starts them.
//!
//! `MPICC` names its compiler, as it does for the crate `mpi`; otherwise it is `mpicc`. Its launcher is the one of the same
//! name: `mpirun.mpich` for `mpicc.mpich`.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::workspace::Workspace;

/// An MPI installation.
pub(crate) struct Mpi {
    compiler: String,
    launcher: String,
    /// Whether its launcher takes Open MPI's settings.
    open_mpi: bool,
}

impl Mpi {
    /// The one that `MPICC` names, or the usual one.
    pub(crate) fn chosen() -> Result<Mpi, String> {
        let named = std::env::var("MPICC")
            .ok()
            .filter(|name| !name.trim().is_empty());
        Mpi::of(named.as_deref().unwrap_or("mpicc"))
    }

    /// The one with this compiler.
    pub(crate) fn of(compiler: &str) -> Result<Mpi, String> {
        if version(compiler).is_none() {
            return Err(format!(
                "there is no {compiler}: `cargo xtask setup` installs an MPI or says what to install"
            ));
        }
        let launchers = [launcher_of(compiler), "mpirun".to_owned()];
        let found = launchers.into_iter().find_map(|launcher| {
            let says = version(&launcher)?;
            Some((launcher, says))
        });
        let (launcher, says) = found.ok_or(format!("there is no `mpirun` for {compiler}"))?;
        Ok(Mpi {
            compiler: compiler.to_owned(),
            launcher,
            open_mpi: says.contains("Open MPI") || says.contains("OpenRTE"),
        })
    }

    /// Where to build for it. The crate `mpi` does not notice that `MPICC` has changed, so each MPI but the usual one has a folder of its own.
    pub(crate) fn target(&self, workspace: &Workspace) -> PathBuf {
        match self.compiler.as_str() {
            "mpicc" => workspace.target().to_path_buf(),
            other => {
                let name = Path::new(other).file_name().unwrap_or_default();
                workspace.target().join(name)
            }
        }
    }

    /// Cargo, building for it.
    pub(crate) fn cargo(&self, workspace: &Workspace, subcommand: &str) -> Command {
        let mut command = workspace.cargo(subcommand);
        command
            .env("MPICC", &self.compiler)
            .env("CARGO_TARGET_DIR", self.target(workspace));
        command
    }

    /// The launcher, about to start so many ranks of what is added; more than there are cores, and as root, if need be.
    pub(crate) fn launch(&self, ranks: usize) -> Command {
        let mut command = Command::new(&self.launcher);
        command.arg("-n").arg(ranks.to_string());
        if self.open_mpi {
            // The last is Open MPI 5's way to say the third.
            command.envs([
                ("OMPI_ALLOW_RUN_AS_ROOT", "1"),
                ("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1"),
                ("OMPI_MCA_rmaps_base_oversubscribe", "1"),
                ("OMPI_MCA_hwloc_base_binding_policy", "none"),
                ("PRTE_MCA_rmaps_default_mapping_policy", ":oversubscribe"),
            ]);
        }
        command
    }
}

/// `mpicc.mpich` → `mpirun.mpich`, in the same folder if it is a path.
fn launcher_of(compiler: &str) -> String {
    match compiler.rfind("mpicc") {
        Some(at) => format!("{}mpirun{}", &compiler[..at], &compiler[at + 5..]),
        None => "mpirun".to_owned(),
    }
}

/// What a program says to `--version`, if it is there.
fn version(program: &str) -> Option<String> {
    let output = Command::new(program)
        .arg("--version")
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let says = String::from_utf8_lossy(&output.stdout).into_owned();
    output.status.success().then_some(says)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_launcher_is_named_after_its_compiler() {
        assert_eq!(launcher_of("mpicc"), "mpirun");
        assert_eq!(launcher_of("mpicc.mpich"), "mpirun.mpich");
        assert_eq!(launcher_of("/opt/mpi/bin/mpicc"), "/opt/mpi/bin/mpirun");
        assert_eq!(launcher_of("cc"), "mpirun");
    }

    #[test]
    fn an_mpi_that_is_not_there_is_refused() {
        let error = Mpi::of("mpicc.nowhere").err().unwrap();
        assert!(error.contains("mpicc.nowhere") && error.contains("xtask setup"));
    }
}
