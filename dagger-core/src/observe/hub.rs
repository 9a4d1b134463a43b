//! Where the threads' rings and the observers meet.
//!
//! Every thread that reports owns one ring and registers it here at its first event. One lock guards the reading side of
//! all rings together with the observers: whoever holds it drains the rings and hands the events on. That is
//! - the collector, a thread of ours that wakes when a ring is half full and ten times a second, while anybody observes;
//! - a reporting thread whose ring is full: it drains everything itself, so memory stays bounded and nothing is lost;
//! - whoever attaches, detaches, flushes or finishes an observer.
//!
//! The lock is never taken on the way of an event that finds room. Events that an observer itself causes while it is
//! being called (it runs a task, say) are not reported: they could only feed on themselves.

use super::event::{Event, EventKind, Thread, ThreadKind};
use super::ring::{Pushed, Reader, Writer, ring};
use super::{Observer, Urgency};
use crate::sync::statics::{AtomicBool, AtomicU8, Ordering};
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

/// Events in one thread's ring: about 300 KiB.
const RING_CAPACITY: usize = 4096;
/// How often the collector looks while anybody observes.
const TICK: Duration = Duration::from_millis(100);

/// Whether anybody observes. Read on the hot path.
pub(super) static ENABLED: AtomicBool = AtomicBool::new(false);

/// The greatest [`Urgency`] among the observers, as of the last tick.
static URGENCY: AtomicU8 = AtomicU8::new(Urgency::None as u8);

static HUB: Mutex<Hub> = Mutex::new(Hub {
    sources: Vec::new(),
    observers: Vec::new(),
    scratch: Vec::new(),
    next_observer: 0,
    next_external: 0,
});
static COLLECTOR: OnceLock<Option<std::thread::Thread>> = OnceLock::new();

thread_local! {
    static WRITER: RefCell<Option<Writer>> = const { RefCell::new(None) };
    /// Worker and thread index, for the threads of a pool.
    static PLACE: Cell<Option<(u32, u32)>> = const { Cell::new(None) };
    /// The number of a thread that belongs to no pool, once it has one.
    static EXTERNAL: Cell<Option<u32>> = const { Cell::new(None) };
    /// Set while this thread holds the hub: no events, no second lock.
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

struct Hub {
    sources: Vec<Source>,
    observers: Vec<(u64, Box<dyn Observer>)>,
    scratch: Vec<Event>,
    next_observer: u64,
    next_external: u32,
}

struct Source {
    reader: Reader,
    thread: Thread,
}

/// Nanoseconds since the first call.
pub(super) fn now() -> u64 {
    static EPOCH: OnceLock<Instant> = OnceLock::new();
    // 2^64 ns are 584 years.
    EPOCH.get_or_init(Instant::now).elapsed().as_nanos() as u64
}

/// What to call this program in a title: its file's name.
pub(super) fn program_name() -> String {
    let path = std::env::args_os().next().unwrap_or_default();
    std::path::Path::new(&path)
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

/// Reports one event of this thread. Does nothing on a thread that is being torn down.
pub(super) fn emit(kind: EventKind) {
    if INSIDE.try_with(Cell::get).unwrap_or(true) {
        return;
    }
    let event = Event { time: now(), kind };
    let _ = WRITER.try_with(|writer| {
        // Borrowed already only when a signal-like re-entry happens; such an event has no place to go.
        let Ok(mut writer) = writer.try_borrow_mut() else {
            return;
        };
        let writer = writer.get_or_insert_with(register);
        match writer.push(event) {
            Pushed::Fine => {}
            Pushed::HalfFull => wake_collector(),
            Pushed::Full(event) => push_after_draining(writer, event),
        }
    });
}

#[cold]
fn push_after_draining(writer: &mut Writer, event: Event) {
    if let Some(mut hub) = Hub::lock() {
        hub.collect();
    }
    // Only this thread fills this ring, so there is room now.
    let _ = writer.push(event);
}

/// Delivers everything reported so far, if an observer is that urgent.
#[inline]
pub(super) fn deliver_if(urgency: Urgency) {
    // relaxed: a late look only makes the delivery wait for the next tick.
    if URGENCY.load(Ordering::Relaxed) >= urgency as u8
        && let Some(mut hub) = Hub::lock()
    {
        hub.tick();
    }
}

/// Says which thread of which worker this is. Events reported before count for the thread as it was called before.
pub(super) fn set_thread(worker: u32, thread: u32) {
    let _ = PLACE.try_with(|place| place.set(Some((worker, thread))));
    // The next event registers anew; the old ring is drained and then dropped.
    let _ = WRITER.try_with(|writer| writer.borrow_mut().take());
}

#[cold]
fn register() -> Writer {
    let (writer, reader) = ring(RING_CAPACITY);
    if let Some(mut hub) = Hub::lock() {
        let (worker, kind) = match PLACE.get() {
            Some((worker, thread)) => (worker, ThreadKind::Pool(thread)),
            None => (0, ThreadKind::External(hub.external())),
        };
        let row = hub.free_row(worker, kind);
        hub.sources.push(Source {
            reader,
            thread: Thread { worker, row, kind },
        });
    }
    writer
}

/// Adds an observer: it sees what is reported from now on. Returns a key for [`detach`].
pub(super) fn attach(observer: Box<dyn Observer>) -> u64 {
    let Some(mut hub) = Hub::lock() else {
        return u64::MAX;
    };
    hub.collect();
    let key = hub.next_observer;
    hub.next_observer += 1;
    hub.observers.push((key, observer));
    // relaxed: a thread that sees it late reports late; the events themselves travel through the rings and the lock.
    ENABLED.store(true, Ordering::Relaxed);
    drop(hub);
    wake_collector();
    key
}

/// Removes an observer after it has seen everything reported so far and has been told to finish.
pub(super) fn detach(key: u64) {
    let Some(mut hub) = Hub::lock() else { return };
    hub.collect();
    if let Some(index) = hub.observers.iter().position(|(k, _)| *k == key) {
        let (_, mut observer) = hub.observers.remove(index);
        guarded(|| observer.finish(now()));
    }
    hub.stop_if_unobserved();
}

/// Hands on everything reported so far and lets the observers bring their output up to date.
pub(super) fn flush() {
    let Some(mut hub) = Hub::lock() else { return };
    hub.collect();
    hub.each_observer(|observer| observer.flush(now()));
}

/// Ends all observing: everything reported so far is handed on and every observer finishes.
pub(super) fn finish() {
    let Some(mut hub) = Hub::lock() else { return };
    hub.collect();
    hub.each_observer(|observer| observer.finish(now()));
    hub.observers.clear();
    hub.stop_if_unobserved();
}

impl Hub {
    /// The hub, or nothing where this thread holds it already (an observer called back).
    fn lock() -> Option<Locked> {
        if INSIDE
            .try_with(|inside| inside.replace(true))
            .unwrap_or(false)
        {
            return None;
        }
        Some(Locked(HUB.lock().unwrap_or_else(PoisonError::into_inner)))
    }

    /// Drains every ring and hands the events on, one thread at a time.
    fn collect(&mut self) {
        let mut scratch = std::mem::take(&mut self.scratch);
        let mut index = 0;
        while index < self.sources.len() {
            let source = &mut self.sources[index];
            let last = source.reader.is_closed();
            scratch.clear();
            source.reader.drain(&mut scratch);
            let thread = source.thread;
            if !scratch.is_empty() {
                self.each_observer(|observer| observer.observe(&thread, &scratch));
            }
            if last {
                self.sources.swap_remove(index);
            } else {
                index += 1;
            }
        }
        scratch.clear();
        self.scratch = scratch;
    }

    /// Drains, then lets every observer do what it does from time to time.
    fn tick(&mut self) {
        self.collect();
        let time = now();
        self.each_observer(|observer| observer.tick(time));
        self.note_urgency();
    }

    fn note_urgency(&mut self) {
        let mut greatest = Urgency::None;
        self.each_observer(|observer| greatest = greatest.max(observer.urgency()));
        // relaxed: see `deliver_if`.
        URGENCY.store(greatest as u8, Ordering::Relaxed);
    }

    /// Calls every observer; one that panics is dropped, the others and the program go on.
    fn each_observer(&mut self, mut call: impl FnMut(&mut dyn Observer)) {
        self.observers
            .retain_mut(|(_, observer)| guarded(|| call(observer.as_mut())));
    }

    fn stop_if_unobserved(&mut self) {
        self.note_urgency();
        if self.observers.is_empty() {
            // relaxed: see `attach`.
            ENABLED.store(false, Ordering::Relaxed);
        }
    }

    /// The number of this external thread.
    fn external(&mut self) -> u32 {
        EXTERNAL.get().unwrap_or_else(|| {
            let number = self.next_external;
            self.next_external += 1;
            EXTERNAL.set(Some(number));
            number
        })
    }

    /// The row for a thread: its own index where no living thread of this worker has it, else the next free number.
    fn free_row(&self, worker: u32, kind: ThreadKind) -> u32 {
        const FIRST_EXTERNAL: u32 = 1000;
        let wanted = match kind {
            ThreadKind::Pool(thread) => thread,
            ThreadKind::External(number) => FIRST_EXTERNAL + number,
        };
        let taken = |row: u32| {
            self.sources.iter().any(|source| {
                source.thread.worker == worker
                    && source.thread.row == row
                    && !source.reader.is_closed()
            })
        };
        (wanted..).find(|&row| !taken(row)).unwrap_or(wanted)
    }
}

/// The hub's lock, held by this thread.
struct Locked(MutexGuard<'static, Hub>);

impl std::ops::Deref for Locked {
    type Target = Hub;
    fn deref(&self) -> &Hub {
        &self.0
    }
}

impl std::ops::DerefMut for Locked {
    fn deref_mut(&mut self) -> &mut Hub {
        &mut self.0
    }
}

impl Drop for Locked {
    fn drop(&mut self) {
        let _ = INSIDE.try_with(|inside| inside.set(false));
    }
}

/// Runs an observer's code; false when it panicked (the panic hook has printed why).
fn guarded(call: impl FnOnce()) -> bool {
    let survived = catch_unwind(AssertUnwindSafe(call)).is_ok();
    if !survived {
        eprintln!("dagger: an observer panicked and is detached; the run goes on without it");
    }
    survived
}

/// Starts the collector at the first call, wakes it at later ones.
fn wake_collector() {
    let collector = COLLECTOR.get_or_init(|| {
        let spawned = std::thread::Builder::new()
            .name("dagger-observe".into())
            .spawn(collect_for_ever);
        // Without the collector the rings are drained by full writers and at the end: later, but complete.
        spawned.ok().map(|handle| handle.thread().clone())
    });
    if let Some(thread) = collector {
        thread.unpark();
    }
}

fn collect_for_ever() {
    loop {
        let observed = match Hub::lock() {
            Some(mut hub) => {
                hub.tick();
                !hub.observers.is_empty()
            }
            None => false,
        };
        if observed {
            std::thread::park_timeout(TICK);
        } else {
            std::thread::park();
        }
    }
}
