//! What the driver tells a rank: items one after the other in one buffer, written as they arise.

use super::directory::ValueId;
use crate::error::{Error, Result};
use crate::wire::{Decoder, Wire};

/// A node for a rank to run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Order {
    /// What its result is called.
    pub id: ValueId,
    /// Which task it is.
    pub key: u64,
    /// Ready orders of higher priority run first; among equals, the more urgent, then the one that came first.
    pub priority: i32,
    /// How much longer it is expected to run than most, as a power of two; 0 for most. Who begins the longest last waits for it.
    pub urgency: u8,
    /// The processor it was given to, as the driver's placement counts.
    pub index: u32,
    /// Bytes of its inputs, as the placement was told.
    pub input_bytes: u64,
}

/// An input of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Argument {
    /// The value.
    pub id: ValueId,
    /// Whether the node changes it in place or consumes it, so that it is gone afterwards.
    pub takes: bool,
}

impl Argument {
    /// One that is only read.
    pub fn read(id: ValueId) -> Self {
        Argument { id, takes: false }
    }

    /// One that is gone afterwards.
    pub fn take(id: ValueId) -> Self {
        Argument { id, takes: true }
    }
}

/// One item of a batch.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Item {
    /// Run this.
    Run(Order, Vec<Argument>),
    /// Send the value to that rank when it is there.
    Push(ValueId, u32),
    /// Nobody but those who were told before needs the value.
    Forget(ValueId),
    /// Lend the order to that rank if it has not begun.
    Lend(ValueId, u32),
}

const RUN: u8 = 0;
const PUSH: u8 = 1;
const RELEASE: u8 = 2;
const LEND: u8 = 3;

/// Appends an order.
pub(super) fn write_order(out: &mut Vec<u8>, order: &Order, inputs: &[Argument]) {
    let mut fixed = [0; 34];
    fixed[0] = RUN;
    fixed[1..9].copy_from_slice(&order.id.to_bits().to_le_bytes());
    fixed[9..17].copy_from_slice(&order.key.to_le_bytes());
    fixed[17..21].copy_from_slice(&order.priority.to_le_bytes());
    fixed[21..25].copy_from_slice(&order.index.to_le_bytes());
    fixed[25..33].copy_from_slice(&order.input_bytes.to_le_bytes());
    fixed[33] = order.urgency;
    out.extend_from_slice(&fixed);
    out.extend_from_slice(&(inputs.len() as u32).to_le_bytes());
    for input in inputs {
        let mut bytes = [u8::from(input.takes); 9];
        bytes[..8].copy_from_slice(&input.id.to_bits().to_le_bytes());
        out.extend_from_slice(&bytes);
    }
}

/// Appends a push.
pub(super) fn write_push(out: &mut Vec<u8>, id: ValueId, to: usize) {
    write_with_rank(out, PUSH, id, to);
}

/// Appends a release.
pub(super) fn write_release(out: &mut Vec<u8>, id: ValueId) {
    out.push(RELEASE);
    out.extend_from_slice(&id.to_bits().to_le_bytes());
}

/// Appends a wish to lend.
pub(super) fn write_lend(out: &mut Vec<u8>, id: ValueId, to: usize) {
    write_with_rank(out, LEND, id, to);
}

fn write_with_rank(out: &mut Vec<u8>, tag: u8, id: ValueId, to: usize) {
    let mut bytes = [tag; 13];
    bytes[1..9].copy_from_slice(&id.to_bits().to_le_bytes());
    bytes[9..].copy_from_slice(&(to as u32).to_le_bytes());
    out.extend_from_slice(&bytes);
}

/// Reads the next item; `None` at the end.
///
/// # Errors
/// When the bytes are no item.
pub(super) fn read(input: &mut Decoder<'_>) -> Result<Option<Item>> {
    if input.left() == 0 {
        return Ok(None);
    }
    let [tag] = input.array()?;
    let id = ValueId::from_bits(u64::decode(input)?);
    Ok(Some(match tag {
        RUN => {
            let order = Order {
                id,
                key: u64::decode(input)?,
                priority: i32::decode(input)?,
                index: u32::decode(input)?,
                input_bytes: u64::decode(input)?,
                urgency: u8::decode(input)?,
            };
            let count = u32::decode(input)? as usize;
            // Each has nine bytes, so that no more is reserved than can follow.
            if count > input.left() / 9 {
                return Err(Error::msg(format!(
                    "an order of {count} inputs ends too soon"
                )));
            }
            let mut inputs = Vec::with_capacity(count);
            for _ in 0..count {
                let id = ValueId::from_bits(u64::decode(input)?);
                let takes = bool::decode(input)?;
                inputs.push(Argument { id, takes });
            }
            Item::Run(order, inputs)
        }
        PUSH => Item::Push(id, u32::decode(input)?),
        RELEASE => Item::Forget(id),
        LEND => Item::Lend(id, u32::decode(input)?),
        _ => {
            return Err(Error::msg(format!(
                "a batch has an item of an unknown kind {tag}"
            )));
        }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all(bytes: &[u8]) -> Result<Vec<Item>> {
        let mut input = Decoder::new(bytes, []);
        let mut items = Vec::new();
        while let Some(item) = read(&mut input)? {
            items.push(item);
        }
        Ok(items)
    }

    #[test]
    fn what_is_written_is_read_again() {
        let id = ValueId::from_bits;
        let order = Order {
            id: id(7),
            key: u64::MAX,
            priority: -3,
            urgency: 2,
            index: 12,
            input_bytes: 1 << 40,
        };
        let inputs = [Argument::read(id(1)), Argument::take(id(2))];
        let mut out = Vec::new();
        write_order(&mut out, &order, &inputs);
        write_push(&mut out, id(7), 300);
        write_release(&mut out, id(1));
        write_lend(&mut out, id(7), 2);
        let items = [
            Item::Run(order, inputs.to_vec()),
            Item::Push(id(7), 300),
            Item::Forget(id(1)),
            Item::Lend(id(7), 2),
        ];
        assert_eq!(all(&out).expect("well formed"), items);
        for end in 0..out.len() {
            // Cut between two items it is shorter, anywhere else an error; never a panic.
            let _ = all(&out[..end]);
        }
    }

    proptest! {
        #[test]
        fn no_bytes_whatsoever_do_harm(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = all(&bytes);
        }
    }
}
