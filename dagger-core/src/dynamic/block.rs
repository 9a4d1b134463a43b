//! A task's one block of memory: head, edges into its dependencies, and the place that holds first its work, then its result.
//!
//! The block is allocated by `spawn` and freed when neither a reference nor the hold is left (see `state`). Everything that
//! does not depend on the types is in [`Header`]; the rest is reached through [`Vtable`].
//!
//! The stage holds, by phase: the closure and its arguments while Waiting and Ready; nothing while Running (the claimer
//! has moved them out); the value when Finished; the error when Failed or Cancelled; nothing when Taken.

use crate::dynamic::dependency::{Arguments, Consumer};
use crate::dynamic::dependents::{Dependents, Edge};
use crate::dynamic::home::Home;
use crate::dynamic::memory;
pub(crate) use crate::dynamic::part::Part;
pub(crate) use crate::dynamic::reference::Reference;
use crate::dynamic::site::SpawnSite;
use crate::dynamic::state::{Phase, Word};
use crate::error::{Error, Origin};
use crate::lowered::{Failure, drop_quietly};
use crate::options::Options;
use crate::pool::JobHead;
use crate::sync::Watched;
use crate::sync::atomic::{AtomicPtr, AtomicU32};
use std::alloc::Layout;
use std::cell::UnsafeCell;
use std::mem::{ManuallyDrop, offset_of};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::{self, NonNull};
use std::sync::Arc;

/// `Header::runner` of a task that no worker of its home runs.
pub(crate) const NO_RUNNER: u32 = u32::MAX;

/// What every task has, whatever its types.
///
/// What others touch when they depend on the task is at the end, next to the stage, so that it shares cache lines with the
/// value.
#[repr(C)]
pub(crate) struct Header {
    /// First, so that a pointer to the header is a job.
    pub(crate) job: JobHead,
    /// Name and source line of the call.
    pub(crate) site: &'static SpawnSite,
    /// The runtime it belongs to.
    pub(crate) home: &'static Home,
    /// Unique in this process.
    pub(crate) id: u64,
    /// The task that spawned it; 0 for none.
    pub(crate) parent: u64,
    /// What few tasks have.
    pub(crate) extra: Option<Box<Extra>>,
    /// The edge of the consumer that set the Unique flag.
    pub(crate) unique: AtomicPtr<Edge>,
    vtable: &'static Vtable,
    /// Dependencies that have not ended, plus one while `spawn` is still linking.
    pub(crate) pending: AtomicU32,
    /// The worker that runs the task, for who waits for it; [`NO_RUNNER`] before.
    pub(crate) runner: AtomicU32,
    /// Who is told when the task has ended.
    pub(crate) dependents: Dependents,
    /// Phase, flags, references.
    pub(crate) word: Word,
    /// The stage, for the models.
    staged: Watched,
}

/// What few tasks have.
#[derive(Debug, Default)]
pub(crate) struct Extra {
    /// The only worker that may run it.
    pub(crate) pinned: Option<usize>,
    /// Its priority, if not the site's.
    pub(crate) priority: i32,
    /// Its name, if not the site's.
    pub(crate) name: Option<&'static str>,
    /// The options that surrounded the call, for what the task spawns in turn.
    pub(crate) inherited: Option<Arc<Options>>,
    /// What other workers have to do with it.
    pub(crate) part: Part,
}

/// What depends on the types of a task.
struct Vtable {
    /// Where the stage begins, from the start of the block.
    stage: usize,
    /// Whether disposing of the result may run other code (drop glue), which then could dispose of other tasks.
    drops: bool,
    /// Runs a claimed task, and leaves its value or error in the stage.
    execute: unsafe fn(NonNull<Header>) -> Phase,
    /// Drops the work of a claimed task without running it.
    abandon: unsafe fn(NonNull<Header>),
    /// Drops the value of a finished task in place.
    drop_value: unsafe fn(NonNull<Header>),
    /// The first dependency that has not ended, referenced, of a locked task.
    unfinished: unsafe fn(NonNull<Header>) -> Option<Reference>,
    /// Frees the block, whose stage is empty.
    free: unsafe fn(NonNull<Header>),
}

/// A closure and its arguments.
struct Work<A, F> {
    arguments: A,
    run: F,
}

/// See the module's page.
#[repr(C)]
union Stage<A, F, T> {
    work: ManuallyDrop<Work<A, F>>,
    value: ManuallyDrop<T>,
    error: ManuallyDrop<Error>,
}

#[repr(C)]
struct Block<A: Arguments, F, T> {
    header: Header,
    stage: UnsafeCell<Stage<A, F, T>>,
    links: UnsafeCell<A::Links>,
}

impl<A: Arguments, F, T> Block<A, F, T>
where
    F: FnOnce(A) -> Result<T, Failure>,
{
    const VTABLE: Vtable = Vtable {
        stage: offset_of!(Self, stage),
        drops: std::mem::needs_drop::<T>(),
        execute: Self::execute,
        abandon: Self::abandon,
        drop_value: Self::drop_value,
        unfinished: Self::unfinished,
        free: Self::free,
    };

    /// # Safety
    /// `header` begins a block of these types whose task the caller has claimed.
    unsafe fn take_work(header: NonNull<Header>) -> Work<A, F> {
        // SAFETY: before the claim nobody moves the work, after it only the claimer does, once; so it is there.
        unsafe {
            let block = header.cast::<Self>().as_ref();
            block.header.staged.write();
            ManuallyDrop::take(&mut (*block.stage.get()).work)
        }
    }

    /// # Safety
    /// As for [`take_work`](Self::take_work).
    unsafe fn execute(header: NonNull<Header>) -> Phase {
        // SAFETY: the caller's promise.
        let work = unsafe { Self::take_work(header) };
        let outcome = catch_unwind(AssertUnwindSafe(|| match work.arguments.poison() {
            Some(error) => Err(error),
            None => (work.run)(work.arguments).map_err(|failure| {
                // SAFETY: the task has not ended, so its own reference keeps the header.
                let header = unsafe { header.as_ref() };
                header.failed(failure)
            }),
        }));
        let error = match outcome {
            Ok(Ok(value)) => {
                // SAFETY: the work has been moved out and nobody reads the stage of a running task.
                unsafe {
                    let block = header.cast::<Self>().as_ref();
                    block.header.staged.write();
                    (*block.stage.get()).value = ManuallyDrop::new(value);
                }
                return Phase::Finished;
            }
            Ok(Err(error)) => error,
            Err(payload) => {
                // SAFETY: as above, the header is there.
                let error = Error::panicked(unsafe { header.as_ref() }.origin(), &*payload);
                drop_quietly(payload);
                error
            }
        };
        let phase = if error.is_cancelled() {
            Phase::Cancelled
        } else {
            Phase::Failed
        };
        // SAFETY: the task is claimed and its work moved out.
        unsafe { Header::put_error(header, error) };
        phase
    }

    /// # Safety
    /// As for [`take_work`](Self::take_work).
    unsafe fn abandon(header: NonNull<Header>) {
        // SAFETY: the caller's promise.
        let work = unsafe { Self::take_work(header) };
        // What was captured may panic when it is dropped; the panic hook has told, and the task is cancelled all the same.
        drop_quietly(work);
    }

    /// # Safety
    /// `header` begins a block of these types, finished and not taken, that nobody refers to.
    unsafe fn drop_value(header: NonNull<Header>) {
        // SAFETY: the caller's promise: the value is there and nobody looks at it any more.
        unsafe {
            let block = header.cast::<Self>().as_ref();
            block.header.staged.write();
            ManuallyDrop::drop(&mut (*block.stage.get()).value);
        }
    }

    /// # Safety
    /// `header` begins a block of these types that nobody knows any more, with an empty stage.
    unsafe fn free(header: NonNull<Header>) {
        // SAFETY: `build` took the memory for a block of this type and made one there; a union drops nothing.
        unsafe {
            header.as_ref().staged.write();
            header.cast::<Self>().drop_in_place();
            memory::give(header.cast(), Layout::new::<Self>());
        }
    }

    /// # Safety
    /// `header` begins a block of these types whose task has not started and is locked.
    unsafe fn unfinished(header: NonNull<Header>) -> Option<Reference> {
        // SAFETY: nobody claims a locked task, so its work stays and is only read.
        unsafe {
            let block = header.cast::<Self>().as_ref();
            block.header.staged.read();
            let work: &Work<A, F> = &(*block.stage.get()).work;
            work.arguments.unfinished().map(|dependency| dependency.0)
        }
    }
}

/// What a new task is made of.
pub(crate) struct New<A, F> {
    pub(crate) site: &'static SpawnSite,
    pub(crate) home: &'static Home,
    pub(crate) id: u64,
    pub(crate) parent: u64,
    pub(crate) extra: Option<Box<Extra>>,
    pub(crate) arguments: A,
    pub(crate) run: F,
}

impl<A: Arguments, F> New<A, F> {
    /// Allocates the task, in phase Ready if it can have no dependencies and Waiting otherwise.
    pub(crate) fn build<T>(self, job: JobHead) -> NonNull<Header>
    where
        F: FnOnce(A) -> Result<T, Failure>,
    {
        let vtable = const { &Block::<A, F, T>::VTABLE };
        let edges = self.arguments.count();
        let phase = if edges == 0 {
            Phase::Ready
        } else {
            Phase::Waiting
        };
        let memory = memory::take(Layout::new::<Block<A, F, T>>()).cast::<Block<A, F, T>>();
        let block = Block {
            header: Header {
                job,
                word: Word::new(phase),
                staged: Watched::new(),
                dependents: Dependents::new(),
                unique: AtomicPtr::new(ptr::null_mut()),
                pending: AtomicU32::new(edges + 1),
                runner: AtomicU32::new(NO_RUNNER),
                vtable,
                site: self.site,
                home: self.home,
                id: self.id,
                parent: self.parent,
                extra: self.extra,
            },
            links: UnsafeCell::new(self.arguments.links()),
            stage: UnsafeCell::new(Stage {
                work: ManuallyDrop::new(Work {
                    arguments: self.arguments,
                    run: self.run,
                }),
            }),
        };
        // SAFETY: the memory is for a block of this type, and ours.
        unsafe { memory.write(block) };
        memory.cast()
    }

    /// Moves the closure and the arguments out of a claimed task.
    ///
    /// # Safety
    /// `header` was built by [`build`](Self::build) with these types and `T`, and the caller has claimed it.
    pub(crate) unsafe fn take_out<T>(header: NonNull<Header>) -> (A, F)
    where
        F: FnOnce(A) -> Result<T, Failure>,
    {
        // SAFETY: the caller's promise.
        let work = unsafe { Block::<A, F, T>::take_work(header) };
        (work.arguments, work.run)
    }

    /// Allocates what refers to a task on another worker; its work is never looked at.
    pub(crate) fn build_away<T>(self, job: JobHead) -> NonNull<Header>
    where
        F: FnOnce(A) -> Result<T, Failure> + Copy,
        A: Copy,
    {
        let header = self.build::<T>(job);
        // SAFETY: built just now, so nobody else knows it; `A` and `F` are `Copy`, so the stage holds nothing that had to be dropped.
        unsafe { (&raw mut (*header.as_ptr()).word).write(Word::away()) };
        header
    }

    /// Puts the edges of a new task into the lists of its dependencies. Returns how many dependencies had ended.
    ///
    /// # Safety
    /// `header` was built by [`build`](Self::build) with these types and `T`, and nobody else knows it.
    pub(crate) unsafe fn link<T>(header: NonNull<Header>) -> u32
    where
        F: FnOnce(A) -> Result<T, Failure>,
    {
        // SAFETY: the guard count of `pending` keeps the task from being ready, so the work stays while we read it; the
        // links are in the block, which is held until all edges have been told.
        unsafe {
            let block = header.cast::<Block<A, F, T>>().as_ref();
            block.header.staged.read();
            let work: &Work<A, F> = &(*block.stage.get()).work;
            work.arguments.link(block.links.get(), Consumer(header))
        }
    }
}

impl Header {
    /// The address of the value, which is there only while the task is finished and not taken.
    pub(crate) fn value<T>(&self) -> *mut T {
        self.staged.read();
        self.stage().cast()
    }

    /// Moves the value out.
    ///
    /// # Safety
    /// It is a `T`, and one of the ways to take it ([`Word::take`]) has just given it to the caller.
    pub(crate) unsafe fn take_value<T>(&self) -> T {
        self.staged.write();
        // SAFETY: the caller's promise: the value is there, and nobody else uses it now or later.
        unsafe { self.stage().cast::<T>().read() }
    }

    /// Puts the value of a task that ran elsewhere in.
    ///
    /// # Safety
    /// The task's value is a `T`, the stage is empty, and the caller is the one to end the task.
    pub(crate) unsafe fn put_value<T>(&self, value: T) {
        self.staged.write();
        // SAFETY: the caller's promise: the stage has room for a `T`, and nobody looks at it yet.
        unsafe { self.stage().cast::<T>().write(value) };
    }

    fn stage(&self) -> *mut u8 {
        (&raw const *self)
            .cast_mut()
            .cast::<u8>()
            .wrapping_add(self.vtable.stage)
    }

    /// The error of a failed or cancelled task.
    ///
    /// # Safety
    /// The phase, read with Acquire while holding a reference, was Failed or Cancelled.
    pub(crate) unsafe fn error(&self) -> &Error {
        self.staged.read();
        // SAFETY: in these phases the stage holds an error, which nobody changes while a reference exists.
        unsafe { &*self.stage().cast::<Error>() }
    }

    /// Writes the error of a claimed task whose work is gone.
    ///
    /// # Safety
    /// The caller has claimed the task, and its work has been moved out.
    pub(crate) unsafe fn put_error(header: NonNull<Header>, error: Error) {
        // SAFETY: the caller's promise: the stage is empty and nobody reads it.
        unsafe {
            header.as_ref().staged.write();
            header.as_ref().stage().cast::<Error>().write(error);
        }
    }

    /// Runs the claimed task.
    ///
    /// # Safety
    /// The caller has claimed it, and calls [`Word::end`] with the returned phase.
    pub(crate) unsafe fn execute(header: NonNull<Header>) -> Phase {
        // SAFETY: the vtable was made for the types of this block; the rest is the caller's promise.
        unsafe { (header.as_ref().vtable.execute)(header) }
    }

    /// Drops the claimed task's work.
    ///
    /// # Safety
    /// The caller has claimed it, and goes on with [`put_error`](Self::put_error).
    pub(crate) unsafe fn abandon(header: NonNull<Header>) {
        // SAFETY: as in `execute`.
        unsafe { (header.as_ref().vtable.abandon)(header) }
    }

    /// The first dependency of the task that has not ended; `None` when all have, or when the task has started, or
    /// somebody else is just asking.
    pub(crate) fn unfinished(&self) -> Option<Reference> {
        if !self.word.lock() {
            return None;
        }
        // SAFETY: locked just now.
        let found = unsafe { (self.vtable.unfinished)(NonNull::from(self)) };
        self.word.unlock();
        found
    }

    /// The task's name as the user knows it.
    pub(crate) fn name(&self) -> &'static str {
        self.extra
            .as_ref()
            .and_then(|extra| extra.name)
            .unwrap_or(self.site.name)
    }

    /// Its priority.
    pub(crate) fn priority(&self) -> i32 {
        self.extra
            .as_ref()
            .map_or(self.site.priority, |extra| extra.priority)
    }

    /// The only worker that may run it.
    pub(crate) fn pinned(&self) -> Option<usize> {
        self.extra.as_ref()?.pinned
    }

    /// Where errors of this task come from.
    pub(crate) fn origin(&self) -> Origin {
        Origin::new(self.name(), self.site.file, self.site.line)
    }

    #[cold]
    fn failed(&self, failure: Failure) -> Error {
        match failure.0 {
            Some(error) => Error::failed(self.origin(), error),
            None => Error::empty(self.origin()),
        }
    }

    /// Drops what an unreferenced task holds, then frees it unless it is held.
    ///
    /// # Safety
    /// The caller has just removed the last reference.
    pub(crate) unsafe fn dispose(header: NonNull<Header>) {
        // SAFETY: no reference is left, so nobody changes the phase or looks at the stage; the memory is there until `gone`.
        let this = unsafe { header.as_ref() };
        let _even_if_dropping_panics = Disposed(header);
        match this.word.now().phase() {
            // SAFETY: as above; the phase says that a value is there.
            Phase::Finished if this.vtable.drops => unsafe { (this.vtable.drop_value)(header) },
            // SAFETY: as above; the phase says that an error is there.
            Phase::Failed | Phase::Cancelled => unsafe {
                this.staged.write();
                ptr::drop_in_place(this.stage().cast::<Error>());
            },
            Phase::Finished | Phase::Taken | Phase::Away => {}
            phase @ (Phase::Waiting | Phase::Ready | Phase::Running) => {
                unreachable!("a task that is {phase:?} refers to itself")
            }
        }
    }

    /// Whether disposing of the task may run code that disposes of others.
    pub(crate) fn disposal_nests(&self) -> bool {
        self.vtable.drops
    }

    /// Frees the block.
    ///
    /// # Safety
    /// Nobody knows the task any more and its stage is empty.
    pub(crate) unsafe fn free(header: NonNull<Header>) {
        // SAFETY: the vtable was made for the types of this block; the rest is the caller's promise.
        unsafe { (header.as_ref().vtable.free)(header) }
    }
}

/// A task that nobody refers to, whose stage is empty when this is dropped: frees it unless it is held.
struct Disposed(NonNull<Header>);

impl Drop for Disposed {
    fn drop(&mut self) {
        // SAFETY: the memory is there until `gone`.
        let this = unsafe { self.0.as_ref() };
        if let Some(away) = this.away() {
            away.forget(self.0);
        }
        if this.word.gone() {
            // SAFETY: no reference and no hold.
            unsafe { Header::free(self.0) };
        }
    }
}
