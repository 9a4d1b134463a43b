//! Stencils as programs write them. Random shapes, radii and boundaries are in the crate's own tests.

mod cases;

use dagger::array::*;
use dagger::prelude::*;
use ndarray::{Array1, Array2, Ix0, Ix1, Ix2, Ix3, arr0, arr1, arr2};

/// Asymmetric, so that no mirrored or exchanged index goes unnoticed.
fn skewed(u: Neighbours<'_, f64, 2>) -> f64 {
    0.3 * u[[0, 0]] + 0.1 * u[[-1, 0]] + 0.2 * u[[1, 0]] + 0.15 * u[[0, -1]] + 0.25 * u[[0, 1]]
}

#[kernel(stencil)]
fn heat(#[uniform] c: f64, u: Neighbours<'_, f64, 2>) -> f64 {
    u[(0, 0)] + c * (u[(-1, 0)] + u[(1, 0)] + u[(0, -1)] + u[(0, 1)] - 4.0 * u[(0, 0)])
}

#[kernel(stencil, radius = 2)]
fn wide(u: Neighbours<'_, f64, 1>) -> f64 {
    u[-2] + u[2]
}

fn bits(of: &Array2<f64>) -> Vec<u64> {
    of.iter().map(|x| x.to_bits()).collect()
}

#[test]
fn many_sweeps_have_the_bits_of_single_ones() -> dagger::Result<()> {
    for boundary in [
        Boundary::Wrap,
        Boundary::Clamp,
        Boundary::Reflect,
        Boundary::Constant(0.5),
    ] {
        for (shape, blocks) in [([90, 70], [40, 50]), ([1, 64], [1, 10]), ([64, 1], [64, 1])] {
            let start = DArray::<f64, Ix2>::random_with(7, shape, Blocks(blocks));
            let mut plain = start.clone();
            for _ in 0..13 {
                plain = plain.stencil([1, 1], boundary, skewed);
            }
            let fused = start.sweeps(13, [1, 1], boundary, skewed);
            assert_eq!(
                bits(&fused.collect()?),
                bits(&plain.collect()?),
                "{boundary:?} {shape:?}"
            );
            let whole = start
                .rechunk(Blocks(shape))
                .sweeps(13, [1, 1], boundary, skewed);
            assert_eq!(
                bits(&whole.collect()?),
                bits(&plain.collect()?),
                "{boundary:?} {shape:?}"
            );
        }
    }
    Ok(())
}

#[test]
fn boundaries_may_differ_by_axis() -> dagger::Result<()> {
    let a = DArray::distribute(&arr2(&[[1, 2, 3], [4, 5, 6]]), Blocks([1, 2]));
    let sides = a.stencil([1, 1], [Boundary::Constant(100), Boundary::Wrap], |u| {
        u[[-1, 0]] + 10 * u[[0, -1]]
    });
    assert_eq!(sides.collect()?, arr2(&[[130, 110, 120], [61, 42, 53]]));
    Ok(())
}

#[test]
fn results_may_be_of_another_type_and_elements_of_any() -> dagger::Result<()> {
    let words = arr1(&["a", "b", "c", "d", "e"]).mapv(String::from);
    let array = DArray::distribute(&words, Blocks([2]));
    let joined = array.stencil([2], Boundary::Clamp, |u| {
        format!("{}{}{}", u[-2], u[0], u[2])
    });
    assert_eq!(
        joined.collect()?,
        arr1(&["aac", "abd", "ace", "bde", "cee"]).mapv(String::from)
    );
    let lengths = joined.sweeps(2, [1], Boundary::Constant("-".into()), |u| {
        format!("{}{}", u[-1], u[1])
    });
    assert_eq!(
        lengths.map(|word: String| word.len()).collect()?,
        arr1(&[7, 10, 12, 10, 7])
    );
    Ok(())
}

#[test]
fn empty_arrays_and_scalars_have_stencils() -> dagger::Result<()> {
    let empty = DArray::<f64, Ix2>::zeros([0, 5], Blocks([2, 2]));
    assert_eq!(
        empty.sweeps(3, [1, 1], Boundary::Wrap, skewed).collect()?,
        Array2::zeros((0, 5))
    );
    assert_eq!(
        empty
            .stencil([1, 1], Boundary::Wrap, |u| u[[0, 0]] > 0.0)
            .shape(),
        [0, 5]
    );
    let scalar = DArray::distribute(&arr0(3), Blocks([]));
    let twice: DArray<i32, Ix0> = scalar.stencil([], Boundary::Clamp, |u| 2 * u[[]]);
    assert_eq!(twice.collect()?, arr0(6));
    let one = DArray::distribute(&arr1(&[1]), Blocks([1]));
    assert_eq!(
        one.sweeps(5, [3], Boundary::Wrap, |u| u[-3] + u[2])
            .collect()?,
        arr1(&[32])
    );
    assert_eq!(
        one.sweeps(0, [3], Boundary::Wrap, |u| u[-3]).collect()?,
        arr1(&[1])
    );
    Ok(())
}

#[test]
fn kernels_are_stencils() -> dagger::Result<()> {
    let a = DArray::<f64, Ix2>::random_with(3, [20, 30], Blocks([7, 8]));
    let by_kernel = a.sweeps(4, [1, 1], Boundary::Reflect, heat::with(0.1));
    let by_closure = a.sweeps(4, [1, 1], Boundary::Reflect, |u| heat(0.1, u));
    assert_eq!(by_kernel.collect()?, by_closure.collect()?);
    let line = DArray::<f64, Ix1>::ones([9], Blocks([4]));
    assert_eq!(
        line.stencil([2], Boundary::Wrap, wide).collect()?,
        Array1::from_elem(9, 2.0)
    );
    let error = line
        .stencil([1], Boundary::Wrap, wide)
        .check()
        .err()
        .map(|error| error.to_string());
    let error = error.unwrap_or_default();
    assert!(
        error.contains("stencil at")
            && error.contains("tests/stencils.rs")
            && error.contains("[2]")
            && error.contains("[1]"),
        "{error}"
    );
    Ok(())
}

#[test]
fn reading_beyond_the_radius_fails_the_array() {
    let a = DArray::<f64, Ix1>::ones([9], Blocks([4]));
    let error = a
        .stencil([1], Boundary::Wrap, |u| u[-2])
        .collect()
        .unwrap_err()
        .to_string();
    assert!(error.contains("farther away"), "{error}");
    let next = a.sweeps(4, [1], Boundary::Wrap, |u| u[-2]).sum();
    assert!(next.fetch().is_err());
    let failed = a
        .reshape([2, 5])
        .sweeps(4, [1, 1], Boundary::Wrap, |u| u[[0, 0]]);
    let error = failed
        .check()
        .err()
        .map(|error| error.to_string())
        .unwrap_or_default();
    assert!(error.contains("reshape"), "{error}");
}

#[test]
fn three_workers_give_the_same_bits() -> dagger::Result<()> {
    let work = || {
        let plane = DArray::<f64, Ix2>::random_with(5, [60, 50], Blocks([16, 20]));
        let solid = DArray::<f64, Ix3>::random_with(6, [9, 20, 10], Blocks([4, 7, 5]));
        let plane = plane.sweeps(9, [1, 1], [Boundary::Reflect, Boundary::Wrap], skewed);
        let solid = solid.sweeps(5, [1, 2, 1], Boundary::Clamp, |u| {
            0.5 * u[[1, 0, 0]] + 0.25 * u[[0, -2, 1]] + 0.25 * u[[-1, 2, -1]]
        });
        let edges = plane.stencil([0, 1], Boundary::Clamp, |u| u[[0, 1]] > u[[0, -1]]);
        Ok::<_, dagger::Error>((plane.collect()?, solid.collect()?, edges.collect()?))
    };
    let alone = work()?;
    let together = Runtime::builder()
        .threads(1)
        .workers(3)
        .build()?
        .enter(work)?;
    assert_eq!(alone, together);
    Ok(())
}

#[test]
fn all_of_this_on_three_workers() {
    cases::again_on_three_workers();
}
