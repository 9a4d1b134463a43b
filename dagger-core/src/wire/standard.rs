//! [`Wire`] for the standard library's types.

use crate::error::{Error, Result};
use crate::wire::{Decoder, Encoder, Wire};

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
                fn decode_vec(length: usize, input: &mut Decoder<'_>) -> Result<Vec<Self>> {
                    input.bulk(length)
                }
            }
        )+
    };
}

numbers!(u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize f32 f64);

impl Wire for () {
    fn encode<'a>(&'a self, _: &mut Encoder<'a>) {}
    fn decode(_: &mut Decoder<'_>) -> Result<()> {
        Ok(())
    }
}

impl Wire for bool {
    fn encode<'a>(&'a self, out: &mut Encoder<'a>) {
        out.raw(&[u8::from(*self)]);
    }
    fn decode(input: &mut Decoder<'_>) -> Result<bool> {
        match input.array()? {
            [0] => Ok(false),
            [1] => Ok(true),
            [byte] => Err(Error::msg(format!("{byte} is no truth value"))),
        }
    }
}

impl<T: Wire> Wire for Vec<T> {
    fn encode<'a>(&'a self, out: &mut Encoder<'a>) {
        out.count(self.len());
        T::encode_slice(self, out);
    }
    fn decode(input: &mut Decoder<'_>) -> Result<Vec<T>> {
        let length = input.count()?;
        T::decode_vec(length, input)
    }
    fn bytes(&self) -> usize {
        size_of::<Self>() + self.len() * size_of::<T>()
    }
}

impl Wire for String {
    fn encode<'a>(&'a self, out: &mut Encoder<'a>) {
        out.count(self.len());
        out.bulk(self.as_bytes());
    }
    fn decode(input: &mut Decoder<'_>) -> Result<String> {
        let length = input.count()?;
        String::from_utf8(input.bulk(length)?).map_err(|_| Error::msg("a text is not UTF-8"))
    }
    fn bytes(&self) -> usize {
        size_of::<Self>() + self.len()
    }
}

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
        self.as_ref().map_or(size_of::<Self>(), Wire::bytes)
    }
}
