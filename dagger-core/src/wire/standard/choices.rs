//! Values that are one of several: options, results, bounds.

use crate::error::{Error, Result};
use crate::wire::{Decoder, Encoder, Wire, owned_bytes};
use std::ops::{Bound, ControlFlow};

impl<T: Wire> Wire for Option<T> {
    fn encode<'a>(&'a self, out: &mut Encoder<'a>) {
        out.raw(&[u8::from(self.is_some())]);
        if let Some(value) = self {
            value.encode(out);
        }
    }
    fn decode(input: &mut Decoder<'_>) -> Result<Option<T>> {
        bool::decode(input)?.then(|| T::decode(input)).transpose()
    }
    fn bytes(&self) -> usize {
        size_of::<Self>() + self.as_ref().map_or(0, owned_bytes)
    }
}

impl<T: Wire, E: Wire> Wire for std::result::Result<T, E> {
    fn encode<'a>(&'a self, out: &mut Encoder<'a>) {
        out.raw(&[u8::from(self.is_err())]);
        match self {
            Ok(value) => value.encode(out),
            Err(error) => error.encode(out),
        }
    }
    fn decode(input: &mut Decoder<'_>) -> Result<Self> {
        Ok(if bool::decode(input)? {
            Err(E::decode(input)?)
        } else {
            Ok(T::decode(input)?)
        })
    }
    fn bytes(&self) -> usize {
        size_of::<Self>() + self.as_ref().map_or_else(owned_bytes, owned_bytes)
    }
}

impl<T: Wire> Wire for Bound<T> {
    fn encode<'a>(&'a self, out: &mut Encoder<'a>) {
        match self {
            Bound::Unbounded => out.raw(&[0]),
            Bound::Included(end) => {
                out.raw(&[1]);
                end.encode(out);
            }
            Bound::Excluded(end) => {
                out.raw(&[2]);
                end.encode(out);
            }
        }
    }
    fn decode(input: &mut Decoder<'_>) -> Result<Self> {
        match input.array()? {
            [0] => Ok(Bound::Unbounded),
            [1] => T::decode(input).map(Bound::Included),
            [2] => T::decode(input).map(Bound::Excluded),
            [number] => Err(Error::msg(format!("{number} is no kind of bound"))),
        }
    }
    fn bytes(&self) -> usize {
        let (Bound::Included(end) | Bound::Excluded(end)) = self else {
            return size_of::<Self>();
        };
        size_of::<Self>() + owned_bytes(end)
    }
}

impl<B: Wire, C: Wire> Wire for ControlFlow<B, C> {
    fn encode<'a>(&'a self, out: &mut Encoder<'a>) {
        out.raw(&[u8::from(self.is_break())]);
        match self {
            ControlFlow::Continue(value) => value.encode(out),
            ControlFlow::Break(value) => value.encode(out),
        }
    }
    fn decode(input: &mut Decoder<'_>) -> Result<Self> {
        Ok(if bool::decode(input)? {
            ControlFlow::Break(B::decode(input)?)
        } else {
            ControlFlow::Continue(C::decode(input)?)
        })
    }
    fn bytes(&self) -> usize {
        let owned = match self {
            ControlFlow::Continue(value) => owned_bytes(value),
            ControlFlow::Break(value) => owned_bytes(value),
        };
        size_of::<Self>() + owned
    }
}
