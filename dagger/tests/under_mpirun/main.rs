//! The scenarios of `ranks_*` as ranks under a real `mpirun`.
//!
//! Started by cargo, this program starts itself again as three ranks, with a limit of time, and looks at how that ended. As a rank it is one of the run's workers, and
//! rank 0 goes through the scenarios, all in one run. A scenario is a function in a list `ALL` of its file, which reaches its workers by
//! `ranks_support::in_three`; those that need workers inside their own process (to lose one, to look into it) are not in such a list.

#![allow(
    clippy::duplicate_mod,
    dead_code,
    unreachable_pub,
    unused_imports,
    reason = "the files are tests of their own, and each brings what they share"
)]

#[path = "../ranks_graphs.rs"]
mod ranks_graphs;
#[path = "../ranks_graphs_random.rs"]
mod ranks_graphs_random;
#[path = "../ranks_loops.rs"]
mod ranks_loops;
#[path = "../ranks_loops_cholesky.rs"]
mod ranks_loops_cholesky;
#[path = "../ranks_loops_random.rs"]
mod ranks_loops_random;

use dagger::Runtime;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

/// Set for ranks.
const RANK: &str = "DAGGER_TEST_RANK";
const RANKS: &str = "3";
/// Ends what hangs; far above what all scenarios take.
const LIMIT: Duration = Duration::from_secs(240);

fn main() -> ExitCode {
    if std::env::var_os(RANK).is_some() {
        return rank();
    }
    let program = std::env::current_exe().expect("this program has a path");
    let launcher = launcher();
    let mut child = Command::new(&launcher)
        .args(["-n", RANKS])
        .arg(program)
        .args(std::env::args().skip(1))
        .env(RANK, "1")
        // Panics that are meant would fill the screen.
        .env("RUST_BACKTRACE", "0")
        .env("DAGGER_MODELS", "off")
        // Root, and more ranks than cores, are fine for a test. MPICH does not look at these.
        .envs([
            ("OMPI_ALLOW_RUN_AS_ROOT", "1"),
            ("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1"),
            ("OMPI_MCA_rmaps_base_oversubscribe", "1"),
            ("OMPI_MCA_hwloc_base_binding_policy", "none"),
            ("PRTE_MCA_rmaps_default_mapping_policy", ":oversubscribe"),
        ])
        .stdin(Stdio::null())
        .spawn()
        .unwrap_or_else(|error| panic!("{launcher} does not start: {error}"));
    let begin = Instant::now();
    while begin.elapsed() < LIMIT {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => return ExitCode::SUCCESS,
            Ok(Some(status)) => {
                eprintln!("the ranks ended with {status}");
                return ExitCode::FAILURE;
            }
            _ => std::thread::sleep(Duration::from_millis(20)),
        }
    }
    eprintln!("the ranks did not end within {} s", LIMIT.as_secs());
    // The launcher ends its ranks when it is asked to end itself.
    let _ = Command::new("kill").arg(child.id().to_string()).status();
    std::thread::sleep(Duration::from_secs(2));
    let _ = child.kill();
    let _ = child.wait();
    ExitCode::FAILURE
}

/// The launcher of the MPI that this program is linked with.
fn launcher() -> String {
    let version = dagger::mpi::library_version().unwrap_or_default();
    let own = if version.contains("Open MPI") {
        "mpirun.openmpi"
    } else {
        "mpirun.mpich"
    };
    let mut command = Command::new(own);
    command
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    match command.status() {
        Ok(status) if status.success() => own.to_owned(),
        _ => "mpirun".to_owned(),
    }
}

/// One rank: only rank 0 comes back from starting the runtime. Prints as the standard test runner does.
fn rank() -> ExitCode {
    let runtime = Runtime::builder()
        .threads(2)
        .build()
        .expect("the ranks find each other");
    let filter = std::env::args().skip(1).find(|word| !word.starts_with('-'));
    let files = [
        ranks_graphs::ALL,
        ranks_graphs_random::ALL,
        ranks_loops::ALL,
        ranks_loops_cholesky::ALL,
        ranks_loops_random::ALL,
    ];
    let all = files.into_iter().flatten();
    let asked = |name: &str| filter.as_ref().is_none_or(|filter| name.contains(filter));
    let (mut passed, mut failed) = (0, 0);
    for (name, scenario) in all.filter(|(name, _)| asked(name)) {
        let outcome = catch_unwind(AssertUnwindSafe(|| runtime.enter(scenario)));
        let word = if outcome.is_ok() { "ok" } else { "FAILED" };
        *(if outcome.is_ok() {
            &mut passed
        } else {
            &mut failed
        }) += 1;
        println!("test {name} ... {word}");
    }
    drop(runtime);
    let word = if failed == 0 { "ok" } else { "FAILED" };
    println!(
        "\ntest result: {word}. {passed} passed; {failed} failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s"
    );
    if failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
