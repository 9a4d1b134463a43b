//! The reference program in plain MPI, `cpp/mpi/main.cpp`: where it is, and how it is started.
//!
//! It is built beside this crate where there is an MPI compiler. Launching goes through `mpirun`, with what Open MPI wants when it runs as
//! root or with fewer cores than ranks; MPICH passes over that.

use crate::executor::Failure;
use crate::graph::TaskGraph;
use crate::kernel::KernelKind;
use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

const HINT: &str = "install an MPI with its compiler (on Debian: libopenmpi-dev, openmpi-bin)";

/// A launch that takes longer is ended.
const PATIENCE: Duration = Duration::from_secs(120);

/// For each of `sweep`'s iterations the times of `runs` runs, in seconds, after one that warms up.
///
/// # Errors
/// If the program is not there, cannot be started, or does not know the graph.
pub fn sweep(
    graph: &TaskGraph,
    ranks: usize,
    sweep: &[i64],
    runs: usize,
) -> Result<Vec<Vec<f64>>, Failure> {
    let program = env!("TASK_BENCH_MPI");
    if program.is_empty() {
        return Err(Failure::NotBuilt(HINT));
    }
    if !matches!(
        graph.kernel.kind,
        KernelKind::Empty | KernelKind::ComputeBound
    ) {
        return Err(Failure::Failed(format!(
            "the MPI program has no kernel {}",
            graph.kernel.kind.name()
        )));
    }
    let list: Vec<String> = sweep.iter().map(i64::to_string).collect();
    let mut command = Command::new("mpirun");
    command
        .args(["-n", &ranks.to_string(), program])
        .args(["-steps", &graph.steps.to_string()])
        .args(["-width", &graph.width.to_string()])
        .args(["-type", graph.pattern.name()])
        .args(["-radix", &graph.radix.to_string()])
        .args(["-output", &graph.output_bytes.to_string()])
        .args(["-kernel", graph.kernel.kind.name()])
        .args(["-sweep", &list.join(",")])
        .args(["-runs", &runs.to_string()])
        .env("OMPI_ALLOW_RUN_AS_ROOT", "1")
        .env("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1")
        .env("OMPI_MCA_rmaps_base_oversubscribe", "1")
        .env("OMPI_MCA_hwloc_base_binding_policy", "none")
        .env("PRTE_MCA_rmaps_default_mapping_policy", ":oversubscribe");
    if graph.pattern.needs_period() {
        command.args(["-period", &graph.period.to_string()]);
    }
    let output = output_of(&mut command)?;
    let times = read(&output, sweep);
    if times.iter().any(|times| times.len() != runs) {
        return Err(Failure::Failed(format!(
            "the MPI program printed {output:?}"
        )));
    }
    Ok(times)
}

/// What the command prints, if it ends well and in time.
fn output_of(command: &mut Command) -> Result<String, Failure> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|_| Failure::NotBuilt(HINT))?;
    let (out, err) = (reader(child.stdout.take()), reader(child.stderr.take()));
    let status = wait(&mut child)?;
    let (out, err) = (
        out.join().unwrap_or_default(),
        err.join().unwrap_or_default(),
    );
    if status {
        Ok(out)
    } else {
        Err(Failure::Failed(format!("mpirun failed: {}", err.trim())))
    }
}

fn reader(from: Option<impl Read + Send + 'static>) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut text = String::new();
        if let Some(mut from) = from {
            let _ = from.read_to_string(&mut text);
        }
        text
    })
}

fn wait(child: &mut Child) -> Result<bool, Failure> {
    let start = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(status.success()),
            Ok(None) if start.elapsed() < PATIENCE => thread::sleep(Duration::from_millis(5)),
            Ok(None) => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(Failure::Failed("mpirun did not end in time".into()));
            }
            Err(error) => return Err(Failure::Failed(error.to_string())),
        }
    }
}

/// Lines of iterations and seconds.
fn read(output: &str, sweep: &[i64]) -> Vec<Vec<f64>> {
    let lines: Vec<(i64, f64)> = output
        .lines()
        .filter_map(|line| {
            let (iterations, seconds) = line.split_once(' ')?;
            Some((iterations.parse().ok()?, seconds.parse().ok()?))
        })
        .collect();
    let times = |wanted: &i64| {
        let own = lines.iter().filter(|(iterations, _)| iterations == wanted);
        own.map(|(_, seconds)| *seconds).collect()
    };
    sweep.iter().map(times).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_sorted_into_the_sweep() {
        let output = "10 1.5e-3\nnoise\n20 2e-3\n10 1.25e-3\n";
        assert_eq!(read(output, &[20, 10]), [vec![2e-3], vec![1.5e-3, 1.25e-3]]);
    }

    #[test]
    fn a_program_that_fails_is_told() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo no such luck >&2; exit 3"]);
        let failure = output_of(&mut command).unwrap_err();
        assert_eq!(failure.to_string(), "mpirun failed: no such luck");
        assert!(matches!(
            output_of(&mut Command::new("no-such-program")),
            Err(Failure::NotBuilt(_))
        ));
    }
}
