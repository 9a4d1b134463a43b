//! A deserializer around postcard's that bounds what malformed bytes can cost.
//!
//! Postcard believes the lengths it reads, and serde's implementations recurse as deep as the bytes say. Here every compound value
//! counts towards the depth, with stack added where it gets scarce, and elements that take no bytes are limited, so that a length alone is no
//! long loop. Everything is passed on as it is.

use crate::lowered::{RED_ZONE, STACK_PIECE};
use crate::wire::Decoder;
use postcard::de_flavors::Flavor;
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, MapAccess, SeqAccess,
    VariantAccess, Visitor,
};
use std::cell::Cell;
use std::fmt;

/// How many elements of a value may take no bytes.
const FREE: usize = 1 << 16;

/// Reads a value from the start of these bytes, and says how many it has.
pub(super) fn deserialize<T: DeserializeOwned>(bytes: &[u8]) -> postcard::Result<(T, usize)> {
    let budget = Budget {
        left: Cell::new(bytes.len()),
        depth: Cell::new(0),
        free: Cell::new(0),
    };
    let source = Source {
        bytes,
        left: &budget.left,
    };
    let mut inner = postcard::Deserializer::from_flavor(source);
    let value = T::deserialize(Guarded {
        inner: &mut inner,
        budget: &budget,
    })?;
    Ok((value, bytes.len() - budget.left.get()))
}

/// What reading one value may still use.
struct Budget {
    /// Bytes not yet read.
    left: Cell<usize>,
    depth: Cell<usize>,
    /// Elements so far that took no bytes.
    free: Cell<usize>,
}

impl Budget {
    /// Reads a compound value.
    fn nested<T, E: serde::de::Error>(&self, read: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        let depth = self.depth.get() + 1;
        if depth > Decoder::DEPTH {
            return Err(E::custom("values lie too deep in each other"));
        }
        self.depth.set(depth);
        let value = stacker::maybe_grow(RED_ZONE, STACK_PIECE, read);
        self.depth.set(depth - 1);
        value
    }

    /// Reads one of many elements.
    fn element<T, E: serde::de::Error>(
        &self,
        read: impl FnOnce() -> Result<Option<T>, E>,
    ) -> Result<Option<T>, E> {
        let before = self.left.get();
        let element = read()?;
        if element.is_some() && self.left.get() == before {
            let free = self.free.get() + 1;
            if free > FREE {
                return Err(E::custom("too many elements without bytes"));
            }
            self.free.set(free);
        }
        Ok(element)
    }

    /// A number of elements that the bytes could pay for.
    fn hint(&self, promised: Option<usize>) -> Option<usize> {
        promised.map(|length| length.min(self.left.get()))
    }
}

/// The bytes for postcard, with what is left of them told.
struct Source<'de> {
    bytes: &'de [u8],
    left: &'de Cell<usize>,
}

impl<'de> Flavor<'de> for Source<'de> {
    type Remainder = ();
    type Source = ();

    #[inline]
    fn pop(&mut self) -> postcard::Result<u8> {
        self.try_take_n(1).map(|byte| byte[0])
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.bytes.len())
    }

    #[inline]
    fn try_take_n(&mut self, count: usize) -> postcard::Result<&'de [u8]> {
        let split = self.bytes.split_at_checked(count);
        let (taken, rest) = split.ok_or(postcard::Error::DeserializeUnexpectedEnd)?;
        self.bytes = rest;
        self.left.set(rest.len());
        Ok(taken)
    }

    fn finalize(self) -> postcard::Result<()> {
        Ok(())
    }
}

/// A deserializer, visitor, access or seed of serde's whose every step is watched.
struct Guarded<'b, T> {
    inner: T,
    budget: &'b Budget,
}

impl<'b, T> Guarded<'b, T> {
    fn around<U>(&self, inner: U) -> Guarded<'b, U> {
        let budget = self.budget;
        Guarded { inner, budget }
    }
}

/// Methods of `Deserializer`: values without parts, and those that have others in them.
macro_rules! deserialize {
    (single: $($single:ident)+; compound: $($compound:ident($($name:ident: $type:ty),*))+;) => {
        $(
            #[inline]
            fn $single<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
                self.inner.$single(visitor)
            }
        )+
        $(
            fn $compound<V: Visitor<'de>>(
                self,
                $($name: $type,)*
                visitor: V,
            ) -> Result<V::Value, D::Error> {
                let visitor = self.around(visitor);
                self.budget.nested(|| self.inner.$compound($($name,)* visitor))
            }
        )+
    };
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Guarded<'_, D> {
    type Error = D::Error;

    deserialize! {
        single:
            deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
            deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128 deserialize_f32
            deserialize_f64 deserialize_char deserialize_str deserialize_string deserialize_bytes
            deserialize_byte_buf deserialize_unit deserialize_identifier;
        compound:
            deserialize_any()
            deserialize_ignored_any()
            deserialize_option()
            deserialize_seq()
            deserialize_map()
            deserialize_unit_struct(name: &'static str)
            deserialize_newtype_struct(name: &'static str)
            deserialize_tuple(length: usize)
            deserialize_tuple_struct(name: &'static str, length: usize)
            deserialize_struct(name: &'static str, fields: &'static [&'static str])
            deserialize_enum(name: &'static str, variants: &'static [&'static str]);
    }

    fn is_human_readable(&self) -> bool {
        self.inner.is_human_readable()
    }
}

/// Methods of `Visitor` for values without parts.
macro_rules! visit {
    ($($method:ident($type:ty))+) => {
        $(
            #[inline]
            fn $method<E: serde::de::Error>(self, value: $type) -> Result<V::Value, E> {
                self.inner.$method(value)
            }
        )+
    };
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Guarded<'_, V> {
    type Value = V::Value;

    visit! {
        visit_bool(bool) visit_i8(i8) visit_i16(i16) visit_i32(i32) visit_i64(i64) visit_i128(i128)
        visit_u8(u8) visit_u16(u16) visit_u32(u32) visit_u64(u64) visit_u128(u128) visit_f32(f32) visit_f64(f64)
        visit_char(char) visit_str(&str) visit_borrowed_str(&'de str) visit_string(String)
        visit_bytes(&[u8]) visit_borrowed_bytes(&'de [u8]) visit_byte_buf(Vec<u8>)
    }

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.expecting(f)
    }

    fn visit_none<E: serde::de::Error>(self) -> Result<V::Value, E> {
        self.inner.visit_none()
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<V::Value, E> {
        self.inner.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        let deserializer = self.around(deserializer);
        self.inner.visit_some(deserializer)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> Result<V::Value, D::Error> {
        let deserializer = self.around(deserializer);
        self.inner.visit_newtype_struct(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, access: A) -> Result<V::Value, A::Error> {
        let access = self.around(access);
        self.inner.visit_seq(access)
    }

    fn visit_map<A: MapAccess<'de>>(self, access: A) -> Result<V::Value, A::Error> {
        let access = self.around(access);
        self.inner.visit_map(access)
    }

    fn visit_enum<A: EnumAccess<'de>>(self, access: A) -> Result<V::Value, A::Error> {
        let access = self.around(access);
        self.inner.visit_enum(access)
    }
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Guarded<'_, S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<S::Value, D::Error> {
        let deserializer = self.around(deserializer);
        self.inner.deserialize(deserializer)
    }
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Guarded<'_, A> {
    type Error = A::Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, A::Error> {
        let seed = self.around(seed);
        self.budget.element(|| self.inner.next_element_seed(seed))
    }

    fn size_hint(&self) -> Option<usize> {
        self.budget.hint(self.inner.size_hint())
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Guarded<'_, A> {
    type Error = A::Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, A::Error> {
        let seed = self.around(seed);
        self.budget.element(|| self.inner.next_key_seed(seed))
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        let seed = self.around(seed);
        self.inner.next_value_seed(seed)
    }

    fn size_hint(&self) -> Option<usize> {
        self.budget.hint(self.inner.size_hint())
    }
}

impl<'de, 'b, A: EnumAccess<'de>> EnumAccess<'de> for Guarded<'b, A> {
    type Error = A::Error;
    type Variant = Guarded<'b, A::Variant>;

    fn variant_seed<S: DeserializeSeed<'de>>(
        self,
        seed: S,
    ) -> Result<(S::Value, Self::Variant), A::Error> {
        let (seed, budget) = (self.around(seed), self.budget);
        let (value, inner) = self.inner.variant_seed(seed)?;
        Ok((value, Guarded { inner, budget }))
    }
}

impl<'de, A: VariantAccess<'de>> VariantAccess<'de> for Guarded<'_, A> {
    type Error = A::Error;

    fn unit_variant(self) -> Result<(), A::Error> {
        self.inner.unit_variant()
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, A::Error> {
        let seed = self.around(seed);
        self.inner.newtype_variant_seed(seed)
    }

    fn tuple_variant<V: Visitor<'de>>(
        self,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        let visitor = self.around(visitor);
        self.inner.tuple_variant(length, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        let visitor = self.around(visitor);
        self.inner.struct_variant(fields, visitor)
    }
}
