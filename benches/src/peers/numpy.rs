//! numpy, where Python has it: a statement timed inside of the interpreter.

use std::process::Command;
use std::time::Duration;

use crate::harness::{Batch, Failure};

/// Times `statement`, after `setup`, both Python that may use `np`; `check` is an expression that must be true afterwards.
///
/// # Errors
/// `NotBuilt` without Python or numpy, `Wrong` where the check fails.
pub fn sample(
    batch: Batch,
    threads: usize,
    setup: &str,
    statement: &str,
    check: &str,
) -> Result<Duration, Failure> {
    let program = format!(
        "import time\nimport numpy as np\n{setup}\nfor run in range({warm}):\n    {statement}\nbegin = time.perf_counter_ns()\n\
         for run in range({timed}):\n    {statement}\nend = time.perf_counter_ns()\nprint(end - begin, bool({check}))\n",
        warm = batch.warm,
        timed = batch.timed,
    );
    const HINT: &str = "Python with numpy (`pip install numpy scipy`)";
    let mut python = Command::new("python3");
    for variable in ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"] {
        python.env(variable, threads.to_string());
    }
    let output = python
        .args(["-c", &program])
        .output()
        .map_err(|_| Failure::NotBuilt(HINT))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let mistakes = String::from_utf8_lossy(&output.stderr);
    if mistakes.contains("ModuleNotFoundError") {
        return Err(Failure::NotBuilt(HINT));
    }
    let mut words = text.split_whitespace();
    let nanoseconds = words.next().and_then(|word| word.parse().ok());
    match (nanoseconds, words.next()) {
        (Some(nanoseconds), Some("True")) => Ok(Duration::from_nanos(nanoseconds)),
        (Some(_), _) => Err(Failure::Wrong(format!("`{check}` is false"))),
        (None, _) => Err(Failure::Broken(mistakes.into_owned())),
    }
}
