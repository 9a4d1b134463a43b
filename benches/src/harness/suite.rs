//! What all suites do around their questions: the head, the tally, the files.

use std::path::Path;
use std::process::ExitCode;

use super::machine::Machine;
use super::options::{Options, USAGE};
use super::rounds::Measured;
use super::{json, report};

/// A suite: what `cargo xtask bench NAME` runs.
#[derive(Clone, Copy, Debug)]
pub struct Suite {
    /// Its name.
    pub name: &'static str,
    /// How its figures come about.
    pub method: &'static str,
    /// The file in `benches` that holds its tables.
    pub results: &'static str,
}

impl Suite {
    /// Reads the command line and says what a suite need not look at: a mistake, a wish for help or for the `questions`' names. `Err`
    /// holds the exit code.
    ///
    /// # Errors
    /// When there is nothing to measure.
    pub fn options(
        &self,
        questions: impl FnOnce(&Options) -> Vec<String>,
    ) -> Result<Options, ExitCode> {
        let options = Options::parse(std::env::args().skip(1)).map_err(|mistake| {
            eprintln!("{mistake}\n\n{USAGE}");
            ExitCode::from(2)
        })?;
        if options.help {
            print!("{USAGE}");
            return Err(ExitCode::SUCCESS);
        }
        let names: Vec<String> = questions(&options)
            .into_iter()
            .filter(|name| options.selects(name))
            .collect();
        if names.is_empty() {
            eprintln!(
                "no question has {:?} in its name; --list prints them all",
                options.only
            );
            return Err(ExitCode::from(2));
        }
        if options.list {
            for name in names {
                println!("{name}");
            }
            return Err(ExitCode::SUCCESS);
        }
        Ok(options)
    }

    /// Looks at the machine and prints the head.
    pub fn begin(&self) -> Machine {
        let machine = Machine::read();
        println!("{machine}\n\n{}\n", self.method);
        if machine.was_busy() {
            println!("{}\n", report::BUSY);
        }
        if cfg!(debug_assertions) {
            println!("This is a debug build: its figures mean nothing. Use --release.\n");
        }
        machine
    }

    /// Prints the tally and writes the files that were asked for. The exit code tells of wrong answers and of files that could not be
    /// written, never of a time.
    pub fn finish(&self, options: &Options, mut machine: Machine, rows: &[Measured]) -> ExitCode {
        machine.read_load_after();
        let (reached, judged) = report::tally(rows);
        println!("Aims reached: {reached} of {judged} measured.");
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
                &Path::new(env!("CARGO_MANIFEST_DIR")).join(self.results),
                report::markdown(self, &machine, rows),
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
}
