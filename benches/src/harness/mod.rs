//! From contenders to figures.
//!
//! A [`Question`] builds a [`LineUp`] of contenders for a number of threads. [`measure`] calibrates each of them
//! so that one sample lasts long enough to be timed, then lets all of them run in turns for several rounds, so
//! that a noisy second on the machine falls on everybody. [`report`] and [`json`] show the outcome.
//!
//! Times of a single run are never shown: a figure is the median over the rounds, with the least value and the
//! spread between the quartiles beside it.

mod aim;
mod contender;
pub mod json;
mod machine;
mod options;
mod question;
pub mod report;
mod rounds;
mod statistics;
mod suite;

pub use aim::{Aim, Goal, Outcome};
pub use contender::{Batch, Contender, Failure, LineUp, Role, Run, answered, time, time_part};
pub use machine::Machine;
pub use options::{Options, USAGE};
pub use question::{Question, Unit};
pub use rounds::{Figure, Measured, measure};
pub use statistics::Summary;
pub use suite::Suite;

/// How much time a run of the suite may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effort {
    /// Full sizes, figures to quote.
    Full,
    /// Small sizes and short samples: shows that everything works, in under a minute.
    Quick,
}

impl Effort {
    /// The full size, or the small one in a quick run.
    pub fn size<T>(self, full: T, quick: T) -> T {
        match self {
            Effort::Full => full,
            Effort::Quick => quick,
        }
    }
}
