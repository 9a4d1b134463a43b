//! Loops that unfold compute what the same loops do without `dag!`.

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

#[task]
fn set(x: &mut u64, to: u64) {
    *x = to;
}

#[task]
fn mix(x: &u64, y: &u64, z: &mut u64) {
    *z = z.wrapping_mul(31).wrapping_add(x.wrapping_mul(7) ^ *y);
}

#[task]
fn make(i: usize) -> Vec<u64> {
    vec![i as u64; i % 5 + 1]
}

#[task]
fn sum(v: &[u64]) -> u64 {
    v.iter().sum()
}

#[task]
fn add(x: u64, y: u64) -> u64 {
    x.wrapping_mul(3).wrapping_add(y)
}

#[task]
fn scale(v: &mut [u64], by: u64) {
    for x in v {
        *x *= by;
    }
}

#[task]
fn norm(x: &u64) -> u64 {
    x % 97
}

#[task]
fn check(x: u64) -> std::result::Result<u64, String> {
    if x == 13 {
        Err(format!("{x} is unlucky"))
    } else {
        Ok(x)
    }
}

#[task]
fn concat(a: String, b: &str) -> String {
    a + b
}

#[test]
fn elements_of_a_vector() {
    every_way(|| {
        let n = 12;
        let mut a: Vec<u64> = (0..n as u64).collect();
        let mut expected = a.clone();
        for k in 0..n {
            set(&mut expected[k], k as u64 + 3);
            for i in k + 1..n {
                let (head, tail) = expected.split_at_mut(i);
                mix(&head[k], &head[i - 1], &mut tail[0]);
            }
        }
        dag! {
            for k in 0..n {
                set(&mut a[k], k as u64 + 3);
                for i in k + 1..n {
                    let left = a[k];
                    let right = norm(&left);
                    set(&mut a[i], right);
                }
            }
        }
        .unwrap();
        let mut again: Vec<u64> = (0..n as u64).collect();
        for k in 0..n {
            set(&mut again[k], k as u64 + 3);
            for i in k + 1..n {
                let left = again[k];
                let right = norm(&left);
                set(&mut again[i], right);
            }
        }
        assert_eq!(a, again);
    });
}

#[test]
fn values_carried_through_a_loop() {
    every_way(|| {
        let n = 40;
        let total = dag! {
            let mut total = 0;
            for i in 0..n {
                let v = make(i);
                total = add(total, sum(&v));
            }
            total
        }
        .unwrap();
        let mut expected = 0;
        for i in 0..n {
            expected = add(expected, sum(&make(i)));
        }
        assert_eq!(total, expected);
    });
}

#[test]
fn an_outer_total() {
    every_way(|| {
        let mut total = 5;
        let mut count = 0;
        dag! {
            for i in 0..30usize {
                let v = make(i);
                total = add(total, sum(&v));
                count += sum(&v);
            }
        }
        .unwrap();
        let (mut expected, mut counted) = (5, 0);
        for i in 0..30 {
            expected = add(expected, sum(&make(i)));
            counted += sum(&make(i));
        }
        assert_eq!((total, count), (expected, counted));
    });
}

#[test]
fn chunks_of_a_slice() {
    every_way(|| {
        let mut v: Vec<u64> = (0..50).collect();
        let s = dag! {
            for (i, c) in v.chunks_mut(7).enumerate() {
                scale(c, i as u64);
            }
            for c in v.chunks_mut(5) {
                scale(c, 2);
                scale(c, 3);
            }
            sum(&v)
        }
        .unwrap();
        let expected: Vec<u64> = (0..50).map(|x| x * (x / 7) * 6).collect();
        assert_eq!(v, expected);
        assert_eq!(s, expected.iter().sum::<u64>());
    });
}

#[test]
fn collected_results() {
    every_way(|| {
        let names = ["a", "bb", "ccc"];
        let (all, lengths) = dag! {
            let mut all = String::new();
            let mut lengths = Vec::new();
            for (i, name) in names.iter().enumerate() {
                let n = add(name.len() as u64, i as u64);
                all = concat(all, name);
                lengths.push(n);
            }
            (all, lengths)
        }
        .unwrap();
        assert_eq!(all, "abbccc");
        assert_eq!(lengths, [3, 7, 11]);
    });
}

#[test]
fn the_first_error_in_program_order() {
    every_way(|| {
        let mut done = vec![0; 20];
        let error = dag! {
            for i in 0..20u64 {
                let x = check(i)?;
                set(&mut done[i as usize], x + 1);
            }
        }
        .unwrap_err();
        assert!(error.to_string().contains("13 is unlucky"), "{error}");
        assert!(error.to_string().contains("check"), "{error}");
        assert!(done[..13].iter().all(|&x| x > 0));
    });
}

#[test]
fn conditions_of_the_driver() {
    every_way(|| {
        let mut v = vec![1_u64; 16];
        dag! {
            for i in 0..16 {
                if i == 12 {
                    break;
                }
                if i % 2 == 0 {
                    set(&mut v[i], 5);
                } else if i % 3 == 0 {
                    set(&mut v[i], 7);
                } else {
                    continue;
                }
                set(&mut v[15 - i / 4], i as u64);
            }
        }
        .unwrap();
        let mut w = vec![1_u64; 16];
        for i in 0..16 {
            if i == 12 {
                break;
            }
            if i % 2 == 0 {
                set(&mut w[i], 5);
            } else if i % 3 == 0 {
                set(&mut w[i], 7);
            } else {
                continue;
            }
            set(&mut w[15 - i / 4], i as u64);
        }
        assert_eq!(v, w);
    });
}

struct Tiles {
    n: usize,
    tiles: Vec<u64>,
}

impl std::ops::Index<(usize, usize)> for Tiles {
    type Output = u64;
    fn index(&self, (i, j): (usize, usize)) -> &u64 {
        &self.tiles[i * self.n + j]
    }
}

impl std::ops::IndexMut<(usize, usize)> for Tiles {
    fn index_mut(&mut self, (i, j): (usize, usize)) -> &mut u64 {
        &mut self.tiles[i * self.n + j]
    }
}

#[task]
fn head(v: &[u64; 4]) -> &u64 {
    &v[0]
}

#[task]
fn weigh<T: Into<u64> + Copy + Send + Sync>(x: &T, by: u64) -> u64 {
    (*x).into() * by
}

dag! {
    fn weighted<T: Into<u64> + Copy + Send + Sync, const N: usize>(
        xs: &[T; N],
        weights: &[u64],
        out: &mut [u64],
        limit: u64,
    ) -> u64 {
        let n = xs.len().min(weights.len());
        let mut over = 0;
        for i in 0..n {
            let w = weigh(&xs[i], weights[i]);
            match w {
                0 => out[i] = 1,
                w if w > limit => {
                    over += 1;
                    set(&mut out[i], limit);
                }
                _ => set(&mut out[i], w),
            }
            while out[i] % 2 == 1 {
                out[i] += add(out[i], 0) % 3 + 1;
            }
        }
        add(over, sum(out))
    }
}

#[test]
fn decisions_on_computed_values_inside_loops() {
    let xs = [1_u32, 5, 0, 9, 13];
    let weights = [3, 4, 5, 6];
    let (mut over, mut expected) = (0, vec![0; 5]);
    for i in 0..4 {
        let w = weigh(&xs[i], weights[i]);
        match w {
            0 => expected[i] = 1,
            w if w > 30 => {
                over += 1;
                set(&mut expected[i], 30);
            }
            _ => set(&mut expected[i], w),
        }
        while expected[i] % 2 == 1 {
            expected[i] += add(expected[i], 0) % 3 + 1;
        }
    }
    let total = add(over, sum(&expected));
    every_way(|| {
        let mut out = vec![0; 5];
        assert_eq!(weighted::run(&xs, &weights, &mut out, 30).unwrap(), total);
        assert_eq!(out, expected);
    });
    let graph = weighted::graph();
    assert!(graph.find("weigh").is_some() && graph.find("add").is_some());
    assert_eq!(graph.len(), graph.nodes().len());
}

#[test]
fn a_panic_in_a_loop_names_its_task() {
    #[task]
    fn fragile(i: usize) -> u64 {
        assert!(i != 7, "seven");
        i as u64
    }
    every_way(|| {
        let mut out = vec![0; 20];
        let error = dag! {
            for i in 0..20 {
                let x = fragile(i);
                set(&mut out[i], x);
            }
        }
        .unwrap_err();
        let text = error.to_string();
        assert!(text.contains("fragile") && text.contains("seven"), "{text}");
        let error = dag! {
            for i in 0..30 {
                set(&mut out[i], 1);
            }
        }
        .unwrap_err();
        let text = error.to_string();
        assert!(
            text.contains("set") && text.contains("out of bounds"),
            "{text}"
        );
    });
}

#[test]
fn loops_in_branches_and_graphs_in_tasks() {
    #[task]
    fn inner(n: u64) -> dagger::Result<u64> {
        dag! {
            let a = add(n, 1);
            let b = add(n, 2);
            a + b
        }
    }
    every_way(|| {
        for flag in [true, false] {
            let mut v = vec![1_u64; 9];
            let r = dag! {
                let k = add(1, 2);
                let r = if flag {
                    for i in 0..9 {
                        let x = inner(k + i as u64)?;
                        set(&mut v[i], x);
                    }
                    sum(&v)
                } else {
                    let a = inner(k)?;
                    let b = inner(a)?;
                    add(a, b)
                };
                let s = sum(&v);
                (r, s)
            }
            .unwrap();
            let each = |n: u64| add(n, 1) + add(n, 2);
            let k = add(1, 2);
            let expected = if flag {
                let total = (0..9).map(|i| each(k + i)).sum();
                (total, total)
            } else {
                (add(each(k), each(each(k))), 9)
            };
            assert_eq!(r, expected);
        }
    });
}
