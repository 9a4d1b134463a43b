//! The suite `array`: arrays in blocks beside ndarray, rayon, threads by hand and the matrix library itself.

mod factors;
mod fourier;
mod fused;
mod overhead;
mod product;
mod sort;
mod stencil;
mod sum;

use crate::harness::{Effort, Question};

/// Every question of the suite, in the order of the report.
pub fn questions(effort: Effort) -> Vec<Question> {
    let mut questions = vec![sum::question(effort), fused::question(effort)];
    questions.extend(product::questions(effort));
    questions.push(sort::question(effort));
    questions.extend(factors::questions(effort));
    questions.push(fourier::question(effort));
    questions.push(stencil::question(effort));
    questions.extend(overhead::questions());
    questions
}

/// Whether two results are the same up to rounding.
fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * a.abs().max(b.abs())
}
