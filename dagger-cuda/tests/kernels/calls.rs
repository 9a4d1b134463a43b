//! Calls of other kernels, uniforms, and how kernels are recognised.

use super::host::Program;
use dagger::kernel::Kernel;
use dagger::prelude::*;

mod geometry {
    use dagger::prelude::*;

    #[kernel]
    pub fn dot(a: [f32; 3], b: [f32; 3]) -> f32 {
        let mut sum = 0.0;
        for i in 0..3 {
            sum += a[i] * b[i];
        }
        sum
    }

    #[kernel]
    pub fn swapped(pair: (i32, i32)) -> (i32, i32) {
        (pair.1, pair.0)
    }
}

use geometry::dot;

#[kernel]
fn length(x: f32, y: f32) -> f32 {
    dot([x, y, 1.0], [x, y, 1.0]).sqrt()
}

#[kernel]
fn through_modules(a: i32, b: i32) -> (i32, i32) {
    let (x, y) = geometry::swapped((a, b));
    self::geometry::swapped((x, y ^ 1))
}

#[kernel]
fn checked(a: i32, b: i32) -> i32 {
    assert!(b > i32::MIN, "too small");
    a / b
}

#[kernel]
fn caller(a: i32, b: i32) -> i32 {
    if b == 0 {
        0
    } else {
        checked(a, b | 1) + checked(a, 3)
    }
}

#[kernel]
fn saxpy(#[uniform] alpha: f32, x: f32, y: f32) -> f32 {
    alpha * x + y
}

#[kernel]
fn filter(x: f64, #[uniform] weights: [f64; 3], #[uniform] options: (bool, i8)) -> f64 {
    let y = weights[0] + x * (weights[1] + x * weights[2]);
    if options.0 { y } else { y * options.1 as f64 }
}

#[test]
fn calls() {
    let mut p = Program::new("calls");
    p.two("length", length);
    p.two("through_modules", through_modules);
    p.two("caller", caller);
    p.two("saxpy", saxpy::with(2.5));
    p.two("saxpy of NaN", saxpy::with(f32::NAN));
    p.one("filter", filter::with([1.0, -2.0, 0.1], (true, -1)));
    p.one(
        "other filter",
        filter::with([0.0, 1e300, -0.0], (false, i8::MIN)),
    );
    p.check();
}

#[test]
fn kernels_are_recognised() {
    let known = Kernel::of(&length).expect("a kernel without uniforms is known by its name");
    assert_eq!(known.definition().name, "length");
    let bound = saxpy::with(2.0);
    assert_eq!(bound(3.0, 1.0), 7.0);
    let kernel = Kernel::of(&bound).expect("what `with` gives is known");
    assert_eq!(kernel.uniforms(), [u64::from(2.0f32.to_bits())]);
    assert!(Kernel::of(&bound.clone()).is_some());
    assert!(Kernel::of(&length::with()).is_some());
    // With uniforms the name alone is not enough, and a closure round a kernel is not that kernel.
    assert!(Kernel::of(&saxpy).is_none());
    assert!(Kernel::of(&move |x: f32| bound(x, x)).is_none());
    assert!(Kernel::of(&|x: f32| x).is_none());
    assert_eq!(saxpy(2.0, 3.0, 1.0), 7.0);
}

#[test]
fn other_threads_know_them_too() {
    let bound = saxpy::with(4.0);
    let answer = std::thread::spawn(move || Kernel::of(&bound))
        .join()
        .unwrap();
    assert_eq!(answer.unwrap().uniforms(), [u64::from(4.0f32.to_bits())]);
}

#[test]
fn a_kernel_shows_its_source() {
    let text = Kernel::of(&saxpy::with(1.0)).unwrap().source().unwrap();
    assert!(text.contains("static __device__ f32 kernel_saxpy(f32 alpha, f32 x, f32 y) {\n    return (alpha * x) + y;\n}"), "{text}");
}
