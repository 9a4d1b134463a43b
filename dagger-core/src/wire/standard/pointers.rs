//! Pointers: as what they point to.

use super::sequences::slice;
use super::texts::text;
use crate::error::Result;
use crate::wire::{Decoder, Encoder, Wire};
use std::borrow::Cow;
use std::sync::Arc;

macro_rules! pointers {
    ($($pointer:ident)+) => {
        $(
            impl<T: Wire> Wire for $pointer<T> {
                fn encode<'a>(&'a self, out: &mut Encoder<'a>) {
                    (**self).encode(out);
                }
                fn decode(input: &mut Decoder<'_>) -> Result<Self> {
                    input.nested(T::decode).map($pointer::new)
                }
                fn bytes(&self) -> usize {
                    size_of::<Self>() + (**self).bytes()
                }
            }
        )+
    };
}

pointers!(Box Arc);

impl<T: Wire> Wire for Arc<[T]> {
    fn encode<'a>(&'a self, out: &mut Encoder<'a>) {
        slice(self, out);
    }
    fn decode(input: &mut Decoder<'_>) -> Result<Self> {
        Vec::decode(input).map(Arc::from)
    }
    fn bytes(&self) -> usize {
        size_of::<Self>() + T::slice_bytes(self)
    }
}

impl Wire for Arc<str> {
    fn encode<'a>(&'a self, out: &mut Encoder<'a>) {
        text(self, out);
    }
    fn decode(input: &mut Decoder<'_>) -> Result<Self> {
        String::decode(input).map(Arc::from)
    }
    fn bytes(&self) -> usize {
        size_of::<Self>() + self.len()
    }
}

/// Arrives as its own.
impl<T: Wire + Clone> Wire for Cow<'_, T> {
    fn encode<'a>(&'a self, out: &mut Encoder<'a>) {
        (**self).encode(out);
    }
    fn decode(input: &mut Decoder<'_>) -> Result<Self> {
        input.nested(T::decode).map(Cow::Owned)
    }
    fn bytes(&self) -> usize {
        size_of::<Self>() + (**self).bytes()
    }
}

/// Arrives as its own.
impl<T: Wire + Clone> Wire for Cow<'_, [T]> {
    fn encode<'a>(&'a self, out: &mut Encoder<'a>) {
        slice(self, out);
    }
    fn decode(input: &mut Decoder<'_>) -> Result<Self> {
        Vec::decode(input).map(Cow::Owned)
    }
    fn bytes(&self) -> usize {
        size_of::<Self>() + T::slice_bytes(self)
    }
}

/// Arrives as its own.
impl Wire for Cow<'_, str> {
    fn encode<'a>(&'a self, out: &mut Encoder<'a>) {
        text(self, out);
    }
    fn decode(input: &mut Decoder<'_>) -> Result<Self> {
        String::decode(input).map(Cow::Owned)
    }
    fn bytes(&self) -> usize {
        size_of::<Self>() + self.len()
    }
}
