//! Elementwise operations against ndarray, on random shapes and blocks.

mod cases;

use cases::{Case, case, partner};
use dagger::array::*;
use dagger::prelude::*;
use ndarray::{Array, Array1, Array2, Ix1, Ix2, IxDyn, arr0, arr1, arr2};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn operators_fuse_into_ndarrays_values(Case { local, array, .. } in case(), k in -3.0..3.0) {
        let made = (&array * 2.0 - k + &array.map(|x| x.powi(2)) / 3.0).eval();
        let expected = &local * 2.0 - k + &local.mapv(|x| x.powi(2)) / 3.0;
        prop_assert_eq!(made.collect().unwrap(), expected);
        prop_assert_eq!(made.layout(), array.layout());
        prop_assert_eq!((2.0 - &array).collect().unwrap(), 2.0 - &local);
        prop_assert_eq!((-&array).collect().unwrap(), -&local);
    }

    #[test]
    fn blocks_need_not_agree((one, other) in partner()) {
        let sum = (&one.array + &other.array).collect().unwrap();
        prop_assert_eq!(sum, &one.local + &other.local);
    }

    #[test]
    fn length_one_stretches(Case { local, array, .. } in case(), block in 1_usize..4) {
        for axis in 0..2 {
            let mean = local.sum_axis(ndarray::Axis(axis)).insert_axis(ndarray::Axis(axis));
            let stretched = DArray::distribute(&mean, Blocks([block, block]));
            prop_assert_eq!((&array - &stretched).collect().unwrap(), &local - &mean);
            prop_assert_eq!((&stretched - &array).collect().unwrap(), &mean - &local);
        }
        let row = Array1::from_shape_fn(local.ncols(), |j| j as f64);
        let stretched = DArray::distribute(&row, Blocks([block]));
        prop_assert_eq!((&array * &stretched).collect().unwrap(), &local * &row);
        prop_assert_eq!((&stretched * &array).collect().unwrap(), &row * &local);
    }

    #[test]
    fn comparisons_and_select(Case { local, array, .. } in case()) {
        let mask = array.gt(0.0);
        let expected = local.mapv(|x| x > 0.0);
        prop_assert_eq!(mask.clone().collect().unwrap(), expected);
        let chosen = mask.select(&array, -&array).collect().unwrap();
        prop_assert_eq!(chosen, local.mapv(f64::abs));
        let kept = mask.eval().select(&array * 2.0, &array).collect().unwrap();
        prop_assert_eq!(kept, local.mapv(|x| if x > 0.0 { 2.0 * x } else { x }));
        prop_assert_eq!((!array.le(&array)).any().fetch().unwrap(), false);
        prop_assert_eq!((array.ge(0.0) | array.lt(0.0)).all().fetch().unwrap(), true);
    }

    #[test]
    fn in_place_changes_this_array_only((one, other) in partner()) {
        let mut array = one.array.clone();
        let before = array.clone();
        array += &other.array;
        array *= 3.0;
        array -= &other.array * 2.0;
        array.map_inplace(|x| *x += 1.0);
        let expected = (&one.local + &other.local) * 3.0 - &other.local * 2.0 + 1.0;
        prop_assert_eq!(array.collect().unwrap(), expected);
        prop_assert_eq!(array.layout(), before.layout());
        prop_assert_eq!(before.collect().unwrap(), one.local);
    }

    #[test]
    fn assignment_takes_over_values_not_blocks((one, other) in partner()) {
        let mut array = one.array.clone();
        array.assign(&other.array);
        prop_assert_eq!(array.collect().unwrap(), other.local);
        prop_assert_eq!(array.layout(), one.array.layout());
    }
}

#[test]
fn elements_of_different_types_meet() -> Result<()> {
    let numbers = DArray::distribute(&arr1(&[1_i32, 2, 3]), Blocks([2]));
    let factors = DArray::distribute(&arr1(&[0.5, 1.5, 2.5]), Blocks([3]));
    let products = numbers
        .zip_map(&factors, |n, f| f64::from(n) * f)
        .collect()?;
    assert_eq!(products, arr1(&[0.5, 3.0, 7.5]));
    let words = DArray::<String, Ix1>::from_fn([3], Blocks([1]), |i| format!("w{i}"));
    let lengths = words
        .zip_map(&numbers, |word, n| word.repeat(n as usize))
        .collect()?;
    assert_eq!(lengths, arr1(&["w0", "w1w1", "w2w2w2"]).mapv(str::to_owned));
    Ok(())
}

#[test]
fn single_precision_takes_plain_literals() -> Result<()> {
    let a = DArray::<f32, Ix1>::full([3], Blocks::auto(), 2.0);
    assert_eq!((&a * 2.0 + 1.0).collect()?, arr1(&[5.0_f32; 3]));
    assert_eq!((2.0 / &a).collect()?, arr1(&[1.0_f32; 3]));
    assert!(a.gt(1.0).all().fetch()?);
    Ok(())
}

#[test]
fn no_dimension_and_any_number_of_them() -> Result<()> {
    let point = DArray::distribute(&arr0(4.0), Blocks(()));
    let matrix = DArray::distribute(&arr2(&[[1.0, 2.0], [3.0, 4.0]]), Blocks([1, 2]));
    assert_eq!(
        (&matrix * &point).collect()?,
        arr2(&[[4.0, 8.0], [12.0, 16.0]])
    );
    assert_eq!(point.map(f64::sqrt).collect()?, arr0(2.0));
    let local = Array::from_shape_fn(IxDyn(&[2, 3, 2]), |i| (i[0] + i[1] * i[2]) as f64);
    let array = DArray::distribute(&local, Blocks(vec![1, 2, 2]));
    assert_eq!((&array + &array).collect()?, &local + &local);
    Ok(())
}

#[test]
fn eight_arrays_in_one_task() -> Result<()> {
    let a: Vec<DArray<f64, Ix1>> = (0..8)
        .map(|k| DArray::from_fn([5], Blocks([2]), move |i| (i * k) as f64))
        .collect();
    let sum = &a[0] + &a[1] + &a[2] + &a[3] + &a[4] + &a[5] + &a[6] + &a[7];
    assert_eq!(sum.collect()?, Array::from_shape_fn(5, |i| 28.0 * i as f64));
    Ok(())
}

#[test]
fn an_expression_is_one_task_a_block() -> Result<()> {
    let a = DArray::<f64, Ix2>::random([8, 8], Blocks([4, 4]));
    let b = DArray::<f64, Ix2>::random([8, 8], Blocks([4, 4]));
    a.wait()?;
    b.wait()?;
    let recorder = dagger::observe::record();
    (&a * 2.0 + &b.map(f64::sqrt)).eval().wait()?;
    let recording = recorder.finish();
    let mine = recording
        .spans()
        .iter()
        .filter(|span| span.task.name == "elementwise");
    assert!(mine.count() >= 4);
    let names = recording
        .spans()
        .iter()
        .filter(|span| span.task.name.contains("map"));
    assert_eq!(names.count(), 0);
    Ok(())
}

#[test]
fn shapes_that_do_not_fit_are_named_with_the_line() {
    let a = DArray::<f64, Ix2>::zeros([2, 3], Blocks([2, 2]));
    let b = DArray::<f64, Ix2>::zeros([3, 2], Blocks([2, 2]));
    let line = line!() + 1;
    let sum = &a + &b;
    let error = (sum * 2.0).eval().check().unwrap_err().to_string();
    assert!(
        error.contains("[2, 3]") && error.contains("[3, 2]"),
        "{error}"
    );
    assert!(error.contains(&format!("elementwise.rs:{line}")), "{error}");
    let mut c = a.clone();
    c += &b;
    let error = (&c + 1.0).sum().fetch().unwrap_err().to_string();
    assert!(
        error.contains("[2, 3]") && error.contains("[3, 2]"),
        "{error}"
    );
}

#[test]
fn a_panic_in_a_function_is_an_error() {
    let a = DArray::<i32, Ix1>::zeros([4], Blocks([2]));
    let error = a.map(|x| 10 / x).collect().unwrap_err();
    assert!(error.is_panic(), "{error}");
    assert!(error.message().contains("divide by zero"), "{error}");
}

#[test]
fn a_task_of_your_own_may_make_blocks() -> Result<()> {
    let layout = DArray::<f64, Ix2>::zeros([4, 2], Blocks([2, 2]))
        .layout()
        .clone();
    // One of them in column-major order.
    let reversed =
        spawn!(Array2::from_shape_fn((2, 2), |(i, j)| (10 * i + j) as f64).reversed_axes());
    let plain = spawn!(Array2::<f64>::ones((2, 2)));
    let a = DArray::from_blocks(layout.clone(), vec![reversed, plain])?;
    let expected = arr2(&[[0.0, 10.0], [1.0, 11.0], [1.0, 1.0], [1.0, 1.0]]);
    assert_eq!((&a * 2.0).collect()?, &expected * 2.0);
    let mut b = a.clone();
    b += 1.0;
    b += &a;
    assert_eq!(b.collect()?, &expected * 2.0 + 1.0);
    let wrong = vec![
        spawn!(Array2::<f64>::ones((1, 1))),
        spawn!(Array2::<f64>::ones((2, 2))),
    ];
    let error = DArray::from_blocks(layout, wrong)?
        .sum()
        .fetch()
        .unwrap_err();
    assert!(error.message().contains("[1, 1]"), "{error}");
    Ok(())
}

#[test]
fn all_of_this_on_three_workers() {
    cases::again_on_three_workers();
}
