//! Values that cross from one worker (rank) to another.
//!
//! A [`Wire`] value is written to an [`Encoder`]: small things into one *head*, bulk numeric memory as separate raw pieces that are sent
//! from where they lie. The receiver gets each piece in memory of its own with the alignment the sender asked for, so that a
//! `Vec<f64>` is built around it without a copy.
//!
//! ```
//! use dagger_core::wire::{Buffer, Decoder, Encoder, Wire};
//!
//! let value = (String::from("rows"), vec![1.5; 1000]);
//! let mut out = Encoder::new();
//! value.encode(&mut out);
//! let (head, pieces) = out.finish().copied();
//! assert!(head.len() < 16 && pieces.len() == 1); // the numbers are a piece of their own
//!
//! let received = pieces.iter().map(|piece| Buffer::copy_of(piece, piece.align()).unwrap());
//! let mut input = Decoder::new(&head, received);
//! let same: (String, Vec<f64>) = Wire::decode(&mut input)?;
//! input.finish()?;
//! assert_eq!(same, value);
//! # Ok::<(), dagger_core::Error>(())
//! ```
//!
//! # The format
//!
//! Bytes are little-endian and only understood by ranks that run the same build (the handshake sees to that). Numbers are their bytes, lengths
//! and numbers of variants take as few bytes as they need, and the fields of tuples and structs follow each other. Elements of one
//! type that belong together, those of a vector or the keys of a map, are written by [`Wire::encode_slice`] or
//! [`Wire::encode_iter`]: numbers as raw memory, tuples and derived structs column by column (so that a vector of points is three
//! pieces of numbers), everything else one after the other, each with at least one byte.
//!
//! # Bytes that are wrong
//!
//! No bytes whatsoever lead to undefined behaviour, to a loop or a recursion that does not end, or to memory without bytes that pay for it: they give an
//! [`Error`](crate::Error). Memory for elements is only reserved to the extent of the bytes that are left, and each element takes at least one
//! of those; values nest at most [`Decoder::DEPTH`] deep.
//!
//! This module deliberately knows no ranks, no messages and no tasks.

mod buffer;
mod bulk;
mod code;
#[cfg(feature = "num-complex")]
mod complex;
mod decode;
mod encode;
#[cfg(feature = "ndarray")]
mod ndarray;
mod piece;
#[cfg(feature = "serde")]
mod serde;
mod standard;

pub use buffer::Buffer;
pub use bulk::Bulk;
pub use code::Code;
pub use decode::Decoder;
pub use encode::{Encoded, Encoder};
pub use piece::Piece;
#[cfg(feature = "serde")]
pub use serde::Serde;

use crate::error::Result;

/// The version of the format, compared in the handshake between ranks and at the head of files.
pub const VERSION: u32 = 2;

/// How many elements are looked at to learn how many bytes all have.
const SAMPLE: usize = 32;

/// A value that can cross to another rank. Implemented for numbers, strings, options, results, tuples, arrays, vectors, maps and what
/// else the standard library has of plain data; `#[derive(Wire)]` does it for structs and enums.
///
/// What is shared in the value (`Arc`) is written once for each holder, and is not shared afterwards.
///
/// An implementation by hand writes the parts of the value and reads them in the same order:
///
/// ```
/// use dagger_core::wire::{Decoder, Encoder, Wire};
///
/// struct Even(u64);
///
/// impl Wire for Even {
///     fn encode<'a>(&'a self, out: &mut Encoder<'a>) {
///         self.0.encode(out);
///     }
///     fn decode(input: &mut Decoder<'_>) -> dagger_core::Result<Self> {
///         match u64::decode(input)? {
///             odd if odd % 2 == 1 => Err(dagger_core::Error::msg(format!("{odd} is odd"))),
///             even => Ok(Even(even)),
///         }
///     }
/// }
/// ```
///
/// One that contains its own type in other ways than through the types implemented here reads it inside of [`Decoder::nested`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot cross from one worker to another",
    label = "this is a `{Self}`, which is not `Wire`",
    note = "add `#[derive(Wire)]` to your own type, or wrap a serde type in `Serde`"
)]
pub trait Wire: Sized {
    /// Writes the value. Bulk memory is only noted by address; it is read when the message is sent.
    fn encode<'a>(&'a self, out: &mut Encoder<'a>);

    /// Reads a value that [`encode`](Self::encode) wrote.
    ///
    /// # Errors
    /// When the bytes are not such a value.
    fn decode(input: &mut Decoder<'_>) -> Result<Self>;

    /// Writes the elements of a slice, without its length. Numeric types write them as one raw piece.
    fn encode_slice<'a>(slice: &'a [Self], out: &mut Encoder<'a>) {
        Self::encode_iter(slice.len(), slice.iter(), out);
    }

    /// Writes `length` elements that lie anywhere, just as [`encode_slice`](Self::encode_slice) would if they lay in a row.
    ///
    /// Whoever overrides this or `encode_slice` overrides [`decode_vec`](Self::decode_vec) too.
    fn encode_iter<'a, I>(length: usize, elements: I, out: &mut Encoder<'a>)
    where
        I: Iterator<Item = &'a Self> + Clone,
        Self: 'a,
    {
        let _ = length;
        for element in elements {
            out.element(|out| element.encode(out));
        }
    }

    /// Reads `length` elements that [`encode_slice`](Self::encode_slice) or [`encode_iter`](Self::encode_iter) wrote.
    ///
    /// # Errors
    /// When the bytes are not such elements.
    fn decode_vec(length: usize, input: &mut Decoder<'_>) -> Result<Vec<Self>> {
        let mut elements = input.reserve(length)?;
        input.nested(|input| {
            for _ in 0..length {
                elements.push(input.element(Self::decode)?);
            }
            Ok(elements)
        })
    }

    /// About how many bytes the value is, what it owns included, for the scheduler: found without walking over elements where possible.
    fn bytes(&self) -> usize {
        size_of::<Self>()
    }

    /// About how many bytes the elements of a slice are, what they own included: extrapolated from some of them if there are many.
    fn slice_bytes(slice: &[Self]) -> usize {
        let step = slice.len().div_ceil(SAMPLE).max(1);
        extrapolated(slice.len(), slice.iter().step_by(step).map(Wire::bytes))
    }

    /// Whether values of this type can cross after all. Only [`Code`] of a closure that has captured something says no, and derived types
    /// and tuples around one; a task with such an argument stays on the worker that spawns it.
    fn crosses() -> bool {
        true
    }
}

/// How many bytes a value owns beyond its own place, for [`Wire::bytes`] of what contains it.
pub fn owned_bytes<T: Wire>(value: &T) -> usize {
    value.bytes().saturating_sub(size_of::<T>())
}

/// About how many bytes `length` elements are, judged by the first of them.
fn extrapolated(length: usize, some: impl Iterator<Item = usize>) -> usize {
    let (seen, bytes) = some
        .take(SAMPLE)
        .fold((0, 0_usize), |(seen, sum), bytes| (seen + 1, sum + bytes));
    match seen {
        0 => 0,
        seen if seen == length => bytes,
        seen => (bytes as f64 / seen as f64 * length as f64) as usize,
    }
}
