//! Writing values.

use crate::wire::{Bulk, Piece};
use bytes::Bytes;
use std::any::Any;
use std::fmt;
use std::sync::Arc;

/// Bulk memory of fewer bytes than this goes into the head.
const SMALL: usize = 512;

/// Room for the head of most messages.
const HEAD: usize = 128;

/// Takes values apart into a head and bulk pieces that still lie where they are.
#[derive(Default)]
pub struct Encoder<'a> {
    head: Vec<u8>,
    bulk: Vec<Slice<'a>>,
}

/// What an [`Encoder`] made of values that live for `'a`.
pub struct Encoded<'a> {
    head: Vec<u8>,
    bulk: Vec<Slice<'a>>,
}

enum Slice<'a> {
    /// Where it lies.
    There(&'a [u8], usize),
    /// Shared already.
    Shared(Piece),
}

impl<'a> Encoder<'a> {
    /// An empty one.
    pub fn new() -> Self {
        Encoder {
            head: Vec::with_capacity(HEAD),
            bulk: Vec::new(),
        }
    }

    /// Writes bytes as they are, without their number.
    #[inline]
    pub fn raw(&mut self, bytes: &[u8]) {
        self.head.extend_from_slice(bytes);
    }

    /// Lets somebody else write bytes to the end of the head. What was written is taken back if that fails.
    ///
    /// # Errors
    /// Those of `write`.
    #[cfg(feature = "serde")]
    pub(super) fn try_raw<E>(
        &mut self,
        write: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
    ) -> Result<(), E> {
        let before = self.head.len();
        let written = write(&mut self.head);
        if written.is_err() {
            self.head.truncate(before);
        }
        written
    }

    /// Writes a number of things, in as few bytes as it needs.
    #[inline]
    pub fn count(&mut self, count: usize) {
        let mut left = count as u64;
        while left >= 0x80 {
            self.head.push((left as u8) | 0x80);
            left >>= 7;
        }
        self.head.push(left as u8);
    }

    /// Writes elements as raw memory, without their number: into the head if they are few, else as a piece of their own.
    #[inline]
    pub fn bulk<T: Bulk>(&mut self, elements: &'a [T]) {
        let bytes: &[u8] = bytemuck::cast_slice(elements);
        if bytes.len() < SMALL {
            self.raw(bytes);
        } else {
            self.bulk.push(Slice::There(bytes, align_of::<T>()));
        }
    }

    /// Writes `length` elements just as [`bulk`](Self::bulk) would if they lay in a row.
    pub fn gather<T: Bulk>(&mut self, length: usize, elements: impl Iterator<Item = T>) {
        if !Self::is_piece(length.saturating_mul(size_of::<T>())) {
            for element in elements {
                self.raw(bytemuck::bytes_of(&element));
            }
            return;
        }
        let mut gathered = Vec::with_capacity(length);
        gathered.extend(elements);
        let gathered = Bytes::from_owner(Gathered(gathered));
        self.bulk
            .push(Slice::Shared(Piece::new(gathered, align_of::<T>())));
    }

    /// Writes one of many elements: something, in any case, so that the receiver can tell from the bytes how many there may be.
    #[inline]
    pub fn element(&mut self, write: impl FnOnce(&mut Self)) {
        let before = (self.head.len(), self.bulk.len());
        write(self);
        if (self.head.len(), self.bulk.len()) == before {
            self.head.push(0);
        }
    }

    /// Adds a piece that is shared already, however small.
    pub fn piece(&mut self, piece: Piece) {
        self.bulk.push(Slice::Shared(piece));
    }

    /// Ends writing.
    pub fn finish(self) -> Encoded<'a> {
        Encoded {
            head: self.head,
            bulk: self.bulk,
        }
    }

    /// Whether memory of so many bytes is a piece of its own.
    pub(super) fn is_piece(bytes: usize) -> bool {
        bytes >= SMALL
    }
}

impl Encoded<'_> {
    /// The head.
    pub fn head(&self) -> &[u8] {
        &self.head
    }

    /// How many bulk pieces there are.
    pub fn pieces(&self) -> usize {
        self.bulk.len()
    }

    /// Bytes of head and bulk together.
    pub fn bytes(&self) -> usize {
        let bulk: usize = self.bulk.iter().map(|slice| slice.bytes().len()).sum();
        self.head.len() + bulk
    }

    /// The bulk pieces where they lie, each with what its memory must be a multiple of.
    pub fn slices(&self) -> impl Iterator<Item = (&[u8], usize)> {
        self.bulk.iter().map(|slice| match slice {
            Slice::There(bytes, align) => (*bytes, *align),
            Slice::Shared(piece) => (&**piece, piece.align()),
        })
    }

    /// Copies the bulk, so that the values may go.
    pub fn copied(self) -> (Vec<u8>, Vec<Piece>) {
        let copy = |slice| match slice {
            Slice::There(bytes, align) => Piece::new(Bytes::copy_from_slice(bytes), align),
            Slice::Shared(piece) => piece,
        };
        (self.head, self.bulk.into_iter().map(copy).collect())
    }

    /// Hands the bulk on without a copy: each piece keeps `owner` until it is dropped.
    ///
    /// # Safety
    /// As long as `owner` exists, the encoded values stay where they are and nobody changes them.
    pub unsafe fn kept_by(self, owner: Arc<dyn Any + Send + Sync>) -> (Vec<u8>, Vec<Piece>) {
        let keep = |slice: Slice<'_>| match slice {
            Slice::There(bytes, align) => {
                let lent = Lent {
                    start: bytes.as_ptr(),
                    length: bytes.len(),
                    _owner: Arc::clone(&owner),
                };
                Piece::new(Bytes::from_owner(lent), align)
            }
            Slice::Shared(piece) => piece,
        };
        (self.head, self.bulk.into_iter().map(keep).collect())
    }
}

impl Slice<'_> {
    fn bytes(&self) -> &[u8] {
        match self {
            Slice::There(bytes, _) => bytes,
            Slice::Shared(piece) => piece,
        }
    }
}

/// Elements copied together.
struct Gathered<T>(Vec<T>);

impl<T: Bulk> AsRef<[u8]> for Gathered<T> {
    fn as_ref(&self) -> &[u8] {
        bytemuck::cast_slice(&self.0)
    }
}

/// Memory of somebody else's that its owner, held here, keeps as it is.
struct Lent {
    start: *const u8,
    length: usize,
    _owner: Arc<dyn Any + Send + Sync>,
}

// SAFETY: plain bytes that nobody changes (`kept_by`), and an owner that may be sent.
unsafe impl Send for Lent {}

impl AsRef<[u8]> for Lent {
    fn as_ref(&self) -> &[u8] {
        // SAFETY: `kept_by`: the owner keeps these bytes where they are, unchanged.
        unsafe { std::slice::from_raw_parts(self.start, self.length) }
    }
}

impl fmt::Debug for Encoder<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Encoder({} bytes, {} pieces)",
            self.head.len(),
            self.bulk.len()
        )
    }
}

impl fmt::Debug for Encoded<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Encoded({} bytes, {} pieces)",
            self.head.len(),
            self.bulk.len()
        )
    }
}
