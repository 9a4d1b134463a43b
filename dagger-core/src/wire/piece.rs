//! Bulk bytes on their way out.

use bytes::Bytes;
use std::fmt;
use std::ops::Deref;

/// Bulk bytes to be sent, shared: sending the same to many ranks copies nothing. It keeps its memory alive, whoever owns it.
#[derive(Clone, PartialEq, Eq)]
pub struct Piece {
    bytes: Bytes,
    align: usize,
}

impl Piece {
    /// These bytes, which the receiver puts at a multiple of `align`.
    ///
    /// # Panics
    /// If `align` is no power of two.
    pub fn new(bytes: impl Into<Bytes>, align: usize) -> Self {
        assert!(align.is_power_of_two(), "{align} is no alignment");
        Piece {
            bytes: bytes.into(),
            align,
        }
    }

    /// What the receiver's memory must be a multiple of.
    pub fn align(&self) -> usize {
        self.align
    }
}

impl Deref for Piece {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

impl fmt::Debug for Piece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Piece({} bytes)", self.len())
    }
}
