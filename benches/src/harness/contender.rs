//! One side of a question, and how a stretch of its work is timed.

use std::fmt::{self, Debug};
use std::hint::black_box;
use std::time::{Duration, Instant};

/// How often a contender runs its work in one sample.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Batch {
    /// Runs before the clock starts, so that threads are awake and caches filled.
    pub warm: u64,
    /// Runs under the clock.
    pub timed: u64,
}

impl Batch {
    /// All runs, timed or not.
    pub fn total(self) -> u64 {
        self.warm + self.timed
    }
}

/// Why a contender has no figure.
#[derive(Clone, Debug, PartialEq)]
pub enum Failure {
    /// Its library is not on this machine; the text says what to install.
    NotBuilt(&'static str),
    /// It answered wrongly.
    Wrong(String),
    /// It gave up with an error of its own.
    Broken(String),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::NotBuilt(hint) => write!(f, "not built: {hint}"),
            Failure::Wrong(what) => write!(f, "WRONG: {what}"),
            Failure::Broken(what) => write!(f, "failed: {what}"),
        }
    }
}

/// What a contender stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Dagger.
    Ours,
    /// Another library. The best of them makes the ratio.
    Peer,
    /// The same work without any library, on one thread. No part of the ratio.
    Serial,
}

/// A contender's work: runs a batch, checks the answer, returns the time of the timed runs.
pub type Run = Box<dyn FnMut(Batch) -> Result<Duration, Failure>>;

/// One side of a question.
pub struct Contender {
    /// The name in the tables.
    pub name: &'static str,
    /// What it stands for.
    pub role: Role,
    /// How many units of work one run is, where it differs from the question's own count.
    pub count: Option<u64>,
    /// The work.
    pub run: Run,
}

/// All contenders of a question, for one number of threads.
#[derive(Default)]
pub struct LineUp {
    /// In the order of the table.
    pub contenders: Vec<Contender>,
}

impl LineUp {
    /// Nobody yet.
    pub fn new() -> LineUp {
        LineUp::default()
    }

    /// Adds Dagger's side.
    pub fn ours(self, run: impl FnMut(Batch) -> Result<Duration, Failure> + 'static) -> LineUp {
        self.add("ours", Role::Ours, None, Box::new(run))
    }

    /// Adds another library.
    pub fn peer(
        self,
        name: &'static str,
        run: impl FnMut(Batch) -> Result<Duration, Failure> + 'static,
    ) -> LineUp {
        self.add(name, Role::Peer, None, Box::new(run))
    }

    /// Adds another library that answers a smaller question: one of its runs is `count` units of work. The name
    /// must say so.
    pub fn smaller_peer(
        self,
        name: &'static str,
        count: u64,
        run: impl FnMut(Batch) -> Result<Duration, Failure> + 'static,
    ) -> LineUp {
        self.add(name, Role::Peer, Some(count), Box::new(run))
    }

    /// Adds the work without any library.
    pub fn serial(
        self,
        name: &'static str,
        run: impl FnMut(Batch) -> Result<Duration, Failure> + 'static,
    ) -> LineUp {
        self.add(name, Role::Serial, None, Box::new(run))
    }

    fn add(mut self, name: &'static str, role: Role, count: Option<u64>, run: Run) -> LineUp {
        self.contenders.push(Contender {
            name,
            role,
            count,
            run,
        });
        self
    }
}

/// Times `work` and checks that its last answer is `expected`.
///
/// Every answer passes through `black_box`, so that no run can be left out.
///
/// # Errors
/// [`Failure::Wrong`] where the answer is another one.
pub fn time<T: PartialEq + Debug>(
    batch: Batch,
    expected: &T,
    mut work: impl FnMut() -> T,
) -> Result<Duration, Failure> {
    for _ in 0..batch.warm {
        black_box(work());
    }
    let mut answer = None;
    let start = Instant::now();
    for _ in 0..batch.timed {
        answer = Some(black_box(work()));
    }
    let elapsed = start.elapsed();
    check(answer, expected)?;
    Ok(elapsed)
}

/// Like [`time`], for work that consumes something: `prepare` makes it outside the clock.
///
/// The clock is read twice a run (about 50 ns), so this is for work of microseconds.
///
/// # Errors
/// [`Failure::Wrong`] where the answer is another one.
pub fn time_part<P, T: PartialEq + Debug>(
    batch: Batch,
    expected: &T,
    mut prepare: impl FnMut() -> P,
    mut work: impl FnMut(P) -> T,
) -> Result<Duration, Failure> {
    let mut answer = None;
    let mut elapsed = Duration::ZERO;
    for run in 0..batch.total() {
        let prepared = prepare();
        let start = Instant::now();
        let result = black_box(work(prepared));
        if run >= batch.warm {
            elapsed += start.elapsed();
        }
        answer = Some(result);
    }
    check(answer, expected)?;
    Ok(elapsed)
}

/// The time of a contender that ran elsewhere, if its answer is the expected one.
///
/// # Errors
/// [`Failure::Wrong`] where it is not.
pub fn answered((elapsed, answer): (Duration, u64), expected: u64) -> Result<Duration, Failure> {
    check(Some(answer), &expected)?;
    Ok(elapsed)
}

fn check<T: PartialEq + Debug>(answer: Option<T>, expected: &T) -> Result<(), Failure> {
    match answer {
        Some(answer) if answer != *expected => Err(Failure::Wrong(format!(
            "answered {answer:?}, expected {expected:?}"
        ))),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_run_of_a_batch_happens() {
        let mut runs = 0;
        let elapsed = time(Batch { warm: 3, timed: 4 }, &7, || {
            runs += 1;
            runs
        });
        assert!(elapsed.is_ok());
        assert_eq!(runs, 7);
    }

    #[test]
    fn a_wrong_answer_is_told() {
        let failure = time(Batch { warm: 0, timed: 1 }, &1, || 2).unwrap_err();
        assert_eq!(failure.to_string(), "WRONG: answered 2, expected 1");
    }

    #[test]
    fn preparation_is_not_timed() {
        let batch = Batch { warm: 1, timed: 2 };
        let pause = Duration::from_millis(20);
        let elapsed = time_part(batch, &0, || std::thread::sleep(pause), |()| 0).unwrap();
        assert!(elapsed < pause, "{elapsed:?}");
    }
}
