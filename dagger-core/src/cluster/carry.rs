//! What the cluster must be able to do with the value of a task whose type it does not know.

use crate::dynamic::block::{Header, Reference};
use crate::dynamic::state::Phase;
use crate::error::Result;
use crate::wire::{Decoder, Encoder, Piece, Wire};
use std::any::TypeId;
use std::ptr::NonNull;
use std::sync::Arc;

/// The functions for one type of value.
#[derive(Debug)]
pub(crate) struct Carry {
    type_id: TypeId,
    type_name: fn() -> &'static str,
    encode: unsafe fn(&Reference) -> (Vec<u8>, Vec<Piece>),
    decode: unsafe fn(NonNull<Header>, &mut Decoder<'_>) -> Result<()>,
    bytes: unsafe fn(&Header) -> usize,
}

impl Carry {
    /// Those for `T`.
    pub(crate) const fn of<T: Wire + 'static>() -> &'static Carry {
        const {
            &Carry {
                type_id: TypeId::of::<T>(),
                type_name: std::any::type_name::<T>,
                encode: encode::<T>,
                decode: decode::<T>,
                bytes: bytes::<T>,
            }
        }
    }

    /// Whether both are for the same type.
    pub(crate) fn is(&self, other: &Carry) -> bool {
        self.type_id == other.type_id
    }

    /// The type's name.
    pub(crate) fn type_name(&self) -> &'static str {
        (self.type_name)()
    }

    /// The value's bytes, small ones copied, bulk kept in place by a reference to the task.
    ///
    /// # Safety
    /// The task has ended well, its value is of this type, and is not taken while the caller's reference exists.
    pub(crate) unsafe fn encode(&self, task: &Reference) -> (Vec<u8>, Vec<Piece>) {
        // SAFETY: the caller's promise.
        unsafe { (self.encode)(task) }
    }

    /// Reads the value into the stage of a block.
    ///
    /// # Errors
    /// When the bytes are no such value; the stage is then as it was.
    ///
    /// # Safety
    /// The block is for this type, claimed by the caller, and its stage holds nothing that had to be dropped.
    pub(crate) unsafe fn decode(
        &self,
        header: NonNull<Header>,
        input: &mut Decoder<'_>,
    ) -> Result<()> {
        // SAFETY: the caller's promise.
        unsafe { (self.decode)(header, input) }
    }

    /// About how large the value of a task is, if it is there.
    pub(crate) fn size_of_value(&self, task: &Reference) -> Option<u64> {
        // Counted, so that nobody takes the value meanwhile.
        let task = task.clone();
        let finished = task.header().word.now().phase() == Phase::Finished;
        // SAFETY: ended well, and with our second reference nobody can take the value.
        finished.then(|| (unsafe { (self.bytes)(task.header()) }) as u64)
    }
}

/// # Safety
/// As for [`Carry::encode`].
unsafe fn encode<T: Wire>(task: &Reference) -> (Vec<u8>, Vec<Piece>) {
    let mut out = Encoder::new();
    // SAFETY: the caller's promise: the value is there, and the reference keeps it.
    unsafe { &*task.header().value::<T>() }.encode(&mut out);
    let encoded = out.finish();
    if encoded.pieces() == 0 {
        return encoded.copied();
    }
    // SAFETY: a referenced value stays where it is; nobody changes it, and nobody takes it while there are two references.
    unsafe { encoded.kept_by(Arc::new(task.clone())) }
}

/// # Safety
/// As for [`Carry::decode`].
unsafe fn decode<T: Wire>(header: NonNull<Header>, input: &mut Decoder<'_>) -> Result<()> {
    let value = T::decode(input)?;
    // SAFETY: the caller's promise.
    unsafe { header.as_ref().put_value(value) };
    Ok(())
}

/// # Safety
/// As for [`Carry::encode`].
unsafe fn bytes<T: Wire>(header: &Header) -> usize {
    // SAFETY: the caller's promise.
    unsafe { &*header.value::<T>() }.bytes()
}
