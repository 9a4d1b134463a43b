//! Starting and ending MPI, once a process.
//!
//! MPI is started when the first transport is, and ended when the process exits. A process that exits while a transport is still open has
//! failed, whatever it says: the others wait for it. So it ends the whole job, and says why.

use crate::call::{self, Calls, Comm};
use dagger_core::{Error, Result, launch};
use std::io::Write;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

/// How long the launcher has to forward the last output of a rank before the job is ended.
const FORWARDING: Duration = Duration::from_millis(300);

/// Transports that are open.
static OPEN: AtomicUsize = AtomicUsize::new(0);
/// This process's rank, once it is known.
static RANK: AtomicUsize = AtomicUsize::new(0);
/// Whether somebody else has started MPI, and will end it.
static FOREIGN: AtomicBool = AtomicBool::new(false);
/// Whether the job is being ended: some MPIs exit for that, which must not end it once more.
static ENDING: AtomicBool = AtomicBool::new(false);

unsafe extern "C" {
    safe fn atexit(function: extern "C" fn()) -> std::ffi::c_int;
}

/// All processes of the job, in a context that nobody else uses. All of them call it.
pub(crate) fn open() -> Result<(Comm, usize, usize)> {
    let calls = call::enter();
    start(&calls)?;
    let comm = calls.duplicate_world()?;
    let (rank, size) = calls.place(comm)?;
    // SeqCst, here and below: read once, by the thread that exits, which may be any.
    RANK.store(rank, Ordering::SeqCst);
    OPEN.fetch_add(1, Ordering::SeqCst);
    Ok((comm, rank, size))
}

/// Gives back what [`open`] gave. Everything that was sent has been received.
pub(crate) fn close(calls: &Calls, comm: Comm) -> Result<()> {
    calls.free(comm)?;
    OPEN.fetch_sub(1, Ordering::SeqCst);
    Ok(())
}

/// Ends the job, all ranks of it, because of `why`.
pub(crate) fn end_job(why: &str) -> ! {
    ENDING.store(true, Ordering::SeqCst);
    // In one piece, since launchers cut output off wherever it is when the job ends.
    let said = format!(
        "dagger: rank {} {why}; ending all ranks\n",
        RANK.load(Ordering::SeqCst)
    );
    // Without an error output there is nobody to tell.
    let _ = std::io::stderr().write_all(said.as_bytes());
    launch::flush_labels();
    // MPICH's launcher drops what it has not forwarded when the job is aborted.
    std::thread::sleep(FORWARDING);
    call::abort(1)
}

/// What the MPI that this program is linked with calls itself.
///
/// # Errors
/// When it does not say.
pub fn library_version() -> Result<String> {
    call::enter().version()
}

fn start(calls: &Calls) -> Result<()> {
    static STARTED: OnceLock<Result<()>> = OnceLock::new();
    STARTED.get_or_init(|| start_once(calls)).clone()
}

fn start_once(calls: &Calls) -> Result<()> {
    if calls.finalized()? {
        return Err(Error::msg(
            "MPI has ended in this process and cannot be started again",
        ));
    }
    let foreign = calls.initialized()?;
    FOREIGN.store(foreign, Ordering::SeqCst);
    let level = if foreign {
        calls.thread_level()?
    } else {
        calls.init()?
    };
    if !call::allows_any_thread(level) {
        let version = calls.version().unwrap_or_default();
        return Err(Error::msg(format!(
            "MPI lets only the thread that started it call it ({version}, thread level {level}), but the ranks of Dagger have several: \
             {}",
            if foreign {
                "start MPI with MPI_THREAD_SERIALIZED or more, or let Dagger start it"
            } else {
                "use an MPI that was built with support for threads"
            }
        )));
    }
    // Without room for it, a process that exits early leaves the others to their launcher.
    atexit(at_exit);
    Ok(())
}

extern "C" fn at_exit() {
    if ENDING.load(Ordering::SeqCst) {
        return;
    }
    if OPEN.load(Ordering::SeqCst) > 0 {
        end_job("exits before the run is over");
    }
    if FOREIGN.load(Ordering::SeqCst) {
        return;
    }
    let calls = call::enter();
    if calls.finalized().is_ok_and(|over| !over)
        && let Err(error) = calls.finalize()
    {
        eprintln!("dagger: {error}");
    }
}
