//! Numbers, truth values and characters: raw memory.

use crate::error::{Error, Result};
use crate::wire::bulk::Checked;
use crate::wire::{Decoder, Encoder, Wire};
use std::cmp::Ordering;
use std::num::NonZero;

macro_rules! numbers {
    ($($number:ty)+) => {
        $(
            impl Wire for $number {
                #[inline]
                fn encode<'a>(&'a self, out: &mut Encoder<'a>) {
                    out.raw(&self.to_le_bytes());
                }
                #[inline]
                fn decode(input: &mut Decoder<'_>) -> Result<Self> {
                    input.array().map(<$number>::from_le_bytes)
                }
                fn encode_slice<'a>(slice: &'a [Self], out: &mut Encoder<'a>) {
                    out.bulk(slice);
                }
                fn encode_iter<'a, I>(length: usize, elements: I, out: &mut Encoder<'a>)
                where
                    I: Iterator<Item = &'a Self> + Clone,
                {
                    out.gather(length, elements.copied());
                }
                fn decode_vec(length: usize, input: &mut Decoder<'_>) -> Result<Vec<Self>> {
                    input.bulk(length)
                }
                fn slice_bytes(slice: &[Self]) -> usize {
                    size_of_val(slice)
                }
            }
        )+
    };
}

numbers!(u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize f32 f64);

/// Types of which not every number is a value: how one is written and read, and what a wrong one is called.
macro_rules! checked {
    ($($type:ty: $wrong:literal, $write:expr, $read:expr;)+) => {
        $(
            impl Wire for $type {
                #[inline]
                fn encode<'a>(&'a self, out: &mut Encoder<'a>) {
                    let write: fn($type) -> _ = $write;
                    out.raw(&write(*self).to_le_bytes());
                }
                #[inline]
                fn decode(input: &mut Decoder<'_>) -> Result<Self> {
                    let number = Wire::decode(input)?;
                    let read: fn(_) -> Option<$type> = $read;
                    read(number).ok_or_else(|| Error::msg(format!("{number} is no {}", $wrong)))
                }
                fn encode_slice<'a>(slice: &'a [Self], out: &mut Encoder<'a>) {
                    Checked::encode_slice(slice, out);
                }
                fn encode_iter<'a, I>(length: usize, elements: I, out: &mut Encoder<'a>)
                where
                    I: Iterator<Item = &'a Self> + Clone,
                {
                    Checked::encode_iter(length, elements, out);
                }
                fn decode_vec(length: usize, input: &mut Decoder<'_>) -> Result<Vec<Self>> {
                    <$type as Checked>::decode_vec(length, input)?
                        .ok_or_else(|| Error::msg(concat!("one of many is no ", $wrong)))
                }
                fn slice_bytes(slice: &[Self]) -> usize {
                    size_of_val(slice)
                }
            }
        )+
    };
}

checked! {
    bool: "truth value", u8::from, |number: u8| match number {
        0 => Some(false),
        1 => Some(true),
        _ => None,
    };
    char: "character", u32::from, char::from_u32;
    NonZero<u8>: "number other than zero", NonZero::<u8>::get, NonZero::new;
    NonZero<u16>: "number other than zero", NonZero::<u16>::get, NonZero::new;
    NonZero<u32>: "number other than zero", NonZero::<u32>::get, NonZero::new;
    NonZero<u64>: "number other than zero", NonZero::<u64>::get, NonZero::new;
    NonZero<u128>: "number other than zero", NonZero::<u128>::get, NonZero::new;
    NonZero<usize>: "number other than zero", NonZero::<usize>::get, NonZero::new;
    NonZero<i8>: "number other than zero", NonZero::<i8>::get, NonZero::new;
    NonZero<i16>: "number other than zero", NonZero::<i16>::get, NonZero::new;
    NonZero<i32>: "number other than zero", NonZero::<i32>::get, NonZero::new;
    NonZero<i64>: "number other than zero", NonZero::<i64>::get, NonZero::new;
    NonZero<i128>: "number other than zero", NonZero::<i128>::get, NonZero::new;
    NonZero<isize>: "number other than zero", NonZero::<isize>::get, NonZero::new;
}

impl Wire for Ordering {
    fn encode<'a>(&'a self, out: &mut Encoder<'a>) {
        out.raw(&(*self as i8).to_le_bytes());
    }
    fn decode(input: &mut Decoder<'_>) -> Result<Self> {
        match i8::decode(input)? {
            -1 => Ok(Ordering::Less),
            0 => Ok(Ordering::Equal),
            1 => Ok(Ordering::Greater),
            number => Err(Error::msg(format!("{number} is no ordering"))),
        }
    }
    fn slice_bytes(slice: &[Self]) -> usize {
        size_of_val(slice)
    }
}
