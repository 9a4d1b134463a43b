//! `if`, `match`, patterns, short circuits, and the order in which things happen.

use super::host::Program;
use dagger::prelude::*;

const LIMIT: i32 = 10;

#[kernel]
fn signs(x: i32) -> i32 {
    if x > 0 {
        1
    } else if x < 0 {
        -1
    } else {
        0
    }
}

#[kernel]
fn numbers(x: i32) -> i32 {
    match x {
        0 => 10,
        1 | 2 => 20,
        3..=9 => 30,
        LIMIT => 40,
        i32::MIN..-5 => 50,
        -1 => 60,
        other if other % 2 == 0 => other / 2,
        n @ 11..=100 => n + 1,
        _ => -x,
    }
}

#[kernel]
fn pairs(a: i32, b: bool) -> i32 {
    match (a, b) {
        (0, true) => 1,
        (x, false) if x > 5 => x,
        (x @ 1..=3, _) => x * 10,
        (7, _) | (8, true) => 78,
        (x, y) => {
            let z = if y { x } else { x.wrapping_neg() };
            z ^ 1
        }
    }
}

#[kernel]
fn either(a: u32, b: u32) -> u32 {
    match (a, b) {
        (0, x) | (x, 0) => x + 1,
        (x, y) => x ^ y,
    }
}

#[kernel]
fn float_cases(x: f32) -> u8 {
    match x {
        0.0 => 0,
        1.0..=2.5 => 1,
        -1.0 => 2,
        _ => 3,
    }
}

#[kernel]
fn truth(a: bool) -> u8 {
    match a {
        true => 7,
        false => 8,
    }
}

#[kernel]
fn if_let(a: u8) -> u8 {
    if let 3..=9 = a { a * 2 } else { a }
}

#[kernel]
fn matching(a: i64) -> (bool, bool) {
    (matches!(a, 0 | 1 | 5..=64), matches!(a, x if x < 0))
}

// The left operand is read before the right one changes the variable.
#[kernel]
fn order(a: i32, b: i32) -> (i32, i32) {
    let mut x = a;
    let y = x + {
        x = b;
        x
    } * x;
    let z = (x, {
        x += 1;
        x
    });
    (y, z.0 - z.1 + x)
}

#[kernel]
fn short(a: i32, b: i32) -> (bool, bool, i32) {
    let mut count = 0;
    let one = a > 0 && {
        count += 1;
        b > 0
    };
    let two = a > 0 || {
        count += 10;
        b > 0
    };
    // Without the short circuit this would divide by zero.
    let three = b != 0 && a != i32::MIN && a / b > 1;
    (one, two, if three { count } else { -count })
}

#[kernel]
fn early(x: f64) -> f64 {
    if x.is_nan() {
        return -1.0;
    }
    let y = if x < 0.0 { return x * x } else { x.sqrt() };
    y + 1.0
}

#[kernel]
fn shadows(x: i32, y: i32) -> i32 {
    let x = x ^ 1;
    let x = {
        let x = x + y;
        let y = x * 2;
        y - x
    };
    let (x, y) = (y, x);
    x - y
}

#[kernel]
fn labelled(a: i32) -> i32 {
    let x = 'out: {
        if a > 10 {
            break 'out 1;
        }
        let y = a ^ 5;
        if y > 3 {
            break 'out y;
        }
        a
    };
    x + 100
}

// Names that mean something in C++.
#[kernel]
fn names(int: i32, r#struct: i32) -> i32 {
    let double = int ^ r#struct;
    let this = double + 1;
    let register = this;
    let α = register;
    let __half = α / 2;
    let dg_min = __half;
    dg_min.max(int)
}

#[kernel]
fn later(a: i32) -> i32 {
    let x;
    if a > 0 {
        x = 1;
    } else {
        x = a;
    }
    x
}

#[kernel]
fn nested(a: i32, b: i32) -> i32 {
    let x = match if a > b { a } else { b } {
        0 => match b {
            0 => 1,
            _ => 2,
        },
        n => {
            if n > 50 {
                n - 50
            } else {
                n
            }
        }
    };
    x + if b > 3 {
        match a {
            1 => 5,
            _ => 6,
        }
    } else {
        0
    }
}

#[test]
fn choices() {
    let mut p = Program::new("choices");
    p.one("signs", signs);
    p.one("numbers", numbers);
    p.two("pairs", pairs);
    p.two("either", either);
    p.one("float_cases", float_cases);
    p.one("truth", truth);
    p.one("if_let", if_let);
    p.one("matching", matching);
    p.two("order", order);
    p.two("short", short);
    p.one("early", early);
    p.two("shadows", shadows);
    p.one("labelled", labelled);
    p.two("names", names);
    p.one("later", later);
    p.two("nested", nested);
    p.check();
}
