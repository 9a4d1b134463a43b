//! Device memory that is there but not used, by its size, with the marks that must pass before it is used in other ways.

use super::{Mark, class};
use crate::driver::{Address, Driver, Failure, Outcome};
use std::collections::BTreeMap;

/// Memory, and what must be waited for before it is written.
#[derive(Debug)]
pub(super) struct Room {
    pub(super) address: Address,
    pub(super) class: usize,
    pub(super) marks: Vec<Mark>,
}

#[derive(Debug)]
pub(super) struct Pool {
    limit: u64,
    /// All that the driver has given and not got back.
    held: u64,
    idle: BTreeMap<usize, Vec<Room>>,
}

impl Pool {
    pub(super) fn new(limit: u64) -> Self {
        Pool {
            limit,
            held: 0,
            idle: BTreeMap::new(),
        }
    }

    pub(super) fn limit(&self) -> u64 {
        self.limit
    }

    /// Room for so many bytes, if there is any without giving something else back.
    pub(super) fn take(&mut self, bytes: usize, driver: &dyn Driver) -> Outcome<Option<Room>> {
        let class = class(bytes);
        if let Some(room) = self.idle.get_mut(&class).and_then(Vec::pop) {
            return Ok(Some(room));
        }
        if self.held + class as u64 > self.limit {
            return Ok(None);
        }
        match driver.allocate(class) {
            Ok(address) => {
                self.held += class as u64;
                let marks = Vec::new();
                Ok(Some(Room {
                    address,
                    class,
                    marks,
                }))
            }
            // Others use the device too.
            Err(error) if error.failure == Failure::OutOfMemory => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub(super) fn give(&mut self, room: Room) {
        self.idle.entry(room.class).or_default().push(room);
    }

    /// Gives the largest idle memory back to the driver, once nothing uses it. False if there is none.
    pub(super) fn release(&mut self, driver: &dyn Driver) -> Outcome<bool> {
        let Some(mut largest) = self.idle.last_entry() else {
            return Ok(false);
        };
        let room = largest.get_mut().pop();
        if largest.get().is_empty() {
            largest.remove();
        }
        if let Some(room) = room {
            for mark in &room.marks {
                mark.pass()?;
            }
            driver.free(room.address)?;
            self.held -= room.class as u64;
        }
        Ok(true)
    }
}
