//! The streams of a device, and the events in them.

use super::{EventHandle, Mark};
use crate::driver::{Driver, Event, Outcome, Stream};
use std::sync::{Arc, Mutex, PoisonError};

/// A stream by what it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// Kernels.
    Launch,
    /// Copies to the device.
    Up,
    /// Copies to the host.
    Down,
}

#[derive(Debug)]
pub(super) struct Lanes {
    driver: Arc<dyn Driver>,
    streams: [Stream; 3],
    /// Events that nothing refers to. Those that have not passed may be recorded again: who has waited for them has done so.
    idle: Mutex<Vec<Event>>,
}

impl Lanes {
    pub(super) fn new(driver: Arc<dyn Driver>) -> Outcome<Self> {
        let streams = [driver.stream()?, driver.stream()?, driver.stream()?];
        Ok(Lanes {
            driver,
            streams,
            idle: Mutex::default(),
        })
    }

    pub(super) fn driver(&self) -> &dyn Driver {
        &*self.driver
    }

    pub(super) fn stream(&self, lane: Lane) -> Stream {
        self.streams[lane as usize]
    }

    /// A mark after everything that is in the lane.
    pub(super) fn mark(self: &Arc<Self>, lane: Lane) -> Outcome<Mark> {
        let idle = self
            .idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        let event = match idle {
            Some(event) => event,
            None => self.driver.event()?,
        };
        let handle = EventHandle {
            event,
            lanes: Arc::clone(self),
        };
        self.driver.record(event, self.stream(lane))?;
        let event = Arc::new(handle);
        Ok(Mark { lane, event })
    }

    /// Lets what comes into `lane` wait for marks in other lanes.
    pub(super) fn wait<'a>(
        &self,
        lane: Lane,
        marks: impl IntoIterator<Item = &'a Mark>,
    ) -> Outcome<()> {
        for mark in marks {
            if mark.lane != lane {
                self.driver.wait(self.stream(lane), mark.event.event)?;
            }
        }
        Ok(())
    }

    pub(super) fn give_back(&self, event: Event) {
        self.idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(event);
    }
}

impl Drop for Lanes {
    fn drop(&mut self) {
        // All marks are gone: they refer to the lanes. Of a device that has failed nothing can be given back.
        let idle = self.idle.get_mut().unwrap_or_else(PoisonError::into_inner);
        for event in idle.drain(..) {
            let _ = self.driver.destroy_event(event);
        }
        for stream in self.streams {
            let _ = self.driver.destroy_stream(stream);
        }
    }
}
