//! Reading values.

use crate::error::{Error, Result};
use crate::wire::{Buffer, Bulk, Encoder};
use std::collections::VecDeque;

/// Reads what an [`Encoder`] wrote: a head, and the bulk pieces in their order.
#[derive(Debug)]
pub struct Decoder<'a> {
    head: &'a [u8],
    bulk: VecDeque<Buffer>,
}

impl<'a> Decoder<'a> {
    /// Reads from this head and these pieces.
    pub fn new(head: &'a [u8], bulk: impl IntoIterator<Item = Buffer>) -> Self {
        Decoder {
            head,
            bulk: bulk.into_iter().collect(),
        }
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
        self.bulk
            .pop_front()
            .ok_or_else(|| Error::msg("a bulk piece is missing"))
    }

    /// How many bytes are left, of head and pieces together: no more elements than this can follow, if each has a byte.
    pub fn left(&self) -> usize {
        let bulk: usize = self.bulk.iter().map(|piece| piece.len()).sum();
        self.head.len() + bulk
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
