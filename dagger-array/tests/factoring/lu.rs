//! LU factors, and what is done with them.

use dagger::array::*;
use dagger::prelude::*;
use ndarray::{Array1, Array2, Axis, Ix1, Ix2};
use num_complex::Complex;
use proptest::prelude::*;

use crate::cases::blocks;
use crate::reference::*;

fn factors<T: Sample>(shape: [usize; 2], cut: [usize; 2], seed: u64) {
    let a = matrix::<T>(shape, seed);
    let array = distribute(&a, cut);
    let lu = array.lu();
    let (l, u) = (lu.l().collect().unwrap(), lu.u().collect().unwrap());
    let order = lu.permutation.collect().unwrap();
    let size = shape[0].min(shape[1]);
    assert_eq!((l.dim(), u.dim()), ((shape[0], size), (size, shape[1])));
    for ((i, j), &element) in l.indexed_iter() {
        let size = element.wide().norm();
        let allowed = 1.0 + 8.0 * T::EPSILON;
        // The pivot of a complex column is the largest by |re| + |im|.
        assert!(size <= allowed * f64::sqrt(2.0), "{i} {j}: {size}");
        match i.cmp(&j) {
            std::cmp::Ordering::Less => assert_eq!(size, 0.0),
            std::cmp::Ordering::Equal => assert_eq!(element, T::sample(1.0, 0.0)),
            std::cmp::Ordering::Greater => {}
        }
    }
    assert!(
        u.indexed_iter()
            .all(|((i, j), &element)| i <= j || element == T::sample(0.0, 0.0))
    );
    let permuted = wide(&a.select(Axis(0), order.as_slice().unwrap()));
    small::<T>(
        &(wide(&l).dot(&wide(&u)) - &permuted),
        norm(&permuted),
        "L·U − P·A",
    );
    assert_eq!(array.collect().unwrap(), a, "the matrix is as it was");
}

/// The order of rows that the textbook's elimination chooses.
fn pivots(mut a: Array2<f64>) -> Array1<usize> {
    let mut order: Vec<usize> = (0..a.nrows()).collect();
    for k in 0..a.nrows().min(a.ncols()) {
        let column = a.column(k);
        let best = (k..a.nrows()).reduce(|best, row| {
            if column[row].abs() > column[best].abs() {
                row
            } else {
                best
            }
        });
        let best = best.unwrap();
        order.swap(k, best);
        for j in 0..a.ncols() {
            a.swap((k, j), (best, j));
        }
        for i in k + 1..a.nrows() {
            let factor = a[(i, k)] / a[(k, k)];
            for j in k..a.ncols() {
                a[(i, j)] -= factor * a[(k, j)];
            }
        }
    }
    order.into()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn of_any_shape(shape in shape(), cut in blocks(), seed: u32) {
        factors::<f64>(shape, cut, seed.into());
        factors::<f32>(shape, cut, seed.into());
    }

    #[test]
    fn of_complex_numbers(shape in crate::cases::shape(), cut in blocks(), seed: u32) {
        factors::<Complex<f64>>(shape, cut, seed.into());
        factors::<Complex<f32>>(shape, cut, seed.into());
    }

    #[test]
    fn pivots_are_the_textbooks(shape in shape(), cut in blocks(), seed: u32) {
        let a = matrix::<f64>(shape, seed.into());
        let lu = distribute(&a, cut).lu();
        prop_assert_eq!(lu.permutation.collect().unwrap(), pivots(a));
    }

    #[test]
    fn solutions(side in side(), columns in 0_usize..5, cuts in (blocks(), blocks()), seed: u32) {
        let (a, b) = (matrix::<f64>([side, side], seed.into()), matrix::<f64>([side, columns], 9));
        let (array, right) = (distribute(&a, cuts.0), distribute(&b, cuts.1));
        let x = array.solve(&right);
        prop_assert_eq!(x.layout(), right.layout());
        solves(&a, &x.collect().unwrap(), &b);
        let again = array.lu().solve(&right);
        prop_assert_eq!(again.collect().unwrap(), x.collect().unwrap());
        let vector: Array1<f64> = matrix([side, 1], 3).remove_axis(Axis(1));
        let x = array.solve(&DArray::distribute(&vector, Blocks([cuts.1[0]])));
        solves(&a, &column(&x.collect().unwrap()), &column(&vector));
    }

    #[test]
    fn inverses(side in side(), cut in blocks(), seed: u32) {
        let a = matrix::<f64>([side, side], seed.into());
        let array = distribute(&a, cut);
        let inverse = array.inv();
        prop_assert_eq!(inverse.layout(), array.layout());
        prop_assert_eq!(array.lu().inv().collect().unwrap(), inverse.collect().unwrap());
        let (a, inverse) = (wide(&a), wide(&inverse.collect().unwrap()));
        small::<f64>(&(a.dot(&inverse) - Wide::eye(side)), norm(&a) * norm(&inverse), "A·A⁻¹ − I");
    }

    #[test]
    fn determinants_are_products(side in 0_usize..40, cut in blocks(), seed: u32) {
        // Of a product of triangles with known diagonals, its rows turned around.
        let unit = Array2::from_shape_fn((side, side), |(i, j)| match i.cmp(&j) {
            std::cmp::Ordering::Less => 0.0,
            std::cmp::Ordering::Equal => 1.0,
            std::cmp::Ordering::Greater => matrix::<f64>([1, 1], u64::from(seed) + (i * 50 + j) as u64)[(0, 0)] / 8.0,
        });
        let mut a = unit.dot(&unit.t().dot(&Array2::from_diag_elem(side, -1.5)));
        a.invert_axis(Axis(0));
        let swaps = side / 2;
        let expected = (-1.5_f64).powi(side as i32) * (-1.0_f64).powi(swaps as i32);
        let array = distribute(&a.as_standard_layout().to_owned(), cut);
        let made = array.det().fetch().unwrap();
        prop_assert!((made - expected).abs() <= 1e-10 * expected.abs(), "{made} {expected}");
        let (sign, logarithm) = array.sln_det().fetch().unwrap();
        prop_assert_eq!(sign, expected.signum());
        prop_assert!((logarithm - side as f64 * 1.5_f64.ln()).abs() < 1e-10);
    }
}

#[test]
fn a_singular_matrix_has_factors_but_no_solution() -> Result<()> {
    for (side, at) in [(1, 0), (5, 2), (140, 70), (140, 139)] {
        // A column that depends on the one before it, exactly.
        let mut a = Array2::from_shape_fn((side, side), |(i, j)| f64::from(u8::from(i >= j)) * 2.0);
        match at {
            0 => a.fill(0.0),
            _ => {
                let before = a.column(at - 1).to_owned();
                a.column_mut(at).assign(&before);
            }
        }
        let array = distribute(&a, [30, 50]);
        let lu = array.lu();
        let order = lu.permutation.collect()?;
        let product = lu.l().collect()?.dot(&lu.u().collect()?);
        assert_eq!(product, a.select(Axis(0), order.as_slice().unwrap()));
        assert_eq!(array.det().fetch()?, 0.0);
        assert_eq!(array.sln_det().fetch()?.1, f64::NEG_INFINITY);
        let b = DArray::<f64, Ix1>::ones([side], Blocks([20]));
        let error = array.solve(&b).collect().unwrap_err().to_string();
        assert!(
            error.contains("solve at") && error.contains("lu.rs:"),
            "{error}"
        );
        assert!(
            error.contains(&format!("singular: pivot {at} is zero")),
            "{error}"
        );
        let error = array.inv().collect().unwrap_err().to_string();
        assert!(
            error.contains("inv at") && error.contains(&format!("pivot {at}")),
            "{error}"
        );
    }
    Ok(())
}

#[test]
fn the_matrix_on_which_elements_grow_most() -> Result<()> {
    // Wilkinson's: the last column doubles with every step.
    let side = 50;
    let a = Array2::from_shape_fn((side, side), |(i, j)| {
        if j == side - 1 || i == j {
            1.0
        } else if i > j {
            -1.0
        } else {
            0.0
        }
    });
    let lu = distribute(&a, [13, 13]).lu();
    let u = lu.u().collect()?;
    assert_eq!(u[(side - 1, side - 1)], 2.0_f64.powi(side as i32 - 1));
    assert_eq!(lu.l().collect()?.dot(&u), a);
    Ok(())
}

#[test]
fn of_an_ill_conditioned_matrix() -> Result<()> {
    let a = hilbert(12);
    let b = Array1::from_shape_fn(12, |i| 1.0 + i as f64);
    let x = distribute(&a, [5, 7])
        .solve(&DArray::distribute(&b, Blocks([4])))
        .collect()?;
    solves(&a, &column(&x), &column(&b));
    Ok(())
}

#[test]
fn a_matrix_of_several_panels() {
    factors::<f64>([330, 300], [150, 130], 4);
    let nothing = DArray::<f64, Ix2>::zeros([0, 0], Blocks([2, 2]));
    assert_eq!(nothing.det().fetch().unwrap(), 1.0);
}
