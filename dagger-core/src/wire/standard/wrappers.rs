//! Types around one value of another type, or around none.

use crate::error::{Error, Result};
use crate::wire::{Decoder, Encoder, Wire};
use std::cmp::Reverse;
use std::convert::Infallible;
use std::marker::{PhantomData, PhantomPinned};
use std::num::{Saturating, Wrapping};

macro_rules! wrappers {
    ($($wrapper:ident)+) => {
        $(
            /// As the value inside.
            impl<T: Wire> Wire for $wrapper<T> {
                #[inline]
                fn encode<'a>(&'a self, out: &mut Encoder<'a>) {
                    self.0.encode(out);
                }
                #[inline]
                fn decode(input: &mut Decoder<'_>) -> Result<Self> {
                    T::decode(input).map($wrapper)
                }
                fn encode_iter<'a, I>(length: usize, elements: I, out: &mut Encoder<'a>)
                where
                    I: Iterator<Item = &'a Self> + Clone,
                    Self: 'a,
                {
                    T::encode_iter(length, elements.map(|element| &element.0), out);
                }
                fn decode_vec(length: usize, input: &mut Decoder<'_>) -> Result<Vec<Self>> {
                    // In place: the standard library keeps the allocation.
                    let inside = T::decode_vec(length, input)?;
                    Ok(inside.into_iter().map($wrapper).collect())
                }
                fn bytes(&self) -> usize {
                    self.0.bytes()
                }
            }
        )+
    };
}

wrappers!(Wrapping Saturating Reverse);

macro_rules! nothing {
    ($($type:ty = $value:expr;)+) => {
        $(
            /// No bytes at all.
            impl Wire for $type {
                #[inline]
                fn encode<'a>(&'a self, _: &mut Encoder<'a>) {}
                #[inline]
                fn decode(_: &mut Decoder<'_>) -> Result<Self> {
                    Ok($value)
                }
            }
        )+
    };
}

nothing! {
    () = ();
    PhantomPinned = PhantomPinned;
    std::ops::RangeFull = ..;
}

/// No bytes at all.
impl<T: ?Sized> Wire for PhantomData<T> {
    #[inline]
    fn encode<'a>(&'a self, _: &mut Encoder<'a>) {}
    #[inline]
    fn decode(_: &mut Decoder<'_>) -> Result<Self> {
        Ok(PhantomData)
    }
}

impl Wire for Infallible {
    fn encode<'a>(&'a self, _: &mut Encoder<'a>) {
        match *self {}
    }
    fn decode(_: &mut Decoder<'_>) -> Result<Self> {
        Err(Error::msg("there is no value of type `Infallible`"))
    }
}
