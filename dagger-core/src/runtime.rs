//! Starting: how many threads, and code that runs on them.

use crate::pool::{self, Config, Pool};
use crate::{Error, Result};
use std::process::{ExitCode, Termination};
use std::sync::Arc;

/// Stack of each thread unless the builder says otherwise: reserved, not touched in advance.
pub(crate) const STACK_SIZE: usize = 64 * 1024 * 1024;

/// A running pool of threads that graphs and tasks are executed on. Several can exist side by side.
///
/// Dropping it waits until all tasks spawned on it have ended, then ends its threads.
///
/// ```
/// let runtime = dagger_core::Runtime::builder().threads(2).build()?;
/// let sum = runtime.enter(|| (1..=10).sum::<i32>());
/// assert_eq!(sum, 55);
/// # Ok::<(), dagger_core::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Runtime {
    pool: Arc<Pool>,
}

/// What a [`Runtime`] is to be like.
#[derive(Debug, Clone)]
#[must_use = "`build()` starts the runtime"]
pub struct Builder {
    threads: Option<usize>,
    workers: Option<usize>,
    stack_size: usize,
    affinity: bool,
    name: String,
}

impl Runtime {
    /// A builder with the defaults: as many threads as `DAGGER_THREADS` says, or as there are processor cores.
    pub fn builder() -> Builder {
        Builder {
            threads: None,
            workers: None,
            stack_size: STACK_SIZE,
            affinity: false,
            name: "dagger".to_owned(),
        }
    }

    /// Runs `f` on a thread of this runtime and returns what it returns; graphs and tasks in it run here.
    ///
    /// A panic of `f` goes on in the caller.
    pub fn enter<R: Send>(&self, f: impl FnOnce() -> R + Send) -> R {
        self.pool.shared().install(f)
    }

    /// How many threads it has.
    pub fn threads(&self) -> usize {
        self.pool.shared().threads()
    }
}

impl Builder {
    /// How many threads to run tasks on; `DAGGER_THREADS` or all processor cores if not said.
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = Some(threads);
        self
    }

    /// How many workers (ranks) inside this process; `DAGGER_WORKERS` or 1 if not said.
    pub fn workers(mut self, workers: usize) -> Self {
        self.workers = Some(workers);
        self
    }

    /// Bytes of stack for each thread, reserved but not touched in advance; 64 MiB if not said.
    pub fn stack_size(mut self, bytes: usize) -> Self {
        self.stack_size = bytes;
        self
    }

    /// Whether to bind thread i to processor core i; off if not said.
    pub fn affinity(mut self, on: bool) -> Self {
        self.affinity = on;
        self
    }

    /// What the threads' names begin with; `dagger` if not said.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Starts the runtime.
    ///
    /// # Errors
    /// When a number is zero or cannot be read from the environment, when more than one worker is
    /// asked for (ranks inside the process are not part of this version), or when the system refuses a thread.
    pub fn build(self) -> Result<Runtime> {
        let workers = match self.workers {
            Some(workers) => workers,
            None => pool::from_environment("DAGGER_WORKERS")?.unwrap_or(1),
        };
        if workers != 1 {
            return Err(Error::start(format!(
                "{workers} workers were asked for, but this version runs one worker a process"
            )));
        }
        let threads = match self.threads {
            Some(0) => return Err(Error::start("a runtime needs at least one thread")),
            Some(threads) => threads,
            None => pool::threads_from_environment()?,
        };
        crate::observe::start_from_environment();
        let pool = Pool::start(&Config {
            threads,
            stack_size: self.stack_size,
            affinity: self.affinity,
            name: self.name,
        })?;
        Ok(Runtime {
            pool: Arc::new(pool),
        })
    }
}

/// What `#[dagger::main]` expands to: builds the runtime and runs `main` on it. All tasks have ended when it returns.
pub fn start<R: Termination>(builder: Builder, main: fn() -> R) -> ExitCode {
    let runtime = match builder.build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("Error: {error:?}");
            return ExitCode::FAILURE;
        }
    };
    runtime.enter(|| main().report())
}
