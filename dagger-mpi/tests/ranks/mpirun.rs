//! Starting this program as several ranks.

use std::fmt;
use std::io::Read;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// How a job has ended.
pub(crate) struct Ended {
    /// `None` if it had to be stopped.
    pub(crate) status: Option<ExitStatus>,
    pub(crate) output: String,
    pub(crate) errors: String,
}

/// Which of the installed launchers belongs to the MPI that this program is linked with.
pub(crate) fn launcher() -> Result<String, String> {
    let version = dagger_mpi::library_version().map_err(|error| error.to_string())?;
    println!("linked with {version}");
    let own = if version.contains("Open MPI") {
        "mpirun.openmpi"
    } else {
        "mpirun.mpich"
    };
    let starts = |name: &&str| {
        let mut command = Command::new(name);
        command.arg("--version").stdout(Stdio::null());
        command.stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    };
    // The plain name last: it may be another MPI's.
    [own, "mpirun"]
        .iter()
        .find(|name| starts(name))
        .map(|name| (*name).to_owned())
        .ok_or(format!("there is neither {own} nor mpirun"))
}

/// Runs `ranks` of them in `role`, for at most `limit`.
pub(crate) fn run(launcher: &str, ranks: usize, role: &str, limit: Duration) -> Ended {
    let program = std::env::current_exe().expect("this program has a path");
    let mut child = Command::new(launcher)
        .arg("-n")
        .arg(ranks.to_string())
        .arg(program)
        .env(super::role::VARIABLE, role)
        // Root, and more ranks than cores, are fine for a test. MPICH does not look at these.
        .envs([
            ("OMPI_ALLOW_RUN_AS_ROOT", "1"),
            ("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1"),
            ("OMPI_MCA_rmaps_base_oversubscribe", "1"),
            ("OMPI_MCA_hwloc_base_binding_policy", "none"),
            ("PRTE_MCA_rmaps_default_mapping_policy", ":oversubscribe"),
        ])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the launcher starts");
    let output = reader(child.stdout.take());
    let errors = reader(child.stderr.take());
    let status = wait(&mut child, limit);
    let text = |reader: JoinHandle<String>| reader.join().expect("it only reads");
    Ended {
        status,
        output: text(output),
        errors: text(errors),
    }
}

fn reader(pipe: Option<impl Read + Send + 'static>) -> JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            // What was read until then is shown.
            let _ = pipe.read_to_end(&mut bytes);
        }
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

fn wait(child: &mut Child, limit: Duration) -> Option<ExitStatus> {
    let since = Instant::now();
    while since.elapsed() < limit {
        if let Ok(Some(status)) = child.try_wait() {
            return Some(status);
        }
        thread::sleep(Duration::from_millis(20));
    }
    // The launcher ends its ranks when it is asked to end itself.
    let _ = Command::new("kill").arg(child.id().to_string()).status();
    thread::sleep(Duration::from_secs(2));
    let _ = child.kill();
    let _ = child.wait();
    None
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.status {
            Some(status) => writeln!(f, "{status}")?,
            None => writeln!(f, "it did not end and was stopped")?,
        }
        write!(f, "{}{}", self.output, self.errors)
    }
}
