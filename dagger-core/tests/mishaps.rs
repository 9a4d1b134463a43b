//! Things that go wrong at bad moments: panics while the executor drops a user's value, failures just before a use,
//! values that are gone in a second run.

use dagger_core::lowered::{
    At, Frame, Node, Outer, Plan, Prepared, Site, Var, bound_here, force_parallel, prepare, unfold,
};
use dagger_core::{Error, Result, Runtime};
use dagger_ir::Graph;
use std::panic::{panic_any, set_hook, take_hook};
use std::sync::Once;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

static GRAPH: Graph = Graph::new("mishaps", file!(), &[], &[]);
static SITE: Site = Site::new(&GRAPH);

/// Three units side by side.
static SIDE_BY_SIDE: Plan = Plan {
    joins: &[0, 0, 0],
    starts: &[0, 0, 0, 0],
    successors: &[],
    sources: &[0, 1, 2],
    first_nodes: &[0, 1, 2],
};

/// Panics when it is dropped.
#[derive(Debug)]
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            panic!("a bomb went off");
        }
    }
}

impl std::fmt::Display for Bomb {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("bomb")
    }
}

impl std::error::Error for Bomb {}

fn bomb_error() -> Error {
    Error::from(Bomb)
}

fn without_messages() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = take_hook();
        set_hook(Box::new(move |info| {
            let meant = info.payload().is::<Bomb>()
                || info.payload_as_str().is_some_and(|text| {
                    text.starts_with("a bomb") || text.starts_with("the value")
                });
            if !meant {
                usual(info);
            }
        }));
    });
}

fn runtime(threads: usize) -> Runtime {
    without_messages();
    force_parallel(true);
    Runtime::builder().threads(threads).build().unwrap()
}

fn work(time: Duration) {
    let start = Instant::now();
    while start.elapsed() < time {
        std::hint::spin_loop();
    }
}

#[test]
fn a_payload_that_panics_when_dropped_stays_inside_the_frame() {
    for threads in [1, 2, 4] {
        let runtime = runtime(threads);
        for _ in 0..50 {
            let ended = AtomicUsize::new(0);
            let error = runtime
                .enter(|| {
                    let node = |at: u32| {
                        let ended = &ended;
                        Node::new(move |_: &At<'_>| -> Result<()> {
                            if at == 1 {
                                panic_any(Bomb);
                            }
                            work(Duration::from_micros(20));
                            ended.fetch_add(1, Ordering::Relaxed);
                            Ok(())
                        })
                    };
                    let nodes = [node(0), node(1), node(2)];
                    let frame =
                        Frame::new(&SITE, &SIDE_BY_SIDE, nodes.each_ref().map(Node::erase), &[]);
                    // SAFETY: the units share an atomic only.
                    unsafe { frame.run() }
                })
                .unwrap_err();
            assert!(error.is_panic());
            assert!(ended.load(Ordering::Relaxed) >= 1);
        }
    }
}

#[test]
fn an_error_nobody_sees_may_panic_when_dropped() {
    let runtime = runtime(2);
    for _ in 0..50 {
        let error = runtime
            .enter(|| {
                // The last unit fails first, so that its error gives way to the first unit's.
                let first = Node::new(|_: &At<'_>| {
                    work(Duration::from_micros(50));
                    Err(Error::msg("the first"))
                });
                let second = Node::new(|_: &At<'_>| Ok(()));
                let third = Node::new(|_: &At<'_>| Err(bomb_error()));
                let frame = Frame::new(
                    &SITE,
                    &SIDE_BY_SIDE,
                    [first.erase(), second.erase(), third.erase()],
                    &[],
                );
                // SAFETY: the units share nothing.
                unsafe { frame.run() }
            })
            .unwrap_err();
        assert_eq!(error.message(), "the first");
    }
}

#[test]
fn a_payload_that_panics_when_dropped_stays_inside_a_loop() {
    let runtime = runtime(2);
    for _ in 0..20 {
        let error = runtime
            .enter(|| {
                // SAFETY: the nodes share nothing.
                unsafe {
                    unfold(&SITE, |u| {
                        for index in 0..100 {
                            u.node(
                                0,
                                bound_here(move |_| {
                                    if index >= 10 {
                                        panic_any(Bomb);
                                    }
                                    Ok(())
                                }),
                            )?;
                        }
                        u.drain()
                    })
                }
            })
            .unwrap_err();
        assert!(error.is_panic());
    }
}

/// Remembers, when dropped, whether the local it belongs to was still alive.
struct Witness<'w> {
    alive: &'w AtomicBool,
    outlived: &'w AtomicBool,
}

impl Drop for Witness<'_> {
    fn drop(&mut self) {
        if !self.alive.load(Ordering::SeqCst) {
            self.outlived.store(true, Ordering::SeqCst);
        }
    }
}

/// Ends when dropped, after the guard declared behind it.
struct Local<'l>(&'l AtomicBool);

impl Drop for Local<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::SeqCst);
    }
}

#[test]
fn what_a_panicking_node_captured_is_dropped_before_the_drivers_locals() {
    let runtime = runtime(2);
    for _ in 0..20 {
        let (alive, outlived) = (AtomicBool::new(true), AtomicBool::new(false));
        let error = runtime
            .enter(|| {
                // SAFETY: `alive` and `outlived` outlive the graph; the guard waits before the local ends.
                unsafe {
                    unfold(&SITE, |u| {
                        let _local = Local(&alive);
                        let _guard = u.guard();
                        let witness = Witness {
                            alive: &alive,
                            outlived: &outlived,
                        };
                        u.node(
                            0,
                            bound_here(move |_| {
                                let _used = &witness;
                                panic_any(Bomb)
                            }),
                        )
                    })
                }
            })
            .unwrap_err();
        assert!(error.is_panic());
        assert!(!outlived.load(Ordering::SeqCst));
    }
}

#[test]
fn a_value_taken_in_the_first_run_is_not_there_in_the_second() {
    let runtime = runtime(2);
    runtime.enter(|| {
        let taken = AtomicUsize::new(0);
        // SAFETY: `taken` outlives the graph.
        let graph: Prepared<'_, ()> = unsafe {
            prepare(&SITE, |u| {
                let value = Var::ready(vec![1_usize, 2]);
                let input = u.input_take(&value);
                let taken = &taken;
                u.node(
                    0,
                    bound_here(move |_| {
                        taken.fetch_add(input.take().len(), Ordering::Relaxed);
                        Ok(())
                    }),
                )
            })
        }
        .unwrap();
        graph.run().unwrap();
        let error = graph.run().unwrap_err();
        assert!(error.message().contains("earlier run"), "{error}");
        assert_eq!(taken.load(Ordering::Relaxed), 2);
    });
}

#[test]
fn a_node_with_several_accesses_is_not_forgotten_when_tables_are_weeded() {
    let runtime = runtime(2);
    const NODES: usize = 9_000;
    for others in 1..3 {
        let mut data = vec![[0_u64; 8]; 4 * NODES + 1];
        let wrong = AtomicU64::new(0);
        runtime
            .enter(|| {
                let outer = Outer::new_mut(&raw mut data);
                let wrong = &wrong;
                // SAFETY: every access is announced.
                unsafe {
                    unfold(&SITE, |u| {
                        let base = u.base();
                        // Far apart, so that they are found by hashing. The others decide at which access the table is full.
                        let place = |index: usize| &raw mut outer.unique()[index][0];
                        for other in 1..=others {
                            let other = u.write(base, place(2 * NODES * other));
                            u.node(
                                0,
                                bound_here(move |_| {
                                    *other.get() = 1;
                                    Ok(())
                                }),
                            )?;
                        }
                        for index in 1..NODES {
                            let earlier = u.read(base, place(2 * index - 2).cast_const());
                            let first = u.write(base, place(2 * index));
                            let second = u.write(base, place(2 * index + 1));
                            u.node(
                                0,
                                bound_here(move |_| {
                                    let expected = index as u64 - 1;
                                    if *earlier.get() != expected {
                                        wrong.fetch_add(1, Ordering::Relaxed);
                                    }
                                    work(Duration::from_micros(30));
                                    *first.get() = index as u64;
                                    *second.get() = index as u64;
                                    Ok(())
                                }),
                            )?;
                        }
                        u.drain()
                    })
                }
            })
            .unwrap();
        assert_eq!(wrong.load(Ordering::Relaxed), 0);
    }
}
