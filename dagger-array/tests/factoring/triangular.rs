//! Equations with triangular matrices.

use dagger::array::*;
use ndarray::Array2;
use num_complex::Complex;
use proptest::prelude::*;

use crate::cases::blocks;
use crate::reference::*;

fn triangle<T: Sample>(side: usize, triangle: Triangle, diag: Diag, seed: u64) -> Array2<T> {
    Array2::from_shape_fn((side, side), |(i, j)| {
        let there = match triangle {
            Triangle::Lower => i > j,
            Triangle::Upper => i < j,
        };
        match (i == j, diag) {
            (true, Diag::Unit) => T::sample(1.0, 0.0),
            (true, Diag::NonUnit) => T::sample(2.0 + (i % 3) as f64, 0.5),
            _ if there => {
                matrix::<T>([1, 1], seed + (i * side + j) as u64)[(0, 0)]
                    / T::sample(side as f64, 0.0)
            }
            _ => T::sample(0.0, 0.0),
        }
    })
}

fn solved<T: Sample>(
    side: usize,
    columns: usize,
    cuts: ([usize; 2], [usize; 2]),
    which: (Triangle, Diag),
    seed: u64,
) {
    let exact = triangle::<T>(side, which.0, which.1, seed);
    // What is not to be read.
    let stored = Array2::from_shape_fn((side, side), |(i, j)| {
        let read = match which.0 {
            Triangle::Lower => i > j,
            Triangle::Upper => i < j,
        } || i == j && which.1 == Diag::NonUnit;
        if read {
            exact[(i, j)]
        } else {
            T::sample(f64::NAN, 0.0)
        }
    });
    let b = matrix::<T>([side, columns], seed + 1);
    let right = distribute(&b, cuts.1);
    let x = distribute(&stored, cuts.0).solve_triangular(which.0, which.1, &right);
    assert_eq!(x.layout(), right.layout());
    solves(&exact, &x.collect().unwrap(), &b);
    assert_eq!(right.collect().unwrap(), b, "the right side is as it was");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn of_any_kind(
        side in side(),
        columns in 0_usize..8,
        cuts in (blocks(), blocks()),
        triangle in prop_oneof![Just(Triangle::Lower), Just(Triangle::Upper)],
        diag in prop_oneof![Just(Diag::Unit), Just(Diag::NonUnit)],
        seed: u32,
    ) {
        solved::<f64>(side, columns, cuts, (triangle, diag), seed.into());
        solved::<Complex<f64>>(side.min(60), columns, cuts, (triangle, diag), seed.into());
    }
}

#[test]
fn a_zero_on_the_diagonal_is_told() {
    let mut t = Array2::<f64>::eye(150);
    t[(120, 120)] = 0.0;
    let t = distribute(&t, [40, 40]);
    let b = DArray::<f64, ndarray::Ix1>::ones([150], Blocks([50]));
    let error = t
        .solve_triangular(Triangle::Upper, Diag::NonUnit, &b)
        .collect()
        .unwrap_err();
    let error = error.to_string();
    assert!(
        error.contains("solve_triangular at") && error.contains("pivot 120 is zero"),
        "{error}"
    );
    assert!(
        t.solve_triangular(Triangle::Upper, Diag::Unit, &b)
            .collect()
            .is_ok()
    );
}
