//! `cargo xtask simulate`: a table for each program over numbers of ranks, and the picture.

use simulate::bounds::Bounds;
use simulate::program::{Cholesky, Stencil, Tutorial};
use simulate::{Machine, Outcome, Program, outcome, picture};
use std::process::ExitCode;

const USAGE: &str = "\
Usage: cargo xtask simulate [--ranks 10,100,1000,10000] [--threads 2] [--program cholesky,stencil,tutorial]
                            [--tiles 200] [--svg simulate.svg]

Runs the placement and dispatch code against simulated ranks and a simulated network. The driver's own time is measured.
";

struct Settings {
    ranks: Vec<usize>,
    threads: usize,
    programs: Vec<String>,
    tiles: u32,
    svg: String,
    help: bool,
}

fn main() -> ExitCode {
    let settings = match Settings::parse(std::env::args().skip(1)) {
        Ok(settings) => settings,
        Err(mistake) => {
            eprintln!("{mistake}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    if settings.help {
        print!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    match study(&settings) {
        Ok(()) => ExitCode::SUCCESS,
        Err(mistake) => {
            eprintln!("{mistake}");
            ExitCode::FAILURE
        }
    }
}

impl Settings {
    fn parse(arguments: impl Iterator<Item = String>) -> Result<Settings, String> {
        let mut settings = Settings {
            ranks: vec![10, 100, 1_000, 10_000],
            threads: 2,
            programs: ["tutorial", "stencil", "cholesky"]
                .map(str::to_owned)
                .to_vec(),
            tiles: 200,
            svg: "simulate.svg".to_owned(),
            help: false,
        };
        let mut arguments = arguments;
        while let Some(name) = arguments.next() {
            if name == "--help" {
                settings.help = true;
                continue;
            }
            let value = arguments.next().ok_or(format!("{name} needs a value"))?;
            match name.as_str() {
                "--ranks" => {
                    settings.ranks = value.split(',').map(number).collect::<Result<_, _>>()?
                }
                "--threads" => settings.threads = number(&value)?,
                "--tiles" => settings.tiles = number(&value)? as u32,
                "--svg" => settings.svg = value,
                "--program" => settings.programs = value.split(',').map(str::to_owned).collect(),
                _ => return Err(format!("there is no option {name}")),
            }
        }
        Ok(settings)
    }
}

/// A number from 1 to 60,000: rank numbers fit into 16 bits.
fn number(text: &str) -> Result<usize, String> {
    let number = text.trim().parse().ok();
    number
        .filter(|number| (1..=60_000).contains(number))
        .ok_or(format!("{text} is no number from 1 to 60000"))
}

fn study(settings: &Settings) -> Result<(), String> {
    if cfg!(debug_assertions) {
        println!("This is a debug build: the driver's time means nothing. Use --release.\n");
    }
    let mut panels = Vec::new();
    for name in &settings.programs {
        let program: Box<dyn Program> = match name.as_str() {
            "tutorial" => Box::new(Tutorial),
            "stencil" => Box::new(Stencil::new(20_000, 40)),
            "cholesky" => Box::new(Cholesky::new(settings.tiles)),
            _ => return Err(format!("there is no program {name}\n\n{USAGE}")),
        };
        let bounds = Bounds::of(&*program, 1);
        println!(
            "{}: {} nodes, {} edges, {:.3} s of work, longest path {:.4} s",
            program.name(),
            bounds.nodes,
            bounds.edges,
            bounds.work,
            bounds.path
        );
        let run = |&ranks: &usize| {
            let machine = Machine::new(ranks).threads(settings.threads);
            simulate::run(&*program, &machine, &bounds).map_err(|error| error.message())
        };
        let outcomes: Vec<Outcome> = settings.ranks.iter().map(run).collect::<Result<_, _>>()?;
        println!("\n{}", outcome::table(&outcomes));
        panels.push((program.name(), outcomes));
    }
    std::fs::write(&settings.svg, picture::svg(&panels))
        .map_err(|error| format!("cannot write {}: {error}", settings.svg))?;
    println!("wrote {}", settings.svg);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Settings, String> {
        Settings::parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn options_are_read_and_mistakes_told() {
        let settings = parse("--ranks 3,40 --tiles 7 --threads 1").expect("well formed");
        assert_eq!(
            (settings.ranks, settings.tiles, settings.threads),
            (vec![3, 40], 7, 1)
        );
        for wrong in [
            "--ranks",
            "--ranks 0",
            "--ranks x",
            "--rank 3",
            "--tiles 99999",
        ] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
