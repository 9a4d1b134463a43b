//! Random loop programs with random places on three workers, against their statements run in a row.

mod ranks_support;

use dagger::prelude::*;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use ranks_support::in_three;

const ELEMENTS: usize = 6;

/// One turn of the loop: which elements it uses, what it does, and where its three nodes run.
#[derive(Clone, Debug, Wire)]
struct Turn {
    to: usize,
    from: usize,
    other: usize,
    number: i64,
    places: [usize; 3],
    /// Which of its nodes fails, and whether by a panic.
    fails: Option<(usize, bool)>,
}

impl Turn {
    fn fails(&self, node: usize) -> u8 {
        match self.fails {
            Some((which, panics)) if which == node => 1 + u8::from(panics),
            _ => 0,
        }
    }
}

type Outcome<T> = std::result::Result<T, String>;

fn perhaps(fails: u8, number: i64) -> Outcome<()> {
    match fails {
        0 => Ok(()),
        1 => Err(format!("{number} is unlucky")),
        _ => panic!("{number} is very unlucky"),
    }
}

#[task]
fn mix(to: &mut Vec<i64>, from: &[i64], number: i64, fails: u8) -> Outcome<()> {
    perhaps(fails, number)?;
    let sum = from.iter().fold(number, |sum, x| sum.wrapping_mul(31) ^ x);
    to.push(sum);
    if to.len() > 5 {
        to.remove(0);
    }
    Ok(())
}

#[task]
fn look(from: &[i64], factors: &[i64; 3], number: i64, fails: u8) -> Outcome<String> {
    perhaps(fails, number)?;
    let first = from.first().copied().unwrap_or(1);
    Ok((first.wrapping_mul(factors[0]) ^ number).to_string())
}

#[task]
fn note(other: &mut String, total: &mut i64, what: String, fails: u8) -> Outcome<()> {
    perhaps(fails, what.len() as i64)?;
    *total = total.wrapping_mul(7) ^ what.len() as i64;
    other.insert_str(0, &what);
    other.truncate(20);
    Ok(())
}

#[derive(Clone, Debug, Default, PartialEq)]
struct State {
    a: Vec<Vec<i64>>,
    b: Vec<String>,
    total: i64,
}

fn beginning() -> State {
    State {
        a: (0..ELEMENTS as i64).map(|x| vec![x]).collect(),
        b: vec![String::new(); ELEMENTS],
        total: 1,
    }
}

fn across(turns: &[Turn]) -> (State, dagger::Result<()>) {
    let State {
        mut a,
        mut b,
        mut total,
    } = beginning();
    // References cannot cross, what is owned can.
    let (turns, factors) = (turns.to_vec(), [3, 5, 7]);
    let result = dag! {
        for n in 0..turns.len() {
            #[on(worker = turns[n].places[0])]
            mix(&mut a[turns[n].to], &a[turns[n].from], turns[n].number, turns[n].fails(0))?;
            #[on(worker = turns[n].places[1])]
            let what = look(&a[turns[n].from], &factors, turns[n].number, turns[n].fails(1))?;
            #[on(worker = turns[n].places[2])]
            note(&mut b[turns[n].other], &mut total, what, turns[n].fails(2))?;
        }
    };
    (State { a, b, total }, result)
}

fn in_a_row(turns: &[Turn]) -> (State, Outcome<()>) {
    let State {
        mut a,
        mut b,
        mut total,
    } = beginning();
    let mut run = || {
        for turn in turns {
            let from = a[turn.from].clone();
            mix(&mut a[turn.to], &from, turn.number, 0)?;
            let what = look(&a[turn.from], &[3, 5, 7], turn.number, 0)?;
            note(&mut b[turn.other], &mut total, what, 0)?;
        }
        Ok(())
    };
    let result = run();
    (State { a, b, total }, result)
}

fn turn() -> impl Strategy<Value = Turn> {
    let elements = (0..ELEMENTS, 1..ELEMENTS, 0..ELEMENTS);
    (elements, any::<i64>(), [0..3_usize, 0..3, 0..3]).prop_map(
        |((to, apart, other), number, places)| Turn {
            to,
            from: (to + apart) % ELEMENTS,
            other,
            number,
            places,
            fails: None,
        },
    )
}

fn any_loops_give_what_their_statements_give() {
    in_three(|| {
        let mut runner = TestRunner::new(Config {
            cases: 300,
            failure_persistence: None,
            ..Config::default()
        });
        runner
            .run(&prop::collection::vec(turn(), 0..30), |turns| {
                let (state, result) = across(&turns);
                prop_assert!(result.is_ok(), "{:?}", result);
                prop_assert_eq!(state, in_a_row(&turns).0);
                Ok(())
            })
            .expect("all agree");
    });
}

fn any_node_may_fail() {
    in_three(|| {
        let failing = (
            prop::collection::vec(turn(), 1..12),
            any::<prop::sample::Index>(),
            0..3_usize,
            any::<bool>(),
        );
        let mut runner = TestRunner::new(Config {
            cases: 120,
            failure_persistence: None,
            ..Config::default()
        });
        runner
            .run(&failing, |(mut turns, index, node, panics)| {
                let first = index.index(turns.len());
                for turn in &mut turns[first..] {
                    turn.fails = Some((node, panics));
                }
                let error = across(&turns).1.expect_err("a node fails");
                let task = ["mix", "look", "note"][node];
                let place = turns[first].places[node];
                prop_assert_eq!(error.task(), Some(task));
                prop_assert_eq!(error.worker(), (place != 0).then_some(place));
                prop_assert_eq!(error.is_panic(), panics);
                if node < 2 {
                    // The first in the program's order, whichever failed first.
                    let number = turns[first].number.to_string();
                    prop_assert!(error.to_string().contains(&number), "{}", error);
                }
                Ok(())
            })
            .expect("all agree");
    });
}

ranks_support::scenarios! {
    any_loops_give_what_their_statements_give,
    any_node_may_fail,
}
