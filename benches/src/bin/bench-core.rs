//! `cargo xtask bench core`: the runtime beside its peers.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use benches::harness::{Machine, Measured, Options, USAGE, json, measure, report};

fn main() -> ExitCode {
    let options = match Options::parse(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(mistake) => {
            eprintln!("{mistake}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    if options.help {
        print!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    let questions: Vec<_> = benches::questions(options.effort())
        .into_iter()
        .filter(|question| options.selects(&question.name))
        .collect();
    if questions.is_empty() {
        eprintln!(
            "no question has {:?} in its name; --list prints them all",
            options.only
        );
        return ExitCode::from(2);
    }
    if options.list {
        for question in &questions {
            println!("{}", question.name);
        }
        return ExitCode::SUCCESS;
    }

    let mut machine = Machine::read();
    println!("{machine}\n\n{}\n", report::METHOD);
    if machine.was_busy() {
        println!("{}\n", report::BUSY);
    }
    if cfg!(debug_assertions) {
        println!("This is a debug build: its figures mean nothing. Use --release.\n");
    }
    let mut rows: Vec<Measured> = Vec::new();
    for question in &questions {
        let measured = measure(question, options.effort());
        println!("{}", report::terminal(&measured));
        let _ = std::io::stdout().flush();
        rows.extend(measured);
    }
    machine.read_load_after();
    let (reached, judged) = report::tally(&rows);
    println!("Aims reached: {reached} of {judged} measured.");
    finish(&options, &machine, &rows)
}

/// Writes the files that were asked for. The exit code tells of wrong answers and of files that could not be
/// written, never of a time.
fn finish(options: &Options, machine: &Machine, rows: &[Measured]) -> ExitCode {
    let mut code = ExitCode::SUCCESS;
    let mut write = |path: &Path, text: String| match std::fs::write(path, text) {
        Ok(()) => println!("wrote {}", path.display()),
        Err(error) => {
            eprintln!("cannot write {}: {error}", path.display());
            code = ExitCode::FAILURE;
        }
    };
    if let Some(path) = &options.json {
        write(path, json::render(rows));
    }
    if options.writes_results() {
        write(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join("RESULTS.md"),
            report::markdown(machine, rows),
        );
    }
    for row in rows {
        for figure in row.wrong() {
            eprintln!(
                "{} on {} threads: {} answered wrongly",
                row.name, row.threads, figure.name
            );
            code = ExitCode::FAILURE;
        }
    }
    code
}
