//! The arguments of a spawned call as the scheduler sees them: edges into the tasks among them.
//!
//! Each class of argument (see [`argument`](super::argument)) says which tasks it waits for. The edges themselves are not part of
//! the arguments, since those move into the function; they live in the task's block.

use crate::dynamic::argument::{Borrowed, Captured, Forever, Many, Owned, Sole, Value};
use crate::dynamic::block::{Header, Reference};
use crate::dynamic::dependents::{Edge, Notify};
use crate::dynamic::state::Left;
use crate::dynamic::task::Task;
use crate::dynamic::tuples::for_each_tuple;
use crate::error::Error;
use crate::sync::atomic::Ordering;
use std::ptr::NonNull;

/// One argument as the scheduler sees it: its dependencies.
pub trait Argument {
    /// The edges into them, which live in the task's block.
    type Links;
    /// How many there are.
    fn count(&self) -> u32;
    /// Edges that are in no list yet.
    fn links(&self) -> Self::Links;
    /// Puts the edges into the lists of the dependencies; returns how many of those had ended.
    ///
    /// # Safety
    /// `links` came from [`links`](Self::links) and stays until the edges have been told; `consumer` is the new task.
    unsafe fn link(&self, links: *mut Self::Links, consumer: Consumer) -> u32;
    /// The error of the first dependency that failed.
    fn poison(&self) -> Option<Error>;
    /// The first dependency that has not ended.
    fn unfinished(&self) -> Option<Dependency>;
}

/// A task that is being linked to its dependencies.
#[derive(Clone, Copy, Debug)]
pub struct Consumer(pub(crate) NonNull<Header>);

/// A task that another one waits for.
#[derive(Debug)]
pub struct Dependency(pub(crate) Reference);

/// An edge into a dependency, in the block of the task that needs it.
#[derive(Debug)]
pub struct Link(Edge);

impl Link {
    fn unlinked() -> Self {
        Link(Edge::new(Notify::Task(NonNull::dangling())))
    }

    /// # Safety
    /// As for [`Argument::link`].
    unsafe fn connect<T>(link: *mut Link, task: &Task<T>, consumer: Consumer) -> u32 {
        // SAFETY: the caller's promise.
        let linked = unsafe {
            (*link).0.notify = Notify::Task(consumer.0);
            task.header().need();
            task.header()
                .tell_of_end(NonNull::new_unchecked(&raw mut (*link).0))
        };
        u32::from(!linked)
    }
}

fn poison_of<T>(task: &Task<T>) -> Option<Error> {
    task.failure()
}

fn unfinished_of<T>(task: &Task<T>) -> Option<Dependency> {
    (!task.is_here()).then(|| Dependency(task.reference().clone()))
}

/// Implements [`Argument`] for a newtype of one handle that waits for its end.
macro_rules! one_handle {
    ($class:ident) => {
        impl<T> Argument for $class<T> {
            type Links = Link;
            #[inline]
            fn count(&self) -> u32 {
                1
            }
            #[inline]
            fn links(&self) -> Link {
                Link::unlinked()
            }
            #[inline]
            unsafe fn link(&self, links: *mut Link, consumer: Consumer) -> u32 {
                // SAFETY: the caller's promise.
                unsafe { Link::connect(links, &self.0, consumer) }
            }
            #[inline]
            fn poison(&self) -> Option<Error> {
                poison_of(&self.0)
            }
            fn unfinished(&self) -> Option<Dependency> {
                unfinished_of(&self.0)
            }
        }
    };
}

one_handle!(Owned);
one_handle!(Borrowed);

impl<T> Argument for Sole<T> {
    type Links = Link;

    fn count(&self) -> u32 {
        1
    }

    fn links(&self) -> Link {
        Link::unlinked()
    }

    unsafe fn link(&self, links: *mut Link, consumer: Consumer) -> u32 {
        let task = self.0.header();
        task.need();
        // SAFETY: the caller's promise.
        let edge = unsafe {
            (*links).0.notify = Notify::Task(consumer.0);
            &raw mut (*links).0
        };
        // Release pairs with the Acquire in `tell_consumer`.
        task.unique.store(edge, Ordering::Release);
        u32::from(task.word.want_unique() == Left::Consumer)
    }

    fn poison(&self) -> Option<Error> {
        poison_of(&self.0)
    }

    fn unfinished(&self) -> Option<Dependency> {
        unfinished_of(&self.0)
    }
}

impl<T> Argument for Many<T> {
    type Links = Box<[Link]>;

    fn count(&self) -> u32 {
        u32::try_from(self.0.len()).expect("fewer than four thousand million dependencies")
    }

    fn links(&self) -> Box<[Link]> {
        self.0.iter().map(|_| Link::unlinked()).collect()
    }

    unsafe fn link(&self, links: *mut Box<[Link]>, consumer: Consumer) -> u32 {
        // SAFETY: the caller's promise; a box's contents do not move. Raw from here on: other threads tell edges while we
        // still link later ones.
        let first = unsafe { (**links).as_mut_ptr() };
        let ended = self.0.iter().enumerate().map(|(index, task)| {
            // SAFETY: as above; there is one link a task.
            unsafe { Link::connect(first.add(index), task, consumer) }
        });
        ended.sum()
    }

    fn poison(&self) -> Option<Error> {
        self.0.iter().find_map(poison_of)
    }

    fn unfinished(&self) -> Option<Dependency> {
        self.0.iter().find_map(unfinished_of)
    }
}

/// Implements [`Argument`] for a class without dependencies.
macro_rules! no_handle {
    ([$($bounds:tt)+] $class:ty) => {
        impl<$($bounds)+> Argument for $class {
            type Links = ();
            #[inline]
            fn count(&self) -> u32 {
                0
            }
            #[inline]
            fn links(&self) {}
            #[inline]
            unsafe fn link(&self, _: *mut (), _: Consumer) -> u32 {
                0
            }
            #[inline]
            fn poison(&self) -> Option<Error> {
                None
            }
            fn unfinished(&self) -> Option<Dependency> {
                None
            }
        }
    };
}

no_handle!([X] Value<X>);
no_handle!([X] Captured<X>);
no_handle!([U: ?Sized + 'static] Forever<U>);

/// All arguments of a call: a tuple of up to sixteen.
pub trait Arguments: Argument {}

/// Implements [`Arguments`] for tuples.
macro_rules! tuples {
    ($($name:ident $index:tt),*) => {
        impl<$($name: Argument),*> Arguments for ($($name,)*) {}

        #[allow(unused_variables, clippy::unused_unit)]
        impl<$($name: Argument),*> Argument for ($($name,)*) {
            type Links = ($($name::Links,)*);
            #[inline]
            fn count(&self) -> u32 {
                0 $(+ self.$index.count())*
            }
            #[inline]
            fn links(&self) -> Self::Links {
                ($(self.$index.links(),)*)
            }
            #[inline]
            unsafe fn link(&self, links: *mut Self::Links, consumer: Consumer) -> u32 {
                // SAFETY: the caller's promise, for each part.
                0 $(+ unsafe { self.$index.link(&raw mut (*links).$index, consumer) })*
            }
            #[inline]
            fn poison(&self) -> Option<Error> {
                None $(.or_else(|| self.$index.poison()))*
            }
            fn unfinished(&self) -> Option<Dependency> {
                None $(.or_else(|| self.$index.unfinished()))*
            }
        }
    };
}

for_each_tuple!(tuples);
