//! `while` and `loop` as the statements of a graph: what runs side by side, how they end, and the same values as without `dag!`.

#![allow(
    clippy::style,
    clippy::complexity,
    clippy::perf,
    clippy::pedantic,
    reason = "the tests write what users write"
)]
#![allow(clippy::multiple_bound_locations, unreachable_pub, dead_code)]

mod dag_support;

use dag_support::every_way;
use dagger::prelude::*;
use std::sync::Barrier;

#[task]
fn bump(x: &mut u64, by: u64) {
    *x = x.wrapping_mul(31).wrapping_add(by);
}

#[task]
fn half(x: u64) -> u64 {
    x / 2
}

#[task]
fn above(x: &u64, limit: u64) -> bool {
    *x > limit
}

#[task]
fn add(a: &u64, b: &u64) -> u64 {
    a.wrapping_add(*b)
}

#[task]
fn positive(x: u64) -> std::result::Result<u64, String> {
    if x > 3 {
        Ok(x)
    } else {
        Err(format!("{x} is too small"))
    }
}

#[test]
fn a_counted_loop() {
    every_way(|| {
        let n = 40;
        let mut v = vec![1_u64; n];
        let last = dag! {
            let mut i = 0;
            while i < n {
                bump(&mut v[i], i as u64);
                i += 1;
            }
            i
        }
        .unwrap();
        let expected: Vec<u64> = (0..n as u64).map(|i| 31 + i).collect();
        assert_eq!((last, v), (n, expected));
    });
}

#[test]
fn turns_of_a_counted_loop_run_side_by_side() {
    #[task]
    fn meet(barrier: &Barrier, x: &mut u64) {
        barrier.wait();
        *x += 1;
    }
    let runtime = Runtime::builder().threads(2).build().unwrap();
    runtime.enter(|| {
        dagger::__private::force_parallel(true);
        let barrier = Barrier::new(2);
        let mut v = [0_u64; 8];
        let mut i = 0;
        dag! {
            while i < 8 {
                meet(&barrier, &mut v[i]);
                i += 1;
            }
        }
        .unwrap();
        dagger::__private::force_parallel(false);
        assert_eq!((i, v), (8, [1; 8]));
    });
}

#[test]
fn counters_of_the_caller_and_of_the_loop() {
    every_way(|| {
        let mut v = vec![0_u64; 100];
        let (mut i, mut step, mut turns) = (0, 1, 0);
        dag! {
            while i < 100 {
                let mut j = i;
                while j < i + step && j < 100 {
                    bump(&mut v[j], (j * step) as u64);
                    j += 1;
                    turns += 1;
                }
                i = i + step;
                step *= 2;
            }
        }
        .unwrap();
        let mut expected = vec![0_u64; 100];
        let (mut k, mut s, mut t) = (0, 1, 0);
        while k < 100 {
            let mut j = k;
            while j < k + s && j < 100 {
                bump(&mut expected[j], (j * s) as u64);
                j += 1;
                t += 1;
            }
            k = k + s;
            s *= 2;
        }
        assert_eq!((i, step, turns), (k, s, t));
        assert_eq!(v, expected);
    });
}

#[test]
fn a_condition_on_what_tasks_make() {
    every_way(|| {
        let (x, y, turns) = dag! {
            let mut x = half(2_000_000);
            let mut y = half(10);
            let mut turns = 0;
            while x > 1000 {
                x = half(x);
                bump(&mut y, 1);
                bump(&mut y, x);
                turns += 1;
            }
            (x, y, turns)
        }
        .unwrap();
        let (mut a, mut b, mut t) = (1_000_000, 5, 0);
        while a > 1000 {
            a = half(a);
            bump(&mut b, 1);
            bump(&mut b, a);
            t += 1;
        }
        assert_eq!((x, y, turns), (a, b, t));
    });
}

#[test]
fn a_condition_that_is_a_task() {
    every_way(|| {
        let mut seen = vec![0_u64; 64];
        let x = dag! {
            let mut x = half(1 << 40);
            let mut i = 0;
            while above(&x, 100) && i < 64 {
                x = half(x);
                bump(&mut seen[i], 7);
                i += 1;
            }
            x
        }
        .unwrap();
        assert_eq!(x, 64);
        assert_eq!(seen.iter().filter(|&&s| s == 7).count(), 33);
    });
}

#[test]
fn the_caller_s_variables_in_a_condition() {
    every_way(|| {
        let (mut x, mut y) = (1_u64 << 30, 0);
        dag! {
            while x > 10 {
                halve(&mut x);
                bump(&mut y, 3);
            }
            bump(&mut y, x);
        }
        .unwrap();
        let (mut a, mut b) = (1_u64 << 30, 0);
        while a > 10 {
            halve(&mut a);
            bump(&mut b, 3);
        }
        bump(&mut b, a);
        assert_eq!((x, y), (a, b));
    });
}

#[task]
fn halve(x: &mut u64) {
    *x /= 2;
}

#[test]
fn break_and_continue() {
    every_way(|| {
        let mut v = vec![0_u64; 50];
        let last = dag! {
            let mut i = 0;
            'all: loop {
                i += 1;
                if i == 40 {
                    break;
                }
                if i % 3 == 0 {
                    continue;
                }
                for k in 0..3 {
                    if i + k == 38 {
                        continue 'all;
                    }
                    if k == 2 && i == 39 {
                        break 'all;
                    }
                    bump(&mut v[i + k], k as u64);
                }
            }
            i
        }
        .unwrap();
        let mut expected = vec![0_u64; 50];
        let mut i = 0;
        'all: loop {
            i += 1;
            if i == 40 {
                break;
            }
            if i % 3 == 0 {
                continue;
            }
            for k in 0..3 {
                if i + k == 38 {
                    continue 'all;
                }
                if k == 2 && i == 39 {
                    break 'all;
                }
                bump(&mut expected[i + k], k as u64);
            }
        }
        assert_eq!((last, v), (i, expected));
    });
}

#[test]
fn jumps_that_depend_on_what_tasks_make() {
    every_way(|| {
        let mut v = vec![0_u64; 40];
        let mut skipped = 0;
        dag! {
            let mut x = half(1 << 30);
            for i in 0..40 {
                x = half(x);
                if x == 0 {
                    break;
                } else if above(&x, 1 << 20) {
                    skipped += 1;
                    continue;
                }
                bump(&mut v[i], 1);
            }
        }
        .unwrap();
        let mut expected = vec![0_u64; 40];
        let (mut x, mut s) = (1_u64 << 29, 0);
        for i in 0..40 {
            x /= 2;
            if x == 0 {
                break;
            } else if x > 1 << 20 {
                s += 1;
                continue;
            }
            bump(&mut expected[i], 1);
        }
        assert_eq!((v, skipped), (expected, s));
    });
}

#[test]
fn loops_that_stay_in_one_node() {
    every_way(|| {
        let mut stack = vec![5_u64, 6, 7];
        let (sum, found) = dag! {
            let mut sum = half(0);
            while let Some(x) = stack.pop() {
                bump(&mut sum, x);
            }
            let mut n = half(100);
            let found = loop {
                n = half(n);
                if n < 10 { break n; }
            };
            (sum, found)
        }
        .unwrap();
        let mut expected = 0;
        for x in [7, 6, 5] {
            bump(&mut expected, x);
        }
        assert_eq!((sum, found), (expected, 6));
        assert!(stack.is_empty());
    });
}

#[test]
fn branches_around_loops_run_too() {
    every_way(|| {
        let (mut v, mut before, mut after) = ([0_u64; 8], 0, 0);
        let early = true;
        dag! {
            if early { bump(&mut before, 1); bump(&mut after, 2); }
            for i in 0..8 { bump(&mut v[i], 3); }
            match early { true => { bump(&mut after, 4); } false => {} }
            if !early { bump(&mut before, 5); } else { bump(&mut before, 6); }
            bump(&mut after, 7);
        }
        .unwrap();
        assert_eq!((v, before, after), ([3; 8], 37, (2 * 31 + 4) * 31 + 7));
    });
}

#[test]
fn a_counter_that_is_lent_is_none() {
    every_way(|| {
        let mut v = vec![0_u64; 10];
        let mut i = 0_u64;
        dag! {
            while i < 10 {
                let at = i as usize;
                bump(&mut v[at], i);
                i += 1;
                if above(&i, 5) { i += 1; }
            }
        }
        .unwrap();
        assert_eq!(v, [0, 1, 2, 3, 4, 5, 0, 7, 0, 9]);
        assert_eq!(i, 11);
    });
}

#[test]
fn a_failure_ends_the_loop() {
    every_way(|| {
        let mut v = vec![0_u64; 40];
        let line = line!() + 5;
        let error = dag! {
            let mut i = 0;
            let mut x = half(1000);
            while i < 40 {
                x = positive(half(x))?;
                bump(&mut v[i], x);
                i += 1;
            }
        }
        .unwrap_err();
        let text = error.to_string();
        assert!(
            text.contains("`positive`")
                && text.contains("3 is too small")
                && text.contains(&format!(":{line}")),
            "{text}"
        );
        assert_eq!(v[..7], [250, 125, 62, 31, 15, 7, 0]);
    });
}

dag! {
    fn converge(v: &mut [u64], limit: u64) -> u64 {
        let mut turns = 0;
        let mut low = half(limit);
        while low < limit {
            let a = add(&v[0], &v[1]);
            let b = add(&v[2], &v[3]);
            low = add(&a, &b);
            bump(&mut v[0], 1);
            bump(&mut v[2], 2);
            turns += 1;
        }
        turns
    }
}

#[test]
fn a_graph_with_a_while_shows_its_nodes_and_repeats() {
    let names: Vec<_> = converge::graph()
        .nodes()
        .iter()
        .map(|node| node.name.to_string())
        .collect();
    assert_eq!(
        names.iter().filter(|name| *name == "add").count(),
        3,
        "{names:?}"
    );
    every_way(|| {
        let mut v = [1, 2, 3, 4];
        let turns = converge::run(&mut v, 1_000_000).unwrap();
        let (mut w, mut t, mut low) = ([1_u64, 2, 3, 4], 0, 500_000);
        while low < 1_000_000 {
            low = w[0] + w[1] + w[2] + w[3];
            bump(&mut w[0], 1);
            bump(&mut w[2], 2);
            t += 1;
        }
        assert_eq!((turns, v), (t, w));
        let mut v = [1, 2, 3, 4];
        let graph = converge::prepare(&mut v, 1_000_000).unwrap();
        assert_eq!(graph.run().unwrap(), t);
        assert_eq!(graph.run().unwrap(), 1);
    });
}
