//! A `spawn!` in the source: what its tasks are called and where they were written.

use crate::info::TaskInfo;
use crate::scope::Scope;

/// One `spawn!` in the source, a constant that the macro makes.
#[derive(Debug)]
pub struct SpawnSite {
    pub(crate) name: &'static str,
    pub(crate) file: &'static str,
    pub(crate) line: u32,
    pub(crate) priority: i32,
    /// The scope of the task's own attribute; `None` for expressions.
    pub(crate) scope: Option<fn() -> Option<Scope>>,
}

impl SpawnSite {
    /// A call of task `I`, which is called `name`.
    pub const fn task<I: TaskInfo>(name: &'static str, file: &'static str, line: u32) -> Self {
        SpawnSite {
            name,
            file,
            line,
            priority: I::PRIORITY,
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
            scope: None,
        }
    }
}
