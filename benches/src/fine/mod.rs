//! Never slower than serial: small programs with and without `dag!`.
//!
//! Each file holds one program twice, word for word the same but for `dag!`. None of them is worth a second thread, or
//! only just; the aim is that nobody has to think about that. There are no peers here.

pub mod branch;
pub mod fallible;
pub mod loop_of_nodes;
pub mod nested;
pub mod one_call;
pub mod tree_sum;
pub mod two_calls;
pub mod updates;
pub mod wide;
pub mod words;

use std::fmt::Debug;

use crate::harness::{Effort, Goal, LineUp, Question, Unit, time};

/// This module's questions.
pub fn questions(_: Effort) -> Vec<Question> {
    vec![
        one_call::question(),
        two_calls::question(),
        wide::question(),
        words::question(),
        branch::question(),
        fallible::question(),
        updates::question(),
        nested::question(),
        tree_sum::question(),
        loop_of_nodes::question(),
    ]
}

/// The question of what `dag!` adds to a program.
fn question<T>(name: &str, how: &'static str, plain: fn() -> T, with_dag: fn() -> T) -> Question
where
    T: PartialEq + Debug + Send + Sync + 'static,
{
    Question::new(
        format!("fine/{name}"),
        Unit::nanoseconds("run", 1),
        how,
        move |threads| {
            LineUp::new()
                .ours(move |batch| {
                    let expected = plain();
                    crate::ours::sample(threads, batch, &expected, with_dag)
                })
                .serial("without dag!", move |batch| time(batch, &plain(), plain))
        },
    )
    .aim(Goal::OverSerial {
        percent: 5.0,
        nanoseconds: 200.0,
    })
}
