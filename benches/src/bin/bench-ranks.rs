//! `cargo xtask bench ranks`: ranks over MPI beside plain MPI in C, when started by `mpirun` as two ranks; alone, two workers in this process.

use std::path::PathBuf;
use std::process::ExitCode;

use benches::harness::{Effort, Machine};
use benches::ranks;
use dagger::Runtime;

const USAGE: &str = "usage: cargo xtask bench ranks [--quick] [--json FILE]";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(mistake) => {
            eprintln!("{mistake}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), String> {
    let (effort, json) = options()?;
    let text = |error: dagger::Error| error.to_string();
    let messages = match dagger::launch::connect().map_err(text)? {
        Some(transport) => {
            let rows = ranks::measure(&*transport, effort).map_err(text)?;
            transport.close().map_err(text)?;
            Some(rows)
        }
        None => None,
    };
    let builder = Runtime::builder().threads(1);
    // Of several processes only rank 0 comes out of `build`.
    let runtime = builder.workers(2).build().map_err(text)?;
    let tasks = ranks::tasks::measure(&runtime, effort).map_err(text)?;
    let graphs = ranks::graphs::measure(&runtime, effort).map_err(text)?;
    drop(runtime);
    println!("{}", Machine::read());
    let over = if messages.is_some() {
        println!("{}\n", dagger::mpi::library_version().map_err(text)?);
        "mpi"
    } else {
        println!("two workers in one process, `mesh`\n");
        "mesh"
    };
    let mut rows = messages.unwrap_or_default();
    rows.extend(ranks::tasks::rows(&tasks, &rows));
    rows.extend(ranks::graphs::rows(&graphs));
    println!("{}", ranks::table(&rows));
    if let Some(path) = json {
        let before = std::fs::read_to_string(&path).unwrap_or_default();
        std::fs::write(&path, ranks::json(&rows, over, &before))
            .map_err(|error| format!("cannot write {}: {error}", path.display()))?;
        println!("wrote {}", path.display());
    }
    Ok(())
}

fn options() -> Result<(Effort, Option<PathBuf>), String> {
    let (mut effort, mut json) = (Effort::Full, None);
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--quick" => effort = Effort::Quick,
            "--json" => json = Some(words.next().ok_or(USAGE)?.into()),
            _ => return Err(format!("unknown argument `{word}`\n{USAGE}")),
        }
    }
    Ok((effort, json))
}
