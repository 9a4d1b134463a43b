//! Every call of MPI, one function each. Return codes are checked here and nowhere else.
//!
//! A [`Calls`] is the right to call: there is one a process, behind a lock, because MPI is asked for no more than calls that do not overlap.

use dagger_core::{Error, Result};
use mpi::ffi;
use std::ffi::{c_int, c_void};
use std::mem::MaybeUninit;
use std::ptr;
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};

static SERIAL: Mutex<()> = Mutex::new(());

/// The right to call MPI. Nobody else has it meanwhile.
pub(crate) struct Calls(#[expect(dead_code, reason = "held")] MutexGuard<'static, ()>);

/// A communicator. Like everything of MPI's, it is used under the lock only, by whichever thread.
#[derive(Clone, Copy)]
pub(crate) struct Comm(ffi::MPI_Comm);

// SAFETY: a handle; MPI lets any thread use it if calls do not overlap, which `Calls` sees to.
unsafe impl Send for Comm {}
// SAFETY: as above.
unsafe impl Sync for Comm {}

/// Something under way.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub(crate) struct Request(ffi::MPI_Request);

// SAFETY: as for `Comm`.
unsafe impl Send for Request {}

/// A message that a probe has matched: nobody else can receive it.
pub(crate) struct Matched {
    message: ffi::MPI_Message,
    /// Who sent it.
    pub(crate) from: usize,
    /// How many bytes it has.
    pub(crate) bytes: usize,
}

/// Waits for the right to call.
pub(crate) fn enter() -> Calls {
    // Nothing of ours is behind the lock, so a panic while it was held has broken nothing.
    Calls(SERIAL.lock().unwrap_or_else(PoisonError::into_inner))
}

/// The right to call, if nobody has it.
pub(crate) fn try_enter() -> Option<Calls> {
    match SERIAL.try_lock() {
        Ok(guard) => Some(Calls(guard)),
        Err(TryLockError::Poisoned(poisoned)) => Some(Calls(poisoned.into_inner())),
        Err(TryLockError::WouldBlock) => None,
    }
}

fn check(code: c_int, call: &str) -> Result<()> {
    if code == ffi::MPI_SUCCESS as c_int {
        return Ok(());
    }
    let mut text = [0_u8; ffi::MPI_MAX_ERROR_STRING as usize];
    let mut length = 0;
    // SAFETY: room for the longest text there is.
    let told = unsafe { ffi::MPI_Error_string(code, text.as_mut_ptr().cast(), &raw mut length) };
    let text = match usize::try_from(length) {
        Ok(length) if told == ffi::MPI_SUCCESS as c_int => {
            String::from_utf8_lossy(&text[..length.min(text.len())])
                .trim()
                .to_owned()
        }
        _ => format!("error {code}"),
    };
    Err(Error::msg(format!("{call} failed: {text}")))
}

/// A count as MPI takes it.
fn count(bytes: usize) -> Result<c_int> {
    c_int::try_from(bytes)
        .map_err(|_| Error::msg(format!("{bytes} bytes are too many for one MPI message")))
}

fn rank(rank: usize) -> Result<c_int> {
    c_int::try_from(rank).map_err(|_| Error::msg(format!("there is no rank {rank}")))
}

/// What is asked and told before anything is sent.
impl Calls {
    /// Starts MPI for calls that do not overlap; the thread level it gives.
    pub(crate) fn init(&self) -> Result<c_int> {
        let mut provided = 0;
        // SAFETY: MPI takes no arguments from us, and this is the only call at this time.
        let code = unsafe {
            ffi::MPI_Init_thread(
                ptr::null_mut(),
                ptr::null_mut(),
                ffi::RSMPI_THREAD_SERIALIZED,
                &raw mut provided,
            )
        };
        check(code, "MPI_Init_thread")?;
        Ok(provided)
    }

    /// Whether somebody has started MPI.
    pub(crate) fn initialized(&self) -> Result<bool> {
        let mut flag = 0;
        // SAFETY: may be called at any time.
        let code = unsafe { ffi::MPI_Initialized(&raw mut flag) };
        check(code, "MPI_Initialized")?;
        Ok(flag != 0)
    }

    /// Whether MPI has ended.
    pub(crate) fn finalized(&self) -> Result<bool> {
        let mut flag = 0;
        // SAFETY: may be called at any time.
        let code = unsafe { ffi::MPI_Finalized(&raw mut flag) };
        check(code, "MPI_Finalized")?;
        Ok(flag != 0)
    }

    /// The thread level of an MPI that somebody else has started.
    pub(crate) fn thread_level(&self) -> Result<c_int> {
        let mut level = 0;
        // SAFETY: MPI has been started.
        let code = unsafe { ffi::MPI_Query_thread(&raw mut level) };
        check(code, "MPI_Query_thread")?;
        Ok(level)
    }

    /// Ends MPI.
    pub(crate) fn finalize(&self) -> Result<()> {
        // SAFETY: the caller is the only one who still uses MPI.
        let code = unsafe { ffi::MPI_Finalize() };
        check(code, "MPI_Finalize")
    }

    /// All processes, with a context of our own. Errors are returned, there and here. All processes call it.
    pub(crate) fn duplicate_world(&self) -> Result<Comm> {
        // SAFETY: MPI's own handles, valid once it has been started.
        let (world, returned) = unsafe { (ffi::RSMPI_COMM_WORLD, ffi::RSMPI_ERRORS_RETURN) };
        // SAFETY: both are valid.
        let code = unsafe { ffi::MPI_Comm_set_errhandler(world, returned) };
        check(code, "MPI_Comm_set_errhandler")?;
        let mut comm = MaybeUninit::uninit();
        // SAFETY: room for the handle.
        let code = unsafe { ffi::MPI_Comm_dup(world, comm.as_mut_ptr()) };
        check(code, "MPI_Comm_dup")?;
        // SAFETY: written by the call, which succeeded.
        let comm = unsafe { comm.assume_init() };
        // SAFETY: both are valid.
        let code = unsafe { ffi::MPI_Comm_set_errhandler(comm, returned) };
        check(code, "MPI_Comm_set_errhandler")?;
        Ok(Comm(comm))
    }

    pub(crate) fn free(&self, comm: Comm) -> Result<()> {
        let Comm(mut comm) = comm;
        // SAFETY: made by `duplicate_world`; the caller gives it up.
        let code = unsafe { ffi::MPI_Comm_free(&raw mut comm) };
        check(code, "MPI_Comm_free")
    }

    /// Which of how many processes this is.
    pub(crate) fn place(&self, comm: Comm) -> Result<(usize, usize)> {
        let (mut rank, mut size) = (0, 0);
        // SAFETY: a valid communicator.
        let code = unsafe { ffi::MPI_Comm_rank(comm.0, &raw mut rank) };
        check(code, "MPI_Comm_rank")?;
        // SAFETY: a valid communicator.
        let code = unsafe { ffi::MPI_Comm_size(comm.0, &raw mut size) };
        check(code, "MPI_Comm_size")?;
        match (usize::try_from(rank), usize::try_from(size)) {
            (Ok(rank), Ok(size)) => Ok((rank, size)),
            _ => Err(Error::msg(format!("MPI says rank {rank} of {size}"))),
        }
    }

    /// What this MPI calls itself, one line.
    pub(crate) fn version(&self) -> Result<String> {
        let mut text = vec![0_u8; ffi::MPI_MAX_LIBRARY_VERSION_STRING as usize];
        let mut length = 0;
        // SAFETY: room for the longest text there is; may be called at any time.
        let code =
            unsafe { ffi::MPI_Get_library_version(text.as_mut_ptr().cast(), &raw mut length) };
        check(code, "MPI_Get_library_version")?;
        text.truncate(usize::try_from(length).unwrap_or(0));
        let text = String::from_utf8_lossy(&text);
        let line = text.lines().next().unwrap_or_default();
        Ok(line.trim_matches(['\0', ' ']).to_owned())
    }
}

/// Ends all processes of the job, this one included. For emergencies: it does without the lock if somebody holds it for long.
pub(crate) fn abort(code: c_int) -> ! {
    let since = std::time::Instant::now();
    let calls = loop {
        let calls = try_enter();
        if calls.is_some() || since.elapsed() > std::time::Duration::from_millis(200) {
            break calls;
        }
        std::thread::yield_now();
    };
    // SAFETY: MPI runs. Should the lock be held, the holder is stuck in a call, and MPI is ended with everything in it.
    unsafe { ffi::MPI_Abort(ffi::RSMPI_COMM_WORLD, code) };
    drop(calls);
    // MPI does not promise that the call never returns.
    std::process::abort()
}

/// Messages.
impl Calls {
    /// Sends bytes.
    ///
    /// # Safety
    /// They stay where they are, unchanged, until the request has completed.
    pub(crate) unsafe fn isend(
        &self,
        comm: Comm,
        bytes: &[u8],
        to: usize,
        tag: c_int,
    ) -> Result<Request> {
        let (count, to) = (count(bytes.len())?, rank(to)?);
        let mut request = MaybeUninit::uninit();
        // SAFETY: so many bytes, for as long as the caller promises; room for the handle.
        let code = unsafe {
            ffi::MPI_Isend(
                bytes.as_ptr().cast(),
                count,
                ffi::RSMPI_UINT8_T,
                to,
                tag,
                comm.0,
                request.as_mut_ptr(),
            )
        };
        check(code, "MPI_Isend")?;
        // SAFETY: written by the call, which succeeded.
        Ok(Request(unsafe { request.assume_init() }))
    }

    /// Receives the next such message of rank `from`, which has just so many bytes.
    ///
    /// # Safety
    /// The bytes stay where they are, untouched, until the request has completed.
    pub(crate) unsafe fn irecv(
        &self,
        comm: Comm,
        bytes: &mut [u8],
        from: usize,
        tag: c_int,
    ) -> Result<Request> {
        let (count, from) = (count(bytes.len())?, rank(from)?);
        let mut request = MaybeUninit::uninit();
        // SAFETY: so many bytes, for as long as the caller promises; room for the handle.
        let code = unsafe {
            ffi::MPI_Irecv(
                bytes.as_mut_ptr().cast::<c_void>(),
                count,
                ffi::RSMPI_UINT8_T,
                from,
                tag,
                comm.0,
                request.as_mut_ptr(),
            )
        };
        check(code, "MPI_Irecv")?;
        // SAFETY: written by the call, which succeeded.
        Ok(Request(unsafe { request.assume_init() }))
    }

    /// The next message with this tag that has come from anybody.
    pub(crate) fn improbe(&self, comm: Comm, tag: c_int) -> Result<Option<Matched>> {
        let mut flag = 0;
        let mut message = MaybeUninit::uninit();
        let mut status = MaybeUninit::<ffi::MPI_Status>::uninit();
        // SAFETY: room for everything that is written.
        let code = unsafe {
            ffi::MPI_Improbe(
                ffi::RSMPI_ANY_SOURCE,
                tag,
                comm.0,
                &raw mut flag,
                message.as_mut_ptr(),
                status.as_mut_ptr(),
            )
        };
        check(code, "MPI_Improbe")?;
        if flag == 0 {
            return Ok(None);
        }
        // SAFETY: both written, because a message was found.
        let (message, status) = unsafe { (message.assume_init(), status.assume_init()) };
        let mut bytes = 0;
        // SAFETY: a status that MPI has written.
        let code = unsafe { ffi::MPI_Get_count(&status, ffi::RSMPI_UINT8_T, &raw mut bytes) };
        check(code, "MPI_Get_count")?;
        match (usize::try_from(status.MPI_SOURCE), usize::try_from(bytes)) {
            (Ok(from), Ok(bytes)) => Ok(Some(Matched {
                message,
                from,
                bytes,
            })),
            _ => Err(Error::msg("a message of unknown source or size has come")),
        }
    }

    /// Receives a matched message.
    ///
    /// # Safety
    /// `bytes`, as many as it has, stay where they are, untouched, until the request has completed.
    pub(crate) unsafe fn imrecv(&self, matched: Matched, bytes: &mut [u8]) -> Result<Request> {
        let (count, mut message) = (count(bytes.len())?, matched.message);
        let mut request = MaybeUninit::uninit();
        // SAFETY: so many bytes, for as long as the caller promises; room for the handle.
        let code = unsafe {
            ffi::MPI_Imrecv(
                bytes.as_mut_ptr().cast::<c_void>(),
                count,
                ffi::RSMPI_UINT8_T,
                &raw mut message,
                request.as_mut_ptr(),
            )
        };
        check(code, "MPI_Imrecv")?;
        // SAFETY: written by the call, which succeeded.
        Ok(Request(unsafe { request.assume_init() }))
    }

    /// Begins to wait for all processes.
    pub(crate) fn ibarrier(&self, comm: Comm) -> Result<Request> {
        let mut request = MaybeUninit::uninit();
        // SAFETY: room for the handle.
        let code = unsafe { ffi::MPI_Ibarrier(comm.0, request.as_mut_ptr()) };
        check(code, "MPI_Ibarrier")?;
        // SAFETY: written by the call, which succeeded.
        Ok(Request(unsafe { request.assume_init() }))
    }

    /// Whether it has completed; if so, the request is no more.
    pub(crate) fn test(&self, request: &mut Request) -> Result<bool> {
        let mut flag = 0;
        // SAFETY: a request that has not completed.
        let code =
            unsafe { ffi::MPI_Test(&raw mut request.0, &raw mut flag, ffi::RSMPI_STATUS_IGNORE) };
        check(code, "MPI_Test")?;
        Ok(flag != 0)
    }

    /// The positions of those that have completed, in no order, put into `done`.
    pub(crate) fn test_some(&self, requests: &mut [Request], done: &mut Vec<c_int>) -> Result<()> {
        done.clear();
        done.resize(requests.len(), 0);
        let mut found = 0;
        // SAFETY: `Request` is a handle, no more; so many of them, and room for as many positions.
        let code = unsafe {
            ffi::MPI_Testsome(
                count(requests.len())?,
                requests.as_mut_ptr().cast::<ffi::MPI_Request>(),
                &raw mut found,
                done.as_mut_ptr(),
                ffi::RSMPI_STATUSES_IGNORE,
            )
        };
        check(code, "MPI_Testsome")?;
        // Negative if none of them is under way.
        done.truncate(usize::try_from(found).unwrap_or(0));
        Ok(())
    }
}

/// Whether a thread level allows calls from any thread if they do not overlap.
pub(crate) fn allows_any_thread(level: c_int) -> bool {
    // SAFETY: a constant of MPI's.
    level >= unsafe { ffi::RSMPI_THREAD_SERIALIZED }
}
