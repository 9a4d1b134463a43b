//! Every contender of every question answers rightly, once, in the small size. Nothing here looks at a clock.

use benches::harness::{Batch, Effort, Failure};

#[test]
fn every_contender_answers_rightly() {
    let mut answers = 0;
    let mut mistakes = Vec::new();
    for question in benches::questions(Effort::Quick) {
        for &threads in question.threads {
            for mut contender in (question.line_up)(threads).contenders {
                match (contender.run)(Batch { warm: 1, timed: 1 }) {
                    Ok(_) => answers += 1,
                    Err(Failure::NotBuilt(_)) => {}
                    Err(failure) => mistakes.push(format!(
                        "{} on {threads} threads: {}: {failure}",
                        question.name, contender.name
                    )),
                }
            }
        }
    }
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
    assert!(answers > 100, "only {answers} contenders ran");
}

#[test]
fn names_are_unique_and_grouped() {
    let mut names: Vec<String> = benches::questions(Effort::Full)
        .into_iter()
        .map(|question| question.name)
        .collect();
    assert!(names.iter().all(|name| name.contains('/')), "{names:?}");
    let all = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), all);
}
