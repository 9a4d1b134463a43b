//! A task that has arrived from another worker, while it is being made.

use crate::cluster::assigned::Assigned;
use crate::cluster::away::Away;
use crate::cluster::carried::Carried;
use crate::cluster::carry::Carry;
use crate::cluster::code;
use crate::cluster::items::{Mention, Order};
use crate::cluster::moving::{HandOn, hand_on};
use crate::cluster::node::Node;
use crate::dynamic::block::{Extra, New, Part, Reference};
use crate::dynamic::dependency::Arguments;
use crate::dynamic::{Chosen, SpawnSite, Task, begin};
use crate::error::{Error, Origin, Result};
use crate::lowered::Failure;
use crate::seam::TaskView;
use crate::wire::{Decoder, Wire};
use std::sync::Arc;

/// See the module's page: the order, and its arguments still in bytes.
pub struct Arrival<'a> {
    pub(super) node: &'static Node,
    pub(super) from: u32,
    pub(super) order: Order,
    pub(super) site: &'static SpawnSite,
    pub(super) arguments: Decoder<'a>,
}

impl std::fmt::Debug for Arrival<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Arrival({:?})", self.order)
    }
}

impl<'a> Arrival<'a> {
    /// The bytes of the arguments.
    pub(super) fn bytes(&mut self) -> &mut Decoder<'a> {
        &mut self.arguments
    }

    /// A handle that was mentioned.
    ///
    /// # Errors
    /// When there is no such task, or its value is of another type.
    pub(super) fn handle<T: Wire + 'static>(&mut self) -> Result<Task<T>> {
        let mention = Mention::decode(&mut self.arguments)?;
        let reference = self.node.mentioned::<T>(&mention, self.site)?;
        // SAFETY: `mentioned` checks the type.
        Ok(unsafe { Task::from_reference(reference) })
    }
}

impl Node {
    fn mentioned<T: Wire + 'static>(
        &'static self,
        mention: &Mention,
        site: &'static SpawnSite,
    ) -> Result<Reference> {
        let carry = Carry::of::<T>();
        let mut store = self.store();
        let (reference, known, new) = match store.find(mention.id) {
            Some((reference, Some(known))) => (reference, known, false),
            None if mention.at as usize == self.rank() => {
                return Err(Error::msg(
                    "a task was mentioned that is not there any more",
                ));
            }
            Some((reference, None)) => {
                let away = reference
                    .header()
                    .away()
                    .expect("a block in the store is here or away");
                away.mentioned();
                let known = away.carry();
                (reference, known, false)
            }
            None => {
                let reference = Away::block::<T>(self, mention.id, mention.at, site, None);
                store.add_away(mention.id, reference.pointer());
                (reference, carry, true)
            }
        };
        let early = if mention.coming {
            store.expect(mention.id)
        } else {
            None
        };
        drop(store);
        if let Some(away) = reference.header().away() {
            match (early, self.trouble()) {
                (Some(early), _) => self.deliver(mention.id, early)?,
                (None, Some(error)) if new => away.failed(&reference, error.clone()),
                (None, _) if mention.coming => away.expect(),
                (None, _) => {}
            }
        }
        if known.is(carry) {
            Ok(reference)
        } else {
            Err(Error::msg(format!(
                "a handle of a `{}` was taken for one of a `{}`",
                known.type_name(),
                carry.type_name()
            )))
        }
    }
}

/// The function of a Run item: makes the task and starts it when its arguments are there.
///
/// # Errors
/// When the bytes are not such arguments.
pub(super) fn enter<A, F, T>(arrival: &mut Arrival<'_>) -> Result<()>
where
    A: Arguments + Carried + Send + 'static,
    F: FnOnce(A) -> Result<T, Failure> + Send + 'static,
    T: Wire + Send + 'static,
{
    let arguments = A::decode(arrival)?;
    std::mem::replace(&mut arrival.arguments, Decoder::new(&[], [])).finish()?;
    // The sender has checked that `F` has no size, so there is nothing to send: this is the value it had.
    let run: F =
        conjured().ok_or_else(|| Error::msg("the code of a task has values of its own"))?;
    let (node, order, site) = (arrival.node, &arrival.order, arrival.site);
    let name = order.name.as_deref().map(code::interned);
    let pinned = match &order.scope {
        None => None,
        Some(scope) => {
            let view = TaskView::new(name.unwrap_or(site.name), order.priority);
            let origin = || Origin::new(view.name.to_owned(), site.file, site.line);
            match node.home().places().choose(scope, &view, origin)? {
                Chosen::Anywhere => None,
                Chosen::Thread(thread) => Some(thread),
            }
        }
    };
    let assigned = Assigned::new(
        node,
        order.id,
        arrival.from,
        site,
        order.index,
        order.input_bytes,
    )
    .movable((!order.stays).then_some(hand_on::<A, F, T> as HandOn));
    let extra = Extra {
        pinned,
        priority: order.priority,
        name,
        inherited: order.inherited.clone().map(Arc::new),
        part: Part::Assigned(Arc::new(assigned)),
    };
    let new = New {
        site,
        home: node.home(),
        id: order.id,
        parent: order.parent,
        extra: Some(Box::new(extra)),
        arguments,
        run,
    };
    let from = arrival.from;
    let before_it_starts = |task: &Task<T>| {
        node.export(task.reference(), Carry::of::<T>(), |here| {
            here.count(from, 1)
        });
    };
    drop(begin(new, before_it_starts, None));
    Ok(())
}

/// Whether a closure is nothing but its code, so that another worker, which has the code, can have it.
pub(crate) const fn is_bare<F>() -> bool {
    size_of::<F>() == 0 && !std::mem::needs_drop::<F>()
}

/// The value of a type that [is bare](is_bare).
fn conjured<F: Send + 'static>() -> Option<F> {
    // SAFETY: reading no bytes from an aligned address. There is such a value, since a sender of the same build had one. It has
    // given its own away for this one (it only counts its captures as sent), and since neither size nor drop glue nor a lifetime is in it, no
    // value can be told from another.
    is_bare::<F>().then(|| unsafe { std::ptr::NonNull::<F>::dangling().read() })
}
