//! Factorisations and equations: residuals as LAPACK's own tests measure them, on random shapes and blocks, and bad input.

#[path = "../cases/mod.rs"]
mod cases;
mod cholesky;
mod errors;
mod lu;
mod qr;
mod reference;
mod spectral;
mod triangular;

#[test]
fn all_of_this_on_three_workers() {
    cases::again_on_three_workers();
}
