//! Tasks large enough that only the balance between threads matters.

pub mod independent;
pub mod wavefront;

use crate::harness::{Effort, Question};

/// This module's questions.
pub fn questions(effort: Effort) -> Vec<Question> {
    let mut questions = vec![independent::question(effort)];
    questions.extend(wavefront::questions(effort));
    questions
}
