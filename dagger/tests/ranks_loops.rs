//! Loops of a `dag!` on three workers: where nodes run, what travels, and what stays.

mod ranks_support;

use dagger::prelude::*;
use ranks_support::in_three;
use std::collections::BTreeSet;
use std::rc::Rc;

#[task]
fn where_it_runs(place: &mut usize) {
    *place = this_worker();
}

#[task]
fn plus(x: &mut i64, y: &i64) {
    *x += y;
}

#[task]
fn times(x: &mut i64, factor: i64) {
    *x *= factor;
}

#[task]
fn sum(x: &i64, y: &i64) -> i64 {
    x + y
}

#[task]
fn halves(x: i64) -> (i64, Vec<i64>) {
    (x / 2, vec![x - x / 2])
}

#[task]
fn put(x: &mut i64, first: i64, rest: Vec<i64>) {
    *x = first * 1000 + rest[0];
}

fn statements_say_where() {
    in_three(|| {
        let mut places = vec![9; 12];
        dag! {
            for i in 0..12 {
                #[on(worker = i % workers())]
                where_it_runs(&mut places[i]);
            }
        }
        .expect("it runs");
        assert_eq!(places, [0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2]);
    });
}

fn elements_go_where_they_are_used_and_come_home() {
    in_three(|| {
        let mut a: Vec<i64> = (0..8).collect();
        let mut expected = a.clone();
        for turn in 1..4 {
            for i in 1..8 {
                let before = expected[i - 1];
                expected[i] += before;
                expected[i - 1] *= turn;
            }
        }
        dag! {
            for turn in 1..4_i64 {
                for i in 1..8 {
                    #[on(worker = i % 3)]
                    plus(&mut a[i], &a[i - 1]);
                    #[on(worker = (i + 1) % 3)]
                    times(&mut a[i - 1], turn);
                }
            }
        }
        .expect("it runs");
        assert_eq!(a, expected);
    });
}

fn options_around_the_loops_spread_what_they_change() {
    in_three(|| {
        let mut places = vec![9; 6];
        let scope = Scope::worker(1) | Scope::worker(2);
        with_options(Options::new().on(scope), || {
            dag! {
                for _turn in 0..3 {
                    for i in 0..6 {
                        where_it_runs(&mut places[i]);
                    }
                }
            }
        })
        .expect("it runs");
        let used: BTreeSet<usize> = places.iter().copied().collect();
        assert_eq!(used, BTreeSet::from([1, 2]), "{places:?}");
    });
}

fn the_owner_computes_where_nothing_is_said() {
    in_three(|| {
        let (mut places, mut later) = (vec![9; 3], vec![9; 3]);
        dag! {
            for i in 0..3 {
                #[on(worker = i)]
                where_it_runs(&mut places[i]);
            }
            for i in 0..3 {
                where_it_runs(&mut places[i]);
                where_it_runs(&mut later[i]);
            }
        }
        .expect("it runs");
        assert_eq!((places, later), (vec![0, 1, 2], vec![0, 0, 0]));
    });
}

fn values_of_the_loops_travel_and_are_taken_apart() {
    in_three(|| {
        let x: Vec<i64> = (0..9).map(|i| i * i).collect();
        let mut y = vec![0; 9];
        let mut total = 0_i64;
        dag! {
            for i in 1..9 {
                #[on(worker = i % 3)]
                let both = sum(&x[i], &x[i - 1]);
                #[on(worker = (i + 1) % 3)]
                let (first, rest) = halves(both);
                #[on(worker = (i + 2) % 3)]
                plus(&mut total, &first);
                #[on(worker = i % 2)]
                put(&mut y[i], first, rest);
            }
        }
        .expect("it runs");
        let both: Vec<i64> = (1..9).map(|i| x[i] + x[i - 1]).collect();
        assert_eq!(total, both.iter().map(|both| both / 2).sum::<i64>());
        let expected = both.iter().map(|both| both / 2 * 1000 + (both - both / 2));
        assert_eq!(y[1..], expected.collect::<Vec<i64>>());
    });
}

#[task]
fn is_below(x: &i64, most: i64) -> bool {
    *x < most
}

fn the_driver_waits_for_what_it_asks() {
    in_three(|| {
        let mut x = 1_i64;
        let mut turns = 0;
        dag! {
            while is_below(&x, 1000) {
                #[on(worker = turns % 3)]
                times(&mut x, 3);
                turns += 1;
            }
        }
        .expect("it runs");
        assert_eq!((x, turns), (2187, 7));
    });
}

fn many_turns_are_cut_in_pieces() {
    in_three(|| {
        let mut a = vec![1_i64; 5];
        let mut expected = a.clone();
        for n in 0..30_000_usize {
            let other = expected[(n + 1) % 5];
            expected[n % 5] = expected[n % 5].wrapping_mul(3) ^ other;
        }
        dag! {
            for n in 0..30_000_usize {
                #[on(worker = n / 7000 % 3)]
                mix(&mut a[n % 5], &a[(n + 1) % 5]);
            }
        }
        .expect("it runs");
        assert_eq!(a, expected);
    });
}

#[task]
fn mix(x: &mut i64, y: &i64) {
    *x = x.wrapping_mul(3) ^ y;
}

struct Stays(Rc<()>, i64);

// SAFETY: the tests touch the count on one thread at a time only.
unsafe impl Send for Stays {}
// SAFETY: as above.
unsafe impl Sync for Stays {}

#[task]
fn grow(x: &mut Stays) {
    assert_eq!(Rc::strong_count(&x.0), 1);
    x.1 += 1 + 100 * this_worker() as i64;
}

fn what_cannot_travel_stays_and_says_so_if_it_may_not() {
    in_three(|| {
        let mut a: Vec<Stays> = (0..3).map(|x| Stays(Rc::new(()), x)).collect();
        let mut places = vec![9; 3];
        dag! {
            for i in 0..3 {
                grow(&mut a[i]);
                #[on(worker = 1)]
                where_it_runs(&mut places[i]);
            }
        }
        .expect("it stays");
        let values: Vec<i64> = a.iter().map(|one| one.1).collect();
        assert_eq!((values, places), (vec![1, 2, 3], vec![1, 1, 1]));
        let error = dag! {
            for i in 0..3 {
                #[on(worker = i)]
                grow(&mut a[i]);
            }
        }
        .expect_err("the second cannot");
        let said = error.to_string();
        assert!(said.contains("Stays`, which is not `Wire`"), "{said}");
        assert_eq!(error.task(), Some("grow"));
        assert_eq!(a[0].1, 2, "the first has run");
    });
}

#[task]
fn longest(words: &[String]) -> usize {
    words.iter().map(String::len).max().unwrap_or(0)
}

#[task]
fn append(word: &mut String, length: usize) {
    word.push_str(&length.to_string());
}

fn parts_and_the_whole_stay_at_home() {
    in_three(|| {
        let mut words: Vec<String> = ["a", "bb", "ccc"].map(String::from).into();
        dag! {
            for i in 0..3 {
                let length = longest(&words);
                append(&mut words[i], length);
            }
        }
        .expect("it runs");
        assert_eq!(words, ["a3", "bb3", "ccc3"]);
        let error = dag! {
            for i in 0..3 {
                #[on(worker = 2)]
                let length = longest(&words);
                append(&mut words[i], length);
            }
        }
        .expect_err("the second turn cannot");
        let said = error.to_string();
        assert!(said.contains("as a whole and in parts"), "{said}");
        assert_eq!(words[0], "a34", "the first turn has run");
    });
}

fn a_scope_that_nobody_satisfies_is_an_error() {
    in_three(|| {
        let mut x = vec![0; 3];
        let error = dag! {
            for i in 0..3 {
                #[on(worker = i + 1)]
                where_it_runs(&mut x[i]);
            }
        }
        .expect_err("there are three");
        let said = error.to_string();
        assert!(
            said.contains("worker 3") || said.contains("worker=3"),
            "{said}"
        );
        assert_eq!(x, [1, 2, 0], "those before have run");
    });
}

dag! {
    /// Adds to each element the one before, and says where it has been.
    fn sums(a: &mut Vec<i64>, places: &mut Vec<usize>, turns: i64) {
        for turn in 0..turns {
            for i in 1..4 {
                #[on(worker = i % 3)]
                plus(&mut a[i], &a[i - 1]);
                #[on(worker = i % 3)]
                times(&mut a[i], turn + 1);
            }
        }
        for i in 0..3 {
            #[on(worker = i)]
            where_it_runs(&mut places[i]);
        }
    }
}

fn named_and_prepared_loops_travel_too() {
    in_three(|| {
        let step = |a: &mut Vec<i64>| {
            for turn in 0..2 {
                for i in 1..4 {
                    let before = a[i - 1];
                    a[i] = (a[i] + before) * (turn + 1);
                }
            }
        };
        let (mut a, mut places) = (vec![1, 2, 3, 4], vec![9; 3]);
        let mut expected = a.clone();
        sums::run(&mut a, &mut places, 2).expect("it runs");
        step(&mut expected);
        assert_eq!((&a, &places[..]), (&expected, &[0, 1, 2][..]));
        places.fill(9);
        let prepared = sums::prepare(&mut a, &mut places, 2).expect("it is put together");
        for _ in 0..3 {
            prepared.run().expect("it runs");
            step(&mut expected);
        }
        drop(prepared);
        assert_eq!((a, places), (expected, vec![0, 1, 2]));
    });
}

ranks_support::scenarios! {
    named_and_prepared_loops_travel_too,
    statements_say_where,
    elements_go_where_they_are_used_and_come_home,
    options_around_the_loops_spread_what_they_change,
    the_owner_computes_where_nothing_is_said,
    values_of_the_loops_travel_and_are_taken_apart,
    the_driver_waits_for_what_it_asks,
    many_turns_are_cut_in_pieces,
    what_cannot_travel_stays_and_says_so_if_it_may_not,
    parts_and_the_whole_stay_at_home,
    a_scope_that_nobody_satisfies_is_an_error,
}
