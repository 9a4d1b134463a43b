//! CUDA's own driver, loaded when it is first looked for: a program that was built without CUDA runs without it.

use super::{
    Address, Driver, DriverError, Event, Failure, Function, Module, Outcome, Passed, Pinned, Stream,
};
use crate::compile;
use cudarc::driver::{result, sys};
use dagger_core::kernel::source::Source;
use std::ffi::{CString, c_void};
use std::fmt;
use std::ptr::{with_exposed_provenance, with_exposed_provenance_mut};
use std::sync::Arc;

/// A CUDA device.
pub struct Cuda {
    ordinal: i32,
    device: sys::CUdevice,
    context: sys::CUcontext,
    name: String,
    architecture: String,
    capacity: u64,
}

// SAFETY: a device number and a context may be used by every thread that makes the context its current one, which each call does.
unsafe impl Send for Cuda {}
// SAFETY: as above; CUDA's functions may be called by several threads at once.
unsafe impl Sync for Cuda {}

/// All CUDA devices of this machine.
///
/// # Errors
/// Why there are none: in words, for people.
pub fn devices() -> Result<Vec<Arc<Cuda>>, String> {
    // SAFETY: this only tries to load the driver's library, whose initialisers have no preconditions.
    if !unsafe { sys::is_culib_present() } {
        return Err("there is no CUDA driver: libcuda.so was not found".to_owned());
    }
    let said = |error: DriverError| error.to_string();
    checked("cuInit", result::init()).map_err(said)?;
    let count = checked("cuDeviceGetCount", result::device::get_count()).map_err(said)?;
    if count == 0 {
        return Err("the CUDA driver knows no device".to_owned());
    }
    let opened = (0..count).map(|ordinal| Cuda::open(ordinal).map(Arc::new).map_err(said));
    opened.collect()
}

impl Cuda {
    fn open(ordinal: i32) -> Outcome<Cuda> {
        use sys::CUdevice_attribute as Attribute;
        let device = checked("cuDeviceGet", result::device::get(ordinal))?;
        let name = checked("cuDeviceGetName", result::device::get_name(device))?;
        let attribute = |attribute| {
            // SAFETY: the driver has given the device.
            let value = unsafe { result::device::get_attribute(device, attribute) };
            checked("cuDeviceGetAttribute", value)
        };
        let major = attribute(Attribute::CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR)?;
        let minor = attribute(Attribute::CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR)?;
        // SAFETY: as above.
        let capacity = checked("cuDeviceTotalMem", unsafe {
            result::device::total_mem(device)
        })?;
        // SAFETY: as above; released in `drop`.
        let context = checked("cuDevicePrimaryCtxRetain", unsafe {
            result::primary_ctx::retain(device)
        })?;
        Ok(Cuda {
            ordinal,
            device,
            context,
            name,
            architecture: format!("sm_{major}{minor}"),
            capacity: capacity as u64,
        })
    }

    /// Makes the context this thread's current one: all other calls need that.
    fn enter(&self) -> Outcome<()> {
        // SAFETY: the context was retained and is released in `drop`.
        checked("cuCtxSetCurrent", unsafe {
            result::ctx::set_current(self.context)
        })
    }
}

/// What a call gave, with its name.
fn checked<T>(call: &'static str, outcome: Result<T, result::DriverError>) -> Outcome<T> {
    outcome.map_err(|error| told(call, error))
}

fn told(call: &'static str, error: result::DriverError) -> DriverError {
    use sys::CUresult as Code;
    let failure = match error.0 {
        Code::CUDA_ERROR_OUT_OF_MEMORY => Failure::OutOfMemory,
        // After these the context gives the same error for ever.
        Code::CUDA_ERROR_ILLEGAL_ADDRESS
        | Code::CUDA_ERROR_LAUNCH_FAILED
        | Code::CUDA_ERROR_LAUNCH_TIMEOUT
        | Code::CUDA_ERROR_HARDWARE_STACK_ERROR
        | Code::CUDA_ERROR_ILLEGAL_INSTRUCTION
        | Code::CUDA_ERROR_MISALIGNED_ADDRESS
        | Code::CUDA_ERROR_INVALID_ADDRESS_SPACE
        | Code::CUDA_ERROR_INVALID_PC
        | Code::CUDA_ERROR_ECC_UNCORRECTABLE
        | Code::CUDA_ERROR_ASSERT
        | Code::CUDA_ERROR_CONTEXT_IS_DESTROYED
        | Code::CUDA_ERROR_DEINITIALIZED => Failure::Lost,
        _ => Failure::Other,
    };
    let text = |text: Result<&std::ffi::CStr, result::DriverError>| {
        text.map_or_else(
            |_| "?".to_owned(),
            |text| text.to_string_lossy().into_owned(),
        )
    };
    let said = format!(
        "{} ({})",
        text(error.error_string()),
        text(error.error_name())
    );
    DriverError {
        call,
        failure,
        said,
    }
}

fn stream(stream: Stream) -> sys::CUstream {
    with_exposed_provenance_mut(stream.0 as usize)
}

fn event(event: Event) -> sys::CUevent {
    with_exposed_provenance_mut(event.0 as usize)
}

fn module(module: Module) -> sys::CUmodule {
    with_exposed_provenance_mut(module.0 as usize)
}

// All blocks below use handles that this driver has given out and not got back, which is the contract of `Driver`, in the context made
// current by `enter`.
impl Driver for Cuda {
    fn name(&self) -> String {
        format!("{} (gpu {})", self.name, self.ordinal)
    }

    fn architecture(&self) -> String {
        self.architecture.clone()
    }

    fn compiler(&self) -> String {
        compile::version().unwrap_or_else(|| "no NVRTC".to_owned())
    }

    fn capacity(&self) -> u64 {
        self.capacity
    }

    fn compile(&self, source: &Source) -> Outcome<Vec<u8>> {
        compile::compile(source, &self.architecture).map_err(|error| DriverError {
            call: "nvrtcCompileProgram",
            failure: Failure::Other,
            said: error.to_string(),
        })
    }

    fn load(&self, code: &[u8]) -> Outcome<Module> {
        self.enter()?;
        // PTX is text, which has to end in a NUL.
        let mut image = code.to_vec();
        image.push(0);
        // SAFETY: the image is there during the call, and is what NVRTC made.
        let loaded = unsafe { result::module::load_data(image.as_ptr().cast::<c_void>()) };
        let module = checked("cuModuleLoadData", loaded)?;
        Ok(Module(module.expose_provenance() as u64))
    }

    fn function(&self, of: Module, name: &str) -> Outcome<Function> {
        self.enter()?;
        let name = CString::new(name).map_err(|_| DriverError {
            call: "cuModuleGetFunction",
            failure: Failure::Other,
            said: "a name with a NUL inside".to_owned(),
        })?;
        // SAFETY: see above.
        let function = unsafe { result::module::get_function(module(of), name) };
        let function = checked("cuModuleGetFunction", function)?;
        Ok(Function(function.expose_provenance() as u64))
    }

    fn unload(&self, of: Module) -> Outcome<()> {
        self.enter()?;
        // SAFETY: see above.
        checked("cuModuleUnload", unsafe {
            result::module::unload(module(of))
        })
    }

    fn stream(&self) -> Outcome<Stream> {
        self.enter()?;
        let made = result::stream::create(result::stream::StreamKind::NonBlocking);
        let made = checked("cuStreamCreate", made)?;
        Ok(Stream(made.expose_provenance() as u64))
    }

    fn destroy_stream(&self, of: Stream) -> Outcome<()> {
        self.enter()?;
        // SAFETY: see above.
        checked("cuStreamDestroy", unsafe {
            result::stream::destroy(stream(of))
        })
    }

    fn event(&self) -> Outcome<Event> {
        self.enter()?;
        use sys::CUevent_flags_enum as Flag;
        let flags = Flag::CU_EVENT_BLOCKING_SYNC as u32 | Flag::CU_EVENT_DISABLE_TIMING as u32;
        let mut made = std::ptr::null_mut();
        // SAFETY: `made` lives through the call.
        let code = unsafe { sys::cuEventCreate(&raw mut made, flags) };
        checked("cuEventCreate", code.result())?;
        Ok(Event(made.expose_provenance() as u64))
    }

    fn destroy_event(&self, of: Event) -> Outcome<()> {
        self.enter()?;
        // SAFETY: see above.
        checked("cuEventDestroy", unsafe {
            result::event::destroy(event(of))
        })
    }

    fn record(&self, of: Event, on: Stream) -> Outcome<()> {
        self.enter()?;
        // SAFETY: see above.
        checked("cuEventRecord", unsafe {
            result::event::record(event(of), stream(on))
        })
    }

    fn wait(&self, on: Stream, of: Event) -> Outcome<()> {
        self.enter()?;
        let flags = sys::CUevent_wait_flags::CU_EVENT_WAIT_DEFAULT;
        // SAFETY: see above.
        checked("cuStreamWaitEvent", unsafe {
            result::stream::wait_event(stream(on), event(of), flags)
        })
    }

    fn passed(&self, of: Event) -> Outcome<bool> {
        self.enter()?;
        // SAFETY: see above.
        match unsafe { result::event::query(event(of)) } {
            Err(error) if error.0 == sys::CUresult::CUDA_ERROR_NOT_READY => Ok(false),
            outcome => checked("cuEventQuery", outcome).map(|()| true),
        }
    }

    fn synchronize(&self, of: Event) -> Outcome<()> {
        self.enter()?;
        // SAFETY: see above.
        checked("cuEventSynchronize", unsafe {
            result::event::synchronize(event(of))
        })
    }

    fn allocate(&self, bytes: usize) -> Outcome<Address> {
        self.enter()?;
        // SAFETY: memory that nobody has read or written yet.
        let made = unsafe { result::malloc_sync(bytes) };
        checked("cuMemAlloc", made).map(Address)
    }

    fn free(&self, address: Address) -> Outcome<()> {
        self.enter()?;
        // SAFETY: see above; nothing uses it any more.
        checked("cuMemFree", unsafe { result::free_sync(address.0) })
    }

    fn pin(&self, bytes: usize) -> Outcome<Pinned> {
        self.enter()?;
        let portable = sys::CU_MEMHOSTALLOC_PORTABLE;
        // SAFETY: memory that nobody has read or written yet.
        let made = unsafe { result::malloc_host(bytes.max(1), portable) };
        let start = checked("cuMemHostAlloc", made)?.cast::<u8>();
        // SAFETY: there are so many bytes, which are nobody else's. Rust's references to them need them to be initialised.
        unsafe { start.write_bytes(0, bytes.max(1)) };
        let address = start.expose_provenance();
        Ok(Pinned { address, bytes })
    }

    fn unpin(&self, pinned: Pinned) -> Outcome<()> {
        self.enter()?;
        let start: *mut c_void = with_exposed_provenance_mut(pinned.address);
        // SAFETY: see above; nothing uses it any more.
        checked("cuMemFreeHost", unsafe { result::free_host(start) })
    }

    unsafe fn upload(&self, to: Address, from: Pinned, bytes: usize, on: Stream) -> Outcome<()> {
        self.enter()?;
        let from: *const c_void = with_exposed_provenance(from.address);
        // SAFETY: the caller's promise.
        let code = unsafe { sys::cuMemcpyHtoDAsync_v2(to.0, from, bytes, stream(on)) };
        checked("cuMemcpyHtoDAsync", code.result())
    }

    unsafe fn download(&self, to: Pinned, from: Address, bytes: usize, on: Stream) -> Outcome<()> {
        self.enter()?;
        let to: *mut c_void = with_exposed_provenance_mut(to.address);
        // SAFETY: the caller's promise.
        let code = unsafe { sys::cuMemcpyDtoHAsync_v2(to, from.0, bytes, stream(on)) };
        checked("cuMemcpyDtoHAsync", code.result())
    }

    unsafe fn zero(&self, to: Address, bytes: usize, on: Stream) -> Outcome<()> {
        self.enter()?;
        // SAFETY: the caller's promise.
        let done = unsafe { result::memset_d8_async(to.0, 0, bytes, stream(on)) };
        checked("cuMemsetD8Async", done)
    }

    unsafe fn launch(
        &self,
        function: Function,
        blocks: u32,
        threads: u32,
        arguments: &[Passed],
        on: Stream,
    ) -> Outcome<()> {
        self.enter()?;
        let values: Vec<Words> = arguments.iter().map(Words::of).collect();
        let pointers = values
            .iter()
            .map(|value| value.0.as_ptr().cast_mut().cast::<c_void>());
        let mut pointers: Vec<*mut c_void> = pointers.collect();
        let function = with_exposed_provenance_mut(function.0 as usize);
        // SAFETY: the caller's promise; the values live through the call, which copies them and changes none.
        let launched = unsafe {
            let (grid, block) = ((blocks, 1, 1), (threads, 1, 1));
            result::launch_kernel(function, grid, block, 0, stream(on), &mut pointers)
        };
        checked("cuLaunchKernel", launched)
    }
}

/// An argument's bytes, aligned for every type that an argument can have.
struct Words(Vec<u64>);

impl Words {
    fn of(argument: &Passed) -> Self {
        match argument {
            Passed::Pointer(address) => Words(vec![address.0]),
            Passed::Bytes(bytes) => {
                let words = bytes.chunks(8).map(|chunk| {
                    let mut word = [0; 8];
                    word[..chunk.len()].copy_from_slice(chunk);
                    u64::from_ne_bytes(word)
                });
                Words(words.collect())
            }
        }
    }
}

impl Drop for Cuda {
    fn drop(&mut self) {
        // SAFETY: retained in `open`. A failure leaves the context behind until the process ends.
        let _ = unsafe { result::primary_ctx::release(self.device) };
    }
}

impl fmt::Debug for Cuda {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cuda")
            .field("ordinal", &self.ordinal)
            .field("name", &self.name)
            .field("architecture", &self.architecture)
            .finish_non_exhaustive()
    }
}
