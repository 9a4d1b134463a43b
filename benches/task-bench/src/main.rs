//! `task-bench`: runs task graphs with an executor and reports, in the original's lines.

use std::process::ExitCode;
use std::sync::Arc;
use task_bench::arguments::{App, Request, usage};
use task_bench::{Schedule, report};

fn main() -> ExitCode {
    match App::parse(std::env::args().skip(1)) {
        Ok(Request::Help) => {
            print!("{}", usage());
            ExitCode::SUCCESS
        }
        Ok(Request::Run(app)) => match run(&app) {
            Ok(()) => ExitCode::SUCCESS,
            Err(failure) => {
                eprintln!("error: {failure}");
                ExitCode::FAILURE
            }
        },
        Err(mistake) => {
            eprintln!("error: {mistake}\n(-h prints the flags)");
            ExitCode::from(2)
        }
    }
}

fn run(app: &App) -> Result<(), Box<dyn std::error::Error>> {
    print!("{}", report::configuration(app));
    let schedule = Arc::new(Schedule::new(&app.graphs)?);
    let times = app.executor.run(&schedule, app.threads, app.warm + 1)?;
    let last = times.last().ok_or("nothing was run")?;
    print!("{}", report::timing(app, last.as_secs_f64()));
    Ok(())
}
