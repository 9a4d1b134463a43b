//! Random loop programs, unfolded and prepared, compared with the same loops run serially.

use dagger_core::lowered::{
    Outer, Prepared, Site, Unfold, Var, bound_here, force_parallel, prepare, unfold,
};
use dagger_core::{Error, Result, Runtime};
use dagger_ir::Graph;
use proptest::prelude::*;

static GRAPH: Graph = Graph::new("loops", file!(), &[], &[]);
static SITE: Site = Site::new(&GRAPH);

/// One statement of a loop body: `v[target] = mix(v[target], v[sources])`, or over slices, or the whole.
#[derive(Clone, Debug)]
enum Statement {
    Element {
        target: usize,
        sources: Vec<usize>,
    },
    Slice {
        start: usize,
        end: usize,
    },
    Whole,
    /// A value made by one node, taken by the next.
    Carried {
        source: usize,
        target: usize,
    },
}

const SIZE: usize = 12;

fn statement() -> impl Strategy<Value = Statement> {
    prop_oneof![
        6 => (0..SIZE, prop::collection::vec(0..SIZE, 0..3)).prop_map(|(target, sources)| Statement::Element { target, sources }),
        2 => (0..SIZE, 0..SIZE).prop_map(|(a, b)| Statement::Slice { start: a.min(b), end: a.max(b) + 1 }),
        1 => Just(Statement::Whole),
        2 => (0..SIZE, 0..SIZE).prop_map(|(source, target)| Statement::Carried { source, target }),
    ]
}

fn mix(value: u64, input: u64) -> u64 {
    value.rotate_left(9).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ input
}

fn serial(v: &mut [u64], program: &[Statement]) {
    for statement in program {
        match statement {
            Statement::Element { target, sources } => {
                let sum = sources
                    .iter()
                    .filter(|&source| source != target)
                    .fold(1, |sum, &source| mix(sum, v[source]));
                v[*target] = mix(v[*target], sum);
            }
            Statement::Slice { start, end } => {
                v[*start..*end].iter_mut().for_each(|x| *x = mix(*x, 3))
            }
            Statement::Whole => v.rotate_left(1),
            Statement::Carried { source, target } => {
                let carried = [v[*source]];
                v[*target] = mix(v[*target], carried[0]);
            }
        }
    }
}

/// What the expansion of a `dag!` with these statements in a loop does.
fn driver(
    u: &Unfold<'_>,
    v: &Outer<Vec<u64>>,
    program: &[Statement],
    fail_at: Option<usize>,
) -> Result<()> {
    let base = u.base();
    for (index, statement) in program.iter().enumerate() {
        let check = move || {
            if fail_at == Some(index) {
                Err(Error::msg(format!("mishap at {index}")))
            } else {
                Ok(())
            }
        };
        // SAFETY: every access of a node is announced, and `v` outlives the graph.
        unsafe {
            if u.inline() {
                check()?;
                serial(v.unique(), std::slice::from_ref(statement));
                continue;
            }
            match statement.clone() {
                Statement::Element { target, sources } => {
                    let sources: Vec<_> = sources
                        .into_iter()
                        .filter(|&source| source != target)
                        .map(|source| u.read(base, &raw const v.shared()[source]))
                        .collect();
                    let target = u.write(base, &raw mut v.unique()[target]);
                    u.node(
                        0,
                        bound_here(move |_| {
                            check()?;
                            let sum = sources
                                .iter()
                                .fold(1, |sum, source| mix(sum, *source.get()));
                            *target.get() = mix(*target.get(), sum);
                            Ok(())
                        }),
                    )?;
                }
                Statement::Slice { start, end } => {
                    let slice = u.write(base, &raw mut v.unique()[start..end]);
                    u.node(
                        1,
                        bound_here(move |_| {
                            check()?;
                            slice.get().iter_mut().for_each(|x| *x = mix(*x, 3));
                            Ok(())
                        }),
                    )?;
                }
                Statement::Whole => {
                    let whole = u.write_whole(base, &raw mut *v.unique());
                    u.node(
                        2,
                        bound_here(move |_| {
                            check()?;
                            whole.get().rotate_left(1);
                            Ok(())
                        }),
                    )?;
                }
                Statement::Carried { source, target } => {
                    let carried = Var::new();
                    let read = u.read(base, &raw const v.shared()[source]);
                    let output = u.output(&carried);
                    u.node(
                        3,
                        bound_here(move |_| {
                            check()?;
                            output.put(vec![*read.get()]);
                            Ok(())
                        }),
                    )?;
                    let input = u.input_take(&carried);
                    let target = u.write(base, &raw mut v.unique()[target]);
                    u.node(
                        4,
                        bound_here(move |_| {
                            let carried = input.take();
                            *target.get() = mix(*target.get(), carried[0]);
                            Ok(())
                        }),
                    )?;
                }
            }
        }
    }
    u.drain()
}

fn start() -> Vec<u64> {
    (0..SIZE as u64).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn unfolded_loops_compute_what_serial_ones_do(program in prop::collection::vec(statement(), 0..200)) {
        let mut expected = start();
        serial(&mut expected, &program);
        for forced in [true, false] {
            force_parallel(forced);
            for threads in [1, 2, 4] {
                let runtime = Runtime::builder().threads(threads).build().unwrap();
                for _ in 0..5 {
                    let mut v = start();
                    runtime.enter(|| {
                        let outer = Outer::new_mut(&raw mut v);
                        // SAFETY: see `driver`.
                        unsafe { unfold(&SITE, |u| driver(u, &outer, &program, None)) }
                    }).unwrap();
                    prop_assert_eq!(&v, &expected);
                }
            }
        }
    }

    #[test]
    fn prepared_loops_can_be_run_again_and_again(program in prop::collection::vec(statement(), 1..200)) {
        let mut expected = start();
        for _ in 0..4 {
            serial(&mut expected, &program);
        }
        for forced in [true, false] {
            force_parallel(forced);
            let runtime = Runtime::builder().threads(3).build().unwrap();
            let mut v = start();
            runtime.enter(|| {
                let outer = Outer::new_mut(&raw mut v);
                // SAFETY: see `driver`; `v` outlives the prepared graph.
                let graph: Prepared<'_, ()> = unsafe { prepare(&SITE, |u| driver(u, &outer, &program, None)) }.unwrap();
                for _ in 0..4 {
                    graph.run().unwrap();
                }
            });
            prop_assert_eq!(&v, &expected);
        }
    }

    #[test]
    fn the_first_failure_in_program_order_is_reported(
        program in prop::collection::vec(statement(), 1..100),
        at in any::<prop::sample::Index>(),
    ) {
        let at = at.index(program.len());
        let mut expected = start();
        serial(&mut expected, &program[..at]);
        for forced in [true, false] {
            force_parallel(forced);
            let runtime = Runtime::builder().threads(2).build().unwrap();
            let mut v = start();
            let error = runtime.enter(|| {
                let outer = Outer::new_mut(&raw mut v);
                // SAFETY: see `driver`.
                unsafe { unfold(&SITE, |u| driver(u, &outer, &program, Some(at))) }
            }).unwrap_err();
            prop_assert_eq!(error.message(), format!("mishap at {at}"));
        }
    }
}

#[test]
fn a_million_nodes_go_through_a_bounded_window() {
    force_parallel(true);
    let runtime = Runtime::builder().threads(2).build().unwrap();
    let mut v = vec![0_u64; 64];
    runtime
        .enter(|| {
            let outer = Outer::new_mut(&raw mut v);
            // SAFETY: the one access of each node is announced, `v` outlives the graph.
            unsafe {
                unfold(&SITE, |u| {
                    let base = u.base();
                    for index in 0..1_000_000 {
                        let target = u.write(base, &raw mut outer.unique()[index % 64]);
                        u.node(
                            0,
                            bound_here(move |_| {
                                *target.get() += 1;
                                Ok(())
                            }),
                        )?;
                    }
                    u.drain()
                })
            }
        })
        .unwrap();
    assert!(v.iter().all(|&count| count == 1_000_000 / 64));
}
