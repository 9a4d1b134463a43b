//! Cholesky factors, and what they solve.

use dagger::array::*;
use dagger::prelude::*;
use ndarray::{Array1, Array2, Ix2};
use num_complex::Complex;
use proptest::prelude::*;

use crate::cases::blocks;
use crate::reference::*;

fn factors<T: Sample>(side: usize, cut: [usize; 2], seed: u64) {
    let a = positive::<T>(side, seed);
    let array = distribute(&a, cut);
    let factors = array.cholesky();
    let l = factors.l.collect().unwrap();
    for ((i, j), element) in l.indexed_iter() {
        assert!(i >= j || *element == T::sample(0.0, 0.0), "{i} {j}");
    }
    assert_eq!(factors.l.layout(), array.layout());
    let (exact, l) = (wide(&a), wide(&l));
    small::<T>(&(&exact - &l.dot(&adjoint(&l))), norm(&exact), "L·Lᴴ − A");

    let b = matrix::<T>([side, 3], seed + 7);
    let x = factors.solve(&distribute(&b, [cut[1], 2]));
    solves(&a, &x.collect().unwrap(), &b);
    let inverse = wide(&factors.inv().collect().unwrap());
    let scale = norm(&exact) * norm(&inverse);
    small::<T>(&(exact.dot(&inverse) - Wide::eye(side)), scale, "inverse");

    assert_eq!(array.collect().unwrap(), a, "the matrix is as it was");
    let l_again = array.into_cholesky().l.collect().unwrap();
    assert_eq!(wide(&l_again), l);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn of_doubles(side in side(), cut in blocks(), seed: u32) {
        factors::<f64>(side, cut, seed.into());
    }

    #[test]
    fn of_floats(side in side(), cut in blocks(), seed: u32) {
        factors::<f32>(side, cut, seed.into());
    }

    #[test]
    fn of_complex_numbers(side in 0_usize..120, cut in blocks(), seed: u32) {
        factors::<Complex<f64>>(side, cut, seed.into());
        factors::<Complex<f32>>(side.min(20), cut, seed.into());
    }

    #[test]
    fn the_first_bad_pivot_is_told(side in 1_usize..220, at in 0_usize..220, cut in blocks(), bad in prop_oneof![Just(0.0), Just(-3.0), Just(f64::NAN)]) {
        let at = at % side;
        let mut a = Array2::<f64>::eye(side);
        a[(at, at)] = bad;
        let error = distribute(&a, cut).cholesky().l.collect().unwrap_err().to_string();
        prop_assert!(error.contains(&format!("not positive definite: pivot {at} is not positive")), "{error}");
        prop_assert!(error.contains("cholesky at") && error.contains("cholesky.rs:"), "{error}");
    }
}

#[test]
fn blocks_that_are_good_tiles_stay_as_they_are() -> Result<()> {
    let a = positive::<f64>(500, 3);
    let array = distribute(&a, [200, 200]);
    let l = array.cholesky().l.collect()?;
    let (exact, l) = (wide(&a), wide(&l));
    small::<f64>(&(&exact - &l.dot(&adjoint(&l))), norm(&exact), "L·Lᴴ − A");
    Ok(())
}

#[test]
fn only_the_lower_triangle_is_read() -> Result<()> {
    let a = positive::<f64>(130, 5);
    let mut spoilt = a.clone();
    for ((i, j), element) in spoilt.indexed_iter_mut() {
        if i < j {
            *element = f64::NAN;
        }
    }
    let (l, same) = (
        distribute(&a, [50, 30]).cholesky().l,
        distribute(&spoilt, [50, 30]).cholesky().l,
    );
    assert_eq!(l.collect()?, same.collect()?);
    Ok(())
}

#[test]
fn of_an_ill_conditioned_matrix() -> Result<()> {
    let a = hilbert(11);
    let factors = distribute(&a, [4, 4]).cholesky();
    let (exact, l) = (wide(&a), wide(&factors.l.collect()?));
    small::<f64>(&(&exact - &l.dot(&adjoint(&l))), norm(&exact), "L·Lᴴ − A");
    let b = Array1::from_shape_fn(11, |i| i as f64 - 4.0);
    let x = factors
        .solve(&DArray::distribute(&b, Blocks([3])))
        .collect()?;
    solves(&a, &column(&x), &column(&b));
    Ok(())
}

#[test]
fn determinant() -> Result<()> {
    let a = distribute(&ndarray::array![[4.0, 2.0], [2.0, 5.0]], [1, 2]);
    assert!((a.cholesky().det().fetch()? - 16.0_f64).abs() < 1e-14);
    let nothing = DArray::<f64, Ix2>::zeros([0, 0], Blocks([2, 2]));
    assert_eq!(nothing.cholesky().det().fetch()?, 1.0);
    Ok(())
}
