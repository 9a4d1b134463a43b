//! The command line.

use std::path::PathBuf;

use super::Effort;

/// What `--help` prints.
pub const USAGE: &str = "\
Measures Dagger beside its peers and prints a table per question.

Usage: cargo xtask bench SUITE [OPTIONS]

  --only TEXT    only the questions whose name contains TEXT (may be repeated)
  --quick        small sizes and short samples: a check that all works, in under a minute
  --json FILE    also write the figures to FILE, as a list of {name, threads, unit, ours, peers, ratio}
  --write        write the suite's file of results in benches; a run of all questions in full size does so by itself
  --list         print the names of the questions and stop
  --help         print this and stop
";

/// What the command line asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Small sizes, short samples.
    pub quick: bool,
    /// Parts of names; empty for all questions.
    pub only: Vec<String>,
    /// Where the JSON goes.
    pub json: Option<PathBuf>,
    /// Write the results file whatever was measured.
    pub write: bool,
    /// Print the names only.
    pub list: bool,
    /// Print the usage only.
    pub help: bool,
}

impl Options {
    /// Reads the arguments after the program's name.
    ///
    /// # Errors
    /// A sentence for the user: an unknown option, or one without its value.
    pub fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Options, String> {
        let mut options = Options::default();
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            let (name, inline) = match argument.split_once('=') {
                Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
                None => (argument, None),
            };
            let mut value = |what: &str| {
                inline
                    .clone()
                    .or_else(|| arguments.next())
                    .ok_or(format!("{name} needs {what}"))
            };
            match name.as_str() {
                "--only" => options.only.push(value("a part of a name")?),
                "--json" => options.json = Some(value("a file")?.into()),
                "--quick" => options.quick = true,
                "--write" => options.write = true,
                "--list" => options.list = true,
                "--help" | "-h" => options.help = true,
                _ => return Err(format!("unknown option {name}")),
            }
        }
        Ok(options)
    }

    /// Full or quick.
    pub fn effort(&self) -> Effort {
        if self.quick {
            Effort::Quick
        } else {
            Effort::Full
        }
    }

    /// Whether the question of this name is asked.
    pub fn selects(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|part| name.contains(part.as_str()))
    }

    /// Whether the results file is written: on request, or when everything was measured in full size, so that
    /// a partial run never overwrites a whole one by accident.
    pub fn writes_results(&self) -> bool {
        self.write || (!self.quick && self.only.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Options, String> {
        Options::parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn all_options() {
        let options = parse("--quick --only fib --only=matmul --json out.json --write").unwrap();
        assert_eq!(options.effort(), Effort::Quick);
        assert_eq!(options.json, Some("out.json".into()));
        assert!(options.selects("fork-join/fib(35)") && options.selects("fork-join/matmul"));
        assert!(!options.selects("static/chain"));
        assert!(options.writes_results());
    }

    #[test]
    fn only_a_whole_run_writes_by_itself() {
        assert!(parse("").unwrap().writes_results());
        assert!(!parse("--quick").unwrap().writes_results());
        assert!(!parse("--only fib").unwrap().writes_results());
    }

    #[test]
    fn mistakes_are_told() {
        assert_eq!(parse("--fast").unwrap_err(), "unknown option --fast");
        assert_eq!(parse("--json").unwrap_err(), "--json needs a file");
    }
}
