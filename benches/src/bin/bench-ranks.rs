//! `cargo xtask bench ranks`: ranks over MPI beside plain MPI in C. Started by `mpirun`, as at least two ranks.

use std::path::PathBuf;
use std::process::ExitCode;

use benches::harness::{Effort, Machine};
use benches::ranks;

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
    let transport = dagger::launch::connect()
        .map_err(text)?
        .ok_or("start it with mpirun, as two ranks: `cargo xtask bench ranks` does")?;
    let rows = ranks::measure(&*transport, effort).map_err(text)?;
    transport.close().map_err(text)?;
    if transport.rank() != 0 {
        return Ok(());
    }
    println!("{}", Machine::read());
    println!("{}\n", dagger::mpi::library_version().map_err(text)?);
    println!("{}", ranks::table(&rows));
    if let Some(path) = json {
        std::fs::write(&path, ranks::json(&rows))
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
