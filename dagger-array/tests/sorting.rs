//! Sorting and what is made of sorted values, against std and by hand.

mod cases;

use cases::{Case, case};
use dagger::array::*;
use dagger::prelude::*;
use ndarray::{Array1, Array2, Array3, Axis, Ix1, Ix2, arr1, arr2, s};
use proptest::prelude::*;

/// What a quantile is by definition.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let at = (sorted.len() - 1) as f64 * share;
    let (low, high) = (sorted[at.floor() as usize], sorted[at.ceil() as usize]);
    low + (high - low) * at.fract()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn lanes(Case { local, array, .. } in case(), axis in 0_usize..2) {
        let axis = Axis(axis);
        let sorted = array.sort_axis(axis);
        prop_assert_eq!(sorted.layout(), array.layout());
        let mut expected = local.clone();
        for mut lane in expected.lanes_mut(axis) {
            let mut values = lane.to_vec();
            values.sort_by(f64::total_cmp);
            lane.assign(&arr1(&values));
        }
        prop_assert_eq!(sorted.collect().unwrap(), expected);
        let mut expected = Array2::<usize>::zeros(local.dim());
        for (mut lane, values) in expected.lanes_mut(axis).into_iter().zip(local.lanes(axis)) {
            let mut places: Vec<usize> = (0..values.len()).collect();
            places.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
            lane.assign(&arr1(&places));
        }
        prop_assert_eq!(array.argsort_axis(axis).collect().unwrap(), expected);
    }

    #[test]
    fn values_that_occur(Case { local, array, .. } in case()) {
        let mut expected = std::collections::BTreeMap::<i64, usize>::new();
        for value in &local {
            *expected.entry((value * 4.0) as i64).or_default() += 1;
        }
        let values: Array1<f64> = expected.keys().map(|&key| key as f64 / 4.0).collect();
        let counts: Array1<usize> = expected.into_values().collect();
        prop_assert_eq!(array.unique().fetch().unwrap(), &values);
        let counted = array.unique_counts().fetch().unwrap();
        prop_assert_eq!(counted, Counted { values, counts });
    }

    #[test]
    fn quantiles(Case { local, array, .. } in case(), share in 0.0_f64..=1.0) {
        if local.is_empty() {
            return Ok(());
        }
        let mut sorted: Vec<f64> = local.iter().copied().collect();
        sorted.sort_by(f64::total_cmp);
        let shares = [share, 0.0, 0.5, 1.0];
        let found = array.quantiles(&shares).fetch().unwrap();
        for (found, share) in found.iter().zip(shares) {
            prop_assert!((found - quantile(&sorted, share)).abs() < 1e-12);
        }
        prop_assert_eq!(array.quantile(share).fetch().unwrap(), found[0]);
        prop_assert_eq!(array.median().fetch().unwrap(), found[2]);
    }

    #[test]
    fn histograms(Case { local, array, .. } in case(), bins in 1_usize..20) {
        let of = |edges: &[f64]| -> Array1<u64> {
            let last = edges.len() - 2;
            let holds = |bin: usize, x: f64| {
                edges[bin] <= x && (x < edges[bin + 1] || bin == last && x == edges[bin + 1])
            };
            (0..=last).map(|bin| local.iter().filter(|&&x| holds(bin, x)).count() as u64).collect()
        };
        for bins in [bins.into(), Bins::Between(bins, -3.5..4.25), Bins::Edges(vec![-8.0, -2.0, -2.0, 0.0, 7.0])] {
            let histogram = array.histogram(bins.clone()).fetch().unwrap();
            let edges = histogram.edges.to_vec();
            prop_assert!(edges.is_sorted());
            prop_assert_eq!(&histogram.counts, of(&edges));
            if let Bins::Count(_) = bins {
                prop_assert_eq!(histogram.counts.sum(), local.len() as u64);
            }
        }
    }

    #[test]
    fn places(Case { local, array, .. } in case(), more in prop::collection::vec(-40_i32..40, 0..10)) {
        let sorted = array.flatten().sort();
        let values: Vec<f64> = more.into_iter().map(|x| f64::from(x) / 4.0).collect();
        let left = local.iter();
        let expected: Array1<usize> =
            values.iter().map(|v| left.clone().filter(|x| *x < v).count()).collect();
        prop_assert_eq!(sorted.searchsorted(&values, Side::Left).fetch().unwrap(), expected);
        let expected: Array1<usize> =
            values.iter().map(|v| left.clone().filter(|x| *x <= v).count()).collect();
        prop_assert_eq!(sorted.searchsorted(&values, Side::Right).fetch().unwrap(), expected);
    }
}

/// Long enough for the parallel algorithm in its real size.
#[test]
fn long_vectors() -> Result<()> {
    let random = DArray::<f64, Ix1>::random_with(3, [300_000], Blocks([70_000]));
    let few = random.map(|x| (x * 4.0).floor()).eval();
    let equal = DArray::<f64, Ix1>::full([200_000], Blocks([30_000]), -0.5);
    for array in [random, few, equal] {
        let mut expected = array.collect()?.to_vec();
        let positions = array.argsort().collect()?;
        let by_position: Vec<f64> = positions.iter().map(|&i| expected[i]).collect();
        let stable = positions.windows(2).into_iter();
        assert!(
            stable
                .into_iter()
                .all(|pair| expected[pair[0]] < expected[pair[1]] || pair[0] < pair[1])
        );
        expected.sort_by(f64::total_cmp);
        assert_eq!(by_position, expected);
        let sorted = array.sort();
        assert_eq!(sorted.layout(), array.layout());
        assert_eq!(sorted.collect()?.to_vec(), expected);
        assert_eq!(sorted.sort().collect()?.to_vec(), expected);
        let n = expected.len();
        let median = (expected[n / 2 - 1] + expected[n / 2]) / 2.0;
        assert_eq!(array.median().fetch()?, median);
        assert_eq!(
            array.quantiles(&[0.0, 1.0]).fetch()?,
            arr1(&[expected[0], expected[n - 1]])
        );
        // In one block, as many tasks.
        assert_eq!(
            array.rechunk(Blocks([n])).sort().collect()?.to_vec(),
            expected
        );
    }
    Ok(())
}

#[test]
fn words_and_small_numbers() -> Result<()> {
    let words = ["pear", "fig", "apple", "fig"].map(String::from);
    let v = DArray::distribute(&arr1(&words), Blocks([3]));
    assert_eq!(
        v.sort().collect()?.to_vec(),
        ["apple", "fig", "fig", "pear"]
    );
    assert_eq!(v.argsort().collect()?, arr1(&[2, 1, 3, 0]));
    assert_eq!(v.unique().fetch()?.to_vec(), ["apple", "fig", "pear"]);
    assert_eq!(
        v.sort_by_key(|word: &String| word.len()).collect()?[0],
        "fig"
    );
    let v = DArray::distribute(&arr1(&[true, false, true]), Blocks([2]));
    assert_eq!(v.sort().collect()?, arr1(&[false, true, true]));
    let v = DArray::distribute(&arr1(&[2_u8, 1, 4, 3]), Blocks([3]));
    assert_eq!(v.median().fetch()?, 2.5);
    assert_eq!(v.sort().slice(s![..;-1]).collect()?, arr1(&[4, 3, 2, 1]));
    let a = Array3::from_shape_fn((3, 4, 5), |(i, j, k)| (i * 7 + j * 11 + k * 13) % 17);
    let d = DArray::distribute(&a, Blocks([2, 3, 2]));
    for axis in 0..3 {
        let mut expected = a.clone();
        for mut lane in expected.lanes_mut(Axis(axis)) {
            let mut values = lane.to_vec();
            values.sort_unstable();
            lane.assign(&arr1(&values));
        }
        assert_eq!(d.sort_axis(Axis(axis)).collect()?, expected);
    }
    Ok(())
}

#[test]
fn nothing_to_sort() -> Result<()> {
    let none = DArray::<f64, Ix1>::zeros([0], Blocks([4]));
    assert_eq!(none.sort().collect()?.len(), 0);
    assert_eq!(none.argsort().collect()?.len(), 0);
    assert_eq!(none.unique().fetch()?.len(), 0);
    assert_eq!(none.searchsorted(&[1.0], Side::Left).fetch()?, arr1(&[0]));
    let histogram = none.histogram(2).fetch()?;
    assert_eq!(histogram.edges, arr1(&[0.0, 0.5, 1.0]));
    assert_eq!(histogram.counts, arr1(&[0, 0]));
    let error = none.median().fetch().unwrap_err().to_string();
    assert!(
        error.contains("median at") && error.contains("no elements"),
        "{error}"
    );
    let flat = DArray::<f64, Ix2>::zeros([0, 3], Blocks([2, 2]));
    assert_eq!(flat.sort_axis(Axis(0)).collect()?.dim(), (0, 3));
    assert_eq!(flat.sort_axis(Axis(1)).collect()?.dim(), (0, 3));
    Ok(())
}

/// A NaN is an error that names the call and the index, whatever looks for an order.
#[test]
fn nan_has_no_place() -> Result<()> {
    let says = |error: Error, operation: &str, index: &str| {
        let text = error.to_string();
        assert!(
            text.contains(&format!("{operation} at ")) && text.contains("sorting.rs:"),
            "{text}"
        );
        assert!(text.contains(&format!("index {index} is NaN")), "{text}");
    };
    for length in [10, 100_000] {
        let mut v = DArray::<f64, Ix1>::random_with(1, [length], Blocks([length / 3]));
        v.set([length / 2], f64::NAN)?;
        let index = (length / 2).to_string();
        says(v.sort().collect().unwrap_err(), "sort", &index);
        says(v.argsort().collect().unwrap_err(), "argsort", &index);
        says(
            v.sort_by_key(|x: &f64| -x).collect().unwrap_err(),
            "sort_by_key",
            &index,
        );
        says(v.median().fetch().unwrap_err(), "median", &index);
        let index = format!("[{index}]");
        says(v.unique().fetch().unwrap_err(), "unique", &index);
        says(v.histogram(3).fetch().unwrap_err(), "histogram", &index);
    }
    let a = arr2(&[[1.0, 2.0, 3.0], [4.0, 5.0, f64::NAN]]);
    let a = DArray::distribute(&a, Blocks([1, 2]));
    says(
        a.sort_axis(Axis(0)).collect().unwrap_err(),
        "sort_axis",
        "[1, 2]",
    );
    says(
        a.argsort_axis(Axis(1)).collect().unwrap_err(),
        "argsort_axis",
        "[1, 2]",
    );
    let error = a.sort_axis(Axis(2)).check().unwrap_err().to_string();
    assert!(
        error.contains("no axis 2") && error.contains("[2, 3]"),
        "{error}"
    );
    Ok(())
}

#[test]
fn bins_that_are_none() {
    let v = DArray::<f64, Ix1>::ones([5], Blocks([2]));
    let says = |bins: Bins, words: &str| {
        let error = v.histogram(bins).fetch().unwrap_err().to_string();
        assert!(
            error.contains(words) && error.contains("histogram at"),
            "{error}"
        );
    };
    says(0.into(), "no bins");
    says((3, 1.0..0.0).into(), "between 1 and 0");
    says(vec![1.0].into(), "1 edges");
    says(vec![1.0, f64::NAN].into(), "not finite and ascending");
    let infinite = v.map(|x| x / 0.0).eval();
    let error = infinite.histogram(3).fetch().unwrap_err().to_string();
    assert!(error.contains("inf"), "{error}");
    let error = v.quantile(1.5).fetch().unwrap_err().to_string();
    assert!(error.contains("1.5 is not between 0 and 1"), "{error}");
    // All the same: numpy's bins from half below to half above.
    let histogram = v.histogram(2).fetch().unwrap();
    assert_eq!(histogram.edges, arr1(&[0.5, 1.0, 1.5]));
    assert_eq!(histogram.counts, arr1(&[0, 5]));
}

#[test]
fn all_of_this_on_three_workers() {
    cases::again_on_three_workers();
}
