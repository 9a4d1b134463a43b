//! A device that needs no hardware: it does everything in host memory, writes down the calls, and finds mistakes.
//!
//! What is put into streams is done as late and in as odd an order as CUDA would allow: work of one stream in its order, work after a wait not
//! before its event, everything else by a die. So a missing event gives wrong values in some run, as on a device, and values
//! are compared. What is a mistake in itself (memory used after it was given back, given back while work that uses it is queued,
//! bytes outside of an allocation) is written down, see [`Recording::mistakes`].
//!
//! Functions are Rust's ([`Recording::function_body`]) or a source's, compiled for the host (`host_code`).

mod host_code;
mod work;

use super::{
    Address, Driver, DriverError, Event, Failure, Function, Module, Outcome, Passed, Pinned, Stream,
};
use dagger_core::kernel::source::Source;
use host_code::HostCode;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use work::Work;

/// A call, as it was written down.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "they are named as the calls of `Driver`")]
pub enum Call {
    Allocate(Address, usize),
    Free(Address),
    Upload {
        to: Address,
        bytes: usize,
        stream: Stream,
    },
    Download {
        from: Address,
        bytes: usize,
        stream: Stream,
    },
    Zero {
        to: Address,
        bytes: usize,
        stream: Stream,
    },
    Launch {
        function: String,
        pointers: Vec<Address>,
        stream: Stream,
    },
    Record(Event, Stream),
    Wait(Stream, Event),
    Synchronize(Event),
}

/// The arguments of a launch in Rust: the bytes of those passed by value, and the memory that pointers go to.
#[derive(Debug)]
pub enum Arguments<'a> {
    /// From the pointer to the end of its allocation.
    Memory(&'a mut [u8]),
    /// A value.
    Value(&'a [u8]),
}

/// A function in Rust.
pub type Body = Arc<dyn Fn(&mut [Arguments<'_>]) + Send + Sync>;

/// See the module's page.
pub struct Recording {
    capacity: u64,
    state: Mutex<State>,
}

struct State {
    next: u64,
    die: u64,
    memory: BTreeMap<u64, Box<[u8]>>,
    used: u64,
    pinned: HashMap<usize, Box<[u8]>>,
    streams: BTreeMap<u64, VecDeque<Work>>,
    events: HashMap<u64, Progress>,
    modules: HashMap<u64, Option<Arc<HostCode>>>,
    functions: HashMap<u64, (u64, String)>,
    bodies: HashMap<String, Body>,
    calls: Vec<Call>,
    mistakes: Vec<String>,
    /// Calls by name, with how many of them are still to succeed before one fails.
    failing: Vec<(&'static str, u32, Failure)>,
    lost: bool,
}

/// How often an event was recorded, and which of those have not passed. An event may be recorded again, in another stream, before it has
/// passed: who waits for the earlier record still does.
#[derive(Debug, Default)]
struct Progress {
    recorded: u64,
    pending: Vec<u64>,
}

impl Progress {
    fn has_passed(&self, generation: u64) -> bool {
        !self.pending.contains(&generation)
    }
}

/// Where device memory begins: far from all addresses of the host, so that they cannot be mixed up.
const FIRST_ADDRESS: u64 = 0x7000_0000_0000;
/// Allocations lie so far apart, at least, and are aligned to this.
const ALIGNMENT: u64 = 512;

impl Recording {
    /// A device with so many bytes of memory. `seed` is the die's.
    pub fn new(capacity: u64, seed: u64) -> Self {
        Recording {
            capacity,
            state: Mutex::new(State {
                next: FIRST_ADDRESS,
                die: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1,
                memory: BTreeMap::new(),
                used: 0,
                pinned: HashMap::new(),
                streams: BTreeMap::new(),
                events: HashMap::new(),
                modules: HashMap::new(),
                functions: HashMap::new(),
                bodies: HashMap::new(),
                calls: Vec::new(),
                mistakes: Vec::new(),
                failing: Vec::new(),
                lost: false,
            }),
        }
    }

    /// Every module has this function too.
    pub fn function_body(
        &self,
        name: &str,
        body: impl Fn(&mut [Arguments<'_>]) + Send + Sync + 'static,
    ) {
        self.state().bodies.insert(name.to_owned(), Arc::new(body));
    }

    /// The calls so far.
    pub fn calls(&self) -> Vec<Call> {
        self.state().calls.clone()
    }

    /// What was done wrong so far.
    pub fn mistakes(&self) -> Vec<String> {
        self.state().mistakes.clone()
    }

    /// Bytes of device memory and of page-locked memory that have not been given back.
    pub fn held(&self) -> (u64, u64) {
        let state = self.state();
        let pinned = state.pinned.values().map(|bytes| bytes.len() as u64);
        (state.used, pinned.sum())
    }

    /// How many streams, events and modules have not been given back.
    pub fn objects(&self) -> usize {
        let state = self.state();
        state.streams.len() + state.events.len() + state.modules.len()
    }

    /// Lets the call of that name fail, after so many that do not. A [`Lost`](Failure::Lost) device fails in every call from then on.
    pub fn fail(&self, call: &'static str, after: u32, failure: Failure) {
        self.state().failing.push((call, after, failure));
    }

    /// Nothing fails any more, but what is lost.
    pub fn heal(&self) {
        self.state().failing.clear();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The state for a call that may be told to fail.
    fn call(&self, name: &'static str) -> Outcome<MutexGuard<'_, State>> {
        let mut state = self.state();
        if state.lost {
            return Err(error(name, Failure::Lost, "the device was lost"));
        }
        let of_name = |(call, ..): &(&'static str, u32, Failure)| *call == name;
        if let Some(at) = state.failing.iter().position(of_name) {
            let (_, after, failure) = &mut state.failing[at];
            if *after > 0 {
                *after -= 1;
            } else {
                let failure = *failure;
                state.failing.remove(at);
                state.lost = failure == Failure::Lost;
                return Err(error(name, failure, "as the test wants it"));
            }
        }
        Ok(state)
    }
}

fn error(call: &'static str, failure: Failure, said: impl Into<String>) -> DriverError {
    let said = said.into();
    DriverError {
        call,
        failure,
        said,
    }
}

impl Driver for Recording {
    fn name(&self) -> String {
        "recording device".to_owned()
    }

    fn architecture(&self) -> String {
        "host".to_owned()
    }

    fn compiler(&self) -> String {
        "c++".to_owned()
    }

    fn capacity(&self) -> u64 {
        self.capacity
    }

    fn compile(&self, source: &Source) -> Outcome<Vec<u8>> {
        drop(self.call("compile")?);
        host_code::compile(source).map_err(|said| error("compile", Failure::Other, said))
    }

    fn load(&self, code: &[u8]) -> Outcome<Module> {
        let mut state = self.call("load")?;
        let code = match code {
            [] => None,
            code => {
                let loaded = HostCode::load(code);
                Some(Arc::new(
                    loaded.map_err(|said| error("load", Failure::Other, said))?,
                ))
            }
        };
        let module = state.number();
        state.modules.insert(module, code);
        Ok(Module(module))
    }

    fn function(&self, module: Module, name: &str) -> Outcome<Function> {
        let mut state = self.call("function")?;
        let code = state.modules.get(&module.0).cloned().flatten();
        if !state.bodies.contains_key(name) && !code.is_some_and(|code| code.has(name)) {
            let said = format!("there is no function `{name}`");
            return Err(error("function", Failure::Other, said));
        }
        let function = state.number();
        state
            .functions
            .insert(function, (module.0, name.to_owned()));
        Ok(Function(function))
    }

    fn unload(&self, module: Module) -> Outcome<()> {
        let mut state = self.call("unload")?;
        state.run_all();
        if state.modules.remove(&module.0).is_none() {
            state.mistake(format!("{module:?} is unloaded and was not there"));
        }
        state.functions.retain(|_, (of, _)| *of != module.0);
        Ok(())
    }

    fn stream(&self) -> Outcome<Stream> {
        let mut state = self.call("stream")?;
        let stream = state.number();
        state.streams.insert(stream, VecDeque::new());
        Ok(Stream(stream))
    }

    fn destroy_stream(&self, stream: Stream) -> Outcome<()> {
        let mut state = self.call("destroy_stream")?;
        state.run_all();
        if state.streams.remove(&stream.0).is_none() {
            state.mistake(format!("{stream:?} is destroyed and was not there"));
        }
        Ok(())
    }

    fn event(&self) -> Outcome<Event> {
        let mut state = self.call("event")?;
        let event = state.number();
        state.events.insert(event, Progress::default());
        Ok(Event(event))
    }

    fn destroy_event(&self, event: Event) -> Outcome<()> {
        let mut state = self.call("destroy_event")?;
        state.run_all();
        if state.events.remove(&event.0).is_none() {
            state.mistake(format!("{event:?} is destroyed and was not there"));
        }
        Ok(())
    }

    fn record(&self, event: Event, stream: Stream) -> Outcome<()> {
        let mut state = self.call("record")?;
        state.calls.push(Call::Record(event, stream));
        let Some(progress) = state.events.get_mut(&event.0) else {
            return Err(error("record", Failure::Other, "there is no such event"));
        };
        progress.recorded += 1;
        let generation = progress.recorded;
        progress.pending.push(generation);
        state.queue(stream, Work::Record(event, generation));
        Ok(())
    }

    fn wait(&self, stream: Stream, event: Event) -> Outcome<()> {
        let mut state = self.call("wait")?;
        state.calls.push(Call::Wait(stream, event));
        let Some(progress) = state.events.get(&event.0) else {
            return Err(error("wait", Failure::Other, "there is no such event"));
        };
        let generation = progress.recorded;
        state.queue(stream, Work::Wait(event, generation));
        Ok(())
    }

    fn passed(&self, event: Event) -> Outcome<bool> {
        let mut state = self.call("passed")?;
        state.run_some();
        match state.events.get(&event.0) {
            Some(progress) => Ok(progress.has_passed(progress.recorded)),
            None => Err(error("passed", Failure::Other, "there is no such event")),
        }
    }

    fn synchronize(&self, event: Event) -> Outcome<()> {
        let mut state = self.call("synchronize")?;
        state.calls.push(Call::Synchronize(event));
        if state.run_until(event) {
            return Ok(());
        }
        let said = "there is no such event, or what it waits for never comes";
        state.mistake(format!("{event:?}: {said}"));
        Err(error("synchronize", Failure::Other, said))
    }

    fn allocate(&self, bytes: usize) -> Outcome<Address> {
        let mut state = self.call("allocate")?;
        if state.used + bytes as u64 > self.capacity {
            let said = format!("no room for {bytes} bytes");
            return Err(error("allocate", Failure::OutOfMemory, said));
        }
        let address = state.next;
        state.next += (bytes as u64 + 1).next_multiple_of(ALIGNMENT);
        state.used += bytes as u64;
        // Memory of devices holds whatever was there before.
        state.memory.insert(address, vec![0xa5; bytes].into());
        state.calls.push(Call::Allocate(Address(address), bytes));
        Ok(Address(address))
    }

    fn free(&self, address: Address) -> Outcome<()> {
        let mut state = self.call("free")?;
        state.calls.push(Call::Free(address));
        state.expect_unused(address);
        match state.memory.remove(&address.0) {
            Some(bytes) => state.used -= bytes.len() as u64,
            None => state.mistake(format!("{address:?} is freed and was not there")),
        }
        Ok(())
    }

    fn pin(&self, bytes: usize) -> Outcome<Pinned> {
        let mut state = self.call("pin")?;
        let memory: Box<[u8]> = vec![0x5a; bytes.max(1)].into();
        let address = memory.as_ptr().expose_provenance();
        state.pinned.insert(address, memory);
        Ok(Pinned { address, bytes })
    }

    fn unpin(&self, pinned: Pinned) -> Outcome<()> {
        let mut state = self.call("unpin")?;
        state.expect_idle(pinned);
        if state.pinned.remove(&pinned.address).is_none() {
            state.mistake(format!("{pinned:?} is given back and was not there"));
        }
        Ok(())
    }

    unsafe fn upload(
        &self,
        to: Address,
        from: Pinned,
        bytes: usize,
        stream: Stream,
    ) -> Outcome<()> {
        let mut state = self.call("upload")?;
        state.calls.push(Call::Upload { to, bytes, stream });
        state.queue(stream, Work::Upload { to, from, bytes });
        Ok(())
    }

    unsafe fn download(
        &self,
        to: Pinned,
        from: Address,
        bytes: usize,
        stream: Stream,
    ) -> Outcome<()> {
        let mut state = self.call("download")?;
        let call = Call::Download {
            from,
            bytes,
            stream,
        };
        state.calls.push(call);
        state.queue(stream, Work::Download { to, from, bytes });
        Ok(())
    }

    unsafe fn zero(&self, to: Address, bytes: usize, stream: Stream) -> Outcome<()> {
        let mut state = self.call("zero")?;
        state.calls.push(Call::Zero { to, bytes, stream });
        state.queue(stream, Work::Zero { to, bytes });
        Ok(())
    }

    unsafe fn launch(
        &self,
        function: Function,
        blocks: u32,
        threads: u32,
        arguments: &[Passed],
        stream: Stream,
    ) -> Outcome<()> {
        let mut state = self.call("launch")?;
        let Some((module, name)) = state.functions.get(&function.0).cloned() else {
            return Err(error("launch", Failure::Other, "there is no such function"));
        };
        let pointers = arguments.iter().filter_map(|argument| match argument {
            Passed::Pointer(address) => Some(*address),
            Passed::Bytes(_) => None,
        });
        let call = Call::Launch {
            function: name.clone(),
            pointers: pointers.collect(),
            stream,
        };
        state.calls.push(call);
        let work = Work::Launch {
            module,
            name,
            blocks,
            threads,
            arguments: arguments.to_vec(),
        };
        state.queue(stream, work);
        Ok(())
    }
}

impl fmt::Debug for Recording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recording")
            .field("capacity", &self.capacity)
            .finish_non_exhaustive()
    }
}
