//! QR factors and least squares.

use dagger::array::*;
use ndarray::{Array2, Ix2};
use num_complex::Complex;
use proptest::prelude::*;

use crate::cases::blocks;
use crate::reference::*;

fn factors<T: Sample>(a: &Array2<T>, cut: [usize; 2]) {
    let array = distribute(a, cut);
    let qr = array.qr();
    let (q, r) = (qr.q().collect().unwrap(), qr.r().collect().unwrap());
    let (rows, columns) = a.dim();
    let size = rows.min(columns);
    assert_eq!((q.dim(), r.dim()), ((rows, size), (size, columns)));
    assert!(
        r.indexed_iter()
            .all(|((i, j), &element)| i <= j || element == T::sample(0.0, 0.0))
    );
    orthonormal(&q);
    let exact = wide(a);
    small::<T>(&(wide(&q).dot(&wide(&r)) - &exact), norm(&exact), "Q·R − A");
    assert_eq!(array.collect().unwrap(), *a, "the matrix is as it was");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn of_any_shape(shape in shape(), cut in blocks(), seed: u32) {
        factors::<f64>(&matrix(shape, seed.into()), cut);
        factors::<f32>(&matrix(shape, seed.into()), cut);
    }

    #[test]
    fn of_complex_numbers(shape in crate::cases::shape(), cut in blocks(), seed: u32) {
        factors::<Complex<f64>>(&matrix(shape, seed.into()), cut);
        factors::<Complex<f32>>(&matrix(shape, seed.into()), cut);
    }

    #[test]
    fn least_squares(shape in shape(), columns in 1_usize..4, cuts in (blocks(), blocks()), seed: u32) {
        least::<f64>(shape, columns, cuts, seed.into());
    }

    #[test]
    fn least_squares_of_complex_numbers(shape in crate::cases::shape(), cuts in (blocks(), blocks()), seed: u32) {
        least::<Complex<f64>>(shape, 2, cuts, seed.into());
    }
}

fn least<T: Sample>(shape: [usize; 2], columns: usize, cuts: ([usize; 2], [usize; 2]), seed: u64) {
    // A strong diagonal, so that the matrix has full rank for sure.
    let mut a = matrix::<T>(shape, seed);
    let strong = T::sample(shape[0].max(shape[1]) as f64, 0.0);
    a.diag_mut().mapv_inplace(|element| element + strong);
    let b = matrix::<T>([shape[0], columns], seed + 3);
    let x = distribute(&a, cuts.0)
        .least_squares(&distribute(&b, cuts.1))
        .collect()
        .unwrap();
    assert_eq!(x.dim(), (shape[1], columns));
    let (a, b, x) = (wide(&a), wide(&b), wide(&x));
    let rest = &b - &a.dot(&x);
    let scale = norm(&a) * norm(&x) + norm(&b);
    match shape[0] >= shape[1] {
        // What is left is orthogonal to the columns.
        true => small::<T>(
            &adjoint(&a).dot(&rest),
            norm(&adjoint(&a)) * scale,
            "Aᴴ·(b − A·x)",
        ),
        false => {
            small::<T>(&rest, scale, "b − A·x");
            // The least solution is made of the rows: it stays when it is projected on them.
            let (rows, _) = orthonormal_columns(&adjoint(&a));
            let projected = rows.dot(&adjoint(&rows).dot(&x));
            small::<T>(
                &(projected - &x),
                norm(&x) * shape[1] as f64,
                "part outside of the rows",
            );
        }
    }
}

/// Gram and Schmidt, twice.
fn orthonormal_columns(a: &Wide) -> (Wide, usize) {
    let mut q = a.clone();
    for j in 0..q.ncols() {
        for _ in 0..2 {
            for k in 0..j {
                let other = q.column(k).to_owned();
                let dot: Complex<f64> = other
                    .iter()
                    .zip(q.column(j))
                    .map(|(x, y)| x.conj() * y)
                    .sum();
                q.column_mut(j).zip_mut_with(&other, |x, y| *x -= dot * y);
            }
        }
        let length = q.column(j).iter().map(|x| x.norm_sqr()).sum::<f64>().sqrt();
        q.column_mut(j).mapv_inplace(|x| x / length);
    }
    let columns = q.ncols();
    (q, columns)
}

#[test]
fn of_matrices_without_full_rank() {
    let mut a = matrix::<f64>([60, 45], 8);
    for (column, like) in [(7, 3), (20, 19), (44, 1)] {
        let same = a.column(like).to_owned();
        a.column_mut(column).assign(&same);
    }
    factors(&a, [20, 10]);
    a.column_mut(30).fill(0.0);
    factors(&a, [20, 10]);
    factors(&Array2::<f64>::zeros((40, 35)), [9, 9]);
    let b = DArray::<f64, ndarray::Ix1>::ones([60], Blocks([20]));
    let error = distribute(&a, [20, 10])
        .least_squares(&b)
        .collect()
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("least_squares at") && error.contains("qr.rs:"),
        "{error}"
    );
    assert!(error.contains("not full rank: element 7 "), "{error}");
}

#[test]
fn of_ill_conditioned_matrices() {
    factors(&hilbert(14), [5, 5]);
    factors(&hilbert(100), [30, 30]);
}

#[test]
fn several_panels() {
    factors::<f64>(&matrix([330, 300], 5), [150, 130]);
    let tall = DArray::<f64, Ix2>::random([500, 40], Blocks([100, 40]));
    orthonormal(&tall.qr().q().collect().unwrap());
}
