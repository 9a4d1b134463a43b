//! Reading values.

use crate::error::{Error, Result};
use crate::lowered::{RED_ZONE, STACK_PIECE};
use crate::wire::{Buffer, Bulk, Encoder};
use std::collections::VecDeque;

/// Up to this depth the stack is not looked at.
const SHALLOW: usize = 8;

/// Reads what an [`Encoder`] wrote: a head, and the bulk pieces in their order.
#[derive(Debug)]
pub struct Decoder<'a> {
    head: &'a [u8],
    bulk: VecDeque<Buffer>,
    /// Bytes of `bulk`.
    bulk_bytes: usize,
    depth: usize,
    /// Whether another worker of this run has sent it, so that it may stand for code.
    of_a_worker: bool,
}

impl<'a> Decoder<'a> {
    /// How deep values may lie in each other: boxes in boxes, vectors in vectors.
    pub const DEPTH: usize = 1024;

    /// Reads from this head and these pieces.
    pub fn new(head: &'a [u8], bulk: impl IntoIterator<Item = Buffer>) -> Self {
        let bulk: VecDeque<Buffer> = bulk.into_iter().collect();
        Decoder {
            head,
            bulk_bytes: bulk.iter().map(|piece| piece.len()).sum(),
            bulk,
            depth: 0,
            of_a_worker: false,
        }
    }

    /// The same, known to come from another worker of this run.
    pub(crate) fn of_a_worker(mut self) -> Self {
        self.of_a_worker = true;
        self
    }

    /// Whether it is known to come from another worker of this run.
    pub(super) fn comes_from_a_worker(&self) -> bool {
        self.of_a_worker
    }

    /// What is left of the head.
    #[cfg(feature = "serde")]
    pub(super) fn head(&self) -> &'a [u8] {
        self.head
    }

    /// What has not been read, in memory of its own.
    pub(crate) fn detach(self) -> (Vec<u8>, Vec<Buffer>) {
        (self.head.to_vec(), self.bulk.into())
    }

    /// So many bytes as they are.
    ///
    /// # Errors
    /// When there are fewer.
    #[inline]
    pub fn raw(&mut self, length: usize) -> Result<&'a [u8]> {
        match self.head.split_at_checked(length) {
            Some((bytes, rest)) => {
                self.head = rest;
                Ok(bytes)
            }
            None => Err(too_short(length, self.head.len())),
        }
    }

    /// As many bytes as `N`.
    ///
    /// # Errors
    /// When there are fewer.
    #[inline]
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        match self.head.split_first_chunk() {
            Some((bytes, rest)) => {
                self.head = rest;
                Ok(*bytes)
            }
            None => Err(too_short(N, self.head.len())),
        }
    }

    /// A number of things, as [`Encoder::count`] wrote it.
    ///
    /// # Errors
    /// When the bytes end too soon or the number is too large for this machine.
    #[inline]
    pub fn count(&mut self) -> Result<usize> {
        let mut count = 0_u64;
        for shift in (0..64).step_by(7) {
            let [byte] = self.array()?;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                break;
            }
            count |= bits << shift;
            if byte < 0x80 {
                return usize::try_from(count)
                    .map_err(|_| Error::msg("a number is too large for this machine"));
            }
        }
        Err(Error::msg("a number of things has too many bytes"))
    }

    /// `length` elements, as [`Encoder::bulk`] wrote them.
    ///
    /// # Errors
    /// When there are not so many.
    pub fn bulk<T: Bulk>(&mut self, length: usize) -> Result<Vec<T>> {
        if size_of::<T>() == 0 {
            return Err(Error::msg("elements without bytes are not bulk"));
        }
        let bytes = length
            .checked_mul(size_of::<T>())
            .ok_or_else(|| Error::msg(format!("{length} elements do not fit into memory")))?;
        if !Encoder::is_piece(bytes) {
            return Ok(bytemuck::allocation::pod_collect_to_vec(self.raw(bytes)?));
        }
        let piece = self.piece()?;
        if piece.len() != bytes {
            return Err(Error::msg(format!(
                "a piece has {} bytes where {length} elements have {bytes}",
                piece.len()
            )));
        }
        piece.into_vec()
    }

    /// The next bulk piece.
    ///
    /// # Errors
    /// When there is none.
    pub fn piece(&mut self) -> Result<Buffer> {
        let piece = self
            .bulk
            .pop_front()
            .ok_or_else(|| Error::msg("a bulk piece is missing"))?;
        self.bulk_bytes -= piece.len();
        Ok(piece)
    }

    /// How many bytes are left, of head and pieces together.
    pub fn left(&self) -> usize {
        self.head.len() + self.bulk_bytes
    }

    /// That `length` elements, each read by [`element`](Self::element), may follow.
    ///
    /// # Errors
    /// When fewer bytes than that are left.
    pub fn expect(&self, length: usize) -> Result<()> {
        let left = self.left();
        // An element may be a piece without bytes.
        if length <= left + self.bulk.len() {
            return Ok(());
        }
        Err(Error::msg(format!(
            "{length} elements are to follow, but only {left} bytes are left"
        )))
    }

    /// An empty vector for `length` elements that are still to be read, each by [`element`](Self::element). It has room for no more than
    /// the bytes that are left could fill, and grows as they come.
    ///
    /// # Errors
    /// As for [`expect`](Self::expect).
    pub fn reserve<T>(&self, length: usize) -> Result<Vec<T>> {
        self.expect(length)?;
        let room = self.left() / size_of::<T>().max(1);
        Ok(Vec::with_capacity(length.min(room)))
    }

    /// Reads one of many elements, as [`Encoder::element`] wrote it.
    ///
    /// # Errors
    /// Those of `read`, and when the bytes are at their end.
    #[inline]
    pub fn element<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        let before = (self.head.len(), self.bulk.len());
        let value = read(self)?;
        if (self.head.len(), self.bulk.len()) == before {
            self.array::<1>()?;
        }
        Ok(value)
    }

    /// Reads what lies inside of another value of perhaps the same type.
    ///
    /// # Errors
    /// Those of `read`, and when values lie deeper in each other than [`DEPTH`](Self::DEPTH).
    #[inline]
    pub fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        self.depth += 1;
        let value = match self.depth {
            0..=SHALLOW => read(self),
            depth if depth <= Self::DEPTH => {
                stacker::maybe_grow(RED_ZONE, STACK_PIECE, || read(self))
            }
            _ => Err(Error::msg(format!(
                "values lie more than {} deep in each other",
                Self::DEPTH
            ))),
        };
        self.depth -= 1;
        value
    }

    /// Ends reading.
    ///
    /// # Errors
    /// When something is left.
    pub fn finish(self) -> Result<()> {
        match self.left() {
            0 if self.bulk.is_empty() => Ok(()),
            left => Err(Error::msg(format!(
                "{left} bytes are left over after the value"
            ))),
        }
    }
}

#[cold]
fn too_short(wanted: usize, there: usize) -> Error {
    Error::msg(format!(
        "the bytes end too soon: {wanted} more were expected, {there} are left"
    ))
}
