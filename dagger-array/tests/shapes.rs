//! Operations that move elements, against ndarray, on random shapes and blocks.

mod cases;

use cases::{Case, blocks, case, partner};
use dagger::array::*;
use dagger::prelude::*;
use ndarray::NewAxis;
use ndarray::{
    Array, Array1, Array2, Array3, Axis, Ix2, Ix3, Slice, SliceInfo, SliceInfoElem, arr1, s,
};
use proptest::prelude::*;

/// A range inside of an axis, counted from either end, with a step.
fn range(length: usize) -> impl Strategy<Value = SliceInfoElem> {
    let step = prop_oneof![-3_isize..=-1, 1_isize..=3];
    (0..=length, 0..=length, step, any::<bool>(), any::<bool>()).prop_map(
        move |(a, b, step, from_end, open)| {
            let (start, end) = (a.min(b) as isize, a.max(b) as isize);
            let length = length as isize;
            let from_end = from_end && start < length;
            let start = if from_end { start - length } else { start };
            let end = if open { None } else { Some(end) };
            SliceInfoElem::Slice { start, end, step }
        },
    )
}

fn sliced() -> impl Strategy<Value = (Case, SliceInfoElem, SliceInfoElem)> {
    case().prop_flat_map(|case| {
        let (rows, columns) = case.local.dim();
        (Just(case), range(rows), range(columns))
    })
}

fn info(rows: SliceInfoElem, columns: SliceInfoElem) -> SliceInfo<Vec<SliceInfoElem>, Ix2, Ix2> {
    SliceInfo::try_from(vec![rows, columns]).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn slices((Case { local, array, .. }, rows, columns) in sliced()) {
        let part = info(rows, columns);
        let made = array.slice(&part);
        prop_assert!(made.shape() == local.slice(&part).shape());
        prop_assert_eq!(made.collect().unwrap(), local.slice(&part));
        // The blocks are where the layout says, so that what is made of them is right too.
        prop_assert_eq!((&made + 1.0).sum().fetch().unwrap(), (&local.slice(&part) + 1.0).sum());
    }

    #[test]
    fn rows_and_columns(Case { local, array, .. } in case(), at in any::<prop::sample::Index>()) {
        if local.is_empty() {
            return Ok(());
        }
        let (i, j) = (at.index(local.nrows()), at.index(local.ncols()));
        prop_assert_eq!(array.slice(s![i, ..]).collect().unwrap(), local.row(i));
        prop_assert_eq!(array.slice(s![.., j]).collect().unwrap(), local.column(j));
        prop_assert_eq!(array.slice(s![i, j]).collect().unwrap()[()], local[(i, j)]);
        let last = array.slice(s![-1, NewAxis, ..;-1]).collect().unwrap();
        prop_assert_eq!(last, local.slice(s![-1, NewAxis, ..;-1]));
    }

    #[test]
    fn assignment_to_slices((Case { local, array, .. }, rows, columns) in sliced(), edges in blocks()) {
        let part = info(rows, columns);
        let mut expected = local.clone();
        let values = Array2::from_shape_fn(local.slice(&part).dim(), |(i, j)| 1000.0 + (10 * i + j) as f64);
        expected.slice_mut(&part).assign(&values);
        let mut made = array.clone();
        made.slice_assign(&part, &DArray::distribute(&values, Blocks(edges))).unwrap();
        prop_assert_eq!(made.collect().unwrap(), expected);
        prop_assert_eq!(array.collect().unwrap(), local);
    }

    #[test]
    fn transposes(Case { local, array, .. } in case()) {
        prop_assert_eq!(array.t().collect().unwrap(), local.t());
        let back = array.t().t();
        prop_assert_eq!(back.layout(), array.layout());
        prop_assert_eq!((&array.t() + 1.0).sum().fetch().unwrap(), (&local + 1.0).sum());
    }

    #[test]
    fn other_shapes(Case { local, array, .. } in case(), edges in blocks(), fold in 1_usize..8) {
        let flat = array.flatten();
        let expected: Array1<f64> = local.iter().copied().collect();
        prop_assert_eq!(flat.collect().unwrap(), &expected);
        let n = local.len();
        let rows = (1..=fold).rev().find(|rows| n % rows == 0).unwrap();
        let shape = [rows, n / rows];
        let wanted = expected.clone().into_shape_with_order(shape).unwrap();
        prop_assert_eq!(array.reshape(shape).collect().unwrap(), &wanted);
        prop_assert_eq!(array.reshape_into(shape, Blocks(edges)).collect().unwrap(), &wanted);
        let three = array.reshape_into([n / rows, 1, rows], Blocks([edges[0], 1, edges[1]]));
        let wanted = expected.into_shape_with_order([n / rows, 1, rows]).unwrap();
        prop_assert_eq!(three.collect().unwrap(), &wanted);
        prop_assert_eq!(three.reshape(local.dim()).collect().unwrap(), local);
    }

    #[test]
    fn side_by_side((one, other) in partner(), axis in 0_usize..2) {
        let axis = Axis(axis);
        let arrays = [one.array.clone(), other.array.clone(), one.array.clone()];
        let locals = [one.local.view(), other.local.view(), one.local.view()];
        let made = concatenate(axis, &arrays);
        prop_assert_eq!(made.collect().unwrap(), ndarray::concatenate(axis, &locals).unwrap());
        let layers = stack(axis, &arrays);
        prop_assert_eq!(layers.collect().unwrap(), ndarray::stack(axis, &locals).unwrap());
        prop_assert_eq!(layers.sum_axis(axis).collect().unwrap(), &one.local * 2.0 + &other.local);
    }

    #[test]
    fn stretched(Case { local, array, .. } in case(), times in 1_usize..5) {
        let (rows, columns) = local.dim();
        let wide = array.insert_axis(Axis(0)).broadcast([times, rows, columns]);
        prop_assert_eq!(wide.collect().unwrap(), local.broadcast([times, rows, columns]).unwrap());
        if rows == 1 {
            let tall = array.broadcast([times, columns]);
            prop_assert_eq!(tall.collect().unwrap(), local.broadcast([times, columns]).unwrap());
        }
    }
}

#[test]
fn axes_of_three_in_any_order() -> Result<()> {
    let local = Array3::from_shape_fn((4, 5, 6), |(i, j, k)| 100 * i + 10 * j + k);
    let array = DArray::distribute(&local, Blocks([3, 2, 4]));
    for axes in [
        [0, 1, 2],
        [0, 2, 1],
        [1, 0, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
    ] {
        let expected = local.view().permuted_axes(axes);
        assert_eq!(array.permuted_axes(axes).collect()?, expected);
    }
    let mut expected = local.clone();
    expected.swap_axes(0, 2);
    assert_eq!(array.swap_axes(0, 2).collect()?, expected);
    Ok(())
}

#[test]
fn single_elements_are_set() -> Result<()> {
    let mut a = DArray::<i32, Ix3>::zeros([3, 3, 3], Blocks([2, 2, 2]));
    let before = a.clone();
    a.set([2, 0, 1], 5)?;
    let mut expected = Array3::zeros((3, 3, 3));
    expected[(2, 0, 1)] = 5;
    assert_eq!(a.collect()?, expected);
    assert_eq!(before.sum().fetch()?, 0);
    let error = a.set([3, 0, 0], 1).unwrap_err().to_string();
    assert!(
        error.contains("[3, 0, 0]") && error.contains("[3, 3, 3]"),
        "{error}"
    );
    assert_eq!(a.collect()?, expected);
    Ok(())
}

/// Every mistake names what was wrong, and leaves the arrays as they were.
#[test]
fn mistakes_are_told_at_the_call() -> Result<()> {
    let a = DArray::<f64, Ix2>::ones([4, 6], Blocks([2, 2]));
    let says = |error: dagger::Error, words: &[&str]| {
        let text = error.to_string();
        assert!(words.iter().all(|word| text.contains(word)), "{text}");
        assert!(text.contains("shapes.rs:"), "{text}");
    };
    let no = |made: DArray<f64, Ix2>| made.check().unwrap_err();
    says(no(a.reshape([5, 5])), &["24", "[4, 6]", "[5, 5]"]);
    says(no(a.slice(s![..5, ..])), &["0..5", "axis 0", "[4, 6]"]);
    says(no(a.slice(s![.., -7..])), &["-7", "axis 1", "[4, 6]"]);
    says(
        a.slice(s![4, ..]).check().unwrap_err(),
        &["index 4", "[4, 6]"],
    );
    says(no(a.permuted_axes([0, 0])), &["[0, 0]", "[4, 6]"]);
    says(no(a.swap_axes(0, 2)), &["[0, 2]"]);
    says(no(a.broadcast([8, 6])), &["[4, 6]", "[8, 6]"]);
    let b = DArray::<f64, Ix2>::ones([4, 5], Blocks([2, 2]));
    says(
        no(concatenate(Axis(0), &[a.clone(), b.clone()])),
        &["[4, 6]", "[4, 5]"],
    );
    says(
        stack(Axis(0), &[a.clone(), b.clone()]).check().unwrap_err(),
        &["[1, 4, 6]", "[1, 4, 5]"],
    );
    says(no(concatenate::<f64, Ix2>(Axis(0), &[])), &["no arrays"]);
    let mut c = a.clone();
    says(
        c.slice_assign(s![..2, ..], &b).unwrap_err(),
        &["[4, 5]", "[2, 6]"],
    );
    assert_eq!(c.collect()?, Array::ones((4, 6)));
    let huge = DArray::<f64, Ix2>::zeros([usize::MAX, 2], Blocks([1, 1]));
    says(no(huge), &["larger than any memory"]);
    Ok(())
}

#[test]
fn steps_over_many_blocks() -> Result<()> {
    let local = Array1::from_iter(0..100);
    let array = DArray::distribute(&local, Blocks([7]));
    let view = local.slice_axis(Axis(0), Slice::new(3, Some(98), -11));
    assert_eq!(array.slice(s![3..98;-11]).collect()?, view);
    assert_eq!(array.slice(s![90..;30]).collect()?, arr1(&[90]));
    Ok(())
}

#[test]
fn all_of_this_on_three_workers() {
    cases::again_on_three_workers();
}
