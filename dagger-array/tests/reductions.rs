//! Reductions against ndarray and exact values, on random shapes and blocks.

mod cases;

use cases::{Case, blocks, case};
use dagger::array::*;
use dagger::prelude::*;
use ndarray::{Array1, Array2, Array3, ArrayD, Axis, Dimension, Ix1, Ix2, RemoveAxis, arr1};
use proptest::prelude::*;

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-12 * (1.0 + a.abs().max(b.abs())) || (a.is_nan() && b.is_nan())
}

fn near(a: &Array1<f64>, b: &Array1<f64>) -> bool {
    a.shape() == b.shape() && a.iter().zip(b).all(|(a, b)| close(*a, *b))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn of_whole_arrays(Case { local, array, .. } in case()) {
        // The values are quarters: sums are exact in any order.
        prop_assert_eq!(array.sum().fetch().unwrap(), local.sum());
        prop_assert_eq!((&array * 2.0 + 1.0).sum().fetch().unwrap(), (&local * 2.0 + 1.0).sum());
        prop_assert!(close(array.mean().fetch().unwrap(), local.mean().unwrap_or(f64::NAN)));
        let squares: f64 = local.iter().map(|x| x * x).sum();
        prop_assert!(close(array.norm().fetch().unwrap(), squares.sqrt()));
        for ddof in [0.0, 1.0] {
            let (var, std) = (array.var(ddof).fetch().unwrap(), array.std(ddof).fetch().unwrap());
            if local.len() > 1 {
                prop_assert!(close(var, local.var(ddof)), "{} {}", var, local.var(ddof));
                prop_assert!(close(std, local.std(ddof)));
            }
        }
        let small = array.map(|x| if x > 0.0 { 2.0 } else { 0.5 });
        let expected: f64 = local.mapv(|x| if x > 0.0 { 2.0 } else { 0.5 }).product();
        prop_assert_eq!(small.product().fetch().unwrap(), expected);
        let count = array.fold(0, |n, x| n + usize::from(x > 0.0), |a, b| a + b);
        prop_assert_eq!(count.fetch().unwrap(), local.iter().filter(|x| **x > 0.0).count());
    }

    #[test]
    fn extremes_and_where_they_are(Case { local, array, .. } in case()) {
        if local.is_empty() {
            for error in [array.min().fetch().unwrap_err(), array.max().fetch().unwrap_err()] {
                prop_assert!(error.message().contains("without elements"));
            }
            prop_assert!(array.argmin().fetch().is_err());
            prop_assert!(array.reduce(f64::max).fetch().is_err());
            return Ok(());
        }
        let least = local.iter().copied().fold(f64::INFINITY, f64::min);
        let most = local.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        prop_assert_eq!(array.min().fetch().unwrap(), least);
        prop_assert_eq!(array.max().fetch().unwrap(), most);
        prop_assert_eq!(array.reduce(f64::max).fetch().unwrap(), most);
        let first = |of: f64| local.indexed_iter().find(|(_, x)| **x == of).unwrap().0;
        prop_assert_eq!(array.argmin().fetch().unwrap(), first(least));
        prop_assert_eq!(array.argmax().fetch().unwrap(), first(most));
        prop_assert_eq!((-&array).argmax().fetch().unwrap(), first(least));
    }

    #[test]
    fn nan_wins(Case { local, array, blocks } in case(), at in any::<prop::sample::Index>()) {
        if local.is_empty() {
            return Ok(());
        }
        let at = at.index(local.len());
        let index = (at / local.ncols(), at % local.ncols());
        let mut local = local;
        local[index] = f64::NAN;
        let with = DArray::distribute(&local, Blocks(blocks));
        prop_assert!(with.min().fetch().unwrap().is_nan());
        prop_assert!(with.max().fetch().unwrap().is_nan());
        prop_assert_eq!(with.argmin().fetch().unwrap(), index);
        prop_assert_eq!(with.argmax().fetch().unwrap(), index);
        prop_assert!(!array.max().fetch().unwrap().is_nan());
    }

    #[test]
    fn along_axes(Case { local, array, .. } in case()) {
        for axis in [Axis(0), Axis(1)] {
            prop_assert_eq!(array.sum_axis(axis).collect().unwrap(), local.sum_axis(axis));
            let doubled = (&array * 2.0).sum_axis(axis).collect().unwrap();
            prop_assert_eq!(doubled, local.sum_axis(axis) * 2.0);
            let greatest = array.argmax_axis(axis).collect();
            if local.len_of(axis) > 0 {
                let place = |lane: ndarray::ArrayView1<'_, f64>, most: f64| {
                    lane.iter().position(|x| *x == most).unwrap()
                };
                let expected = local.map_axis(axis, |lane| {
                    place(lane, lane.iter().copied().fold(f64::NEG_INFINITY, f64::max))
                });
                prop_assert_eq!(greatest.unwrap(), &expected);
                prop_assert_eq!((-&array).argmin_axis(axis).collect().unwrap(), expected);
            } else if local.raw_dim().remove_axis(axis).size() > 0 {
                prop_assert!(greatest.is_err());
            }
            if local.len_of(axis) > 0 {
                let mean = array.mean_axis(axis).collect().unwrap();
                prop_assert!(near(&mean, &local.mean_axis(axis).unwrap()));
                let var = array.var_axis(axis, 0.0).collect().unwrap();
                prop_assert!(near(&var, &local.var_axis(axis, 0.0)));
                let most = array.max_axis(axis).collect().unwrap();
                prop_assert_eq!(most, local.fold_axis(axis, f64::NEG_INFINITY, |a, b| a.max(*b)));
                let positive = array.gt(0.0).eval();
                let any = positive.any_axis(axis).collect().unwrap();
                prop_assert_eq!(any, local.fold_axis(axis, false, |a, b| *a || *b > 0.0));
            } else if !local.is_empty() || local.len_of(Axis(1 - axis.index())) > 0 {
                prop_assert!(array.max_axis(axis).collect().is_err());
            }
        }
    }
}

proptest! {
    // Every case starts two runtimes.
    #![proptest_config(ProptestConfig::with_cases(6))]

    #[test]
    fn the_same_bits_on_any_number_of_threads(edges in blocks(), seed: u64) {
        let make = move || DArray::<f64, Ix2>::random_with(seed, [40, 50], Blocks(edges));
        let bits = |threads: usize| {
            let runtime = Runtime::builder().threads(threads).build().unwrap();
            runtime.enter(|| {
                let a = make();
                [a.sum().fetch(), a.var(0.0).fetch(), (&a * &a).mean().fetch()].map(|x| x.unwrap().to_bits())
            })
        };
        prop_assert_eq!(bits(1), bits(3));
    }
}

#[test]
fn sums_are_pairwise_accurate() -> Result<()> {
    let n = 1 << 22;
    let a = DArray::<f32, Ix1>::full([n], Blocks([1 << 20]), 0.1);
    let sum = a.sum().fetch()?;
    let exact = 0.1_f32 as f64 * n as f64;
    let error = (f64::from(sum) - exact).abs() / exact;
    // One after the other, single precision gets this wrong in the second digit.
    assert!(error < 1e-6, "{error}");
    let along = a.sum_axis(Axis(0)).collect()?;
    assert!((f64::from(along[()]) - exact).abs() / exact < 1e-6);
    let shifted = DArray::<f64, Ix1>::from_fn([100_000], Blocks([7_777]), |i| 1e9 + (i % 2) as f64);
    assert!((shifted.var(0.0).fetch()? - 0.25).abs() < 1e-9);
    Ok(())
}

#[test]
fn folds_keep_the_order_inside_blocks_and_of_blocks() -> Result<()> {
    let a = DArray::<char, Ix1>::from_fn([600], Blocks([600]), |i| (b'a' + (i % 26) as u8) as char);
    let text = a
        .fold(
            String::new(),
            |mut s, c| {
                s.push(c);
                s
            },
            |a, b| a + &b,
        )
        .fetch()?;
    let expected: String = (0..600).map(|i| (b'a' + (i % 26) as u8) as char).collect();
    assert_eq!(text, expected);
    let words = a
        .rechunk(Blocks([7]))
        .map(String::from)
        .reduce(|a, b| a + &b)
        .fetch()?;
    assert_eq!(words, expected);
    Ok(())
}

#[test]
fn along_any_axis_of_three() -> Result<()> {
    let local = Array3::from_shape_fn((5, 70, 6), |(i, j, k)| (i * j + k) as f64);
    let array = DArray::distribute(&local, Blocks([2, 66, 4]));
    for axis in 0..3 {
        assert_eq!(
            array.sum_axis(Axis(axis)).collect()?,
            local.sum_axis(Axis(axis))
        );
    }
    let dynamic: ArrayD<f64> = local.clone().into_dyn();
    let array = DArray::distribute(&dynamic, Blocks(vec![3, 3, 3]));
    assert_eq!(
        array.sum_axis(Axis(1)).collect()?,
        dynamic.sum_axis(Axis(1))
    );
    Ok(())
}

#[test]
fn an_axis_that_is_not_there_is_an_error() {
    let a = DArray::<f64, Ix2>::zeros([2, 2], Blocks([1, 1]));
    let error = a.sum_axis(Axis(2)).check().unwrap_err().to_string();
    assert!(
        error.contains("axis 2") && error.contains("[2, 2]"),
        "{error}"
    );
}

#[test]
fn whole_numbers_and_one_element() -> Result<()> {
    let a = DArray::distribute(&arr1(&[3_u8, 1, 2]), Blocks::auto());
    assert_eq!((a.sum().fetch()?, a.product().fetch()?), (6, 6));
    assert_eq!((a.min().fetch()?, a.argmax().fetch()?), (1, 0));
    let one = DArray::distribute(&Array2::from_elem((1, 1), 7.0), Blocks([5, 5]));
    assert_eq!(one.sum().fetch()?, 7.0);
    assert_eq!(one.mean_axis(Axis(0)).collect()?, Array1::from_elem(1, 7.0));
    Ok(())
}

#[test]
fn all_of_this_on_three_workers() {
    cases::again_on_three_workers();
}
