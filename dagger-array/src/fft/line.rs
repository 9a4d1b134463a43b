//! Transforms of lines that lie one after the other in memory, and the plans for them, which are made once for each length.

use num_complex::Complex;
use realfft::{ComplexToReal, FftNum, RealFftPlanner, RealToComplex};
use rustfft::{Fft, FftPlanner};
use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::element::Element;

/// A real number that transforms are made of: `f32`, `f64`.
pub trait FftElement: Element + FftNum {}

impl FftElement for f32 {}
impl FftElement for f64 {}

/// Forth, or back with the division by the length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, dagger_macros::Wire)]
pub(super) enum Direction {
    /// From values to frequencies.
    Forth,
    /// From frequencies to values.
    Back,
}

/// The plans for numbers of one type.
struct Planners<T: FftElement> {
    complex: FftPlanner<T>,
    real: RealFftPlanner<T>,
}

/// What `plan` makes of the planners of this process.
fn planned<T: FftElement, P>(plan: impl FnOnce(&mut Planners<T>) -> P) -> P {
    static PLANNERS: Mutex<Option<HashMap<TypeId, Box<dyn Any + Send>>>> = Mutex::new(None);
    let new = || -> Box<dyn Any + Send> {
        Box::new(Planners::<T> {
            complex: FftPlanner::new(),
            real: RealFftPlanner::new(),
        })
    };
    // Plans are only added, so a panic in between has broken nothing.
    let mut planners = PLANNERS.lock().unwrap_or_else(PoisonError::into_inner);
    let planners = planners.get_or_insert_default();
    let of_type = planners.entry(TypeId::of::<T>()).or_insert_with(new);
    let of_type = of_type.downcast_mut().expect("put there under its type");
    plan(of_type)
}

/// Transforms lines of `length` in place.
pub(super) fn transform<T: FftElement>(
    lines: &mut [Complex<T>],
    length: usize,
    direction: Direction,
) {
    if length == 0 || lines.is_empty() {
        return;
    }
    let plan: Arc<dyn Fft<T>> = planned(|planners: &mut Planners<T>| match direction {
        Direction::Forth => planners.complex.plan_fft_forward(length),
        Direction::Back => planners.complex.plan_fft_inverse(length),
    });
    plan.process(lines);
    if direction == Direction::Back {
        let scale: T = share(length);
        lines.iter_mut().for_each(|value| *value = *value * scale);
    }
}

/// The number of frequencies of `length` real values that say everything.
pub(super) fn frequencies(length: usize) -> usize {
    match length {
        0 => 0,
        _ => length / 2 + 1,
    }
}

/// The frequencies of lines of `length` real values.
pub(super) fn from_real<T: FftElement>(mut lines: Vec<T>, length: usize) -> Vec<Complex<T>> {
    if length == 0 {
        return Vec::new();
    }
    let plan: Arc<dyn RealToComplex<T>> =
        planned(|planners: &mut Planners<T>| planners.real.plan_fft_forward(length));
    let mut scratch = plan.make_scratch_vec();
    let zero = Complex::new(T::zero(), T::zero());
    let mut made = vec![zero; lines.len() / length * frequencies(length)];
    let into = made.chunks_exact_mut(frequencies(length));
    for (line, into) in lines.chunks_exact_mut(length).zip(into) {
        plan.process_with_scratch(line, into, &mut scratch)
            .expect("the lengths are those of the plan");
    }
    made
}

/// The `length` real values of lines of frequencies.
pub(super) fn to_real<T: FftElement>(mut lines: Vec<Complex<T>>, length: usize) -> Vec<T> {
    if length == 0 {
        return Vec::new();
    }
    let plan: Arc<dyn ComplexToReal<T>> =
        planned(|planners: &mut Planners<T>| planners.real.plan_fft_inverse(length));
    let mut scratch = plan.make_scratch_vec();
    let long = frequencies(length);
    let mut made = vec![T::zero(); lines.len() / long * length];
    let into = made.chunks_exact_mut(length);
    for (line, into) in lines.chunks_exact_mut(long).zip(into) {
        // These have no imaginary parts if the values are real; as in numpy they do not matter.
        line[0].im = T::zero();
        if length.is_multiple_of(2) {
            line[long - 1].im = T::zero();
        }
        plan.process_with_scratch(line, into, &mut scratch)
            .expect("the lengths are those of the plan, and the frequencies of real values");
    }
    let scale = share(length);
    made.iter_mut().for_each(|value| *value = *value * scale);
    made
}

/// 1 / length.
fn share<T: FftElement>(length: usize) -> T {
    // Lengths are exact in f64, and `FftNum` is f32 or f64.
    T::from_f64(1.0 / length as f64).unwrap_or_else(T::one)
}

/// exp(∓2πi · number / length).
pub(super) fn root<T: FftElement>(
    number: usize,
    length: usize,
    direction: Direction,
) -> Complex<T> {
    let angle = std::f64::consts::TAU * (number % length) as f64 / length as f64;
    let (sin, cos) = angle.sin_cos();
    let sin = match direction {
        Direction::Forth => -sin,
        Direction::Back => sin,
    };
    let number = |x: f64| T::from_f64(x).unwrap_or_else(T::zero);
    Complex::new(number(cos), number(sin))
}
