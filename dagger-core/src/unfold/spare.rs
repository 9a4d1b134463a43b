//! Memory of graphs that were prepared and are gone, for those to come.
//!
//! A large graph's tables are megabytes, which the allocator gives back to the system and gets anew, page by page: those page faults
//! took more than half of the time of preparing a graph. So the process keeps the tables of one graph, up to a limit.

use super::accesses::Accesses;
use super::record::Recording;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Recordings and tables of more bytes are not kept.
const MOST: usize = 32 << 20;

static SPARE: Mutex<Spare> = Mutex::new(Spare {
    recording: None,
    tables: Vec::new(),
});

struct Spare {
    recording: Option<Recording>,
    tables: Vec<Vec<Accesses>>,
}

/// An empty recording.
pub(super) fn take_recording() -> Recording {
    spare().recording.take().unwrap_or_default()
}

/// Takes a recording that is not needed any more.
pub(super) fn keep_recording(mut recording: Recording) {
    // Outside the lock: closures run the drops of whatever they hold.
    recording.clear();
    let capacity = recording.capacity();
    let spare = &mut spare().recording;
    let kept = spare.as_ref().map_or(0, Recording::capacity);
    if (kept + 1..=MOST).contains(&capacity) {
        *spare = Some(recording);
    }
}

/// Memory for tables of accesses.
pub(super) fn take_tables() -> Vec<Vec<Accesses>> {
    std::mem::take(&mut spare().tables)
}

/// Takes the memory of tables that are not needed any more.
pub(super) fn keep_tables(tables: Vec<Vec<Accesses>>) {
    let capacity = |tables: &[Vec<Accesses>]| -> usize {
        let each = tables.iter().map(|table| table.capacity());
        each.sum::<usize>() * size_of::<Accesses>()
    };
    let spare = &mut spare().tables;
    if (capacity(spare) + 1..=MOST).contains(&capacity(&tables)) {
        *spare = tables;
    }
}

fn spare() -> MutexGuard<'static, Spare> {
    SPARE.lock().unwrap_or_else(PoisonError::into_inner)
}
