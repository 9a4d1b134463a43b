//! One worker's part of a graph as data: its operations and what each comes after.

use crate::error::{Error, Result};
use crate::wire::{Decoder, Encoder, Wire};

/// One operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Op {
    /// Run a node; on this thread of the worker, if one is named.
    Run { node: u32, thread: Option<u32> },
    /// Send a value to operation `at` of a worker. `made` is the operation here that brought it about; `None` for one that was there from the start.
    Send {
        value: u32,
        to: u32,
        at: u32,
        made: Option<u32>,
    },
    /// Put a value that comes into its place.
    Receive { value: u32 },
}

/// What one worker does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Slice {
    /// In the program's order.
    pub(crate) ops: Vec<Op>,
    /// How many operations each comes after, and a message for a Receive.
    pub(crate) joins: Vec<u32>,
    /// Where the successors of each operation begin in `successors`, and at the end its length.
    pub(crate) starts: Vec<u32>,
    pub(crate) successors: Vec<u32>,
    /// The caller's values that come with the slice.
    pub(crate) given: Vec<u32>,
}

impl Slice {
    /// A slice of these operations, each with those it comes after.
    pub(super) fn new(ops: Vec<Op>, after: &[Vec<u32>], given: Vec<u32>) -> Self {
        let mut counts = vec![0_u32; ops.len() + 1];
        for &before in after.iter().flatten() {
            counts[before as usize] += 1;
        }
        let mut starts = Vec::with_capacity(ops.len() + 1);
        let mut sum = 0;
        for count in &mut counts {
            starts.push(sum);
            sum += std::mem::replace(count, sum);
        }
        let mut successors = vec![0; sum as usize];
        let mut joins = Vec::with_capacity(ops.len());
        for (op, before) in after.iter().enumerate() {
            let waits = matches!(ops[op], Op::Receive { .. });
            joins.push(before.len() as u32 + u32::from(waits));
            for &before in before {
                let place = &mut counts[before as usize];
                successors[*place as usize] = op as u32;
                *place += 1;
            }
        }
        Slice {
            ops,
            joins,
            starts,
            successors,
            given,
        }
    }

    /// The operations that come after one.
    pub(crate) fn successors_of(&self, op: u32) -> &[u32] {
        let op = op as usize;
        &self.successors[self.starts[op] as usize..self.starts[op + 1] as usize]
    }
}

impl Wire for Slice {
    fn encode<'a>(&'a self, out: &mut Encoder<'a>) {
        out.count(self.ops.len());
        for op in &self.ops {
            match *op {
                Op::Run { node, thread } => {
                    out.raw(&[u8::from(thread.is_some())]);
                    out.count(node as usize);
                    if let Some(thread) = thread {
                        out.count(thread as usize);
                    }
                }
                Op::Send {
                    value,
                    to,
                    at,
                    made,
                } => {
                    out.raw(&[2]);
                    out.count(value as usize);
                    out.count(to as usize);
                    out.count(at as usize);
                    out.count(made.map_or(0, |made| made as usize + 1));
                }
                Op::Receive { value } => {
                    out.raw(&[3]);
                    out.count(value as usize);
                }
            }
        }
        for op in 0..self.ops.len() {
            let successors = self.successors_of(op as u32);
            out.count(successors.len());
            for &successor in successors {
                // They come later, mostly soon.
                out.count(successor as usize - op);
            }
        }
        out.count(self.given.len());
        for &value in &self.given {
            out.count(value as usize);
        }
    }

    fn decode(input: &mut Decoder<'_>) -> Result<Self> {
        let small = |input: &mut Decoder<'_>| -> Result<u32> {
            u32::try_from(input.count()?)
                .map_err(|_| Error::msg("a number in a slice is too large"))
        };
        let count = input.count()?;
        let mut ops = input.reserve(count)?;
        for _ in 0..count {
            let [tag] = input.array()?;
            ops.push(match tag {
                0 | 1 => Op::Run {
                    node: small(input)?,
                    thread: if tag == 1 { Some(small(input)?) } else { None },
                },
                2 => Op::Send {
                    value: small(input)?,
                    to: small(input)?,
                    at: small(input)?,
                    made: small(input)?.checked_sub(1),
                },
                3 => Op::Receive {
                    value: small(input)?,
                },
                _ => return Err(Error::msg(format!("there is no operation of kind {tag}"))),
            });
        }
        let mut after = vec![Vec::new(); count];
        for op in 0..count {
            for _ in 0..input.count()? {
                let successor = op
                    .checked_add(input.count()?)
                    .filter(|&successor| successor > op && successor < count);
                let successor = successor
                    .ok_or_else(|| Error::msg("an operation of a slice comes before itself"))?;
                after[successor].push(op as u32);
            }
        }
        let count = input.count()?;
        let mut given = input.reserve(count)?;
        for _ in 0..count {
            given.push(small(input)?);
        }
        Ok(Slice::new(ops, &after, given))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(bytes: &[u8]) -> Result<Slice> {
        Slice::decode(&mut Decoder::new(bytes, []))
    }

    #[test]
    fn what_is_written_is_read_again() {
        let ops = vec![
            Op::Run {
                node: 3,
                thread: None,
            },
            Op::Receive { value: 300 },
            Op::Run {
                node: 4,
                thread: Some(1),
            },
            Op::Send {
                value: 2,
                to: 1,
                at: 70_000,
                made: Some(2),
            },
            Op::Send {
                value: 0,
                to: 2,
                at: 0,
                made: None,
            },
        ];
        let after = [vec![], vec![0], vec![0, 1], vec![2], vec![]];
        let slice = Slice::new(ops, &after, vec![0, 7]);
        assert_eq!(slice.joins, [0, 2, 2, 1, 0], "a message counts");
        assert_eq!(slice.successors_of(0), [1, 2]);
        let mut out = Encoder::new();
        slice.encode(&mut out);
        let (head, _) = out.finish().copied();
        assert_eq!(read(&head).expect("well formed"), slice);
        for end in 0..head.len() {
            assert!(read(&head[..end]).is_err(), "cut at {end}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_whatsoever_do_harm(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&bytes);
        }
    }
}
