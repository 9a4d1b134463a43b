//! [`Wire`] for complex numbers: pairs of numbers, so that many are raw memory.

use crate::error::Result;
use crate::wire::standard::{chunked, flattened};
use crate::wire::{Decoder, Encoder, Wire, owned_bytes};
use num_complex::Complex;
use std::mem::ManuallyDrop;

impl<T: Wire> Wire for Complex<T> {
    fn encode<'a>(&'a self, out: &mut Encoder<'a>) {
        self.re.encode(out);
        self.im.encode(out);
    }

    fn decode(input: &mut Decoder<'_>) -> Result<Self> {
        Ok(Complex::new(T::decode(input)?, T::decode(input)?))
    }

    fn encode_slice<'a>(slice: &'a [Self], out: &mut Encoder<'a>) {
        // SAFETY: a complex number is `repr(C)` with its two parts as the only fields, in order, and documented to lie in memory as an array of
        // two does; so as many of the one are as many of the other.
        let pairs: &'a [[T; 2]] =
            unsafe { std::slice::from_raw_parts(slice.as_ptr().cast(), slice.len()) };
        T::encode_slice(pairs.as_flattened(), out);
    }

    fn encode_iter<'a, I>(length: usize, elements: I, out: &mut Encoder<'a>)
    where
        I: Iterator<Item = &'a Self> + Clone,
        Self: 'a,
    {
        flattened(length, elements.map(pair), out);
    }

    fn decode_vec(length: usize, input: &mut Decoder<'_>) -> Result<Vec<Self>> {
        let mut pairs = ManuallyDrop::new(chunked::<T, 2>(length, input)?);
        // SAFETY: the same memory layout, as above, so the allocation fits; the vector of pairs is not used again.
        Ok(
            unsafe {
                Vec::from_raw_parts(pairs.as_mut_ptr().cast(), pairs.len(), pairs.capacity())
            },
        )
    }

    fn bytes(&self) -> usize {
        size_of::<Self>() + owned_bytes(&self.re) + owned_bytes(&self.im)
    }
}

fn pair<T>(number: &Complex<T>) -> &[T; 2] {
    // SAFETY: the same memory layout, as above.
    unsafe { &*std::ptr::from_ref(number).cast() }
}
