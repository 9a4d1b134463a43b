//! Starting: how many threads, and code that runs on them.

use crate::cluster::Cluster;
use crate::devices::Equipment;
use crate::launch;
use crate::mesh::{self, MeshRank};
use crate::pool::{self, Config, Pool};
use crate::seam::{Device, Transport};
use crate::sync::statics::{AtomicBool, Ordering};
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
    workers: Arc<Workers>,
}

/// One pool of threads, or several workers that send each other messages.
#[derive(Debug)]
enum Workers {
    Alone(Pool),
    /// With the ranks' transports where all are in this process.
    Cluster(Cluster, Vec<Arc<MeshRank>>),
}

impl Workers {
    fn pool(&self) -> &Pool {
        match self {
            Workers::Alone(pool) => pool,
            Workers::Cluster(cluster, _) => cluster.pool(),
        }
    }
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
    remember: bool,
    devices: Vec<Arc<dyn Device>>,
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
            remember: false,
            devices: Vec::new(),
        }
    }

    /// Runs `f` on a thread of this runtime and returns what it returns; graphs and tasks in it run here.
    ///
    /// A panic of `f` goes on in the caller.
    ///
    /// The thread may be one that waits in a `par_iter` inside a task meanwhile. If `f` fetches that very task, the `fetch` gives the
    /// error that the task waits for itself, rather than hang: fetch such a task where it was spawned.
    pub fn enter<R: Send>(&self, f: impl FnOnce() -> R + Send) -> R {
        self.workers.pool().shared().install(f)
    }

    /// How many workers (ranks) it has.
    pub fn workers(&self) -> usize {
        match &*self.workers {
            Workers::Alone(_) => 1,
            Workers::Cluster(cluster, _) => cluster.size(),
        }
    }

    /// How many threads this worker has.
    pub fn threads(&self) -> usize {
        self.workers.pool().shared().threads()
    }
}

impl Builder {
    /// How many threads each worker runs tasks on; if not said, `DAGGER_THREADS`, or all processor cores shared among the workers.
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = Some(threads);
        self
    }

    /// How many workers (ranks) inside this process; `DAGGER_WORKERS` or 1 if not said.
    ///
    /// Workers share nothing: what goes from one to another is encoded and sent, as between processes.
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

    /// Whether the scheduler begins with what earlier runs learned, and keeps what this one learns, in the file that `DAGGER_MODELS` names
    /// or in the user's cache folder; off if not said, but on under `#[dagger::main]`. Only several workers have anything to learn.
    pub fn remember(mut self, on: bool) -> Self {
        self.remember = on;
        self
    }

    /// Gives worker 0 a device. Without any, the devices are those that the machine has, if the program was built for them.
    pub fn device(mut self, device: Arc<dyn Device>) -> Self {
        self.devices.push(device);
        self
    }

    /// Starts the runtime.
    ///
    /// In a program that a launcher (`mpirun`, `srun`) has started as several processes, the first runtime is the driver of them all. This
    /// returns on rank 0 only: the others run what the driver gives them, and their processes end with it.
    ///
    /// # Errors
    /// When a number is zero or cannot be read from the environment; when the system refuses a thread; when the program was launched as
    /// several processes but built without MPI, with another build than rank 0's, or with another number of workers than was asked for.
    pub fn build(self) -> Result<Runtime> {
        let workers = match self.workers {
            Some(0) => return Err(Error::start("a runtime needs at least one worker")),
            Some(workers) => Some(workers),
            None => pool::from_environment("DAGGER_WORKERS")?,
        };
        let world = launched()?;
        let threads = match self.threads {
            Some(0) => return Err(Error::start("a runtime needs at least one thread")),
            Some(threads) => threads,
            None => {
                let in_process = if world.is_some() {
                    1
                } else {
                    workers.unwrap_or(1)
                };
                pool::threads_from_environment(in_process)?
            }
        };
        crate::observe::start_from_environment();
        let config = Config {
            rank: 0,
            threads,
            stack_size: self.stack_size,
            affinity: self.affinity,
            name: self.name,
        };
        let workers = match (world, workers.unwrap_or(1)) {
            (Some(transport), _) => {
                let (rank, size) = (transport.rank(), transport.size());
                if let Some(asked) = workers.filter(|&asked| asked != size) {
                    return Err(Error::start(format!(
                        "{asked} workers were asked for, but {size} processes were launched, and each is one worker"
                    )));
                }
                let build = launch::build_identity()?;
                let mut cluster = Cluster::start(vec![transport], &config, build, self.remember)?;
                if rank != 0 {
                    cluster.serve();
                    drop(cluster);
                    launch::flush_labels();
                    std::process::exit(0);
                }
                Workers::Cluster(cluster, Vec::new())
            }
            (None, 1) => Workers::Alone(Pool::start(&config)?),
            (None, workers) => {
                let ranks = mesh::ranks(workers);
                let transports = ranks
                    .iter()
                    .map(|rank| Arc::clone(rank) as Arc<dyn Transport>);
                let cluster = Cluster::start(transports.collect(), &config, 0, self.remember)?;
                Workers::Cluster(cluster, ranks)
            }
        };
        if !self.devices.is_empty() {
            let places = workers.pool().shared().home().places();
            places.equip(Some(Equipment::of(self.devices)));
        }
        Ok(Runtime {
            workers: Arc::new(workers),
        })
    }
}

/// Makes a worker inside this process fail as if it were a process that had died: what tests of failures call.
///
/// # Panics
/// If there is no such worker in this process.
pub fn lose_worker(runtime: &Runtime, worker: usize) {
    match &*runtime.workers {
        Workers::Cluster(_, ranks) => ranks[worker].kill(),
        Workers::Alone(_) => panic!("a runtime of one worker cannot lose it"),
    }
}

/// Makes a worker inside this process receive nothing any more, as if its process had been stopped: what tests of that call.
///
/// # Panics
/// If there is no such worker in this process.
pub fn freeze_worker(runtime: &Runtime, worker: usize) {
    match &*runtime.workers {
        Workers::Cluster(_, ranks) => ranks[worker].freeze(),
        Workers::Alone(_) => panic!("a runtime of one worker cannot freeze it"),
    }
}

/// How many values the workers of this process know of by way of each other: what tests of freeing call.
pub fn values_known(runtime: &Runtime) -> usize {
    match &*runtime.workers {
        Workers::Cluster(cluster, _) => cluster.values_known(),
        Workers::Alone(_) => 0,
    }
}

/// How many items about graphs across workers the workers of this process have sent: slices, values, ends, and news of failures. What tests of
/// traffic call.
pub fn slice_items(runtime: &Runtime) -> [u64; 4] {
    match &*runtime.workers {
        Workers::Cluster(cluster, _) => cluster.slice_items(),
        Workers::Alone(_) => [0; 4],
    }
}

/// The way to the other processes that were launched with this one, for the first runtime that asks.
fn launched() -> Result<Option<Arc<dyn Transport>>> {
    static ASKED: AtomicBool = AtomicBool::new(false);
    // relaxed: nothing is published by it.
    if ASKED.swap(true, Ordering::Relaxed) {
        return Ok(None);
    }
    let transport = launch::connect()?;
    if let Some(transport) = &transport {
        launch::label_from_environment(transport.rank())?;
    }
    Ok(transport)
}

/// What `#[dagger::main]` expands to: builds the runtime and runs `main` on it. All tasks have ended when it returns.
pub fn start<R: Termination>(builder: Builder, main: fn() -> R) -> ExitCode {
    let runtime = match builder.remember(true).build() {
        Ok(runtime) => runtime,
        Err(error) => {
            // Of several processes that fail for the same reason, one has been chosen to say it.
            if !error.message().is_empty() {
                eprintln!("Error: {error:?}");
            }
            return ExitCode::FAILURE;
        }
    };
    let code = runtime.enter(|| main().report());
    drop(runtime);
    launch::flush_labels();
    code
}
