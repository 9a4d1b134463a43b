//! The work in a recording device's streams, and how it is done: by a die, within what streams and events say.

use super::{Arguments, Event, Pinned, State};
use crate::driver::{Address, Passed, Stream};
use std::sync::Arc;

/// Something that a stream does.
#[derive(Debug, Clone)]
pub(super) enum Work {
    Upload {
        to: Address,
        from: Pinned,
        bytes: usize,
    },
    Download {
        to: Pinned,
        from: Address,
        bytes: usize,
    },
    Zero {
        to: Address,
        bytes: usize,
    },
    Launch {
        module: u64,
        name: String,
        blocks: u32,
        threads: u32,
        arguments: Vec<Passed>,
    },
    /// The event's so-manieth record.
    Record(Event, u64),
    /// Until the event's so-manieth record has passed.
    Wait(Event, u64),
}

impl State {
    pub(super) fn number(&mut self) -> u64 {
        let number = self.next;
        self.next += super::ALIGNMENT;
        number
    }

    pub(super) fn mistake(&mut self, text: String) {
        self.mistakes.push(text);
    }

    /// A number below `sides`, from a xorshift generator (Marsaglia).
    fn throw(&mut self, sides: usize) -> usize {
        self.die ^= self.die << 13;
        self.die ^= self.die >> 7;
        self.die ^= self.die << 17;
        (self.die >> 16) as usize % sides.max(1)
    }

    pub(super) fn queue(&mut self, stream: Stream, work: Work) {
        match self.streams.get_mut(&stream.0) {
            Some(queue) => queue.push_back(work),
            None => self.mistake(format!("{stream:?} does not exist, for {work:?}")),
        }
        // Mostly nothing is done before somebody waits.
        if self.throw(4) == 0 {
            self.run_some();
        }
    }

    /// Does some of what can be done.
    pub(super) fn run_some(&mut self) {
        for _ in 0..self.throw(4) {
            self.step();
        }
    }

    pub(super) fn run_all(&mut self) {
        while self.step() {}
    }

    /// Works until the event has passed. False if it never does.
    pub(super) fn run_until(&mut self, event: Event) -> bool {
        loop {
            let progress = self.events.get(&event.0);
            if progress.is_some_and(|progress| progress.has_passed(progress.recorded)) {
                return true;
            }
            if progress.is_none() || !self.step() {
                return false;
            }
        }
    }

    /// Does the next work of some stream; false if none has any that can be done.
    fn step(&mut self) -> bool {
        let events = &self.events;
        let able = self
            .streams
            .iter()
            .filter(|(_, queue)| match queue.front() {
                Some(Work::Wait(event, generation)) => events
                    .get(&event.0)
                    .is_none_or(|p| p.has_passed(*generation)),
                front => front.is_some(),
            });
        let able: Vec<u64> = able.map(|(stream, _)| *stream).collect();
        if able.is_empty() {
            return false;
        }
        let stream = able[self.throw(able.len())];
        let work = self
            .streams
            .get_mut(&stream)
            .and_then(|queue| queue.pop_front());
        if let Some(work) = work {
            self.perform(work);
        }
        true
    }

    fn perform(&mut self, work: Work) {
        match work {
            Work::Wait(..) => {}
            Work::Record(event, generation) => {
                if let Some(progress) = self.events.get_mut(&event.0) {
                    progress.pending.retain(|pending| *pending != generation);
                }
            }
            Work::Upload { to, from, bytes } => {
                let copied = self
                    .pinned
                    .get(&from.address)
                    .map(|memory| memory[..bytes].to_vec());
                match (self.at(to, bytes), copied) {
                    (Some(memory), Some(copied)) => memory.copy_from_slice(&copied),
                    _ => self.mistake(format!(
                        "an upload of {bytes} bytes from {from:?} to {to:?}"
                    )),
                }
            }
            Work::Download { to, from, bytes } => {
                let copied = self.at(from, bytes).map(|memory| memory.to_vec());
                match (self.pinned.get_mut(&to.address), copied) {
                    (Some(memory), Some(copied)) => memory[..bytes].copy_from_slice(&copied),
                    _ => self.mistake(format!(
                        "a download of {bytes} bytes from {from:?} to {to:?}"
                    )),
                }
            }
            Work::Zero { to, bytes } => match self.at(to, bytes) {
                Some(memory) => memory.fill(0),
                None => self.mistake(format!("{bytes} bytes at {to:?} are set to zero")),
            },
            Work::Launch {
                module,
                name,
                blocks,
                threads,
                arguments,
            } => self.launch(module, &name, blocks, threads, &arguments),
        }
    }

    /// That many bytes of device memory.
    fn at(&mut self, address: Address, bytes: usize) -> Option<&mut [u8]> {
        let (start, memory) = self.memory.range_mut(..=address.0).next_back()?;
        let offset = usize::try_from(address.0 - start).ok()?;
        memory.get_mut(offset..offset.checked_add(bytes)?)
    }

    fn launch(&mut self, module: u64, name: &str, blocks: u32, threads: u32, arguments: &[Passed]) {
        // Addresses of the host for those of the device. Two arguments may be the same memory.
        let mut memory: Vec<(*mut u8, usize)> = Vec::new();
        for argument in arguments {
            if let Passed::Pointer(address) = argument {
                let found = self.memory.range_mut(..=address.0).next_back();
                let slice = found.and_then(|(start, bytes)| {
                    bytes.get_mut(usize::try_from(address.0 - start).ok()?..)
                });
                match slice {
                    Some(slice) => memory.push((slice.as_mut_ptr(), slice.len())),
                    None => {
                        return self
                            .mistake(format!("`{name}` is given {address:?}, where nothing is"));
                    }
                }
            }
        }
        let mut given = memory.iter();
        if let Some(body) = self.bodies.get(name).map(Arc::clone) {
            let mut passed = Vec::new();
            for argument in arguments {
                passed.push(match argument {
                    Passed::Bytes(bytes) => Arguments::Value(bytes),
                    Passed::Pointer(_) => {
                        let (start, length) = given
                            .next()
                            .copied()
                            .unwrap_or((std::ptr::NonNull::dangling().as_ptr(), 0));
                        // SAFETY: the memory was found above and stays while the state is locked. Functions in Rust are given each
                        // allocation once, which `launch` of a test's functions sees to.
                        Arguments::Memory(unsafe { std::slice::from_raw_parts_mut(start, length) })
                    }
                });
            }
            return body(&mut passed);
        }
        let Some(code) = self.modules.get(&module).cloned().flatten() else {
            return self.mistake(format!(
                "`{name}` is launched after its module was unloaded"
            ));
        };
        let mut values: Vec<Vec<u8>> = Vec::new();
        for argument in arguments {
            values.push(match argument {
                Passed::Bytes(bytes) => bytes.clone(),
                Passed::Pointer(_) => {
                    let start = given
                        .next()
                        .map_or(0, |(start, _)| start.expose_provenance());
                    start.to_ne_bytes().to_vec()
                }
            });
        }
        code.run(name, blocks, threads, &mut values);
    }

    /// Writes down a mistake if queued work uses the memory.
    pub(super) fn expect_unused(&mut self, address: Address) {
        let Some(length) = self.memory.get(&address.0).map(|bytes| bytes.len() as u64) else {
            return;
        };
        let is_inside = |at: &Address| at.0 >= address.0 && at.0 < address.0 + length.max(1);
        let uses = |work: &&Work| match work {
            Work::Upload { to, .. } | Work::Zero { to, .. } => is_inside(to),
            Work::Download { from, .. } => is_inside(from),
            Work::Launch { arguments, .. } => arguments
                .iter()
                .any(|argument| matches!(argument, Passed::Pointer(at) if is_inside(at))),
            Work::Record(..) | Work::Wait(..) => false,
        };
        let user = self.streams.values().flatten().find(uses).cloned();
        if let Some(user) = user {
            self.mistake(format!("{address:?} is freed before {user:?}"));
        }
    }

    /// Writes down a mistake if queued work uses the page-locked memory.
    pub(super) fn expect_idle(&mut self, pinned: Pinned) {
        let uses = |work: &&Work| match work {
            Work::Upload { from, .. } => from.address == pinned.address,
            Work::Download { to, .. } => to.address == pinned.address,
            _ => false,
        };
        let user = self.streams.values().flatten().find(uses).cloned();
        if let Some(user) = user {
            self.mistake(format!("{pinned:?} is given back before {user:?}"));
        }
    }
}
