//! Eigenvalues and singular values.

use dagger::array::Svd;
use dagger::prelude::*;
use ndarray::{Array1, Array2};
use num_complex::Complex;
use proptest::prelude::*;

use crate::cases::blocks;
use crate::reference::*;

fn eigen<T: Sample>(side: usize, cut: [usize; 2], seed: u64)
where
    T::RealPart: Into<f64>,
{
    let mut a = positive::<T>(side, seed);
    a.diag_mut()
        .mapv_inplace(|element| element - T::sample(side as f64, 0.0));
    let array = distribute(&a, cut);
    let (values, vectors) = array.eigh();
    assert_eq!(vectors.layout(), array.layout());
    let (values, vectors) = (real(values.collect().unwrap()), vectors.collect().unwrap());
    assert!(values.iter().is_sorted());
    orthonormal(&vectors);
    let (exact, vectors) = (wide(&a), wide(&vectors));
    let scaled = vectors.dot(&Array2::from_diag(&values.mapv(Complex::from)));
    small::<T>(&(exact.dot(&vectors) - scaled), norm(&exact), "A·V − V·Λ");
    let alone = real(array.eigvalsh().collect().unwrap());
    let difference = (alone - &values).mapv(Complex::from);
    small::<T>(
        &difference.insert_axis(ndarray::Axis(1)),
        norm(&exact),
        "eigenvalues",
    );
}

fn real<R: Into<f64> + Clone>(values: Array1<R>) -> Array1<f64> {
    values.mapv(Into::into)
}

fn singular<T: Sample>(shape: [usize; 2], cut: [usize; 2], seed: u64)
where
    T::RealPart: Into<f64>,
{
    let a = matrix::<T>(shape, seed);
    let array = distribute(&a, cut);
    let Svd { u, s, vt } = array.svd();
    let (u, s, vt) = (
        u.collect().unwrap(),
        real(s.collect().unwrap()),
        vt.collect().unwrap(),
    );
    let size = shape[0].min(shape[1]);
    assert_eq!(
        (u.dim(), s.len(), vt.dim()),
        ((shape[0], size), size, (size, shape[1]))
    );
    assert!(s.iter().rev().is_sorted() && s.iter().all(|&value| value >= 0.0));
    orthonormal(&u);
    let (exact, vt) = (wide(&a), wide(&vt));
    small::<T>(
        &(vt.dot(&adjoint(&vt)) - Wide::eye(size)),
        shape[1].max(1) as f64 / size.max(1) as f64,
        "rows of Vᴴ",
    );
    let product = wide(&u)
        .dot(&Array2::from_diag(&s.mapv(Complex::from)))
        .dot(&vt);
    small::<T>(&(product - &exact), norm(&exact), "U·S·Vᴴ − A");
    let alone = (real(array.singular_values().collect().unwrap()) - &s).mapv(Complex::from);
    small::<T>(
        &alone.insert_axis(ndarray::Axis(1)),
        norm(&exact).max(norm(&adjoint(&exact))),
        "singular values",
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn eigenvalues(side in prop_oneof![0_usize..14, 40_usize..90], cut in blocks(), seed: u32) {
        eigen::<f64>(side, cut, seed.into());
        eigen::<Complex<f64>>(side.min(20), cut, seed.into());
    }

    #[test]
    fn singular_values(shape in shape(), cut in blocks(), seed: u32) {
        singular::<f64>(shape, cut, seed.into());
        singular::<Complex<f64>>([shape[0].min(20), shape[1].min(20)], cut, seed.into());
    }
}

#[test]
fn known_eigenvalues() -> Result<()> {
    // The second difference: 2 − 2·cos(k·π/(n + 1)).
    let side = 60;
    let a = Array2::from_shape_fn((side, side), |(i, j)| match i.abs_diff(j) {
        0 => 2.0,
        1 => -1.0,
        _ => 0.0,
    });
    let values: Array1<f64> = distribute(&a, [13, 17]).eigvalsh().collect()?;
    for (k, &value) in values.iter().enumerate() {
        let angle = (k + 1) as f64 * std::f64::consts::PI / (side + 1) as f64;
        assert!((value - (2.0 - 2.0 * f64::cos(angle))).abs() < 1e-13);
    }
    Ok(())
}

#[test]
fn singular_values_of_the_hilbert_matrix() -> Result<()> {
    // The condition of the Hilbert matrix of order 5, known in closed form to these digits.
    let values = distribute(&hilbert(5), [2, 2])
        .singular_values()
        .collect()?;
    let condition = values[0] / values[4];
    assert!(
        (condition / 476_607.250_242_21 - 1.0).abs() < 1e-10,
        "{condition}"
    );
    Ok(())
}

#[test]
fn matrices_that_are_not_of_numbers() {
    for bad in [f64::NAN, f64::INFINITY] {
        let mut a = Array2::<f64>::eye(30);
        a[(20, 3)] = bad;
        let array = distribute(&a, [7, 7]);
        let says = |error: dagger::Error, call: &str| {
            let error = error.to_string();
            assert!(
                error.contains("spectral.rs:") && error.contains(call),
                "{error}"
            );
            assert!(error.contains("NaN"), "{error}");
        };
        says(array.eigh().0.collect().unwrap_err(), "eigh at");
        says(array.eigvalsh().collect().unwrap_err(), "eigvalsh at");
        says(array.svd().s.collect().unwrap_err(), "svd at");
        says(
            array.singular_values().collect().unwrap_err(),
            "singular_values at",
        );
    }
}
