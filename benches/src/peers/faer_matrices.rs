//! faer, given whole matrices and rayon's threads.

use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::cholesky::llt::factor as llt;
use faer::linalg::lu::partial_pivoting::factor as lu;
use faer::linalg::matmul::matmul;
use faer::linalg::qr::no_pivoting::factor as qr;
use faer::linalg::triangular_solve as triangular;
use faer::{Accum, Mat, MatMut, MatRef, Par};

/// So many threads of the rayon pool it is called in.
fn parallel(threads: usize) -> Par {
    match threads {
        1 => Par::Seq,
        _ => Par::rayon(threads),
    }
}

fn square(numbers: &[f64], edge: usize) -> MatRef<'_, f64> {
    MatRef::from_column_major_slice(numbers, edge, edge)
}

fn square_mut(numbers: &mut [f64], edge: usize) -> MatMut<'_, f64> {
    MatMut::from_column_major_slice_mut(numbers, edge, edge)
}

/// `c ← a·b`.
pub fn product(a: &[f64], b: &[f64], c: &mut [f64], edge: usize, threads: usize) {
    let (a, b) = (square(a, edge), square(b, edge));
    matmul(
        square_mut(c, edge),
        Accum::Replace,
        a,
        b,
        1.0,
        parallel(threads),
    );
}

/// The Cholesky factor, in the lower triangle; whether there is one.
pub fn cholesky(a: &mut [f64], edge: usize, threads: usize) -> bool {
    let (par, parameters) = (parallel(threads), Default::default());
    let need = llt::cholesky_in_place_scratch::<f64>(edge, par, parameters);
    let mut memory = MemBuffer::new(need);
    let memory = MemStack::new(&mut memory);
    let a = square_mut(a, edge);
    llt::cholesky_in_place(a, Default::default(), par, memory, parameters).is_ok()
}

/// The LU factors with partial pivoting, and the order of rows.
pub fn lu(a: &mut [f64], edge: usize, threads: usize) -> Vec<usize> {
    let (par, parameters) = (parallel(threads), Default::default());
    let need = lu::lu_in_place_scratch::<usize, f64>(edge, edge, par, parameters);
    let mut memory = MemBuffer::new(need);
    let memory = MemStack::new(&mut memory);
    let (mut order, mut inverse) = (vec![0; edge], vec![0; edge]);
    lu::lu_in_place(
        square_mut(a, edge),
        &mut order,
        &mut inverse,
        par,
        memory,
        parameters,
    );
    order
}

/// The solution of `a·x = b`; `a` becomes its factors.
pub fn solve(a: &mut [f64], b: &[f64], edge: usize, threads: usize) -> Vec<f64> {
    let order = lu(a, edge, threads);
    let (factors, par) = (square(a, edge), parallel(threads));
    let mut x: Vec<f64> = order.iter().map(|&row| b[row]).collect();
    let mut column = MatMut::from_column_major_slice_mut(&mut x, edge, 1);
    triangular::solve_unit_lower_triangular_in_place(factors, column.as_mut(), par);
    triangular::solve_upper_triangular_in_place(factors, column, par);
    x
}

/// The QR factors, `R` in the upper triangle.
pub fn qr(a: &mut [f64], edge: usize, threads: usize) {
    let (par, parameters) = (parallel(threads), Default::default());
    let block = qr::recommended_block_size::<f64>(edge, edge);
    let mut factor: Mat<f64> = Mat::zeros(block, edge);
    let need = qr::qr_in_place_scratch::<f64>(edge, edge, block, par, parameters);
    let mut memory = MemBuffer::new(need);
    let memory = MemStack::new(&mut memory);
    qr::qr_in_place(
        square_mut(a, edge),
        factor.as_mut(),
        par,
        memory,
        parameters,
    );
}
