//! [`Serde`]: any serde type on the wire.
//!
//! The value's bytes are those of `postcard`, in the head; `guard` keeps malformed ones from costing more than they should.

mod guard;

use crate::error::{Error, Result};
use crate::wire::{Decoder, Encoder, Wire};
use postcard::ser_flavors;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt;
use std::ops::{Deref, DerefMut};

/// Lets any type that implements serde's `Serialize` and `DeserializeOwned` cross from one rank to another.
///
/// It behaves as the value inside. Everything in it is written one by one: large numeric data is better off in a
/// field of a type with `#[derive(Wire)]`, where it is raw memory.
///
/// ```
/// use dagger_core::wire::Serde;
///
/// let version = Serde(std::net::Ipv4Addr::LOCALHOST); // of another crate, which knows serde but not Dagger
/// assert!(version.is_loopback());
/// let inside = version.into_inner();
/// # let _ = inside;
/// ```
///
/// A value that serde cannot write (a lock that is poisoned, a sequence of unknown length) gives its error on the rank that
/// reads it. So does a type that needs to be told its own shape (`serde_json::Value`, `#[serde(untagged)]`, `#[serde(flatten)]`), which the bytes
/// do not have; elements without bytes (`Vec<()>`) may be 65,536 in one value at most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Serde<T>(pub T);

/// What follows is the value, or why there is none.
const WRITTEN: u8 = 0;
const FAILED: u8 = 1;

impl<T> Serde<T> {
    /// The value inside.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T: Serialize + DeserializeOwned> Wire for Serde<T> {
    fn encode<'a>(&'a self, out: &mut Encoder<'a>) {
        let written = out.try_raw(|head| {
            head.push(WRITTEN);
            postcard::serialize_with_flavor(&self.0, Head(head))
        });
        if let Err(error) = written {
            let text = error.to_string();
            out.raw(&[FAILED]);
            out.count(text.len());
            out.raw(text.as_bytes());
        }
    }

    fn decode(input: &mut Decoder<'_>) -> Result<Self> {
        let of = std::any::type_name::<T>();
        match input.array()? {
            [WRITTEN] => {
                let (value, used) = guard::deserialize(input.head())
                    .map_err(|error| Error::msg(format!("these bytes are no `{of}`: {error}")))?;
                input.raw(used)?;
                Ok(Serde(value))
            }
            [FAILED] => {
                let length = input.count()?;
                let text = String::from_utf8_lossy(input.raw(length)?);
                Err(Error::msg(format!(
                    "serde cannot write this `{of}`: {text}"
                )))
            }
            [other] => Err(Error::msg(format!("{other} is no outcome of serde"))),
        }
    }
}

impl<T> Deref for Serde<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> DerefMut for Serde<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

impl<T> From<T> for Serde<T> {
    fn from(value: T) -> Self {
        Serde(value)
    }
}

impl<T: fmt::Display> fmt::Display for Serde<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Lets postcard write to the end of a head.
struct Head<'a>(&'a mut Vec<u8>);

impl ser_flavors::Flavor for Head<'_> {
    type Output = ();

    #[inline]
    fn try_push(&mut self, byte: u8) -> postcard::Result<()> {
        self.0.push(byte);
        Ok(())
    }

    #[inline]
    fn try_extend(&mut self, bytes: &[u8]) -> postcard::Result<()> {
        self.0.extend_from_slice(bytes);
        Ok(())
    }

    fn finalize(self) -> postcard::Result<()> {
        Ok(())
    }
}
