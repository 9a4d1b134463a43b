//! Fourier transforms against their definition, Parseval's theorem and their inverses.

mod cases;

use cases::{Case, case};
use dagger::array::*;
use dagger::prelude::*;
use ndarray::{Array, Array1, Array2, Array3, Axis, Dimension, Ix1, Ix2, arr1};
use num_complex::Complex;
use proptest::prelude::*;
use std::f64::consts::TAU;

type C = Complex<f64>;

/// Along an axis, by the definition.
fn naive<D: Dimension>(x: &Array<C, D>, axis: Axis) -> Array<C, D> {
    let n = x.len_of(axis);
    let mut made = x.clone();
    for (mut line, x) in made.lanes_mut(axis).into_iter().zip(x.lanes(axis)) {
        for (k, y) in line.iter_mut().enumerate() {
            let term = |(j, x): (usize, &C)| x * C::cis(-TAU * (j * k % n) as f64 / n as f64);
            *y = x.iter().enumerate().map(term).sum();
        }
    }
    made
}

fn worst<D: Dimension>(a: &Array<C, D>, b: &Array<C, D>) -> f64 {
    assert_eq!(a.shape(), b.shape());
    a.iter()
        .zip(b)
        .map(|(a, b)| (a - b).norm())
        .fold(0.0, f64::max)
}

/// Real and imaginary parts out of real numbers.
fn complex(x: &Array2<f64>) -> Array2<C> {
    Array2::from_shape_fn(x.dim(), |at| C::new(x[at], x[(x.nrows() - 1 - at.0, at.1)]))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn along_an_axis_and_back(Case { local, blocks, .. } in case(), axis in 0_usize..2) {
        let local = complex(&local);
        let array = DArray::distribute(&local, Blocks(blocks));
        let axis = Axis(axis);
        let spectrum = array.fft(axis);
        prop_assert_eq!(spectrum.layout(), array.layout());
        let found = spectrum.collect().unwrap();
        prop_assert!(worst(&found, &naive(&local, axis)) < 1e-10);
        prop_assert!(worst(&spectrum.ifft(axis).collect().unwrap(), &local) < 1e-12);
        // Parseval: the energy is the same.
        let energy = |x: &Array2<C>| x.iter().map(C::norm_sqr).sum::<f64>();
        let n = local.len_of(axis).max(1) as f64;
        prop_assert!((energy(&found) / n - energy(&local)).abs() <= 1e-10 * energy(&local).max(1.0));
    }

    #[test]
    fn along_both_axes_and_back(Case { local, blocks, .. } in case()) {
        let local = complex(&local);
        let array = DArray::distribute(&local, Blocks(blocks));
        let expected = naive(&naive(&local, Axis(1)), Axis(0));
        let spectrum = array.fftn();
        prop_assert!(worst(&spectrum.collect().unwrap(), &expected) < 1e-9);
        prop_assert!(worst(&spectrum.ifftn().collect().unwrap(), &local) < 1e-12);
    }

    #[test]
    fn of_real_values_and_back(Case { local, array, .. } in case(), axis in 0_usize..2) {
        let axis = Axis(axis);
        let n = local.len_of(axis);
        let kept = if n == 0 { 0 } else { n / 2 + 1 };
        let half = |full: Array2<C>, axis| full.slice_axis(axis, (0..kept).into()).to_owned();
        let full = naive(&local.mapv(C::from), axis);
        let spectrum = array.rfft(axis);
        prop_assert!(worst(&spectrum.collect().unwrap(), &half(full, axis)) < 1e-10);
        let back = spectrum.irfft(axis, n).collect().unwrap();
        prop_assert!((&back - &local).iter().all(|x| x.abs() < 1e-12));
        let both = array.rfftn();
        let full = naive(&naive(&local.mapv(C::from), Axis(1)), Axis(0));
        let kept = if local.ncols() == 0 { 0 } else { local.ncols() / 2 + 1 };
        let expected = full.slice_axis(Axis(1), (0..kept).into()).to_owned();
        prop_assert!(worst(&both.collect().unwrap(), &expected) < 1e-9);
        let back = both.irfftn(local.ncols()).collect().unwrap();
        prop_assert!((&back - &local).iter().all(|x| x.abs() < 1e-12));
    }
}

#[test]
fn lengths_of_every_kind() -> Result<()> {
    for n in [0, 1, 2, 3, 16, 97, 360, 509, 1024, 1021] {
        let x = Array1::from_shape_fn(n, |j| C::new((j as f64).sin(), (j as f64 * 0.3).cos()));
        let spectrum = DArray::distribute(&x, Blocks([100])).fft(Axis(0));
        assert!(
            worst(&spectrum.collect()?, &naive(&x, Axis(0))) < 1e-9,
            "{n}"
        );
        assert!(worst(&spectrum.ifftn().collect()?, &x) < 1e-12, "{n}");
    }
    Ok(())
}

#[test]
fn three_axes() -> Result<()> {
    let x = Array3::from_shape_fn((4, 5, 6), |(i, j, k)| {
        C::new((i * j) as f64, (j + 3 * k) as f64)
    });
    let array = DArray::distribute(&x, Blocks([2, 2, 4]));
    let mut expected = x.clone();
    for axis in 0..3 {
        assert!(worst(&array.fft(Axis(axis)).collect()?, &naive(&x, Axis(axis))) < 1e-11);
        expected = naive(&expected, Axis(axis));
    }
    assert!(worst(&array.fftn().collect()?, &expected) < 1e-9);
    assert!(worst(&array.fftn().ifftn().collect()?, &x) < 1e-12);
    let real = x.mapv(|x| x.re as f32);
    let real = DArray::distribute(&real, Blocks([3, 2, 2]));
    let back = real.rfftn().irfftn(6).collect()?;
    assert!((back - real.collect()?).iter().all(|x| x.abs() < 1e-4));
    Ok(())
}

/// Long enough to be taken apart.
#[test]
fn a_long_vector() -> Result<()> {
    let n = 3 << 16;
    // Two waves, so all but two frequencies are 0.
    let wave = move |k: usize, j: usize| C::cis(TAU * (j * k % n) as f64 / n as f64);
    let x = DArray::<C, Ix1>::from_fn([n], Blocks([50_000]), move |j| {
        wave(12_345, j) * 2.0 + wave(n - 7, j)
    });
    let spectrum = x.fft(Axis(0));
    assert_eq!(spectrum.layout(), x.layout());
    let found = spectrum.collect()?;
    for (k, y) in found.iter().enumerate() {
        let expected = match k {
            12_345 => 2.0 * n as f64,
            k if k == n - 7 => n as f64,
            _ => 0.0,
        };
        assert!((y - expected).norm() < 1e-7, "{k}: {y}");
    }
    assert!(worst(&spectrum.ifft(Axis(0)).collect()?, &x.collect()?) < 1e-12);
    Ok(())
}

#[test]
fn mistakes_are_told_at_the_call() {
    let says = |error: Error, words: &[&str]| {
        let text = error.to_string();
        assert!(words.iter().all(|word| text.contains(word)), "{text}");
        assert!(text.contains("fourier.rs:"), "{text}");
    };
    let a = DArray::<f64, Ix2>::ones([4, 6], Blocks([2, 2]));
    says(
        a.rfft(Axis(2)).check().unwrap_err(),
        &["rfft", "axis 2", "[4, 6]"],
    );
    let c = a.rfft(Axis(1));
    assert_eq!(c.shape(), [4, 4]);
    says(
        c.fft(Axis(5)).check().unwrap_err(),
        &["fft", "axis 5", "[4, 4]"],
    );
    says(
        c.irfft(Axis(1), 8).check().unwrap_err(),
        &["irfft", "[4, 4]", "4 frequencies", "8 real values have 5"],
    );
    let v = DArray::distribute(&arr1(&[C::from(1.0)]), Blocks([1]));
    says(
        v.irfftn(5).check().unwrap_err(),
        &["irfftn", "1 frequencies"],
    );
}

#[test]
fn all_of_this_on_three_workers() {
    cases::again_on_three_workers();
}
