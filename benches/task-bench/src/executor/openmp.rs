//! OpenMP as gcc compiles it, in two forms. The C++ is in `cpp/openmp`; it calls back for each task.
#![allow(unsafe_code)]

use super::Failure;
use crate::schedule::Schedule;
use std::time::Duration;

/// How OpenMP runs the tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// `omp task` with `depend` clauses, made in every run: OpenMP keeps no graphs.
    Tasks,
    /// One `omp for` a row.
    Rows,
}

#[cfg(not(openmp))]
pub(super) fn run(_: Form, _: &Schedule, _: usize, _: usize) -> Result<Vec<Duration>, Failure> {
    Err(Failure::NotBuilt("install g++ with OpenMP (libgomp)"))
}

#[cfg(openmp)]
pub(super) fn run(
    form: Form,
    schedule: &Schedule,
    threads: usize,
    runs: usize,
) -> Result<Vec<Duration>, Failure> {
    let shared = super::shared::Shared::new(schedule)?;
    let listed = Listed::new(schedule);
    let context = Context {
        schedule,
        shared: &shared,
    };
    let mut times = vec![0_u64; runs];
    let call = match form {
        Form::Tasks => foreign::task_bench_openmp_tasks,
        Form::Rows => foreign::task_bench_openmp_rows,
    };
    let threads = i32::try_from(threads).map_err(|_| "too many threads".to_owned())?;
    // SAFETY: the lists are as long as the others say, all of them and the context outlive the call, and the callbacks are
    // made as their own comments want it: in `Rows` a barrier lies between two rows. In `Tasks` a task comes after the
    // tasks that wrote its inputs, and after those that still read what it overwrites.
    unsafe {
        call(
            threads,
            runs as u64,
            listed.foreign(&context),
            times.as_mut_ptr(),
        )
    };
    shared.outcome()?;
    Ok(times.into_iter().map(Duration::from_nanos).collect())
}

#[cfg(openmp)]
struct Context<'c> {
    schedule: &'c Schedule,
    shared: &'c super::shared::Shared<'c>,
}

/// The schedule as C++ wants it.
#[cfg(openmp)]
struct Listed {
    rows: Vec<u64>,
    outputs: Vec<u32>,
    first_inputs: Vec<u32>,
    inputs: Vec<u32>,
    /// A byte for each line of memory, whose address stands for it in `depend` clauses.
    tokens: Vec<u8>,
}

#[cfg(openmp)]
impl Listed {
    fn new(schedule: &Schedule) -> Listed {
        let mut listed = Listed {
            rows: vec![0],
            outputs: Vec::new(),
            first_inputs: vec![0],
            inputs: Vec::new(),
            tokens: vec![0; schedule.lines()],
        };
        for step in 0..schedule.rows() {
            listed.rows.push(schedule.row(step).end as u64);
        }
        for task in 0..schedule.tasks() {
            listed.outputs.push(schedule.output(task).start as u32);
            listed
                .inputs
                .extend(schedule.single_inputs(task).map(|place| place.start as u32));
            listed.first_inputs.push(listed.inputs.len() as u32);
        }
        listed
    }

    fn foreign<'l>(&'l self, context: &'l Context<'_>) -> foreign::Table<'l> {
        foreign::Table {
            rows: self.rows.len() as u64 - 1,
            row_starts: self.rows.as_ptr(),
            outputs: self.outputs.as_ptr(),
            first_inputs: self.first_inputs.as_ptr(),
            inputs: self.inputs.as_ptr(),
            tokens: self.tokens.as_ptr(),
            context: std::ptr::from_ref(context).cast(),
            begin: foreign::begin,
            execute: foreign::execute,
            lifetime: std::marker::PhantomData,
        }
    }
}

#[cfg(openmp)]
mod foreign {
    use super::Context;
    use std::ffi::{c_int, c_void};
    use std::marker::PhantomData;

    /// `Table` in `cpp/openmp/openmp.cpp`.
    #[repr(C)]
    pub(super) struct Table<'a> {
        pub(super) rows: u64,
        pub(super) row_starts: *const u64,
        pub(super) outputs: *const u32,
        pub(super) first_inputs: *const u32,
        pub(super) inputs: *const u32,
        pub(super) tokens: *const u8,
        pub(super) context: *const c_void,
        pub(super) begin: unsafe extern "C" fn(*const c_void),
        pub(super) execute: unsafe extern "C" fn(*const c_void, u64),
        pub(super) lifetime: PhantomData<&'a ()>,
    }

    unsafe extern "C" {
        pub(super) fn task_bench_openmp_tasks(
            threads: c_int,
            runs: u64,
            table: Table<'_>,
            nanoseconds: *mut u64,
        );
        pub(super) fn task_bench_openmp_rows(
            threads: c_int,
            runs: u64,
            table: Table<'_>,
            nanoseconds: *mut u64,
        );
    }

    /// # Safety
    /// `context` is the table's.
    pub(super) unsafe extern "C" fn begin(context: *const c_void) {
        // SAFETY: the caller's promise.
        unsafe { &*context.cast::<Context<'_>>() }
            .schedule
            .begin_run();
    }

    /// # Safety
    /// `context` is the table's; for the task, see `Shared::execute`.
    pub(super) unsafe extern "C" fn execute(context: *const c_void, task: u64) {
        // SAFETY: the caller's promise.
        unsafe {
            (*context.cast::<Context<'_>>())
                .shared
                .execute(task as usize)
        };
    }
}
