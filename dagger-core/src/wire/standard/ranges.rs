//! Ranges.

use crate::error::Result;
use crate::wire::{Decoder, Encoder, Wire, owned_bytes};
use std::ops::{Range, RangeFrom, RangeInclusive, RangeTo, RangeToInclusive};

impl<T: Wire> Wire for Range<T> {
    fn encode<'a>(&'a self, out: &mut Encoder<'a>) {
        self.start.encode(out);
        self.end.encode(out);
    }
    fn decode(input: &mut Decoder<'_>) -> Result<Self> {
        Ok(T::decode(input)?..T::decode(input)?)
    }
    fn bytes(&self) -> usize {
        size_of::<Self>() + owned_bytes(&self.start) + owned_bytes(&self.end)
    }
}

macro_rules! open {
    ($($range:ident $end:ident: $read:expr;)+) => {
        $(
            impl<T: Wire> Wire for $range<T> {
                fn encode<'a>(&'a self, out: &mut Encoder<'a>) {
                    self.$end.encode(out);
                }
                fn decode(input: &mut Decoder<'_>) -> Result<Self> {
                    T::decode(input).map($read)
                }
                fn bytes(&self) -> usize {
                    size_of::<Self>() + owned_bytes(&self.$end)
                }
            }
        )+
    };
}

open! {
    RangeFrom start: |start| start..;
    RangeTo end: |end| ..end;
    RangeToInclusive end: |end| ..=end;
}

/// For each type alone, because whether a range is used up can only be asked and restored where it can be iterated over.
macro_rules! inclusive {
    ($($type:ty)+; $used_up:expr, $use_up:expr) => {
        $(
            impl Wire for RangeInclusive<$type> {
                fn encode<'a>(&'a self, out: &mut Encoder<'a>) {
                    let used_up: fn(&Self) -> bool = $used_up;
                    out.raw(&[u8::from(used_up(self))]);
                    self.start().encode(out);
                    self.end().encode(out);
                }
                fn decode(input: &mut Decoder<'_>) -> Result<Self> {
                    let used_up = bool::decode(input)?;
                    let mut range = <$type>::decode(input)?..=<$type>::decode(input)?;
                    if used_up && range.start() == range.end() {
                        let use_up: fn(&mut Self) = $use_up;
                        use_up(&mut range);
                    }
                    Ok(range)
                }
            }
        )+
    };
}

inclusive! {
    u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize char;
    |range| range.start() == range.end() && range.is_empty(),
    |range| {
        range.next();
    }
}
inclusive!(f32 f64; |_| false, |_| {});
