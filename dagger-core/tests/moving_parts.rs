//! Loops in which one task moves what later tasks borrow parts of: the driver must not compute an address too early.

use dagger_core::Runtime;
use dagger_core::lowered::{Outer, Prepared, Site, bound_here, force_parallel, prepare, unfold};
use dagger_ir::Graph;
use std::time::Duration;

static GRAPH: Graph = Graph::new("moving", file!(), &[], &[]);
static SITE: Site = Site::new(&GRAPH);

const SIZE: usize = 8;

fn runtime() -> Runtime {
    force_parallel(true);
    Runtime::builder().threads(2).build().unwrap()
}

/// `for _ in 0..rounds { for i in 0..SIZE { step(&old[i], &mut new[i]) } swap(&mut old, &mut new) }`
#[test]
fn buffers_are_swapped_after_each_round() {
    let runtime = runtime();
    let (mut old, mut new) = (vec![0_u64; SIZE], vec![0_u64; SIZE]);
    let rounds = 200;
    runtime
        .enter(|| {
            let (a, b) = (Outer::new_mut(&raw mut old), Outer::new_mut(&raw mut new));
            // SAFETY: every access is announced, and the vectors outlive the graph.
            unsafe {
                unfold(&SITE, |u| {
                    let (base_a, base_b) = (u.base(), u.base());
                    for _ in 0..rounds {
                        for index in 0..SIZE {
                            u.reach(base_a)?;
                            let from = u.read(base_a, &raw const a.shared()[index]);
                            u.reach(base_b)?;
                            let to = u.write(base_b, &raw mut b.unique()[index]);
                            u.node(
                                0,
                                bound_here(move |_| {
                                    if index == 0 {
                                        std::thread::sleep(Duration::from_micros(20));
                                    }
                                    *to.get() = *from.get() + 1;
                                    Ok(())
                                }),
                            )?;
                        }
                        let first = u.write_whole(base_a, &raw mut *a.unique());
                        let second = u.write_whole(base_b, &raw mut *b.unique());
                        u.node(
                            1,
                            bound_here(move |_| {
                                std::mem::swap(first.get(), second.get());
                                Ok(())
                            }),
                        )?;
                    }
                    u.drain()
                })
            }
        })
        .unwrap();
    assert_eq!(old, [rounds; SIZE]);
}

/// `for i in 0..n { v.push(0); fill(&mut v[i]) }`: the vector grows, so that its parts move.
#[test]
fn a_vector_grows_between_borrows_of_its_elements() {
    let runtime = runtime();
    let mut v: Vec<u64> = Vec::new();
    runtime
        .enter(|| {
            let outer = Outer::new_mut(&raw mut v);
            // SAFETY: every access is announced, and `v` outlives the graph.
            unsafe {
                unfold(&SITE, |u| {
                    let base = u.base();
                    for index in 0..1000 {
                        let whole = u.write_whole(base, &raw mut *outer.unique());
                        u.node(
                            0,
                            bound_here(move |_| {
                                whole.get().push(0);
                                Ok(())
                            }),
                        )?;
                        u.reach(base)?;
                        let element = u.write(base, &raw mut outer.unique()[index]);
                        u.node(
                            1,
                            bound_here(move |_| {
                                *element.get() = index as u64;
                                Ok(())
                            }),
                        )?;
                    }
                    u.drain()
                })
            }
        })
        .unwrap();
    assert!(v.iter().copied().eq(0..1000));
}

#[test]
fn such_a_loop_cannot_be_prepared() {
    let mut v = vec![0_u64; SIZE];
    let outer = Outer::new_mut(&raw mut v);
    // SAFETY: every access is announced, and `v` outlives the graph.
    let prepared: dagger_core::Result<Prepared<'_, ()>> = unsafe {
        prepare(&SITE, |u| {
            let base = u.base();
            u.reach(base)?;
            let element = u.write(base, &raw mut outer.unique()[0]);
            u.node(
                0,
                bound_here(move |_| {
                    *element.get() += 1;
                    Ok(())
                }),
            )?;
            let whole = u.write_whole(base, &raw mut *outer.unique());
            u.node(
                1,
                bound_here(move |_| {
                    whole.get().push(0);
                    Ok(())
                }),
            )
        })
    };
    let error = prepared.unwrap_err();
    assert!(error.message().contains("cannot be prepared"), "{error}");
}
