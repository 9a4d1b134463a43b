//! What has moved between the workers of a run, for programs.
//!
//! Each worker counts what it sends. A program asks for all counts at once; each worker answers as a task. The answers travel too, as control.

use crate::dynamic::{Call, SpawnSite, Task};
use crate::error::Result;
use crate::lowered::Failure;
use crate::options::Options;
use crate::pool::lane;
use crate::scope::Scope;
use crate::seam::Volume;
use std::ops::Sub;

/// How much each worker has sent to each other; subtract an earlier reading for what has moved in between.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Crossed {
    /// By sender, then by receiver.
    sent: Vec<Vec<Volume>>,
}

impl Crossed {
    /// What one worker has sent to another; nothing if there is no such worker.
    pub fn between(&self, from: usize, to: usize) -> Volume {
        let sent = self.sent.get(from).and_then(|to_each| to_each.get(to));
        sent.copied().unwrap_or_default()
    }

    /// What all workers have sent to others.
    pub fn total(&self) -> Volume {
        let mut total = Volume::default();
        for (from, to_each) in self.sent.iter().enumerate() {
            for (to, &volume) in to_each.iter().enumerate() {
                if to != from {
                    total += volume;
                }
            }
        }
        total
    }
}

/// What has moved since an earlier reading of the same run.
impl Sub for Crossed {
    type Output = Crossed;

    fn sub(mut self, earlier: Crossed) -> Crossed {
        for (from, to_each) in self.sent.iter_mut().enumerate() {
            for (to, volume) in to_each.iter_mut().enumerate() {
                *volume = *volume - earlier.between(from, to);
            }
        }
        self
    }
}

/// What has moved between the workers of this run so far: messages, bytes of control, and bytes of data, which are the arrays
/// and texts that are sent without copies. Nothing where there is one worker.
///
/// Call it when the tasks of interest have ended. The question itself counts too, as a few messages of control.
///
/// # Errors
/// When a worker is gone.
///
/// ```
/// use dagger_core as dagger;
///
/// let before = dagger::traffic()?;
/// // ... tasks ...
/// let moved = dagger::traffic()? - before;
/// println!("from worker 1 to worker 2: {}", moved.between(1, 2));
/// # assert_eq!(moved.total().bulk_bytes, 0);
/// # Ok::<(), dagger::Error>(())
/// ```
pub fn traffic() -> Result<Crossed> {
    static SITE: SpawnSite = SpawnSite::expression("traffic", file!(), line!());
    let workers = crate::dynamic::workers();
    if workers == 1 {
        return Ok(Crossed::default());
    }
    let asked: Vec<Task<Vec<(u64, u64, u64)>>> = (0..workers)
        .map(|worker| {
            let options = Options::new().on(Scope::worker(worker));
            Call::new(&SITE, Some(options), (), sent_by_this_worker).spawn()
        })
        .collect();
    let mut sent = Vec::with_capacity(workers);
    for answer in asked {
        let volume = |(messages, head_bytes, bulk_bytes)| Volume {
            messages,
            head_bytes,
            bulk_bytes,
        };
        sent.push(answer.fetch()?.into_iter().map(volume).collect());
    }
    Ok(Crossed { sent })
}

/// Messages, bytes of control and bytes of data to each worker.
#[allow(
    clippy::unnecessary_wraps,
    reason = "it is the body of a task, which may fail"
)]
fn sent_by_this_worker(_: ()) -> Result<Vec<(u64, u64, u64)>, Failure> {
    let node = lane::with(|lane| lane.home()?.node());
    Ok(node.map_or_else(Vec::new, |node| {
        let traffic = node.transport.traffic();
        (0..node.size())
            .map(|to| traffic.sent_to(to))
            .map(|sent| (sent.messages, sent.head_bytes, sent.bulk_bytes))
            .collect()
    }))
}
