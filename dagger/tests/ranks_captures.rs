//! Expressions and their variables on other workers.

mod ranks_support;

use dagger::prelude::*;
use ranks_support::three;
use std::sync::Mutex;

#[derive(Wire, Clone)]
struct Row {
    name: String,
    cells: Vec<f64>,
}

fn described(row: &Row, factor: f64) -> (usize, String, f64) {
    let sum: f64 = row.cells.iter().sum();
    (this_worker(), row.name.clone(), sum * factor)
}

#[test]
fn variables_travel_with_their_expression() {
    three().enter(|| {
        let row = Row {
            name: "r".into(),
            cells: vec![1.5; 1000],
        };
        let (factor, text) = (2.0, "text");
        for worker in [0, 1, 2] {
            let row = row.clone();
            let task = spawn!(
                #[on(worker = worker)]
                {
                    let (at, name, sum) = described(&row, factor);
                    (at, format!("{name}{text}"), sum)
                }
            );
            assert_eq!(task.fetch().unwrap(), (worker, "rtext".into(), 3000.0));
        }
    });
}

#[test]
fn closures_travel_and_tell_their_failures() {
    three().enter(|| {
        let texts = vec![String::from("7"), String::from("x")];
        let sum = spawn!(
            #[on(worker = 2)]
            move || -> Result<i32, std::num::ParseIntError> {
                let mut sum = this_worker() as i32;
                for text in &texts {
                    sum += text.trim().parse::<i32>()?;
                }
                Ok(sum)
            }
        );
        let error = sum.fetch().unwrap_err();
        assert!(error.message().contains("invalid digit"), "{error}");
    });
}

#[test]
fn what_cannot_travel_runs_where_it_is() {
    three().enter(|| {
        let (count, step) = (Mutex::new(1), 2);
        let here = spawn!({ count.into_inner().unwrap() + step + this_worker() });
        assert_eq!(here.fetch().unwrap(), 3);
    });
}
