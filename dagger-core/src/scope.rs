//! Where a task may run: a set of processors, named by worker, thread or device.
//!
//! A [`Scope`] is a value: it can be stored, combined with `|` (either) and `&` (both), and printed. Whether a place
//! is inside is the only question it answers; which of several places a task gets is for the
//! [`Placement`](crate::seam::Placement) to decide.

use crate::error::{Error, Result};
use crate::wire::{Decoder, Encoder, Wire};
use std::fmt;
use std::ops::{BitAnd, BitOr};

/// A set of places where tasks may run.
///
/// ```
/// # use dagger_core::Scope;
/// let scope = (Scope::worker(1) | Scope::gpu(0)) & Scope::workers([0, 1]);
/// assert_eq!(scope.to_string(), "(worker 1 | gpu 0) & workers 0, 1");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    set: Set,
}

/// One place a task can run: what a [`Processor`](crate::seam::Processor) stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// The worker (rank) it belongs to, from 0.
    pub worker: usize,
    /// What it is there.
    pub unit: Unit,
}

/// What runs a task inside a worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Unit {
    /// A thread of the worker's pool, from 0.
    Thread(usize),
    /// A GPU of the worker, from 0.
    Gpu(usize),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Set {
    Workers(Vec<usize>),
    Threads(Vec<usize>),
    Gpu(usize),
    AnyGpu,
    Local,
    Either(Vec<Set>),
    Both(Vec<Set>),
}

impl Scope {
    /// Everything on worker `worker`.
    pub fn worker(worker: usize) -> Self {
        Set::Workers(vec![worker]).into()
    }

    /// Everything on any of these workers.
    pub fn workers(workers: impl IntoIterator<Item = usize>) -> Self {
        Set::Workers(sorted(workers)).into()
    }

    /// Thread `thread` of any worker.
    pub fn thread(thread: usize) -> Self {
        Set::Threads(vec![thread]).into()
    }

    /// Any of these threads, of any worker.
    pub fn threads(threads: impl IntoIterator<Item = usize>) -> Self {
        Set::Threads(sorted(threads)).into()
    }

    /// GPU `gpu` of any worker.
    pub fn gpu(gpu: usize) -> Self {
        Set::Gpu(gpu).into()
    }

    /// Any GPU.
    pub fn any_gpu() -> Self {
        Set::AnyGpu.into()
    }

    /// The worker that spawns the task.
    pub fn local() -> Self {
        Set::Local.into()
    }

    /// Whether `place` is inside, for a task that worker `here` spawns.
    pub fn contains(&self, place: Place, here: usize) -> bool {
        self.set.contains(place, here)
    }
}

impl Scope {
    /// The worker, if it is all of one worker.
    pub(crate) fn one_worker(&self) -> Option<usize> {
        match &self.set {
            Set::Workers(workers) if workers.len() == 1 => Some(workers[0]),
            _ => None,
        }
    }

    /// Whether it is all of some workers.
    pub(crate) fn is_of_workers(&self) -> bool {
        matches!(self.set, Set::Workers(_))
    }

    /// Whether it names workers, wherever the task is spawned.
    pub(crate) fn names_workers(&self) -> bool {
        self.set.names_workers()
    }
}

impl Set {
    fn names_workers(&self) -> bool {
        match self {
            Set::Workers(_) => true,
            Set::Either(sets) | Set::Both(sets) => sets.iter().any(Set::names_workers),
            _ => false,
        }
    }

    fn contains(&self, place: Place, here: usize) -> bool {
        match self {
            Set::Workers(workers) => workers.contains(&place.worker),
            Set::Threads(threads) => matches!(place.unit, Unit::Thread(n) if threads.contains(&n)),
            Set::Gpu(gpu) => place.unit == Unit::Gpu(*gpu),
            Set::AnyGpu => matches!(place.unit, Unit::Gpu(_)),
            Set::Local => place.worker == here,
            Set::Either(sets) => sets.iter().any(|set| set.contains(place, here)),
            Set::Both(sets) => sets.iter().all(|set| set.contains(place, here)),
        }
    }
}

/// How deep scopes from other workers may be nested.
const DEPTH: usize = 64;

impl Set {
    fn encode(&self, out: &mut Encoder<'_>) {
        let numbers = |out: &mut Encoder<'_>, tag: u8, numbers: &[usize]| {
            out.raw(&[tag]);
            out.count(numbers.len());
            for &number in numbers {
                out.count(number);
            }
        };
        let sets = |out: &mut Encoder<'_>, tag: u8, sets: &[Set]| {
            out.raw(&[tag]);
            out.count(sets.len());
            for set in sets {
                set.encode(out);
            }
        };
        match self {
            Set::Workers(workers) => numbers(out, 0, workers),
            Set::Threads(threads) => numbers(out, 1, threads),
            Set::Gpu(gpu) => numbers(out, 2, &[*gpu]),
            Set::AnyGpu => out.raw(&[3]),
            Set::Local => out.raw(&[4]),
            Set::Either(either) => sets(out, 5, either),
            Set::Both(both) => sets(out, 6, both),
        }
    }

    fn decode(input: &mut Decoder<'_>, depth: usize) -> Result<Set> {
        if depth == 0 {
            return Err(Error::msg("a scope is nested too deeply"));
        }
        let [tag] = input.array()?;
        let numbers = |input: &mut Decoder<'_>| -> Result<Vec<usize>> {
            let count = input.count()?;
            (0..count).map(|_| input.count()).collect()
        };
        let sets = |input: &mut Decoder<'_>| -> Result<Vec<Set>> {
            let count = input.count()?;
            (0..count).map(|_| Set::decode(input, depth - 1)).collect()
        };
        Ok(match tag {
            0 => Set::Workers(numbers(input)?),
            1 => Set::Threads(numbers(input)?),
            2 => {
                let numbers = numbers(input)?;
                let [gpu] = numbers[..] else {
                    return Err(Error::msg("a scope names no GPU"));
                };
                Set::Gpu(gpu)
            }
            3 => Set::AnyGpu,
            4 => Set::Local,
            5 => Set::Either(sets(input)?),
            6 => Set::Both(sets(input)?),
            _ => return Err(Error::msg(format!("there is no scope of kind {tag}"))),
        })
    }
}

impl Wire for Scope {
    fn encode<'a>(&'a self, out: &mut Encoder<'a>) {
        self.set.encode(out);
    }

    fn decode(input: &mut Decoder<'_>) -> Result<Self> {
        Set::decode(input, DEPTH).map(Scope::from)
    }
}

fn sorted(numbers: impl IntoIterator<Item = usize>) -> Vec<usize> {
    let mut numbers: Vec<_> = numbers.into_iter().collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

impl From<Set> for Scope {
    fn from(set: Set) -> Self {
        Scope { set }
    }
}

/// Either: the places in one, the other, or both.
impl BitOr for Scope {
    type Output = Scope;

    fn bitor(self, other: Scope) -> Scope {
        let mut sets = match self.set {
            Set::Either(sets) => sets,
            set => vec![set],
        };
        match other.set {
            Set::Either(more) => sets.extend(more),
            set => sets.push(set),
        }
        Set::Either(sets).into()
    }
}

/// Both: the places that are in one and in the other.
impl BitAnd for Scope {
    type Output = Scope;

    fn bitand(self, other: Scope) -> Scope {
        let mut sets = match self.set {
            Set::Both(sets) => sets,
            set => vec![set],
        };
        match other.set {
            Set::Both(more) => sets.extend(more),
            set => sets.push(set),
        }
        Set::Both(sets).into()
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.set, f)
    }
}

impl fmt::Display for Set {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Set::Workers(workers) => numbered(f, "worker", workers),
            Set::Threads(threads) => numbered(f, "thread", threads),
            Set::Gpu(gpu) => write!(f, "gpu {gpu}"),
            Set::AnyGpu => f.write_str("gpu"),
            Set::Local => f.write_str("local"),
            Set::Either(sets) => joined(f, sets, " | "),
            Set::Both(sets) => joined(f, sets, " & "),
        }
    }
}

fn numbered(f: &mut fmt::Formatter<'_>, noun: &str, numbers: &[usize]) -> fmt::Result {
    f.write_str(noun)?;
    if numbers.len() != 1 {
        f.write_str("s")?;
    }
    for (index, number) in numbers.iter().enumerate() {
        write!(f, "{} {number}", if index == 0 { "" } else { "," })?;
    }
    if numbers.is_empty() {
        f.write_str(" (none)")?;
    }
    Ok(())
}

fn joined(f: &mut fmt::Formatter<'_>, sets: &[Set], separator: &str) -> fmt::Result {
    for (index, set) in sets.iter().enumerate() {
        if index > 0 {
            f.write_str(separator)?;
        }
        match set {
            Set::Either(_) | Set::Both(_) => write!(f, "({set})")?,
            _ => write!(f, "{set}")?,
        }
    }
    Ok(())
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "worker {} {}", self.worker, self.unit)
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unit::Thread(thread) => write!(f, "thread {thread}"),
            Unit::Gpu(gpu) => write!(f, "gpu {gpu}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn thread(worker: usize, thread: usize) -> Place {
        Place {
            worker,
            unit: Unit::Thread(thread),
        }
    }

    fn gpu(worker: usize, gpu: usize) -> Place {
        Place {
            worker,
            unit: Unit::Gpu(gpu),
        }
    }

    #[test]
    fn single_scopes_contain_what_they_name() {
        assert!(Scope::worker(1).contains(thread(1, 0), 0));
        assert!(Scope::worker(1).contains(gpu(1, 0), 0));
        assert!(!Scope::worker(1).contains(thread(0, 1), 0));
        assert!(Scope::thread(1).contains(thread(2, 1), 0));
        assert!(!Scope::thread(1).contains(gpu(2, 1), 0));
        assert!(Scope::any_gpu().contains(gpu(0, 3), 0));
        assert!(!Scope::gpu(2).contains(gpu(0, 3), 0));
        assert!(Scope::local().contains(thread(2, 0), 2));
        assert!(!Scope::local().contains(thread(1, 0), 2));
    }

    #[test]
    fn either_and_both_combine() {
        let scope = Scope::worker(1) | Scope::gpu(0);
        assert!(scope.contains(thread(1, 5), 0) && scope.contains(gpu(3, 0), 0));
        assert!(!scope.contains(thread(0, 0), 0));
        let scope = scope & Scope::threads([0, 5]);
        assert!(scope.contains(thread(1, 5), 0));
        assert!(!scope.contains(gpu(3, 0), 0) && !scope.contains(thread(1, 1), 0));
    }

    #[test]
    fn prints_as_people_write() {
        assert_eq!(Scope::worker(1).to_string(), "worker 1");
        assert_eq!(Scope::workers([2, 1, 2]).to_string(), "workers 1, 2");
        assert_eq!(Scope::threads([]).to_string(), "threads (none)");
        assert_eq!(
            (Scope::any_gpu() | Scope::gpu(1) | Scope::local()).to_string(),
            "gpu | gpu 1 | local"
        );
        assert_eq!(thread(0, 3).to_string(), "worker 0 thread 3");
    }
}
