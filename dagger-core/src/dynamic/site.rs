//! A `spawn!` in the source: what its tasks are called and where they were written.

use crate::info::TaskInfo;
use crate::scope::Scope;
use crate::seam::identity;

/// One `spawn!` in the source, a constant that the macro makes.
#[derive(Debug)]
pub struct SpawnSite {
    pub(crate) name: &'static str,
    pub(crate) file: &'static str,
    pub(crate) line: u32,
    pub(crate) priority: i32,
    /// By which a placement remembers its tasks.
    pub(crate) key: u64,
    /// What the task's author expects: nanoseconds on one thread.
    pub(crate) cost: Option<f64>,
    /// How much of its processor it keeps busy.
    pub(crate) occupancy: f64,
    /// The scope of the task's own attribute; `None` for expressions.
    pub(crate) scope: Option<fn() -> Option<Scope>>,
}

impl SpawnSite {
    /// A call of task `I`.
    pub const fn task<I: TaskInfo>(file: &'static str, line: u32) -> Self {
        SpawnSite {
            name: I::NAME,
            file,
            line,
            priority: I::PRIORITY,
            // The task's own place, not the call's: it takes as long wherever it is called.
            key: identity(I::NAME, I::FILE, I::LINE),
            cost: I::COST,
            occupancy: I::OCCUPANCY,
            scope: Some(I::scope),
        }
    }

    /// An expression, named after its own text.
    pub const fn expression(name: &'static str, file: &'static str, line: u32) -> Self {
        SpawnSite {
            name,
            file,
            line,
            priority: 0,
            key: identity(name, file, line),
            cost: None,
            occupancy: 1.0,
            scope: None,
        }
    }
}
