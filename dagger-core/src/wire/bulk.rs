//! Types whose memory crosses as it is, or after a look at it.

use crate::error::Result;
use crate::wire::{Decoder, Encoder};
use bytemuck::{CheckedBitPattern, NoUninit, Pod};
use std::mem::ManuallyDrop;

/// A type whose values are plain bytes: any bytes are a value, and there is no padding. The numbers.
pub trait Bulk: Pod + NoUninit + Send + Sync {}

impl<T: Pod + NoUninit + Send + Sync> Bulk for T {}

/// A type that lies in memory as numbers do, but of which not all numbers are values: `bool`, `char`, the `NonZero` ones.
pub(super) trait Checked: NoUninit + CheckedBitPattern<Bits: Bulk> {
    /// Writes elements as their numbers, from where they lie.
    fn encode_slice<'a>(slice: &'a [Self], out: &mut Encoder<'a>) {
        out.bulk(bytemuck::cast_slice::<Self, Self::Bits>(slice));
    }

    /// Writes elements as their numbers, from anywhere.
    fn encode_iter<'a>(
        length: usize,
        elements: impl Iterator<Item = &'a Self>,
        out: &mut Encoder<'a>,
    ) where
        Self: 'a,
    {
        let bits = elements.map(|element| bytemuck::cast::<Self, Self::Bits>(*element));
        out.gather(length, bits);
    }

    /// Reads elements and checks each.
    fn decode_vec(length: usize, input: &mut Decoder<'_>) -> Result<Option<Vec<Self>>> {
        let bits: Vec<Self::Bits> = input.bulk(length)?;
        if !bits.iter().all(Self::is_valid_bit_pattern) {
            return Ok(None);
        }
        let mut bits = ManuallyDrop::new(bits);
        // SAFETY: `CheckedBitPattern` promises that a `Self` lies in memory as its `Bits` do, so the allocation fits; the vector is not
        // used again; each element has just been found to be a value.
        Ok(Some(unsafe {
            Vec::from_raw_parts(bits.as_mut_ptr().cast(), bits.len(), bits.capacity())
        }))
    }
}

impl<T: NoUninit + CheckedBitPattern<Bits: Bulk>> Checked for T {}
