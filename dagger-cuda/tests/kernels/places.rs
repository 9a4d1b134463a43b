//! Tuples and arrays: made, taken apart, read, changed, compared.

use super::host::Program;
use dagger::prelude::*;

const TABLE: [f64; 4] = [0.5, -1.25, 3.0, f64::MAX];
const PAIR: (i32, bool) = (-7, true);
const SIZE: usize = 5;

#[kernel]
fn polynomial(x: f64) -> f64 {
    let mut y = 0.0;
    for c in TABLE {
        y = y * x + c;
    }
    y
}

#[kernel]
fn sorted(a: i32, b: i32, c: i32) -> (i32, i32, i32) {
    let mut v = [a, b, c];
    for i in 0..v.len() {
        for j in 0..2 - i.min(1) {
            if v[j] > v[j + 1] {
                (v[j], v[j + 1]) = (v[j + 1], v[j]);
            }
        }
    }
    (v[0], v[1], v[2])
}

#[kernel]
fn counted(n: u8) -> u32 {
    let mut histogram = [0u32; SIZE];
    for i in 0..n {
        histogram[i as usize % SIZE] += 1;
    }
    let mut sum = 0;
    for i in 0..SIZE {
        sum = sum * 7 + histogram[i];
    }
    sum
}

#[kernel]
fn nested(a: i32, b: bool) -> (i32, bool, i32) {
    let mut t = ((a, b), [a, a ^ 1]);
    t.0.0 += 5;
    t.1[1] -= t.0.0;
    let ((x, y), [p, q]) = t;
    let (_, s) = (t.0, t.1);
    ((x + p) ^ q, !y, s[1])
}

#[kernel]
fn compared(a: i32, b: i32) -> (bool, bool, bool, bool, bool, bool) {
    let (x, y) = ((a, b, true), (b, a, true));
    (
        [a, b] == [b, a],
        x < y,
        x <= y,
        x > y,
        (a, b) != (1, 2),
        [a, 1] >= [b, 2],
    )
}

#[kernel]
fn constants(a: i32) -> (i32, bool, usize) {
    let (x, y) = PAIR;
    (a ^ x, y, TABLE.len() + SIZE)
}

#[kernel]
fn grid(a: u8, b: u8) -> u32 {
    let mut m = [[0u32; 3]; 2];
    for i in 0..2 {
        for j in 0..3 {
            m[i][j] = (a as u32) * (i as u32) + (b as u32) * (j as u32);
        }
    }
    m[1][2] = m[0][1] + m[1][0];
    let row = m[1];
    row[0] + row[1] * 3 + row[2] * 5
}

// The value is computed before the place is found.
#[kernel]
fn order(a: u8) -> u32 {
    let mut v = [0u32; 4];
    let mut i = (a & 1) as usize;
    v[i] = {
        i += 2;
        9
    };
    v[i] += 3;
    v[0] + v[1] * 10 + v[2] * 100 + v[3] * 1000
}

#[kernel]
fn conversions(a: i16, b: f32, c: bool) -> (i64, f64, u8, i32) {
    let wide: i64 = a.into();
    (
        wide + i64::from(a),
        f64::from(b),
        u8::from(c),
        i32::from(a).clone(),
    )
}

#[kernel]
fn inferred(a: f32, n: u64) -> (f32, u64, i32) {
    let mut s = 0.0;
    let mut k = 1;
    for i in 0..3 {
        s += a * i as f32;
        k *= n;
    }
    let small = 3;
    (s, k << 2, small % 2)
}

#[test]
fn places() {
    let mut p = Program::new("places");
    p.one("polynomial", polynomial);
    p.three("sorted", sorted);
    p.one("counted", counted);
    p.two("nested", nested);
    p.two("compared", compared);
    p.one("constants", constants);
    p.two("grid", grid);
    p.one("order", order);
    p.three("conversions", conversions);
    p.two("inferred", inferred);
    p.check();
}
