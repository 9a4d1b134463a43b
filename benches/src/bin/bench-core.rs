//! `cargo xtask bench core`: the runtime beside its peers.

use std::io::Write;
use std::process::ExitCode;

use benches::harness::{Measured, Suite, measure, report};

const SUITE: Suite = Suite {
    name: "core",
    method: report::METHOD,
    results: "RESULTS.md",
};

fn main() -> ExitCode {
    let options = match SUITE.options(|options| {
        benches::questions(options.effort())
            .into_iter()
            .map(|question| question.name)
            .collect()
    }) {
        Ok(options) => options,
        Err(code) => return code,
    };
    let machine = SUITE.begin();
    let mut rows: Vec<Measured> = Vec::new();
    for question in benches::questions(options.effort()) {
        if !options.selects(&question.name) {
            continue;
        }
        let measured = measure(&question, options.effort());
        println!("{}", report::terminal(&measured));
        let _ = std::io::stdout().flush();
        rows.extend(measured);
    }
    SUITE.finish(&options, machine, &rows)
}
