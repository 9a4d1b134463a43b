//! Tasks that are made while the program runs.

pub mod independent;
pub mod random;

use crate::harness::{Effort, Question};

/// This module's questions.
pub fn questions(effort: Effort) -> Vec<Question> {
    vec![independent::question(effort), random::question(effort)]
}
