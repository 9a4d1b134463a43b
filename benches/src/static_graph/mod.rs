//! Graphs that are known when the program is compiled.

pub mod chain;
pub mod diamond;

use crate::harness::{Effort, Question};

/// This module's questions.
pub fn questions(effort: Effort) -> Vec<Question> {
    let mut questions = vec![chain::question(effort), diamond::empty()];
    questions.extend([5, 20, 50, 100].map(diamond::busy));
    questions
}
