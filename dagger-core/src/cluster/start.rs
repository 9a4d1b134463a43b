//! Starting and stopping: the ranks introduce themselves, work, are asked whether all is quiet, and are told to stop.
//!
//! Rank 0 knows everybody: each rank sends it a Hello (version, build, threads), and gets a Welcome with all workers, or the reason
//! why it is refused. To stop, rank 0 asks all ranks in rounds (Ask, Answer) how many items of work they have sent and received and whether
//! they are busy. The run is quiet when two rounds in a row give the same numbers, nobody is busy, and as many were received as were sent
//! (the four counters of Mattern, "Algorithms for distributed termination detection", 1987). Then everybody is told to stop.

use crate::cluster::items::Tag;
use crate::cluster::node::Node;
use crate::cluster::peer::Peer;
use crate::cluster::rounds::{Answer, Question, Rounds};
use crate::cluster::serve;
use crate::cluster::standing::Standing;
use crate::error::{Error, Result};
use crate::observe;
use crate::placement::{Learned, Store};
use crate::pool::{Config, Pool};
use crate::seam::Transport;
use crate::sync::statics::{AtomicBool, Ordering};
use crate::wire::{self, Decoder, Encoder, Wire};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How long the ranks may take to introduce themselves.
const PATIENCE: Duration = Duration::from_secs(60);
/// Between rounds of asking whether all is quiet, at most.
const PAUSE: Duration = Duration::from_millis(20);

/// The ranks that live in this process: all of them over `mesh`, one under `mpirun`.
#[derive(Debug)]
pub(crate) struct Cluster {
    ranks: Vec<Rank>,
    /// Where what the driver's placement learns is kept, if this is the driver.
    kept: Option<(Arc<Learned>, Store)>,
}

/// A rank in this process.
#[derive(Debug)]
struct Rank {
    node: &'static Node,
    receiver: Option<JoinHandle<()>>,
    pool: Option<Pool>,
}

/// What a rank knows of the run as a whole.
#[derive(Debug, Default)]
pub(super) struct Control {
    stopped: AtomicBool,
    state: Mutex<State>,
    changed: Condvar,
    pub(super) rounds: Rounds,
    pub(super) standing: Standing,
}

#[derive(Debug, Default)]
struct State {
    /// On rank 0: who has said Hello.
    hellos: Vec<Option<Hello>>,
    /// Whether we know everybody, or have been refused.
    introduced: Option<Result<()>>,
}

/// What a rank says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Hello {
    version: u32,
    build: u64,
    threads: u32,
}

impl Wire for Hello {
    fn encode<'a>(&'a self, out: &mut Encoder<'a>) {
        self.version.encode(out);
        self.build.encode(out);
        self.threads.encode(out);
    }

    fn decode(input: &mut Decoder<'_>) -> Result<Self> {
        Ok(Hello {
            version: u32::decode(input)?,
            build: u64::decode(input)?,
            threads: u32::decode(input)?,
        })
    }
}

impl Cluster {
    /// Starts the ranks that these transports belong to, and waits until all ranks of the run know each other. With `remember`, the scheduler
    /// begins with what earlier runs have learned, and what it learns is kept.
    ///
    /// # Errors
    /// When a thread cannot be started, a rank does not come within a minute, or runs another build.
    pub(crate) fn start(
        transports: Vec<Arc<dyn Transport>>,
        config: &Config,
        build: u64,
        remember: bool,
    ) -> Result<Cluster> {
        let store = if remember {
            Store::from_environment()
        } else {
            None
        };
        let models = store.as_ref().map(Store::load);
        let mut cluster = Cluster {
            ranks: Vec::new(),
            kept: None,
        };
        if let [only] = &transports[..] {
            observe::number_process(only.rank());
        }
        for transport in transports {
            let rank = transport.rank();
            let placement = Arc::new(Learned::new());
            if let Some(models) = &models {
                placement.remember(models);
            }
            if rank == 0 {
                cluster.kept = store.clone().map(|store| (Arc::clone(&placement), store));
            }
            let name = match rank {
                0 => config.name.clone(),
                _ => format!("{}-w{rank}", config.name),
            };
            let pool = Pool::start(&Config {
                rank,
                name: name.clone(),
                ..config.clone()
            })?;
            let home = pool.shared().home();
            let node: &'static Node = Box::leak(Box::new(Node::new(transport, home, placement)));
            home.join(node);
            let receiver = std::thread::Builder::new()
                .name(format!("{name}-receiver"))
                .spawn(move || serve::serve(node, &node.control))
                .map_err(|error| {
                    Error::start(format!(
                        "cannot start the receiving thread of worker {rank}: {error}"
                    ))
                })?;
            let hello = Hello {
                version: wire::VERSION,
                build,
                threads: config.threads as u32,
            };
            let mut out = Encoder::new();
            hello.encode(&mut out);
            node.item(0, Tag::Hello, out.finish().head(), Vec::new());
            cluster.ranks.push(Rank {
                node,
                receiver: Some(receiver),
                pool: Some(pool),
            });
        }
        for rank in &cluster.ranks {
            rank.node.control.wait_for_introduction(rank.node)?;
        }
        Ok(cluster)
    }

    /// The pool of the lowest rank here.
    pub(crate) fn pool(&self) -> &Pool {
        self.ranks[0]
            .pool
            .as_ref()
            .expect("there until the cluster is dropped")
    }

    /// How many ranks the run has.
    pub(crate) fn size(&self) -> usize {
        self.ranks[0].node.size()
    }

    /// How many entries the stores of the ranks here have.
    pub(crate) fn values_known(&self) -> usize {
        let known = self.ranks.iter().map(|rank| {
            let (here, away) = rank.node.store().counts();
            here + away + rank.node.runs().count()
        });
        known.sum()
    }

    /// How many slices, values, Overs and cuts of graphs the ranks here have sent.
    pub(crate) fn slice_items(&self) -> [u64; 4] {
        let each = self.ranks.iter().map(|rank| rank.node.runs().sent());
        each.fold([0; 4], |sum, sent| {
            std::array::from_fn(|kind| sum[kind] + sent[kind])
        })
    }

    /// Waits until rank 0 says that the run is over.
    pub(crate) fn serve(&mut self) {
        for rank in &mut self.ranks {
            if let Some(receiver) = rank.receiver.take() {
                // A receiving thread that panicked has printed its message.
                let _ = receiver.join();
            }
        }
    }

    /// Waits until nothing is left to do anywhere.
    fn wait_until_quiet(&self) {
        let Some(driver) = self.ranks.iter().find(|rank| rank.node.rank() == 0) else {
            return;
        };
        let mut before: Option<Vec<Answer>> = None;
        let mut pause = Duration::from_micros(100);
        while driver.node.trouble().is_none() {
            let rounds = &driver.node.control.rounds;
            let Ok(now) = rounds.ask(driver.node, Question::Quiet, None) else {
                return;
            };
            let sent: u64 = now.iter().map(|answer| answer.quiet.sent).sum();
            let received: u64 = now.iter().map(|answer| answer.quiet.received).sum();
            let idle = now.iter().all(|answer| !answer.quiet.busy);
            if idle && sent == received && before.as_ref() == Some(&now) {
                return;
            }
            before = Some(now);
            std::thread::sleep(pause);
            pause = (pause * 2).min(PAUSE);
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.wait_until_quiet();
        if let Some((learned, store)) = &self.kept
            && let Err(error) = store.save(&learned.models())
        {
            eprintln!("warning: {error}");
        }
        if let Some(driver) = self.ranks.iter().find(|rank| rank.node.rank() == 0) {
            // Itself last: once told, it closes its transport.
            for rank in (0..driver.node.size()).rev() {
                driver.node.control_item(rank, Tag::Stop, &[]);
            }
        }
        self.serve();
        for rank in &mut self.ranks {
            rank.node.home().leave_node();
            drop(rank.pool.take());
        }
    }
}

impl Control {
    /// That of a rank of so many.
    pub(super) fn new(size: usize) -> Self {
        let control = Control::default();
        control.state().hellos.resize(size, None);
        control
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the receiving thread is to end.
    pub(super) fn stopped(&self) -> bool {
        // Acquire pairs with the Release in `stop`.
        self.stopped.load(Ordering::Acquire)
    }

    fn stop(&self) {
        // Release pairs with the Acquire in `stopped`.
        self.stopped.store(true, Ordering::Release);
        self.changed.notify_all();
        self.rounds.notify();
    }

    /// The transport says that a peer is gone, or worse.
    pub(super) fn lost(&self, node: &Node, error: &Error) {
        self.refuse(error);
        if node.rank() != 0 {
            let mut out = Encoder::new();
            error.encode(&mut out);
            if !node.control_item(0, Tag::Lost, out.finish().head()) {
                // Nobody is left who could tell us to stop.
                self.stop();
            }
        }
        self.changed.notify_all();
    }

    /// Whoever waits for an introduction gets this error.
    fn refuse(&self, error: &Error) {
        self.state()
            .introduced
            .get_or_insert_with(|| Err(error.clone()));
        self.changed.notify_all();
    }

    fn wait_for_introduction(&self, node: &Node) -> Result<()> {
        let begin = Instant::now();
        let mut state = self.state();
        loop {
            match &state.introduced {
                Some(outcome) => return outcome.clone(),
                None if begin.elapsed() > PATIENCE => {
                    let missing: Vec<String> = state
                        .hellos
                        .iter()
                        .enumerate()
                        .filter(|(_, hello)| hello.is_none())
                        .map(|(rank, _)| rank.to_string())
                        .collect();
                    let who = if node.rank() == 0 {
                        missing.join(", ")
                    } else {
                        "0".to_owned()
                    };
                    return Err(Error::start(format!(
                        "nothing was heard of worker {who} for {} seconds",
                        PATIENCE.as_secs()
                    )));
                }
                None => {
                    let (back, _) = self
                        .changed
                        .wait_timeout(state, Duration::from_millis(100))
                        .unwrap_or_else(PoisonError::into_inner);
                    state = back;
                }
            }
        }
    }

    /// Does what an item about the run says.
    pub(super) fn handle(
        &self,
        node: &'static Node,
        from: usize,
        tag: Tag,
        mut body: Decoder<'_>,
    ) -> Result<()> {
        match tag {
            Tag::Hello => self.hello(node, from, Hello::decode(&mut body)?),
            Tag::Welcome => {
                let threads = Vec::<u32>::decode(&mut body)?;
                let peers = threads.iter().enumerate().map(|(worker, &threads)| Peer {
                    worker,
                    threads: threads as usize,
                });
                node.introduce(peers.collect());
                self.state().introduced = Some(Ok(()));
                self.changed.notify_all();
            }
            Tag::Ask => Rounds::answer(node, from, &mut body)?,
            Tag::Answer => self.rounds.answered(from, &mut body)?,
            Tag::Uneasy => node.uneasy(),
            Tag::Stop => self.stop(),
            Tag::Lost => {
                let error = Error::decode(&mut body)?;
                self.refuse(&error);
                node.break_down(&error);
            }
            _ => unreachable!("an item of work"),
        }
        Ok(())
    }

    /// A rank introduces itself to rank 0.
    fn hello(&self, node: &Node, from: usize, hello: Hello) {
        let mut state = self.state();
        state.hellos[from] = Some(hello);
        let known: Option<Vec<Hello>> = state.hellos.iter().cloned().collect();
        drop(state);
        let Some(known) = known else { return };
        let stranger = known
            .iter()
            .position(|other| (other.version, other.build) != (known[0].version, known[0].build));
        if let Some(rank) = stranger {
            let error = Error::start(format!(
                "worker {rank} runs another build of the program than worker 0: start the same binary on every node"
            ));
            let mut out = Encoder::new();
            error.encode(&mut out);
            let encoded = out.finish();
            for other in 0..known.len() {
                node.control_item(other, Tag::Lost, encoded.head());
            }
            return;
        }
        let threads: Vec<u32> = known.iter().map(|hello| hello.threads).collect();
        let mut out = Encoder::new();
        threads.encode(&mut out);
        let (head, _) = out.finish().copied();
        for other in 0..known.len() {
            node.item(other as u32, Tag::Welcome, &head, Vec::new());
        }
    }
}
