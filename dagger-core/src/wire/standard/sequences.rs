//! Vectors and what else is one element after the other.

use super::texts::text;
use crate::error::{Error, Result};
use crate::wire::{Decoder, Encoder, Wire, extrapolated};
use std::collections::{BinaryHeap, LinkedList, VecDeque};

impl<T: Wire> Wire for Vec<T> {
    fn encode<'a>(&'a self, out: &mut Encoder<'a>) {
        slice(self, out);
    }
    fn decode(input: &mut Decoder<'_>) -> Result<Vec<T>> {
        let length = input.count()?;
        T::decode_vec(length, input)
    }
    fn bytes(&self) -> usize {
        size_of::<Self>() + T::slice_bytes(self)
    }
}

impl<T: Wire> Wire for Box<[T]> {
    fn encode<'a>(&'a self, out: &mut Encoder<'a>) {
        slice(self, out);
    }
    fn decode(input: &mut Decoder<'_>) -> Result<Self> {
        Vec::decode(input).map(Vec::into_boxed_slice)
    }
    fn bytes(&self) -> usize {
        size_of::<Self>() + T::slice_bytes(self)
    }
}

impl Wire for Box<str> {
    fn encode<'a>(&'a self, out: &mut Encoder<'a>) {
        text(self, out);
    }
    fn decode(input: &mut Decoder<'_>) -> Result<Self> {
        String::decode(input).map(String::into_boxed_str)
    }
    fn bytes(&self) -> usize {
        size_of::<Self>() + self.len()
    }
}

impl<T: Wire> Wire for VecDeque<T> {
    fn encode<'a>(&'a self, out: &mut Encoder<'a>) {
        out.count(self.len());
        match self.as_slices() {
            (all, []) => T::encode_slice(all, out),
            _ => T::encode_iter(self.len(), self.iter(), out),
        }
    }
    fn decode(input: &mut Decoder<'_>) -> Result<Self> {
        Vec::decode(input).map(VecDeque::from)
    }
    fn bytes(&self) -> usize {
        let (first, second) = self.as_slices();
        size_of::<Self>() + T::slice_bytes(first) + T::slice_bytes(second)
    }
}

impl<T: Wire> Wire for LinkedList<T> {
    fn encode<'a>(&'a self, out: &mut Encoder<'a>) {
        out.count(self.len());
        T::encode_iter(self.len(), self.iter(), out);
    }
    fn decode(input: &mut Decoder<'_>) -> Result<Self> {
        Vec::decode(input).map(|elements: Vec<T>| elements.into_iter().collect())
    }
    fn bytes(&self) -> usize {
        let links = self.len() * size_of::<[usize; 2]>();
        size_of::<Self>() + links + extrapolated(self.len(), self.iter().map(Wire::bytes))
    }
}

impl<T: Wire + Ord> Wire for BinaryHeap<T> {
    fn encode<'a>(&'a self, out: &mut Encoder<'a>) {
        slice(self.as_slice(), out);
    }
    fn decode(input: &mut Decoder<'_>) -> Result<Self> {
        // What is a heap already stays as it is.
        Vec::decode(input).map(BinaryHeap::from)
    }
    fn bytes(&self) -> usize {
        size_of::<Self>() + T::slice_bytes(self.as_slice())
    }
}

/// Writes a slice, its length first.
pub(super) fn slice<'a, T: Wire>(elements: &'a [T], out: &mut Encoder<'a>) {
    out.count(elements.len());
    T::encode_slice(elements, out);
}

/// That so many elements came as were asked for.
pub(super) fn complete(length: usize, came: usize) -> Result<()> {
    if came == length {
        return Ok(());
    }
    Err(Error::msg(format!(
        "{length} elements were expected, {came} came"
    )))
}
