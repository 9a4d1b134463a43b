//! The tutorial of Julia's Dagger.jl, cell by cell, in Rust. Read it beside its output.
//!
//! ```text
//! cargo run --release -p examples --bin tour
//! cargo run --release -p examples --bin tour -- diamond jobs        # only these chapters
//! cargo xtask mpirun -n 3 --bin tour                                # the same program, its workers three MPI ranks
//! ```
//!
//! It has three workers of two threads, as the tutorial's: inside this process, or under `mpirun` a process each.
//!
//! | chapter | tutorial's cells | shows |
//! |---|---|---|
//! | `tasks` | 2–3 | a task is there before its result; tasks as arguments of tasks |
//! | `diamond` | 4–5 | order comes from the arguments; what may overlap does |
//! | `workers` | 6–7 | tasks on the workers that are asked for, and on any |
//! | `matrices` | 8–10 | 150 tasks and 5,000 dependencies: the serial values, in less time |
//! | `jobs` | 11–13 | one long and many short jobs: near the best possible, with the Gantt chart |
//! | `data` | 14–19 | data stay where they are made, tasks go to them; what moves is counted |
//! | `sum` | 20–26 | an array of 800 MiB in blocks, summed as fast as memory allows (twice that is needed) |
//! | `arrays` | 27–34 | map, broadcast, fused operators, who ran what, blocks as tasks, reshape and multiply, sort |

// xtask-args: tasks diamond workers data
// xtask-args: matrices jobs
// xtask-args: arrays
// xtask-args: sum

mod array_operations;
mod array_sum;
mod data;
mod diamond;
mod first_tasks;
mod matrices;
mod uneven_jobs;
mod workers;

use dagger::prelude::*;

/// A chapter's name, heading, and program.
type Chapter = (&'static str, &'static str, fn() -> Result<()>);

const CHAPTERS: [Chapter; 8] = [
    ("tasks", "Tasks (cells 2 and 3)", first_tasks::show),
    ("diamond", "A diamond (cells 4 and 5)", diamond::show),
    (
        "workers",
        "Tasks on several workers (cells 6 and 7)",
        workers::show,
    ),
    (
        "matrices",
        "Many expensive tasks (cells 8 to 10)",
        matrices::show,
    ),
    (
        "jobs",
        "Jobs of uneven length (cells 11 to 13)",
        uneven_jobs::show,
    ),
    (
        "data",
        "Data on several workers (cells 14 to 19)",
        data::show,
    ),
    (
        "sum",
        "The sum of a large array (cells 20 to 26)",
        array_sum::show,
    ),
    (
        "arrays",
        "Operations on arrays (cells 27 to 34)",
        array_operations::show,
    ),
];

#[dagger::main(workers = 3, threads = 2)]
fn main() -> Result<()> {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    if let Some(unknown) = wanted
        .iter()
        .find(|name| CHAPTERS.iter().all(|chapter| chapter.0 != name.as_str()))
    {
        let names = CHAPTERS.map(|chapter| chapter.0).join(", ");
        return Err(Error::msg(format!(
            "there is no chapter `{unknown}`; there are: {names}"
        )));
    }
    for (name, heading, show) in CHAPTERS {
        if wanted.is_empty() || wanted.iter().any(|wanted| wanted == name) {
            println!(
                "\n── {heading} {}",
                "─".repeat(72 - heading.chars().count())
            );
            show()?;
        }
    }
    Ok(())
}
