//! Values that cross from one worker (rank) to another.
//!
//! A [`Wire`] value is written to an [`Encoder`]: small things into one *head*, bulk numeric memory as separate raw pieces that are sent
//! from where they lie. The receiver gets each piece in memory of its own with the alignment the sender asked for, so that a
//! `Vec<f64>` is built around it without a copy.
//!
//! Bytes are little-endian and only understood by ranks that run the same build (the handshake sees to that); still no bytes
//! whatsoever lead to undefined behaviour or to an allocation larger than what was received: they give an [`Error`](crate::Error).
//!
//! This module deliberately knows no ranks, no messages and no tasks.

mod buffer;
mod bulk;
mod decode;
mod encode;
mod piece;
mod standard;

pub use buffer::Buffer;
pub use bulk::Bulk;
pub use decode::Decoder;
pub use encode::{Encoded, Encoder};
pub use piece::Piece;

use crate::error::Result;

/// The version of the format, compared in the handshake between ranks and at the head of files.
pub const VERSION: u32 = 1;

/// A value that can cross to another rank. Implemented for numbers, strings, options, results, tuples, arrays, vectors and maps;
/// `#[derive(Wire)]` does it for structs and enums.
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
        for element in slice {
            element.encode(out);
        }
    }

    /// Reads `length` elements that [`encode_slice`](Self::encode_slice) wrote.
    ///
    /// # Errors
    /// When the bytes are not such elements.
    fn decode_vec(length: usize, input: &mut Decoder<'_>) -> Result<Vec<Self>> {
        // Nothing is reserved that the bytes do not promise.
        let mut elements = Vec::with_capacity(length.min(input.left()));
        for _ in 0..length {
            elements.push(Self::decode(input)?);
        }
        Ok(elements)
    }

    /// About how many bytes the value is, for the scheduler: found without walking over elements where possible.
    fn bytes(&self) -> usize {
        size_of::<Self>()
    }
}
