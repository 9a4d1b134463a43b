//! Calls that cannot be done: an error at the call, with its line and the shapes.

use dagger::array::*;
use dagger::prelude::*;
use ndarray::{Ix1, Ix2};

#[track_caller]
fn says<T>(result: Result<T>, words: &[&str]) {
    let Err(error) = result else {
        panic!("no error");
    };
    let text = error.to_string();
    assert!(words.iter().all(|word| text.contains(word)), "{text}");
    assert!(text.contains("errors.rs:"), "{text}");
}

#[test]
fn matrices_that_are_not_square() {
    let a = DArray::<f64, Ix2>::ones([3, 4], Blocks([2, 2]));
    let b = DArray::<f64, Ix1>::ones([3], Blocks([2]));
    says(
        a.cholesky().check(),
        &["cholesky at", "[3, 4] is not square"],
    );
    says(
        a.clone().into_cholesky().check(),
        &["cholesky at", "[3, 4]"],
    );
    says(a.solve(&b).check(), &["solve at", "[3, 4] is not square"]);
    says(
        a.lu().solve(&b).check(),
        &["solve at", "[3, 4] is not square"],
    );
    says(a.inv().check(), &["inv at", "[3, 4] is not square"]);
    says(a.lu().inv().check(), &["inv at", "[3, 4] is not square"]);
    says(a.det().fetch(), &["det at", "[3, 4] is not square"]);
    says(a.sln_det().fetch(), &["sln_det at", "[3, 4] is not square"]);
    says(a.lu().det().fetch(), &["det at", "[3, 4] is not square"]);
    says(a.eigh().0.check(), &["eigh at", "[3, 4] is not square"]);
    says(a.eigh().1.check(), &["eigh at", "[3, 4] is not square"]);
    says(
        a.eigvalsh().check(),
        &["eigvalsh at", "[3, 4] is not square"],
    );
    let solution = a.solve_triangular(Triangle::Lower, Diag::Unit, &b);
    says(
        solution.check(),
        &["solve_triangular at", "[3, 4] is not square"],
    );
}

#[test]
fn right_sides_of_another_length() {
    let a = DArray::<f64, Ix2>::ones([3, 3], Blocks([2, 2]));
    let b = DArray::<f64, Ix1>::ones([4], Blocks([2]));
    let lengths = ["[3, 3]", "4 rows"];
    let with = |call: &'static str| [call, lengths[0], lengths[1]];
    says(a.solve(&b).check(), &with("solve at"));
    says(a.cholesky().solve(&b).check(), &with("solve at"));
    says(a.lu().solve(&b).check(), &with("solve at"));
    says(a.least_squares(&b).check(), &with("least_squares at"));
    let solution = a.solve_triangular(Triangle::Upper, Diag::NonUnit, &b);
    says(solution.check(), &with("solve_triangular at"));
}

#[test]
fn what_has_failed_fails_with_its_own_error() {
    let failed = DArray::<f64, Ix2>::ones([3, 3], Blocks([0, 1]));
    let b = DArray::<f64, Ix1>::ones([7], Blocks([2]));
    let origin = &["blocks"];
    says(failed.cholesky().check(), origin);
    says(failed.cholesky().solve(&b).check(), origin);
    says(failed.cholesky().det().fetch(), origin);
    says(failed.lu().check(), origin);
    says(failed.lu().l().check(), origin);
    says(failed.lu().permutation.check(), origin);
    says(failed.qr().check(), origin);
    says(failed.qr().q().check(), origin);
    says(failed.qr().r().check(), origin);
    says(failed.solve(&b).check(), origin);
    says(failed.least_squares(&b).check(), origin);
    says(failed.inv().check(), origin);
    says(failed.det().fetch(), origin);
    says(failed.eigh().1.check(), origin);
    says(failed.svd().u.check(), origin);
    says(failed.singular_values().check(), origin);
    let a = DArray::<f64, Ix2>::ones([3, 3], Blocks([2, 2]));
    says(a.solve(&failed).check(), origin);
    says(a.cholesky().solve(&failed).check(), origin);
}
