//! Prepared graphs: put together once, run many times.

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
fn cell(up: &u64, left: &u64, own: &mut u64) {
    *own = own.wrapping_add(1).wrapping_add(*up).wrapping_add(*left);
}

#[task]
fn fill(x: &mut u64, from: &[u64], offset: u64) {
    *x = from.iter().sum::<u64>() + offset;
}

#[task]
fn label(x: &mut String, name: String, i: usize) {
    x.push_str(&name);
    x.push_str(&i.to_string());
}

#[task]
fn double(x: u64) -> u64 {
    2 * x
}

#[task]
fn add(x: u64, y: u64) -> u64 {
    x + y
}

#[task]
fn total(v: &[u64]) -> u64 {
    v.iter().sum()
}

#[task]
fn bump(v: &mut [u64]) {
    v.iter_mut().for_each(|x| *x += 1);
}

struct NotClone(u64);

#[task]
fn open(x: &NotClone) -> u64 {
    x.0
}

dag! {
    fn wavefront(slots: &mut [u64], width: usize) {
        for row in 1..width {
            for column in 1..width {
                cell(
                    &slots[(row - 1) * width + column],
                    &slots[row * width + column - 1],
                    &mut slots[row * width + column],
                );
            }
        }
    }

    fn filled(out: &mut Vec<u64>, from: &[u64], offset: u64) {
        for i in 0..8 {
            let twice = double(i as u64);
            fill(&mut out[i], from, add(twice, offset));
        }
    }

    fn labelled<const N: usize>(out: &mut [String; N], name: String) {
        for i in 0..N {
            label(&mut out[i], name.clone(), i);
        }
    }

    fn diamond(x: u64) -> u64 {
        let a = double(x);
        let b = double(a);
        let c = double(a);
        add(b, c)
    }

    fn summed(v: &mut Vec<u64>, by: u64) -> u64 {
        bump(v);
        let mut sum = by;
        for i in 0..v.len() {
            sum = add(sum, double(v[i]));
        }
        sum
    }

    fn opened(x: NotClone) -> u64 {
        let a = open(&x);
        let b = open(&x);
        a + b
    }
}

#[test]
fn recorded_loops_run_again() {
    every_way(|| {
        let width = 7;
        let mut slots = vec![1; width * width];
        let mut expected = slots.clone();
        for _ in 0..3 {
            for row in 1..width {
                for column in 1..width {
                    let (up, left) = (
                        expected[(row - 1) * width + column],
                        expected[row * width + column - 1],
                    );
                    cell(&up, &left, &mut expected[row * width + column]);
                }
            }
        }
        let graph = wavefront::prepare(&mut slots, width).unwrap();
        assert_eq!(graph.len(), 36);
        for _ in 0..3 {
            graph.run().unwrap();
        }
        drop(graph);
        assert_eq!(slots, expected);
        wavefront::run(&mut slots, width).unwrap();
    });
}

#[test]
fn recorded_nodes_own_what_they_look_at() {
    fn prepared<'a>(out: &'a mut Vec<u64>, from: &'a [u64]) -> dagger::Prepared<'a, ()> {
        let offset = from.len() as u64;
        filled::prepare(out, from, offset).unwrap()
    }
    every_way(|| {
        let mut out = vec![0; 8];
        let graph = prepared(&mut out, &[1, 2, 3]);
        graph.run().unwrap();
        graph.run().unwrap();
        drop(graph);
        assert_eq!(out, (0..8).map(|i| 6 + 2 * i + 3).collect::<Vec<u64>>());
        let mut names = [const { String::new() }; 3];
        let graph = labelled::prepare(&mut names, "n".to_owned()).unwrap();
        graph.run().unwrap();
        graph.run().unwrap();
        drop(graph);
        assert_eq!(names, ["n0n0", "n1n1", "n2n2"]);
    });
}

#[test]
fn repeated_graphs_get_their_parameters_again() {
    every_way(|| {
        let graph = diamond::prepare(3).unwrap();
        assert_eq!(graph.len(), 4);
        assert_eq!(graph.run().unwrap(), 24);
        assert_eq!(graph.run().unwrap(), 24);
        let mut v = vec![1, 2];
        let graph = summed::prepare(&mut v, 10).unwrap();
        assert_eq!(graph.run().unwrap(), 20);
        assert_eq!(graph.run().unwrap(), 24);
        assert_eq!(opened::run(NotClone(4)).unwrap(), 8);
    });
}
