//! A rank's half: which orders are ready, what is pushed where, what may be freed.

use super::batch::{self, Argument, Item, Order};
use super::directory::ValueId;
use crate::by_number::ByNumber;
use crate::error::{Error, Result};
use crate::wire::Decoder;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// A value that is to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// The value.
    pub id: ValueId,
    /// The rank that gets it.
    pub to: usize,
    /// How many bytes it has.
    pub bytes: u64,
}

/// The part of a graph that one rank runs.
#[derive(Debug, Default)]
pub struct Slice {
    values: ByNumber<ValueId, Value>,
    orders: ByNumber<ValueId, Pending>,
    /// By priority, then by urgency, then by age.
    ready: BTreeMap<(Reverse<(i32, u8)>, u64), ValueId>,
    /// What may be sent now.
    outgoing: Vec<Outgoing>,
    /// Orders that the driver would like to be lent, and to whom.
    wishes: Vec<(ValueId, usize)>,
    received: u64,
}

/// A value that is here or is to come.
#[derive(Debug, Default)]
struct Value {
    here: bool,
    bytes: u64,
    /// Orders that read it and have not ended.
    readers: u32,
    /// Sends that have not left.
    sending: u32,
    /// Who gets it when it is here.
    pushes: Vec<u32>,
    /// Orders that wait for it.
    waiting: Vec<ValueId>,
    /// The order that takes it.
    taker: Option<ValueId>,
    /// Whether the taker has been told that it may.
    granted: bool,
    /// Whether nobody else will ask for it.
    released: bool,
}

#[derive(Debug)]
struct Pending {
    order: Order,
    inputs: Vec<Argument>,
    /// How many inputs are not there, or not yet to be taken.
    missing: usize,
    age: u64,
}

impl Pending {
    /// Its place among those that are ready.
    fn place(&self) -> (Reverse<(i32, u8)>, u64) {
        (Reverse((self.order.priority, self.order.urgency)), self.age)
    }
}

impl Slice {
    /// Nothing to do.
    pub fn new() -> Self {
        Slice::default()
    }

    /// A value that is here from the start.
    pub fn place(&mut self, id: ValueId, bytes: u64) {
        self.arrived(id, bytes);
    }

    /// A batch from the driver.
    ///
    /// # Errors
    /// When the bytes are no batch; what came before the mistake has been taken in.
    pub fn receive(&mut self, batch: &[u8]) -> Result<()> {
        let mut input = Decoder::new(batch, []);
        while let Some(item) = batch::read(&mut input)? {
            match item {
                Item::Run(order, inputs) => self.order(order, inputs)?,
                Item::Push(id, to) => {
                    let value = self.values.entry(id).or_default();
                    value.pushes.push(to);
                    if value.here {
                        self.push(id);
                    }
                }
                Item::Forget(id) => {
                    if let Some(value) = self.values.get_mut(&id) {
                        value.released = true;
                        self.settle(id);
                    }
                }
                Item::Lend(id, to) => self.wishes.push((id, to as usize)),
            }
        }
        Ok(())
    }

    /// The order to run next, if any is ready, with the bytes its inputs turned out to have. Its end is to be told by [`made`](Self::made).
    #[expect(
        clippy::should_implement_trait,
        reason = "an empty answer is not the end"
    )]
    pub fn next(&mut self) -> Option<Order> {
        let (_, id) = self.ready.pop_first()?;
        self.orders.get(&id).map(|pending| self.measured(pending))
    }

    /// How many orders are ready and wait.
    pub fn ready(&self) -> usize {
        self.ready.len()
    }

    /// Whether all orders that have come have ended.
    pub fn is_done(&self) -> bool {
        self.orders.is_empty()
    }

    /// How many values are here or are to come.
    pub fn values(&self) -> usize {
        self.values.len()
    }

    /// The orders that wait and will run last, up to so many, the very last at the end; with the bytes of their inputs.
    pub fn last_ready(&self, most: usize) -> impl Iterator<Item = (Order, u64)> {
        let skip = self.ready.len().saturating_sub(most);
        self.ready.values().skip(skip).filter_map(|id| {
            let pending = self.orders.get(id)?;
            let order = self.measured(pending);
            Some((order, order.input_bytes))
        })
    }

    /// An order has ended, here or where it was lent to, and its value has so many bytes.
    ///
    /// # Errors
    /// When there is no such order.
    pub fn made(&mut self, id: ValueId, bytes: u64) -> Result<()> {
        let pending = self
            .orders
            .remove(&id)
            .ok_or_else(|| Error::msg(format!("order {id:?} has ended, but was never here")))?;
        for input in &pending.inputs {
            if input.takes {
                self.values.remove(&input.id);
            } else if let Some(value) = self.values.get_mut(&input.id) {
                value.readers -= 1;
                self.settle(input.id);
            }
        }
        self.arrived(id, bytes);
        Ok(())
    }

    /// A value has come from another rank.
    pub fn arrived(&mut self, id: ValueId, bytes: u64) {
        let value = self.values.entry(id).or_default();
        if value.here {
            return;
        }
        (value.here, value.bytes) = (true, bytes);
        for order in std::mem::take(&mut value.waiting) {
            self.found(order);
        }
        self.push(id);
        self.settle(id);
    }

    /// A value has left for a rank, so that its memory may be changed.
    pub fn left(&mut self, id: ValueId) {
        if let Some(value) = self.values.get_mut(&id) {
            value.sending = value.sending.saturating_sub(1);
            self.settle(id);
        }
    }

    /// What may be sent now; [`left`](Self::left) is to be called for each when it has been.
    pub fn outgoing(&mut self) -> Vec<Outgoing> {
        std::mem::take(&mut self.outgoing)
    }

    /// Orders that the driver would like to be lent and that have not begun, with the rank and the bytes of their inputs. They count as
    /// begun; the lender calls [`made`](Self::made) when the result is back.
    pub fn lend(&mut self) -> Vec<(Order, usize, u64)> {
        let wishes = std::mem::take(&mut self.wishes);
        let lent = wishes.into_iter().filter_map(|(id, to)| {
            let pending = self.orders.get(&id)?;
            let place = pending.place();
            self.ready.remove(&place)?;
            let order = self.measured(pending);
            Some((order, to, order.input_bytes))
        });
        lent.collect()
    }

    /// The order with the bytes of its inputs as they are here.
    fn measured(&self, pending: &Pending) -> Order {
        let values = pending
            .inputs
            .iter()
            .filter_map(|input| self.values.get(&input.id));
        Order {
            input_bytes: values.map(|value| value.bytes).sum(),
            ..pending.order
        }
    }

    fn order(&mut self, order: Order, inputs: Vec<Argument>) -> Result<()> {
        let id = order.id;
        if self.orders.contains_key(&id) {
            return Err(Error::msg(format!("order {id:?} has come twice")));
        }
        let age = self.received;
        self.received += 1;
        let mut missing = 0;
        for input in &inputs {
            let value = self.values.entry(input.id).or_default();
            if input.takes {
                // Granted by `settle`, even if at once.
                value.taker = Some(id);
                missing += 1;
            } else {
                value.readers += 1;
                if !value.here {
                    value.waiting.push(id);
                    missing += 1;
                }
            }
        }
        let taken: Vec<ValueId> = (inputs.iter().filter(|input| input.takes))
            .map(|input| input.id)
            .collect();
        let pending = Pending {
            order,
            inputs,
            missing,
            age,
        };
        if missing == 0 {
            self.ready.insert(pending.place(), id);
        }
        self.orders.insert(id, pending);
        for value in taken {
            self.settle(value);
        }
        Ok(())
    }

    /// One of an order's inputs is there.
    fn found(&mut self, id: ValueId) {
        if let Some(pending) = self.orders.get_mut(&id) {
            pending.missing -= 1;
            if pending.missing == 0 {
                self.ready.insert(pending.place(), id);
            }
        }
    }

    /// Sends a value that is here to whoever is to get it.
    fn push(&mut self, id: ValueId) {
        if let Some(value) = self.values.get_mut(&id) {
            let pushes = std::mem::take(&mut value.pushes);
            value.sending += pushes.len() as u32;
            let bytes = value.bytes;
            self.outgoing.extend(pushes.into_iter().map(|to| Outgoing {
                id,
                to: to as usize,
                bytes,
            }));
        }
    }

    /// Lets the taker have a value that nobody else uses here, or frees it.
    fn settle(&mut self, id: ValueId) {
        let Some(value) = self.values.get_mut(&id) else {
            return;
        };
        if !value.here || value.readers > 0 || value.sending > 0 {
            return;
        }
        match value.taker {
            Some(taker) if !value.granted => {
                value.granted = true;
                self.found(taker);
            }
            None if value.released => {
                self.values.remove(&id);
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests;
