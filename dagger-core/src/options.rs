//! What can be said about a task besides its arguments: where, how urgent, under which name.
//!
//! [`Options`] are given per call (`#[on(..)]`, `#[priority(..)]`, `#[name(..)]`) or, with [`with_options`], for all tasks that are
//! spawned inside a closure and by those tasks in turn. The nearest wins: what a call says is stronger than what surrounds
//! it, and that is stronger than what `#[task]` says.

use crate::cluster;
use crate::dynamic::current;
use crate::error::Result;
use crate::pool::lane;
use crate::scope::Scope;
use crate::wire::{Decoder, Encoder, Wire};
use std::sync::Arc;

/// Options for tasks; every one may be left out.
///
/// ```
/// # use dagger_core::{Options, Scope};
/// let options = Options::new().on(Scope::worker(0)).priority(2);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Options {
    pub(crate) scope: Option<Scope>,
    pub(crate) priority: Option<i32>,
    pub(crate) name: Option<&'static str>,
}

impl Options {
    /// Nothing said.
    pub const fn new() -> Self {
        Options {
            scope: None,
            priority: None,
            name: None,
        }
    }

    /// Where the tasks must run.
    pub fn on(mut self, scope: Scope) -> Self {
        self.scope = Some(scope);
        self
    }

    /// How urgent they are: ready tasks of higher priority run first. 0 is the default.
    pub fn priority(mut self, priority: i32) -> Self {
        self.priority = Some(priority);
        self
    }

    /// What they are called in errors, traces and graphs.
    pub fn name(mut self, name: &'static str) -> Self {
        self.name = Some(name);
        self
    }

    /// These options where they say something, those of `outer` elsewhere.
    pub fn or(mut self, outer: &Options) -> Self {
        self.scope = self.scope.or_else(|| outer.scope.clone());
        self.priority = self.priority.or(outer.priority);
        self.name = self.name.or(outer.name);
        self
    }
}

impl Wire for Options {
    fn encode<'a>(&'a self, out: &mut Encoder<'a>) {
        self.scope.encode(out);
        self.priority.encode(out);
        out.raw(&[u8::from(self.name.is_some())]);
        if let Some(name) = self.name {
            out.count(name.len());
            out.raw(name.as_bytes());
        }
    }

    fn decode(input: &mut Decoder<'_>) -> Result<Self> {
        Ok(Options {
            scope: Wire::decode(input)?,
            priority: Wire::decode(input)?,
            name: Option::<String>::decode(input)?.map(|name| cluster::interned(&name)),
        })
    }
}

/// Runs `f`; all tasks spawned inside it get these options, and so do the tasks that those spawn.
///
/// The nodes of a `dag!` inside it run in these options' scope. Their priorities stay as they are: they only order the
/// nodes of one graph among themselves.
///
/// Inside another `with_options`, what this one leaves out comes from the outer one.
pub fn with_options<R>(options: Options, f: impl FnOnce() -> R) -> R {
    let options = match current::inherited() {
        Some(outer) => options.or(&outer),
        None => options,
    };
    let _until_the_end = current::inherit(Some(Arc::new(options)));
    // The next graph looks at what surrounds it before it runs serially.
    lane::with(|lane| lane.budget.set(0));
    f()
}
