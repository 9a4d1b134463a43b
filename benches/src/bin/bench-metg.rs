//! `cargo xtask bench metg`: how fine tasks may be, by Task Bench.

use std::io::Write;
use std::process::ExitCode;

use benches::harness::{Measured, report};
use benches::metg::{self, SUITE};

fn main() -> ExitCode {
    let options = match SUITE.options(|_| metg::names()) {
        Ok(options) => options,
        Err(code) => return code,
    };
    let machine = SUITE.begin();
    let mut rows: Vec<Measured> = Vec::new();
    metg::measure(
        options.effort(),
        |name| options.selects(name),
        |measured| {
            println!("{}", report::terminal(measured));
            let _ = std::io::stdout().flush();
            rows.extend(measured.to_vec());
        },
    );
    SUITE.finish(&options, machine, &rows)
}
