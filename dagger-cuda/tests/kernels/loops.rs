//! Loops, and the ways out of them.

use super::host::Program;
use dagger::prelude::*;

#[kernel]
fn summed(n: u8) -> u32 {
    let mut sum = 0;
    for i in 0..n {
        if i % 3 == 0 {
            continue;
        }
        if i > 100 {
            break;
        }
        sum += i as u32;
    }
    sum
}

#[kernel]
fn all_of_a_type(n: i8) -> (i32, i32) {
    let (mut sum, mut count) = (0, 0);
    for i in n..=i8::MAX {
        sum += i as i32;
    }
    for _ in (i8::MIN..=n).rev() {
        count += 1;
    }
    (sum, count)
}

#[kernel]
fn steps(a: i8, b: i8) -> (i32, i32, i32, i32) {
    let mut all = (0, 0, 0, 0);
    for i in (a..b).step_by(7) {
        all.0 = all.0 * 3 + i as i32;
    }
    for i in (a..=b).step_by(300) {
        all.1 += i as i32 + 1;
    }
    for i in (a..b).rev() {
        all.2 = all.2 * 3 + i as i32;
    }
    for i in (a..=b).rev().step_by(5) {
        all.3 = all.3 * 3 + i as i32;
    }
    all
}

#[kernel]
fn empty(a: i32, b: i32) -> i32 {
    let mut count = 0;
    let (low, high) = ((a & 15) + 5, (b & 15) + 5);
    for _ in low..high {
        count += 1;
    }
    for _ in high..=low {
        count += 100;
    }
    count
}

#[kernel]
fn collatz(n: u32) -> u32 {
    let mut x = n % 1000 + 1;
    let mut steps = 0;
    while x != 1 {
        x = if x % 2 == 0 { x / 2 } else { 3 * x + 1 };
        steps += 1;
    }
    steps
}

#[kernel]
fn newton(x: f64) -> f64 {
    if !(x > 1e-3 && x < 1e10) {
        return 0.0;
    }
    let mut guess = x;
    loop {
        let next = 0.5 * (guess + x / guess);
        if (next - guess).abs() <= 1e-12 * guess {
            break next;
        }
        guess = next;
    }
}

#[kernel]
fn nested(n: u8, m: u8) -> u32 {
    let mut count = 0u32;
    'outer: for i in 0..n % 20 {
        let mut j = 0;
        while j < m % 20 {
            j += 1;
            if i * j == 42 {
                break 'outer;
            }
            if j > 5 + i {
                continue 'outer;
            }
            let k = j;
            if k == 3 {
                continue;
            }
            count += 1;
        }
        let after = count;
        count = after + 100;
    }
    count
}

#[kernel]
fn condition_with_statements(n: i32) -> i32 {
    let mut x = n & 63;
    let mut turns = 0;
    while {
        x -= 3;
        x > 0
    } {
        turns += 1;
        if turns == 9 {
            continue;
        }
    }
    turns
}

// The ends are read once.
#[kernel]
#[allow(clippy::mut_range_bound)]
fn changed_end(n: u8) -> u32 {
    let mut end = n % 10;
    let mut count = 0;
    for i in 0..end {
        end += i;
        count += 1;
    }
    count + end as u32
}

#[kernel]
fn changed_item(n: u8) -> u32 {
    let mut sum = 0;
    for mut i in 0..n % 16 {
        i = i * 2 + 1;
        sum += i as u32;
    }
    sum
}

#[kernel]
fn mandelbrot(x: f32, y: f32) -> u32 {
    let (mut a, mut b) = (0.0, 0.0);
    let mut n = 0;
    while n < 50 && a * a + b * b <= 4.0 {
        (a, b) = (a * a - b * b + x, 2.0 * a * b + y);
        n += 1;
    }
    n
}

#[kernel]
fn value_of_loop(n: u32) -> u32 {
    let mut i = n & 7;
    let found = 'search: loop {
        loop {
            i += 1;
            if i % 5 == 0 {
                break 'search i * 10;
            }
            if i % 3 == 0 {
                break;
            }
        }
        i += 1;
    };
    found + i
}

#[test]
fn loops() {
    let mut p = Program::new("loops");
    p.one("summed", summed);
    p.one("all_of_a_type", all_of_a_type);
    p.two("steps", steps);
    p.two("empty", empty);
    p.one("collatz", collatz);
    p.one("newton", newton);
    p.two("nested", nested);
    p.one("condition_with_statements", condition_with_statements);
    p.one("changed_end", changed_end);
    p.one("changed_item", changed_item);
    p.two("mandelbrot", mandelbrot);
    p.one("value_of_loop", value_of_loop);
    p.check();
}
