//! Stencils under every boundary condition, against the body over an array with a halo.

use super::host::{Elements, Launch, Program, known};
use dagger::kernel::source::{Boundary, Stencil};
use dagger::kernel::{Kernel, ScalarType, Value};
use dagger::prelude::*;

#[kernel(stencil)]
fn heat(#[uniform] c: f32, u: Neighbours<'_, f32, 2>) -> f32 {
    u[(0, 0)] + c * (u[(-1, 0)] + u[(1, 0)] + u[(0, -1)] + u[(0, 1)] - 4.0 * u[(0, 0)])
}

#[kernel(stencil, radius(1, 2))]
fn weighted(u: Neighbours<'_, f32, 2>, source: f32) -> f32 {
    let mut sum = source;
    for i in -1isize..=1 {
        for j in -2..=2 {
            sum += u[(i, j)] * (i * 3 + j) as f32;
        }
    }
    sum
}

#[kernel(stencil, radius = 3)]
fn smooth<T: Real>(u: Neighbours<'_, T, 1>) -> T {
    second(u) + (u[-3] + u[3]) * T::of(0.5)
}

#[kernel(stencil, radius = 1)]
fn second<T: Real>(u: Neighbours<'_, T, 1>) -> T {
    u[-1] - u[0] - u[0] + u[1]
}

#[kernel(stencil)]
fn cross(u: Neighbours<'_, i32, 3>) -> i32 {
    u[(0, 0, 1)] * 2 + u[(1, 0, 0)] * 3 + u[(0, -1, 0)] * 5 - u[[0, 0, 0]]
}

/// The index that a place outside stands for; `None` for a constant.
fn inside(boundary: Boundary, i: isize, n: isize) -> Option<isize> {
    if (0..n).contains(&i) {
        return Some(i);
    }
    match boundary {
        Boundary::Nearest => Some(i.clamp(0, n - 1)),
        Boundary::Wrap => Some(i.rem_euclid(n)),
        Boundary::Reflect if n == 1 => Some(0),
        Boundary::Reflect => {
            let k = i.rem_euclid(2 * n - 2);
            Some(if k < n { k } else { 2 * n - 2 - k })
        }
        Boundary::Constant(_) | Boundary::Halo => None,
    }
}

/// A stencil over an array of those sizes. `body` gets an array with a halo of 3, the centre and the strides.
fn apply<const D: usize, T: Value, R: Value>(
    p: &mut Program,
    name: &str,
    kernel: &Kernel,
    boundary: Boundary,
    sizes: [isize; D],
    data: &[T],
    more: Option<&[T]>,
    outside: T,
    body: impl Fn(&[T], usize, [isize; D], usize) -> R,
) {
    const HALO: isize = 3;
    let count: isize = sizes.iter().product();
    let place = |mut i: isize, sizes: [isize; D]| {
        let mut at = [0; D];
        for d in (0..D).rev() {
            at[d] = i % sizes[d];
            i /= sizes[d];
        }
        at
    };
    let strides_of = |sizes: [isize; D]| {
        let mut strides = [1; D];
        for d in (0..D - 1).rev() {
            strides[d] = strides[d + 1] * sizes[d + 1];
        }
        strides
    };
    let (strides, padded) = (strides_of(sizes), sizes.map(|n| n + 2 * HALO));
    let padded_strides = strides_of(padded);
    let with_halo: Vec<T> = (0..padded.iter().product())
        .map(|i| {
            let at = place(i, padded);
            let mut index = 0;
            for d in 0..D {
                match inside(boundary, at[d] - HALO, sizes[d]) {
                    Some(i) => index += i * strides[d],
                    None => return outside,
                }
            }
            data[index as usize]
        })
        .collect();
    let centre = |i: isize| {
        let at = place(i, sizes);
        (0..D)
            .map(|d| (at[d] + HALO) * padded_strides[d])
            .sum::<isize>() as usize
    };
    let expected = (0..count)
        .map(|i| {
            let mut bits = Vec::new();
            body(&with_halo, centre(i), padded_strides, i as usize).bits(&mut bits);
            Ok(bits)
        })
        .collect();
    let elements = |values: &[T]| {
        let mut bits = Vec::new();
        values.iter().for_each(|value| value.bits(&mut bits));
        Elements {
            ty: super::values::parts::<T>()[0],
            bits,
        }
    };
    let entry = p
        .module
        .stencil(&Stencil {
            name,
            kernel,
            boundary,
        })
        .unwrap();
    let (main, start, main_strides) = match boundary {
        Boundary::Halo => (elements(&with_halo), centre(0), padded_strides),
        _ => (elements(data), 0, strides),
    };
    let mut inputs = vec![main];
    inputs.extend(more.map(elements));
    let mut launch = Launch::new(inputs, super::values::parts::<R>());
    launch.sizes = sizes.map(|n| n as u64).to_vec();
    launch.input_starts[0] = start;
    launch.input_strides[0] = main_strides.map(|s| s as i64).to_vec();
    if more.is_some() {
        launch.input_strides[1] = strides.map(|s| s as i64).to_vec();
    }
    launch.output_strides = strides.map(|s| s as i64).to_vec();
    p.launch(name, entry, count as usize, launch, expected, 0);
}

#[test]
fn stencils() {
    let mut p = Program::new("stencils");
    let constant = |value: f32| Boundary::Constant(u64::from(value.to_bits()));
    let heat_kernel = known(&heat::with(0.125), "heat");
    let weighted_kernel = known(&weighted, "weighted");
    for boundary in [
        Boundary::Halo,
        Boundary::Nearest,
        Boundary::Wrap,
        Boundary::Reflect,
        constant(2.5),
    ] {
        for sizes in [[4, 5], [1, 1], [2, 7], [1, 3]] {
            let n = sizes[0] * sizes[1];
            let data: Vec<f32> = (0..n).map(|i| (i * 37 % 11) as f32 - 3.5).collect();
            let outside = if boundary == Boundary::Halo { 9.0 } else { 2.5 };
            apply(
                &mut p,
                "heat",
                &heat_kernel,
                boundary,
                sizes,
                &data,
                None,
                outside,
                |u, c, s, _| heat(0.125, Neighbours::new(u, c, s, [1, 1])),
            );
            let source: Vec<f32> = data.iter().map(|x| x * 0.5).collect();
            apply(
                &mut p,
                "weighted",
                &weighted_kernel,
                boundary,
                sizes,
                &data,
                Some(&source),
                outside,
                |u, c, s, i| weighted(Neighbours::new(u, c, s, [1, 2]), source[i]),
            );
        }
        let line: Vec<f64> = (0..6).map(|i| f64::from(i * i % 5)).collect();
        let boundary = match boundary {
            Boundary::Constant(_) => Boundary::Constant(1.5f64.to_bits()),
            other => other,
        };
        apply(
            &mut p,
            "smooth",
            &known(&smooth::with::<f64>(), "smooth"),
            boundary,
            [6],
            &line,
            None,
            1.5,
            |u, c, s, _| smooth(Neighbours::new(u, c, s, [3])),
        );
        let cube: Vec<i32> = (0..24).collect();
        let boundary = match boundary {
            Boundary::Constant(_) => Boundary::Constant(7),
            other => other,
        };
        apply(
            &mut p,
            "cross",
            &known(&cross, "cross"),
            boundary,
            [2, 3, 4],
            &cube,
            None,
            7,
            |u, c, s, _| cross(Neighbours::new(u, c, s, [1, 1, 1])),
        );
    }
    p.check();
    assert_eq!(
        format!("{:?}", known(&cross, "cross").definition().form),
        "Stencil { radius: [1, 1, 1] }"
    );
    let _ = ScalarType::ALL;
}
