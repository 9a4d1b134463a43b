//! Discrete Fourier transforms along one axis and along all, of complex and of real arrays.
//!
//! The transforms of lines are rustfft's and realfft's (`line`). Here, arrays are re-cut so that every task has whole lines (`along`), and a
//! long vector is taken apart into shorter lines (`four_steps`). As in numpy a transform forth is not scaled, one back is divided by the number of elements.

mod along;
mod complex;
mod four_steps;
mod line;
mod real;

pub use line::FftElement;
