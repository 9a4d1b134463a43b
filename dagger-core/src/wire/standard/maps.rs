//! Maps and sets: all keys, then all values.

use super::sequences::complete;
use crate::error::Result;
use crate::wire::{Decoder, Encoder, Wire, extrapolated, owned_bytes};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::hash::{BuildHasher, Hash};

impl<K: Wire + Eq + Hash, V: Wire, S: BuildHasher + Default> Wire for HashMap<K, V, S> {
    fn encode<'a>(&'a self, out: &mut Encoder<'a>) {
        out.count(self.len());
        K::encode_iter(self.len(), self.keys(), out);
        V::encode_iter(self.len(), self.values(), out);
    }
    fn decode(input: &mut Decoder<'_>) -> Result<Self> {
        Ok(pairs(input)?.collect())
    }
    fn bytes(&self) -> usize {
        let pairs = self.iter().map(pair_bytes);
        size_of::<Self>() + extrapolated(self.len(), pairs)
    }
}

impl<K: Wire + Ord, V: Wire> Wire for BTreeMap<K, V> {
    fn encode<'a>(&'a self, out: &mut Encoder<'a>) {
        out.count(self.len());
        K::encode_iter(self.len(), self.keys(), out);
        V::encode_iter(self.len(), self.values(), out);
    }
    fn decode(input: &mut Decoder<'_>) -> Result<Self> {
        // Sorted already, so they are built into a tree without a search each.
        Ok(pairs(input)?.collect())
    }
    fn bytes(&self) -> usize {
        let pairs = self.iter().map(pair_bytes);
        size_of::<Self>() + extrapolated(self.len(), pairs)
    }
}

impl<T: Wire + Eq + Hash, S: BuildHasher + Default> Wire for HashSet<T, S> {
    fn encode<'a>(&'a self, out: &mut Encoder<'a>) {
        out.count(self.len());
        T::encode_iter(self.len(), self.iter(), out);
    }
    fn decode(input: &mut Decoder<'_>) -> Result<Self> {
        Vec::decode(input).map(|elements: Vec<T>| elements.into_iter().collect())
    }
    fn bytes(&self) -> usize {
        size_of::<Self>() + extrapolated(self.len(), self.iter().map(Wire::bytes))
    }
}

impl<T: Wire + Ord> Wire for BTreeSet<T> {
    fn encode<'a>(&'a self, out: &mut Encoder<'a>) {
        out.count(self.len());
        T::encode_iter(self.len(), self.iter(), out);
    }
    fn decode(input: &mut Decoder<'_>) -> Result<Self> {
        Vec::decode(input).map(|elements: Vec<T>| elements.into_iter().collect())
    }
    fn bytes(&self) -> usize {
        size_of::<Self>() + extrapolated(self.len(), self.iter().map(Wire::bytes))
    }
}

/// The keys and values of a map. A key that comes twice keeps its last value.
fn pairs<K: Wire, V: Wire>(input: &mut Decoder<'_>) -> Result<impl Iterator<Item = (K, V)>> {
    let length = input.count()?;
    let keys = K::decode_vec(length, input)?;
    let values = V::decode_vec(length, input)?;
    complete(length, keys.len())?;
    complete(length, values.len())?;
    Ok(keys.into_iter().zip(values))
}

fn pair_bytes<K: Wire, V: Wire>((key, value): (&K, &V)) -> usize {
    size_of::<(K, V)>() + owned_bytes(key) + owned_bytes(value)
}
