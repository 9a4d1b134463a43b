//! The types of elements that `.npy` files can hold, as bytes.

use num_complex::Complex;

use crate::element::Element;

/// An element that `.npy` files can hold: `bool`, integers of 8 to 64 bits, `usize`, `isize`, `f32`, `f64`, and complex numbers.
pub trait NpyElement: Element {
    /// The letter of its kind in the file's `descr`: `b`, `i`, `u`, `f` or `c`.
    const KIND: char;
    /// How many bytes it takes.
    const BYTES: usize;

    /// The elements that these bytes, least significant first, stand for; a rest shorter than an element is left out.
    fn from_bytes(bytes: &[u8]) -> Vec<Self>;

    /// Adds the bytes of the element, least significant first.
    fn add_bytes(&self, bytes: &mut Vec<u8>);

    /// How many of its bytes belong together: those of a part of a complex number.
    const PART: usize = Self::BYTES;
}

macro_rules! numbers {
    ($($type:ident $kind:literal;)+) => {
        $(
            impl NpyElement for $type {
                const KIND: char = $kind;
                const BYTES: usize = size_of::<$type>();

                fn from_bytes(bytes: &[u8]) -> Vec<$type> {
                    let (elements, _) = bytes.as_chunks();
                    elements.iter().map(|bytes| $type::from_le_bytes(*bytes)).collect()
                }

                #[inline]
                fn add_bytes(&self, bytes: &mut Vec<u8>) {
                    bytes.extend_from_slice(&self.to_le_bytes());
                }
            }
        )+
    };
}

numbers! {
    i8 'i'; i16 'i'; i32 'i'; i64 'i'; isize 'i';
    u8 'u'; u16 'u'; u32 'u'; u64 'u'; usize 'u';
    f32 'f'; f64 'f';
}

impl NpyElement for bool {
    const KIND: char = 'b';
    const BYTES: usize = 1;

    fn from_bytes(bytes: &[u8]) -> Vec<bool> {
        bytes.iter().map(|byte| *byte != 0).collect()
    }

    fn add_bytes(&self, bytes: &mut Vec<u8>) {
        bytes.push(u8::from(*self));
    }
}

macro_rules! complex {
    ($($part:ident)+) => {
        $(
            impl NpyElement for Complex<$part> {
                const KIND: char = 'c';
                const BYTES: usize = 2 * size_of::<$part>();
                const PART: usize = size_of::<$part>();

                fn from_bytes(bytes: &[u8]) -> Vec<Self> {
                    let parts = $part::from_bytes(bytes);
                    let (pairs, _) = parts.as_chunks();
                    pairs.iter().map(|[re, im]| Complex::new(*re, *im)).collect()
                }

                #[inline]
                fn add_bytes(&self, bytes: &mut Vec<u8>) {
                    self.re.add_bytes(bytes);
                    self.im.add_bytes(bytes);
                }
            }
        )+
    };
}

complex!(f32 f64);
