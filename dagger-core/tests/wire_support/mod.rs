//! Values and their bytes, as the tests of the wire need them.
#![allow(dead_code, unreachable_pub)]

use dagger_core::wire::{Buffer, Decoder, Encoder, Piece, Wire};
use dagger_core::{Error, Result};

/// A value's bytes as they travel.
#[derive(Clone, Debug)]
pub struct Message {
    pub head: Vec<u8>,
    pub pieces: Vec<Piece>,
}

impl Message {
    /// What came of a value.
    pub fn of<T: Wire>(value: &T) -> Self {
        let mut out = Encoder::new();
        value.encode(&mut out);
        let (head, pieces) = out.finish().copied();
        Message { head, pieces }
    }

    /// The value that the receiver makes of them.
    pub fn decode<T: Wire>(&self) -> Result<T> {
        let buffers: Result<Vec<Buffer>> = self
            .pieces
            .iter()
            .map(|piece| Buffer::copy_of(piece, piece.align()))
            .collect();
        let mut input = Decoder::new(&self.head, buffers?);
        let value = T::decode(&mut input)?;
        input.finish()?;
        Ok(value)
    }

    /// Bytes of head and pieces.
    pub fn bytes(&self) -> usize {
        self.head.len() + self.pieces.iter().map(|piece| piece.len()).sum::<usize>()
    }
}

/// What arrives after a journey.
pub fn sent<T: Wire>(value: &T) -> T {
    Message::of(value).decode().unwrap()
}

/// What is said of a message that is not a `T`.
pub fn refused<T: Wire>(message: &Message) -> Error {
    match message.decode::<T>() {
        Ok(_) => panic!("{message:?} was taken"),
        Err(error) => error,
    }
}
