//! Naming code and constants of this binary to another process that runs the same binary: by their distance from one static of it.
//!
//! A static, since it has one address: a function may be copied into every crate that it is inlined into.

use crate::cluster::arrival::Arrival;
use crate::dynamic::SpawnSite;
use crate::error::Result;
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// Runs a task that has arrived: the function of a Run item, one for each combination of types.
pub(super) type Enter = fn(&mut Arrival<'_>) -> Result<()>;

/// The place others are measured from.
static ANCHOR: u8 = 0;

/// How far an address in this binary is from the anchor.
pub(crate) fn distance(address: *const ()) -> u64 {
    address.expose_provenance().wrapping_sub(base()) as u64
}

/// The address at a [`distance`].
pub(crate) fn address(distance: u64) -> *const () {
    std::ptr::with_exposed_provenance(base().wrapping_add(distance as usize))
}

fn base() -> usize {
    (&raw const ANCHOR).addr()
}

/// The distance of a function.
pub(super) fn offset(enter: Enter) -> u64 {
    distance(enter as *const ())
}

/// The function at a distance.
///
/// # Safety
/// [`offset`] gave the distance, in this binary.
pub(super) unsafe fn function(offset: u64) -> Enter {
    // SAFETY: the caller's promise: the address of such a function, wherever this process has put the binary.
    unsafe { std::mem::transmute::<*const (), Enter>(address(offset)) }
}

/// The distance of a site, which is a constant of the binary.
pub(super) fn site_offset(site: &'static SpawnSite) -> u64 {
    distance((&raw const *site).cast())
}

/// The site at a distance.
///
/// # Safety
/// [`site_offset`] gave the distance, in this binary.
pub(super) unsafe fn site(offset: u64) -> &'static SpawnSite {
    // SAFETY: the caller's promise; constants are never freed.
    unsafe { &*address(offset).cast() }
}

/// A name that lives for ever, kept once however often it arrives.
pub(crate) fn interned(text: &str) -> &'static str {
    static TEXTS: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut texts = TEXTS.lock().unwrap_or_else(PoisonError::into_inner);
    match texts.get(text) {
        Some(known) => known,
        None => {
            let new: &'static str = Box::leak(text.into());
            texts.insert(new);
            new
        }
    }
}
