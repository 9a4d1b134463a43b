//! Products of matrices and vectors against ndarray, on random shapes and blocks.

mod cases;

use cases::{blocks, shape};
use dagger::array::*;
use dagger::prelude::*;
use ndarray::{Array1, Array2, Ix1, Ix2};
use proptest::prelude::*;

/// Small whole numbers: products of them are exact in any order.
fn matrix(rows: usize, columns: usize, seed: usize) -> Array2<f64> {
    Array2::from_shape_fn((rows, columns), |(i, j)| {
        ((i * 31 + j * 17 + seed * 7) % 13) as f64 - 6.0
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn of_matrices(outer in shape(), inner in 0_usize..40, one in blocks(), other in blocks()) {
        let (a, b) = (matrix(outer[0], inner, 1), matrix(inner, outer[1], 2));
        let (left, right) = (DArray::distribute(&a, Blocks(one)), DArray::distribute(&b, Blocks(other)));
        let product = left.dot(&right);
        prop_assert_eq!(product.collect().unwrap(), a.dot(&b));
        prop_assert_eq!(product.layout().cuts(0), left.layout().cuts(0));
        prop_assert_eq!(product.layout().cuts(1), right.layout().cuts(1));
        let whole = |of: &Array2<f64>| of.mapv(|x| x as i32);
        let (left, right) = (left.map(|x| x as i32).eval(), right.map(|x| x as i32).eval());
        prop_assert_eq!(left.dot(&right).collect().unwrap(), whole(&a).dot(&whole(&b)));
    }

    #[test]
    fn with_vectors(shape in shape(), cut in blocks(), edge in 1_usize..9) {
        let a = matrix(shape[0], shape[1], 3);
        let (x, y) = (Array1::from_shape_fn(shape[1], |j| j as f64 - 3.0), Array1::from_shape_fn(shape[0], |i| 2.0 - i as f64));
        let (matrix, right, left) = (
            DArray::distribute(&a, Blocks(cut)),
            DArray::distribute(&x, Blocks([edge])),
            DArray::distribute(&y, Blocks([edge])),
        );
        prop_assert_eq!(matrix.dot(&right).collect().unwrap(), a.dot(&x));
        prop_assert_eq!(left.dot(&matrix).collect().unwrap(), y.dot(&a));
        prop_assert_eq!(right.dot(&(&right * 2.0).eval()).fetch().unwrap(), 2.0 * x.dot(&x));
    }

    #[test]
    fn with_the_own_transpose(shape in shape(), cut in blocks()) {
        let a = matrix(shape[0], shape[1], 4);
        let made = DArray::distribute(&a, Blocks(cut)).syrk();
        prop_assert_eq!(made.collect().unwrap(), a.dot(&a.t()));
    }
}

#[test]
fn tiles_are_joined_and_cut_for_the_work() -> Result<()> {
    // Short tiles, long ones, and few sums of many products.
    for (m, k, n, edge) in [(300, 400, 260, 16), (1100, 30, 20, 2000), (8, 3000, 8, 200)] {
        let (a, b) = (matrix(m, k, 1), matrix(k, n, 2));
        let (left, right) = (
            DArray::distribute(&a, Blocks([edge, edge])),
            DArray::distribute(&b, Blocks([edge, edge])),
        );
        let product = left.dot(&right);
        assert_eq!(product.collect()?, a.dot(&b));
        assert_eq!(
            product.layout().grid(),
            [m.div_ceil(edge), n.div_ceil(edge)]
        );
    }
    Ok(())
}

#[test]
fn shapes_that_do_not_fit_are_an_error_at_the_call() {
    let a = DArray::<f64, Ix2>::ones([3, 4], Blocks([2, 2]));
    let x = DArray::<f64, Ix1>::ones([3], Blocks([2]));
    let y = DArray::<f64, Ix1>::ones([4], Blocks([2]));
    let says = |error: dagger::Error, words: [&str; 2]| {
        let text = error.to_string();
        assert!(words.iter().all(|word| text.contains(word)), "{text}");
        assert!(text.contains("products.rs:"), "{text}");
    };
    says(a.dot(&a).check().unwrap_err(), ["[3, 4]", "[3, 4]"]);
    says(a.dot(&x).check().unwrap_err(), ["[3, 4]", "[3]"]);
    says(y.dot(&a).check().unwrap_err(), ["[4]", "[3, 4]"]);
    says(x.dot(&y).fetch().unwrap_err(), ["[3]", "[4]"]);
}

#[test]
fn all_of_this_on_three_workers() {
    cases::again_on_three_workers();
}
