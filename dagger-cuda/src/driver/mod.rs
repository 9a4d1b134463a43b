//! What the runtime of devices asks of a driver: the seam between it and CUDA.
//!
//! A [`Driver`] is one device. Its calls are those of CUDA's driver interface, as thin as they can be, and none of them waits but
//! [`synchronize`](Driver::synchronize): work goes into streams, and events order what is in different streams. Two implementations: [`Cuda`], which is
//! CUDA itself, and [`Recording`], which needs no hardware, executes everything in host memory and finds mistakes.

mod cuda;
mod recording;

pub use cuda::{Cuda, devices};
pub use recording::{Arguments, Body, Call, Recording};

use dagger_core::kernel::source::Source;
use std::fmt;

/// A queue of work that is done in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Stream(pub u64);

/// A point in a stream, from when it was last recorded on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Event(pub u64);

/// An address in device memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Address(pub u64);

/// Code that is loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Module(pub u64);

/// A function of a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Function(pub u64);

/// Page-locked host memory, which devices copy from and to by themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Pinned {
    /// Where it is.
    pub address: usize,
    /// How many bytes it has.
    pub bytes: usize,
}

/// An argument of a launch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Passed {
    /// A pointer to device memory.
    Pointer(Address),
    /// Anything else, as it lies in memory.
    Bytes(Vec<u8>),
}

/// What went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// The device has no room left.
    OutOfMemory,
    /// The device cannot go on: every later call fails too.
    Lost,
    /// Something else.
    Other,
}

/// A call that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DriverError {
    /// The function of the driver's interface.
    pub call: &'static str,
    /// What kind of failure it is.
    pub failure: Failure,
    /// What the driver says, with its code.
    pub said: String,
}

/// What calls give.
pub type Outcome<T> = Result<T, DriverError>;

impl fmt::Display for DriverError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} failed: {}", self.call, self.said)
    }
}

impl std::error::Error for DriverError {}

/// One device as its driver shows it.
///
/// Streams, events, addresses, modules and functions are used only on the driver that made them, and not after they were given back.
pub trait Driver: fmt::Debug + Send + Sync {
    /// What the device is called.
    fn name(&self) -> String;

    /// Its architecture: `sm_90`.
    fn architecture(&self) -> String;

    /// What [`compile`](Self::compile) is done by, with its version: code of another compiler is not the same code.
    fn compiler(&self) -> String;

    /// How many bytes of memory it has.
    fn capacity(&self) -> u64;

    /// Code for this device.
    ///
    /// # Errors
    /// If there is no compiler, or it rejects the source.
    fn compile(&self, source: &Source) -> Outcome<Vec<u8>>;

    /// Loads what [`compile`](Self::compile) gave.
    ///
    /// # Errors
    /// What the driver says; as for all functions below.
    fn load(&self, code: &[u8]) -> Outcome<Module>;

    /// A function of a module.
    ///
    /// # Errors
    /// If there is none of that name.
    fn function(&self, module: Module, name: &str) -> Outcome<Function>;

    /// Gives a module back, with its functions.
    ///
    /// # Errors
    /// What the driver says.
    fn unload(&self, module: Module) -> Outcome<()>;

    /// A new stream.
    ///
    /// # Errors
    /// What the driver says.
    fn stream(&self) -> Outcome<Stream>;

    /// Gives a stream back once its work is done.
    ///
    /// # Errors
    /// What the driver says.
    fn destroy_stream(&self, stream: Stream) -> Outcome<()>;

    /// A new event, which counts as passed until it is recorded.
    ///
    /// # Errors
    /// What the driver says.
    fn event(&self) -> Outcome<Event>;

    /// Gives an event back.
    ///
    /// # Errors
    /// What the driver says.
    fn destroy_event(&self, event: Event) -> Outcome<()>;

    /// The event stands for the end of all work that is now in the stream.
    ///
    /// # Errors
    /// What the driver says.
    fn record(&self, event: Event, stream: Stream) -> Outcome<()>;

    /// What comes into the stream from now on waits for the event as it was last recorded.
    ///
    /// # Errors
    /// What the driver says.
    fn wait(&self, stream: Stream, event: Event) -> Outcome<()>;

    /// Whether the event has passed.
    ///
    /// # Errors
    /// What the driver says; failures of work before it are told here too.
    fn passed(&self, event: Event) -> Outcome<bool>;

    /// Waits until the event has passed.
    ///
    /// # Errors
    /// As for [`passed`](Self::passed).
    fn synchronize(&self, event: Event) -> Outcome<()>;

    /// Memory of the device, which may be used in every stream.
    ///
    /// # Errors
    /// [`Failure::OutOfMemory`] where there is no room.
    fn allocate(&self, bytes: usize) -> Outcome<Address>;

    /// Gives memory back. Nothing in any stream uses it any more.
    ///
    /// # Errors
    /// What the driver says.
    fn free(&self, address: Address) -> Outcome<()>;

    /// Page-locked memory of the host.
    ///
    /// # Errors
    /// If there is none.
    fn pin(&self, bytes: usize) -> Outcome<Pinned>;

    /// Gives page-locked memory back. Nothing in any stream uses it any more.
    ///
    /// # Errors
    /// What the driver says.
    fn unpin(&self, pinned: Pinned) -> Outcome<()>;

    /// Copies to the device.
    ///
    /// # Errors
    /// What the driver says.
    ///
    /// # Safety
    /// `from` is not changed and not given back until the copy is done, and has so many bytes; so does the memory at `to`.
    unsafe fn upload(&self, to: Address, from: Pinned, bytes: usize, stream: Stream)
    -> Outcome<()>;

    /// Copies to the host.
    ///
    /// # Errors
    /// What the driver says.
    ///
    /// # Safety
    /// `to` is not used and not given back until the copy is done, and has room for so many bytes; as many are at `from`.
    unsafe fn download(
        &self,
        to: Pinned,
        from: Address,
        bytes: usize,
        stream: Stream,
    ) -> Outcome<()>;

    /// Sets bytes to zero.
    ///
    /// # Errors
    /// What the driver says.
    ///
    /// # Safety
    /// There are so many bytes at `to`.
    unsafe fn zero(&self, to: Address, bytes: usize, stream: Stream) -> Outcome<()>;

    /// Starts a grid of threads.
    ///
    /// # Errors
    /// What the driver says.
    ///
    /// # Safety
    /// The arguments are those that the function takes, and what it reads and writes through them is there until it is done.
    unsafe fn launch(
        &self,
        function: Function,
        blocks: u32,
        threads: u32,
        arguments: &[Passed],
        stream: Stream,
    ) -> Outcome<()>;
}
