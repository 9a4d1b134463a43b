//! Recursive fork-join: a task that splits in two (or more) until there is nothing left to split.

pub mod fib;
pub mod matmul;
pub mod nqueens;
pub mod skynet;

use crate::harness::{Effort, Question};

/// This module's questions.
pub fn questions(effort: Effort) -> Vec<Question> {
    vec![
        fib::question(effort),
        skynet::question(effort),
        nqueens::question(effort),
        matmul::question(effort),
    ]
}
