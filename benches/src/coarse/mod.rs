//! Tasks large enough that only the balance between threads matters.

pub mod independent;

use crate::harness::{Effort, Question};

/// This module's questions.
pub fn questions(effort: Effort) -> Vec<Question> {
    vec![independent::question(effort)]
}
