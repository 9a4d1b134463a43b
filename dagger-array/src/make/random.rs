//! Random arrays that depend on nothing but their seed.
//!
//! Element number `i` of an array (counted row by row over the whole array) is a function of the seed and of `i` alone: the
//! generator is a counter, not a chain. So neither the blocks nor the threads nor the ranks change a value. The function is
//! SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014), whose state is a counter times an odd
//! constant, begun at a hash of the seed.

use dagger_macros::{spawn, task};
use ndarray::{Array, Dimension, IntoDimension};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::array::DArray;
use crate::blocks::Blocking;
use crate::element::Element;
use crate::layout::{Axes, Place, for_each_index};
use crate::memory;

/// Numbers that [`DArray::random`] can make.
pub trait Uniform: Element {
    /// A value for 64 random bits: in `[0, 1)` for floating-point numbers, any value of the type for whole ones.
    fn from_bits(bits: u64) -> Self;
}

/// Numbers that [`DArray::randn`] can make.
pub trait Normal: Element {
    /// A normally distributed value for two times 64 random bits.
    fn from_bits(first: u64, second: u64) -> Self;
}

impl Uniform for f64 {
    #[inline]
    fn from_bits(bits: u64) -> f64 {
        (bits >> 11) as f64 * (1.0 / (1_u64 << 53) as f64)
    }
}

impl Uniform for f32 {
    #[inline]
    fn from_bits(bits: u64) -> f32 {
        (bits >> 40) as f32 * (1.0 / (1_u32 << 24) as f32)
    }
}

impl Uniform for bool {
    #[inline]
    fn from_bits(bits: u64) -> bool {
        bits >> 63 == 1
    }
}

macro_rules! whole {
    ($($number:ty)+) => {
        $(
            impl Uniform for $number {
                #[inline]
                fn from_bits(bits: u64) -> $number {
                    // The upper bits are the better ones.
                    (bits >> (64 - <$number>::BITS)) as $number
                }
            }
        )+
    };
}

whole!(i8 i16 i32 i64 u8 u16 u32 u64 usize isize);

impl Normal for f64 {
    /// By the transformation of Box and Muller.
    #[inline]
    fn from_bits(first: u64, second: u64) -> f64 {
        // In (0, 1], so that the logarithm is finite.
        let radius = 1.0 - <f64 as Uniform>::from_bits(first);
        let angle = std::f64::consts::TAU * <f64 as Uniform>::from_bits(second);
        (-2.0 * radius.ln()).sqrt() * angle.cos()
    }
}

impl Normal for f32 {
    #[inline]
    fn from_bits(first: u64, second: u64) -> f32 {
        <f64 as Normal>::from_bits(first, second) as f32
    }
}

impl<T: Element, D: Dimension + 'static> DArray<T, D> {
    /// Random numbers, evenly distributed: in `[0, 1)` for floating-point types, over all values for whole ones.
    ///
    /// Every call in a program gives other numbers, and every run of the program the same, as long as it calls this in the same
    /// order. [`random_with`](Self::random_with) takes the seed.
    #[track_caller]
    pub fn random(shape: impl IntoDimension<Dim = D>, blocks: impl Blocking<D>) -> Self
    where
        T: Uniform,
    {
        Self::random_with(next_seed(), shape, blocks)
    }

    /// [`random`](Self::random) numbers that depend on the seed and the shape alone.
    #[track_caller]
    pub fn random_with(
        seed: u64,
        shape: impl IntoDimension<Dim = D>,
        blocks: impl Blocking<D>,
    ) -> Self
    where
        T: Uniform,
    {
        let shape = shape.into_dimension();
        let whole = Axes(shape.clone());
        Self::make(shape, blocks, |place| {
            let whole = whole.clone();
            spawn!(uniform(seed, whole, place))
        })
    }

    /// Random numbers, normally distributed with mean 0 and variance 1. See [`random`](Self::random) for what they depend on.
    #[track_caller]
    pub fn randn(shape: impl IntoDimension<Dim = D>, blocks: impl Blocking<D>) -> Self
    where
        T: Normal,
    {
        Self::randn_with(next_seed(), shape, blocks)
    }

    /// [`randn`](Self::randn) numbers that depend on the seed and the shape alone.
    #[track_caller]
    pub fn randn_with(
        seed: u64,
        shape: impl IntoDimension<Dim = D>,
        blocks: impl Blocking<D>,
    ) -> Self
    where
        T: Normal,
    {
        let shape = shape.into_dimension();
        let whole = Axes(shape.clone());
        Self::make(shape, blocks, |place| {
            let whole = whole.clone();
            spawn!(normal(seed, whole, place))
        })
    }
}

/// The seeds of arrays that are not given one: 0, 1, 2 and so on, far from small seeds that users choose.
fn next_seed() -> u64 {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    // Relaxed: only that no two get the same matters.
    mix(COUNT.fetch_add(1, Ordering::Relaxed) ^ 0x5eed_da66_e200_0000)
}

#[task(anywhere)]
fn uniform<T: Uniform, D: Dimension + 'static>(
    seed: u64,
    whole: &Axes<D>,
    place: Place<D>,
) -> Array<T, D> {
    let key = mix(seed);
    filled_by(&whole.0, place, |number| T::from_bits(word(key, number)))
}

#[task(anywhere)]
fn normal<T: Normal, D: Dimension + 'static>(
    seed: u64,
    whole: &Axes<D>,
    place: Place<D>,
) -> Array<T, D> {
    let (key, other) = (mix(seed), mix(!seed));
    filled_by(&whole.0, place, |number| {
        T::from_bits(word(key, number), word(other, number))
    })
}

/// A block whose elements are a function of their number in the whole array.
fn filled_by<T, D: Dimension>(whole: &D, place: Place<D>, value: impl Fn(u64) -> T) -> Array<T, D> {
    let mut elements = memory::room(place.shape.size());
    // Row by row: the numbers in a row follow each other.
    let (mut rows, mut length) = (place.shape.clone(), 1);
    if let Some(last) = rows.slice_mut().last_mut() {
        length = std::mem::replace(last, 1);
    }
    for_each_index(&rows, &mut |row| {
        let mut first = 0;
        for axis in 0..row.ndim() {
            first = first * whole[axis] as u64 + (place.start[axis] + row[axis]) as u64;
        }
        elements.extend((0..length as u64).map(|along| value(first + along)));
    });
    Array::from_shape_vec(place.shape, elements).expect("as many elements as the block has places")
}

/// Word `number` of the stream of `key`.
#[inline]
fn word(key: u64, number: u64) -> u64 {
    mix(key.wrapping_add(number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15)))
}

/// SplitMix64's output function, a bijection.
#[inline]
fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first outputs of the reference implementation for the seed 1234567.
    #[test]
    fn the_generator_is_splitmix64() {
        let words: Vec<u64> = (0..3).map(|number| word(1_234_567, number)).collect();
        let expected = [
            6_457_827_717_110_365_317,
            3_203_168_211_198_807_973,
            9_817_491_932_198_370_423,
        ];
        assert_eq!(words, expected);
    }
}
