//! The macros of Dagger: `#[task]`, `dag!`, `spawn!`, `#[kernel]`, `#[derive(Wire)]` and `#[main]`.
//!
//! Each one parses once, then checks, then emits without failing. A mistake of the user becomes an error at
//! their own token that says how to mend it, and a stub in place of what could not be expanded, so that one mistake gives one
//! error. Nothing here runs at run time; what expansions call is `dagger::__private`.

mod dag;
mod descriptor;
mod kernel;
mod options;
mod place;
mod settings;
mod spawn;
mod start;
mod task;
mod wire;

use proc_macro::TokenStream;

/// Marks a function as a task: something `dag!` and `spawn!` can run.
///
/// The function itself stays as it is and can be called directly. Arguments are `T`, `&T` or `&mut T`; generics,
/// where-clauses and `impl Trait` work. A function whose return type is written as a `Result` is a fallible task: its error ends
/// a `dag!` at the `?`, and fails the `Task` that `spawn!` gives.
///
/// ```ignore
/// #[task]
/// fn add1(x: i64) -> i64 {
///     x + 1
/// }
///
/// #[task(priority = 2, retry = 3)]
/// fn load(path: &Path) -> Result<Vec<f64>, LoadError> {
///     /* ... */
/// }
/// ```
///
/// | attribute | meaning |
/// |---|---|
/// | `name = "text"` | what errors, traces and graphs call it; the function's name if left out |
/// | `priority = 2` | ready tasks of higher priority start first; 0 if left out |
/// | `retry = 3` | an attempt that fails or panics is repeated up to 3 times, with clones of the arguments taken by value |
/// | `on(worker = 1)` | where it must run as a node of a `dag!` or when spawned, unless the call says otherwise; a direct call runs where it is called |
/// | `cost(2.5e6)` | expected nanoseconds on one thread, a first guess for the scheduler |
/// | `occupancy = 0.5` | the share of its processor that it keeps busy |
/// | `checkpoint` | in a run with `DAGGER_CHECKPOINT=folder`, its result is kept on disk, and found there by a later run of the same build with the same arguments (types are [`Wire`](https://docs.rs/dagger), by value or `&`) |
/// | `anywhere` | it must be able to run on every rank: a type in its signature that is not `Wire` is an error |
#[proc_macro_attribute]
pub fn task(attribute: TokenStream, item: TokenStream) -> TokenStream {
    task::expand(attribute.into(), item.into()).into()
}

/// Marks a function as a kernel: one that computes an element of an array, on the CPU as it is and on a device as CUDA C++.
///
/// The function itself stays as it is. Its body is also kept as data, from which `dagger::kernel` writes the device's source.
///
/// ```ignore
/// #[kernel]
/// fn saxpy(#[uniform] alpha: f32, x: f32, y: f32) -> f32 {
///     alpha * x + y
/// }
/// let z = x.zip_map(&y, saxpy::with(2.0));
///
/// #[kernel(reduce, identity = 0.0, commutative)]
/// fn add(a: f32, b: f32) -> f32 {
///     a + b
/// }
///
/// #[kernel(stencil)]
/// fn heat(#[uniform] c: f32, u: Neighbours<'_, f32, 2>) -> f32 {
///     u[(0, 0)] + c * (u[(-1, 0)] + u[(1, 0)] + u[(0, -1)] + u[(0, 1)] - 4.0 * u[(0, 0)])
/// }
/// ```
///
/// Parameters are elements of arrays; those with `#[uniform]` are the same for all elements, and `f::with(..)` binds them. A kernel
/// without uniforms is used by its name, and by `f::with()` if it has type parameters, each with a bound such as `Real`.
///
/// | setting | meaning |
/// |---|---|
/// | `reduce`, `identity = 0.0` | it combines two values into one, and combining with the identity changes nothing; `f::identity()` gives it |
/// | `commutative` | the order of the two does not matter, which is faster on a device |
/// | `stencil` | it reads the neighbours of elements |
/// | `radius = 2`, `radius(2, 1)` | how far away those are at most, where the offsets are not all numbers |
///
/// The language is Rust's for numbers: `let`, operators, comparisons, `as`, `if`, `match`, loops, arrays, tuples, constants, `assert!` and
/// `panic!`, the methods of numbers, calls of other kernels. Whatever else a body has is an error at its token that says what to do.
///
/// Both sides compute the same. Where they could differ, this holds:
///
/// * Integers wrap and shift counts are taken modulo the width, as in a release build.
/// * What panics (division by zero, an index out of bounds) ends the device's computation with an error that names the line.
/// * Floats are rounded after every operation, nothing is fused. Functions that IEEE 754 does not round correctly (`sin`, `exp`, `powf`)
///   may differ in the last bits, and so may `powi`, whose precision Rust leaves open.
/// * Which zero `min` and `max` give for `0.0` and `-0.0`, and the bits of a NaN, are open, as they are in Rust.
/// * `debug_assert!` is not checked on a device.
#[proc_macro_attribute]
pub fn kernel(attribute: TokenStream, item: TokenStream) -> TokenStream {
    kernel::expand(attribute.into(), item.into()).into()
}

/// Turns a block of ordinary Rust, or a function, into a task graph while it compiles.
///
/// In a block, `dag! { .. }` runs at once and gives a `Result` of the block's value; as an item, `dag! { pub fn f(..) -> T
/// { .. } }` makes a graph with `f::run(..)`, `f::prepare(..)` and `f::graph()`. Every call of a `#[task]` is a node; borrows
/// say which nodes need which: `&x` reads, `&mut x` changes, `x` by value takes.
///
/// A statement may carry attributes:
///
/// | attribute | meaning |
/// |---|---|
/// | `#[on(thread = 1)]`, `#[on(worker = 2)]` | where its node must run; in a loop the place may be computed, as in `#[on(thread = i % 2)]` |
/// | `#[priority(3)]` | of the nodes that are ready, those of higher priority start first; in a loop it may be computed |
/// | `#[name("load")]` | what errors, traces and graphs call it |
///
/// # Loops
///
/// Turns of a loop are ordered by the parts of variables that they use: `v[i]` and `v[j]` are different parts if `i` and `j` differ. A use of the
/// *whole* variable, such as `v.len()`, `v.get(i)` or `&v` beside `&mut v[i]`, comes after every change of a part before it, so it makes
/// turns wait for each other. Take what is the same for all turns, such as a length, before the loop, and write `v[i]` for an element.
///
/// A task with a place of its own goes there from the arms of an `if` or a `match` too, where it is called by its name or is the value of the arm. What
/// stands in a block or a closure of its own inside a statement is a direct call, which runs where it is called.
///
/// # Several workers
///
/// Where there are several workers, nodes of a graph without loops run on others if a statement's `#[on(worker = 2)]` or `#[on(workers = [1, 2])]` says
/// so, or `with_options` around the graph, or else the task's own `on(..)`. In such a graph, nodes of which nothing is said stay on the caller's worker, unless
/// earlier runs have shown that another one pays. All other graphs run on the threads of the worker that calls them, just as if there were no others.
///
/// ```ignore
/// let mut tile = vec![0.0; 1_000_000];
/// let norm = dag! {
///     #[on(worker = 1)] fill(&mut tile);              // `tile` goes to worker 1
///     #[on(worker = 2)] let n = norm(&tile);          // from there to worker 2 ..
///     #[on(worker = 1)] scale(&mut tile, 2.0);        // .. while worker 1 goes on with its own
///     n
/// }?;                                                 // and here it is back, changed
/// ```
///
/// Each worker is sent its part of the graph once, with those of the caller's locals that it reads, and values go straight from the worker that made them to
/// those that need them. A local that is changed elsewhere is back when the graph has ended. What crosses must be `Wire`; a node that uses or makes anything
/// else stays on the caller's worker, and it is an error if it may not. The same holds for a graph that moves a field out of a
/// caller's local, or uses a local only in a macro: give the field to a variable of its own before the graph. The
/// arms of an `if` or a `match` run where the whole statement does, and loops and prepared graphs on the caller's worker.
#[proc_macro]
pub fn dag(input: TokenStream) -> TokenStream {
    dag::expand(input.into()).into()
}

/// Spawns a call of a task, or an expression, and gives its typed handle, a `Task<T>`, at once.
///
/// ```ignore
/// let t: Task<i64> = spawn!(add1(4));                        // starts at once
/// let u = spawn!(add2(&t));                                   // handles are arguments; by reference keeps `t` usable
/// let v = spawn!(#[on(thread = 0)] #[priority(1)] add2(t));   // with options
/// let w = spawn!(v * 2);                                      // arithmetic on handles and values
/// let x = spawn!({ expensive() });                            // any other expression, as a `move` closure
/// ```
///
/// Arguments that are handles make the task wait for them; it gets their values: taken if the handle was moved in and is the
/// last one, cloned otherwise, borrowed where the function takes a reference. A `Vec<Task<T>>` or `&[Task<T>]` goes to a
/// parameter of type `Vec<T>` or `&[&T]`. All other arguments are moved into the task, so they own what they use.
///
/// So are the variables of any other expression. Those that are used whole and not changed become arguments of code that captures nothing, so that
/// the task can run on another worker if they are `Wire`; an expression that takes a variable apart, changes it or uses macros of others
/// runs on this worker.
#[proc_macro]
pub fn spawn(input: TokenStream) -> TokenStream {
    spawn::expand(input.into()).into()
}

/// Lets a struct or an enum cross from one rank to another: implements the trait `Wire`.
///
/// All fields must be `Wire`; of a generic type, the type parameters. Numbers in many values of a struct cross as raw memory, a column for each field.
///
/// ```ignore
/// #[derive(Wire)]
/// struct Particle {
///     at: [f64; 3],
///     charge: f64,
/// }
///
/// #[derive(Wire)]
/// enum Shape<T> {
///     Point,
///     Circle { radius: T },
///     Polygon(Vec<(T, T)>),
/// }
/// ```
///
/// Unions, references, pointers and packed structs cannot cross. A field of a type from another crate that is not `Wire` but is serde's
/// crosses as `Serde<T>`.
#[proc_macro_derive(Wire)]
pub fn wire(item: TokenStream) -> TokenStream {
    wire::expand(item.into()).into()
}

/// Runs `main` on a runtime: `#[dagger::main]`, `#[dagger::main(threads = 2)]`.
///
/// An error that `main` returns is printed and the program exits with code 1, as without the attribute. All tasks have ended when it exits.
///
/// | setting | meaning |
/// |---|---|
/// | `threads = 2` | pool threads; `DAGGER_THREADS` or all cores if left out |
/// | `workers = 3` | ranks; `DAGGER_WORKERS` or 1 if left out |
/// | `stack_size = 1 << 26` | bytes of stack for each thread |
/// | `affinity = true` | binds threads to cores |
#[proc_macro_attribute]
pub fn main(attribute: TokenStream, item: TokenStream) -> TokenStream {
    start::expand(attribute.into(), item.into()).into()
}
