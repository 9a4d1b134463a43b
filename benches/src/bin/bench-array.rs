//! `cargo xtask bench array`: arrays in blocks beside their peers.

use std::io::Write;
use std::process::ExitCode;

use benches::arrays;
use benches::harness::{Measured, Suite, measure, report};

const SUITE: Suite = Suite {
    name: "array",
    method: report::METHOD,
    results: "ARRAYS.md",
};

fn main() -> ExitCode {
    let names = |options: &benches::harness::Options| {
        let questions = arrays::questions(options.effort());
        questions
            .into_iter()
            .map(|question| question.name)
            .collect()
    };
    let options = match SUITE.options(names) {
        Ok(options) => options,
        Err(code) => return code,
    };
    let machine = SUITE.begin();
    let mut rows: Vec<Measured> = Vec::new();
    for question in arrays::questions(options.effort()) {
        if options.selects(&question.name) {
            let measured = measure(&question, options.effort());
            println!("{}", report::terminal(&measured));
            let _ = std::io::stdout().flush();
            rows.extend(measured);
        }
    }
    SUITE.finish(&options, machine, &rows)
}
