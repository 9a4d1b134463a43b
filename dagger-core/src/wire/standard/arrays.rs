//! Arrays: as so many elements in a row.

use crate::error::{Error, Result};
use crate::wire::{Decoder, Encoder, Wire};
use std::mem::ManuallyDrop;

/// Arrays of fewer bytes than this are written element by element, which needs no allocation to read.
const SMALL: usize = 512;

impl<T: Wire, const N: usize> Wire for [T; N] {
    fn encode<'a>(&'a self, out: &mut Encoder<'a>) {
        if size_of::<Self>() < SMALL {
            for element in self {
                element.encode(out);
            }
        } else {
            T::encode_slice(self, out);
        }
    }

    fn decode(input: &mut Decoder<'_>) -> Result<Self> {
        if size_of::<Self>() < SMALL {
            let mut wrong = None;
            let elements: [Option<T>; N] = std::array::from_fn(|_| match wrong {
                Some(_) => None,
                None => T::decode(input).map_err(|error| wrong = Some(error)).ok(),
            });
            match wrong {
                Some(error) => Err(error),
                None => Ok(elements.map(|element| element.expect("nothing was wrong"))),
            }
        } else {
            let elements = T::decode_vec(N, input)?;
            elements
                .try_into()
                .map_err(|_| Error::msg(format!("{N} elements were expected")))
        }
    }

    fn encode_slice<'a>(slice: &'a [Self], out: &mut Encoder<'a>) {
        if N == 0 {
            out.raw(&vec![0; slice.len()]);
        } else {
            T::encode_slice(slice.as_flattened(), out);
        }
    }

    fn encode_iter<'a, I>(length: usize, elements: I, out: &mut Encoder<'a>)
    where
        I: Iterator<Item = &'a Self> + Clone,
        Self: 'a,
    {
        if N == 0 {
            out.raw(&vec![0; length]);
        } else {
            flattened(length, elements, out);
        }
    }

    fn decode_vec(length: usize, input: &mut Decoder<'_>) -> Result<Vec<Self>> {
        if N == 0 {
            input.raw(length)?;
            return Ok((0..length)
                .map(|_| std::array::from_fn(|_| unreachable!()))
                .collect());
        }
        chunked(length, input)
    }

    fn bytes(&self) -> usize {
        T::slice_bytes(self)
    }

    fn slice_bytes(slice: &[Self]) -> usize {
        T::slice_bytes(slice.as_flattened())
    }
}

/// Writes the elements of `length` arrays.
pub(crate) fn flattened<'a, T: Wire + 'a, const N: usize>(
    length: usize,
    arrays: impl Iterator<Item = &'a [T; N]> + Clone,
    out: &mut Encoder<'a>,
) {
    // A length beyond memory can be no length of anything.
    T::encode_iter(length.saturating_mul(N), arrays.flatten(), out);
}

/// Reads `length` arrays of at least one element.
pub(crate) fn chunked<T: Wire, const N: usize>(
    length: usize,
    input: &mut Decoder<'_>,
) -> Result<Vec<[T; N]>> {
    let all = length
        .checked_mul(N)
        .ok_or_else(|| Error::msg(format!("{length} arrays of {N} do not fit into memory")))?;
    let mut elements = T::decode_vec(all, input)?;
    if elements.len() != all {
        return Err(Error::msg(format!("{all} elements were expected")));
    }
    if !elements.capacity().is_multiple_of(N) {
        elements.shrink_to_fit();
    }
    // The capacity of elements without bytes is that of no allocation.
    if size_of::<T>() != 0 && elements.capacity().is_multiple_of(N) {
        let mut elements = ManuallyDrop::new(elements);
        let (start, capacity) = (elements.as_mut_ptr(), elements.capacity());
        // SAFETY: arrays have their element's alignment, and N elements lie in memory as an array of N does; there are `all`, which is
        // `length` arrays, in an allocation of a whole number of arrays. The old vector is not used again.
        return Ok(unsafe { Vec::from_raw_parts(start.cast(), length, capacity / N) });
    }
    let mut elements = elements.into_iter();
    let mut next = || elements.next().expect("all have been counted");
    Ok((0..length)
        .map(|_| std::array::from_fn(|_| next()))
        .collect())
}
