//! Making arrays, looking at them, taking them apart.

mod cases;

use cases::{Case, blocks, case, partner, shape};
use dagger::array::*;
use dagger::prelude::*;
use ndarray::{Array1, Array2, Ix1, Ix2, Ix3, arr2, s};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn distribute_and_collect(Case { local, array, blocks } in case()) {
        prop_assert_eq!(array.collect().unwrap(), local.clone());
        prop_assert_eq!(array.shape(), local.shape());
        let grid: Vec<usize> = (0..2).map(|a| local.shape()[a].div_ceil(blocks[a]).max(1)).collect();
        prop_assert_eq!(array.layout().grid(), grid.as_slice());
        let transposed = DArray::distribute(&local.t(), Blocks(blocks));
        prop_assert_eq!(transposed.collect().unwrap(), local.t());
    }

    #[test]
    fn blocks_are_parts_of_the_whole(Case { local, array, blocks } in case()) {
        let tasks = array.blocks();
        prop_assert_eq!(tasks.shape(), array.layout().grid());
        for ((i, j), task) in tasks.indexed_iter() {
            let (top, left) = (i * blocks[0], j * blocks[1]);
            let (bottom, right) = ((top + blocks[0]).min(local.nrows()), (left + blocks[1]).min(local.ncols()));
            let part = local.slice(s![top..bottom, left..right]);
            prop_assert_eq!(task.fetch().unwrap(), part);
            prop_assert_eq!(array.block([i, j]).fetch().unwrap(), part);
        }
    }

    #[test]
    fn elements_by_index(Case { local, array, .. } in case()) {
        for ((i, j), value) in local.indexed_iter().step_by(5) {
            prop_assert_eq!(array.get([i, j]).fetch().unwrap(), *value);
        }
        let outside = array.get([local.nrows(), 0]).fetch().unwrap_err();
        prop_assert!(outside.message().contains("outside"), "{}", outside);
    }

    #[test]
    fn random_numbers_do_not_depend_on_blocks(shape in shape(), one in blocks(), other in blocks(), seed: u64) {
        let a = DArray::<f64, Ix2>::random_with(seed, shape, Blocks(one));
        let b = DArray::<f64, Ix2>::random_with(seed, shape, Blocks(other));
        prop_assert_eq!(a.collect().unwrap(), b.collect().unwrap());
        let a = DArray::<f64, Ix2>::randn_with(seed, shape, Blocks(one));
        let b = DArray::<f64, Ix2>::randn_with(seed, shape, Blocks::auto());
        prop_assert_eq!(a.collect().unwrap(), b.collect().unwrap());
    }

    #[test]
    fn functions_of_the_index(shape in shape(), blocks in blocks()) {
        let a = DArray::<usize, Ix2>::from_fn(shape, Blocks(blocks), |(i, j)| 100 * i + j);
        prop_assert_eq!(a.collect().unwrap(), Array2::from_shape_fn(shape, |(i, j)| 100 * i + j));
    }

    #[test]
    fn rechunked_arrays_are_the_same((one, other) in partner()) {
        let made = one.array.rechunk(Blocks(other.blocks));
        prop_assert_eq!(made.collect().unwrap(), one.local);
        prop_assert_eq!(made.layout(), other.array.layout());
    }

    #[test]
    fn automatic_blocks_cover_any_shape(shape in [0_usize..100_000, 0_usize..100_000, 0_usize..4]) {
        let dimension = ndarray::Dim(shape);
        let layout = Blocks::auto().layout(&dimension, 8).unwrap();
        prop_assert_eq!(layout.shape(), &shape);
        for (axis, length) in shape.into_iter().enumerate() {
            let cuts = layout.cuts(axis);
            prop_assert_eq!((cuts[0], cuts[cuts.len() - 1]), (0, length));
            prop_assert!(cuts.windows(2).all(|cut| cut[0] < cut[1]) || length == 0);
        }
        let largest: usize = (0..3)
            .map(|axis| layout.cuts(axis).windows(2).map(|cut| cut[1] - cut[0]).max().unwrap())
            .product();
        prop_assert!(largest * 8 <= 4 << 20, "{} bytes", largest * 8);
    }
}

#[test]
fn random_numbers_are_spread_as_they_should_be() -> Result<()> {
    let n = 200_000;
    let uniform = DArray::<f64, Ix1>::random_with(1, [n], Blocks::auto());
    assert!((uniform.mean().fetch()? - 0.5).abs() < 0.003);
    assert!((uniform.var(0.0).fetch()? - 1.0 / 12.0).abs() < 0.002);
    assert!(uniform.ge(0.0).all().fetch()? && uniform.lt(1.0).all().fetch()?);
    let normal = DArray::<f64, Ix1>::randn_with(1, [n], Blocks::auto());
    assert!(normal.mean().fetch()?.abs() < 0.01);
    assert!((normal.std(0.0).fetch()? - 1.0).abs() < 0.01);
    let kurtosis = normal.map(|x| x.powi(4)).mean().fetch()?;
    assert!((kurtosis - 3.0).abs() < 0.1, "{kurtosis}");
    // Neighbours do not know of each other, nor do arrays of other seeds.
    let local = normal.collect()?;
    let neighbours: f64 = local
        .iter()
        .zip(local.iter().skip(1))
        .map(|(a, b)| a * b)
        .sum();
    assert!((neighbours / n as f64).abs() < 0.01);
    let other = DArray::<f64, Ix1>::randn_with(2, [n], Blocks::auto());
    assert!((&normal * &other).mean().fetch()?.abs() < 0.01);
    let (one, two) = (
        DArray::<u64, Ix1>::random([8], Blocks([8])).collect()?,
        DArray::<u64, Ix1>::random([8], Blocks([8])).collect()?,
    );
    assert_ne!(one, two);
    Ok(())
}

#[test]
fn constants() -> Result<()> {
    let zeros = DArray::<i64, Ix3>::zeros([2, 3, 4], Blocks([2, 2, 2]));
    assert_eq!(zeros.sum().fetch()?, 0);
    assert_eq!(
        DArray::<i64, Ix3>::ones([2, 3, 4], Blocks([5, 2, 2]))
            .sum()
            .fetch()?,
        24
    );
    let words = DArray::full([3], Blocks([2]), "word".to_owned());
    assert_eq!(words.collect()?, Array1::from_elem(3, "word".to_owned()));
    Ok(())
}

#[test]
fn blocks_of_no_size_are_an_error_at_the_call() {
    let line = line!() + 1;
    let a = DArray::<f64, Ix2>::zeros([4, 4], Blocks([0, 2]));
    assert_eq!(a.shape(), [0, 0]);
    let text = a.clone().check().unwrap_err().to_string();
    assert!(text.contains("[0, 2]") && text.contains("[4, 4]"), "{text}");
    assert!(text.contains(&format!("making.rs:{line}")), "{text}");
    // Whatever is made of it fails in the same way.
    let failed = (&a + 1.0)
        .eval()
        .rechunk(Blocks([2, 2]))
        .block([0, 0])
        .fetch();
    assert!(failed.unwrap_err().to_string().contains("[0, 2]"));
    assert!(a.sum().fetch().is_err() && a.wait().is_err());
    assert!(format!("{a:?}").contains("[0, 2]"));
}

#[test]
fn a_block_outside_of_the_grid_is_an_error() {
    let a = DArray::<f64, Ix2>::zeros([4, 4], Blocks([2, 2]));
    let text = a.block([2, 0]).fetch().unwrap_err().to_string();
    assert!(text.contains("[2, 0]") && text.contains("[2, 2]"), "{text}");
}

#[test]
fn arrays_show_shape_blocks_and_corners() -> Result<()> {
    let a = DArray::distribute(&arr2(&[[1.5, 2.0], [3.0, 4.0]]), Blocks([1, 2]));
    a.wait()?;
    assert_eq!(
        format!("{a}"),
        "DArray<f64> shape [2, 2] in [2, 1] blocks (2 of 2 ready)\n[[1.5, 2],\n [3, 4]]"
    );
    assert_eq!(
        format!("{a:?}"),
        "DArray<f64> shape [2, 2] in [2, 1] blocks (2 of 2 ready)\n[[1.5, 2.0],\n [3.0, 4.0]]"
    );
    let wide = DArray::<i32, Ix1>::from_fn([1_000_000], Blocks([1000]), |i| i as i32);
    let text = format!("{wide}");
    assert!(
        text.ends_with("[0, 1, 2, …, 999997, 999998, 999999]"),
        "{text}"
    );
    // Debug does not wait: this would be for ever.
    let layout = DArray::<i32, Ix1>::zeros([2], Blocks([2])).layout().clone();
    let (go, may_go) = std::sync::mpsc::channel::<()>();
    let never = DArray::from_blocks(
        layout,
        vec![spawn!({
            let _ = may_go.recv();
            Array1::<i32>::zeros(2)
        })],
    )?;
    assert!(format!("{never:?}").contains("0 of 1 ready"));
    drop(go);
    assert_eq!(never.sum().fetch()?, 0);
    Ok(())
}

#[test]
fn all_of_this_on_three_workers() {
    cases::again_on_three_workers();
}
