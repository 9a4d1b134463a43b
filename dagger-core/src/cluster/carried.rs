//! The arguments of a spawned call on their way to another worker.

use crate::cluster::arrival::Arrival;
use crate::cluster::carry::Carry;
use crate::cluster::code;
use crate::cluster::items::{Mention, Tag};
use crate::cluster::node::Node;
use crate::cluster::store::Wanted;
use crate::dynamic::Task;
use crate::dynamic::argument::{Borrowed, Captured, Forever, Many, Owned, Sole, Value};
use crate::dynamic::block::Reference;
use crate::dynamic::dependency::Arguments;
use crate::dynamic::tuples::for_each_tuple;
use crate::error::Result;
use crate::wire::{Encoder, Wire};

/// Arguments that can cross: values that are [`Wire`], and handles of tasks whose values are.
pub trait Carried: Sized {
    /// Calls `f` for every handle, and returns about how large the values among them are.
    fn survey(&self, f: &mut dyn FnMut(&Parcelled<'_>)) -> usize;
    /// Writes them, for another worker.
    fn encode<'a>(&'a self, out: &mut Encoder<'a>, to: &Destination);
    /// Whether values of these types can cross, see [`Wire::crosses`].
    fn crosses() -> bool {
        true
    }
    /// Reads them.
    ///
    /// # Errors
    /// When the bytes are not such arguments.
    fn decode(arrival: &mut Arrival<'_>) -> Result<Self>;
}

/// A handle among the arguments.
#[derive(Debug)]
pub struct Parcelled<'a> {
    pub(super) task: &'a Reference,
    pub(super) carry: &'static Carry,
}

impl<'a> Parcelled<'a> {
    fn new<T: Wire + 'static>(task: &'a Task<T>) -> Self {
        Parcelled {
            task: task.reference(),
            carry: Carry::of::<T>(),
        }
    }
}

/// Where arguments go.
#[derive(Debug)]
pub struct Destination {
    pub(super) node: &'static Node,
    pub(super) to: u32,
}

impl Destination {
    fn mention<'a, T: Wire + 'static>(&self, task: &'a Task<T>, out: &mut Encoder<'a>) {
        let mention = self
            .node
            .mention(task.reference(), Carry::of::<T>(), self.to);
        let mut head = Encoder::new();
        mention.encode(&mut head);
        out.raw(head.finish().head());
    }
}

impl Node {
    /// Counts a mention of a task to a worker, and sees to it that it gets the value.
    fn mention(&'static self, task: &Reference, carry: &'static Carry, to: u32) -> Mention {
        let header = task.header();
        if let Some(away) = header.away() {
            let mut coming = false;
            if away.owner() != to {
                coming = away.tell(to);
                let mut out = Encoder::new();
                out.raw(&away.id().to_le_bytes());
                out.raw(&to.to_le_bytes());
                out.raw(&[u8::from(coming)]);
                self.item(away.owner(), Tag::Retain, out.finish().head(), Vec::new());
            }
            return Mention {
                id: away.id(),
                at: away.owner(),
                coming,
            };
        }
        let id = header.id;
        let new = self.export(task, carry, |here| {
            here.count(to, 1);
            !here.sent().contains(&to)
        });
        if new {
            self.wanted(
                id,
                Wanted {
                    worker: to,
                    pushed: true,
                },
            );
        }
        Mention {
            id,
            at: self.rank() as u32,
            coming: new,
        }
    }
}

/// Implements [`Carried`] for a newtype of one handle.
macro_rules! one_handle {
    ($($class:ident)+) => {
        $(
            impl<T: Wire + 'static> Carried for $class<T> {
                fn survey(&self, f: &mut dyn FnMut(&Parcelled<'_>)) -> usize {
                    f(&Parcelled::new(&self.0));
                    0
                }
                fn encode<'a>(&'a self, out: &mut Encoder<'a>, to: &Destination) {
                    to.mention(&self.0, out);
                }
                fn decode(arrival: &mut Arrival<'_>) -> Result<Self> {
                    arrival.handle().map($class)
                }
            }
        )+
    };
}

one_handle!(Owned Sole Borrowed);

impl<T: Wire + 'static> Carried for Many<T> {
    fn survey(&self, f: &mut dyn FnMut(&Parcelled<'_>)) -> usize {
        for task in &self.0 {
            f(&Parcelled::new(task));
        }
        0
    }

    fn encode<'a>(&'a self, out: &mut Encoder<'a>, to: &Destination) {
        out.count(self.0.len());
        for task in &self.0 {
            to.mention(task, out);
        }
    }

    fn decode(arrival: &mut Arrival<'_>) -> Result<Self> {
        let count = arrival.bytes().count()?;
        (0..count)
            .map(|_| arrival.handle())
            .collect::<Result<_>>()
            .map(Many)
    }
}

/// Implements [`Carried`] for a newtype of a value.
macro_rules! one_value {
    ($($class:ident)+) => {
        $(
            impl<X: Wire> Carried for $class<X> {
                fn survey(&self, _: &mut dyn FnMut(&Parcelled<'_>)) -> usize {
                    self.0.bytes()
                }
                fn encode<'a>(&'a self, out: &mut Encoder<'a>, _: &Destination) {
                    self.0.encode(out);
                }
                fn crosses() -> bool {
                    X::crosses()
                }
                fn decode(arrival: &mut Arrival<'_>) -> Result<Self> {
                    X::decode(arrival.bytes()).map($class)
                }
            }
        )+
    };
}

one_value!(Value Captured);

/// Implements [`Carried`] for texts of the program, which every worker has; others are kept where they arrive.
macro_rules! text {
    ($($class:ident<$text:ty>)+) => {
        $(
            impl Carried for $class<$text> {
                fn survey(&self, _: &mut dyn FnMut(&Parcelled<'_>)) -> usize {
                    self.0.len()
                }
                fn encode<'a>(&'a self, out: &mut Encoder<'a>, _: &Destination) {
                    out.count(self.0.len());
                    out.bulk(self.0.as_bytes());
                }
                fn decode(arrival: &mut Arrival<'_>) -> Result<Self> {
                    let text = String::decode(arrival.bytes())?;
                    Ok($class(code::interned(&text)))
                }
            }
        )+
    };
}

text!(Forever<str> Captured<&'static str>);

/// Implements [`Carried`] for tuples.
macro_rules! tuples {
    ($($name:ident $index:tt),*) => {
        #[allow(unused_variables)]
        impl<$($name: Carried),*> Carried for ($($name,)*)
        where
            Self: Arguments,
        {
            fn survey(&self, f: &mut dyn FnMut(&Parcelled<'_>)) -> usize {
                0 $(+ self.$index.survey(f))*
            }
            fn encode<'a>(&'a self, out: &mut Encoder<'a>, to: &Destination) {
                $(self.$index.encode(out, to);)*
            }
            fn crosses() -> bool {
                true $(&& $name::crosses())*
            }
            fn decode(arrival: &mut Arrival<'_>) -> Result<Self> {
                Ok(($($name::decode(arrival)?,)*))
            }
        }
    };
}

for_each_tuple!(tuples);
