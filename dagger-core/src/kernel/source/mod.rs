//! Whole kernels that a device can be given: `__global__` functions made of kernels and operators, as text.
//!
//! A [`Module`] collects entries: [`Elementwise`] expressions, [`Reduction`]s, [`Stencil`]s. Each says, as an [`Entry`], how it is
//! launched. [`Module::finish`] gives the [`Source`], which is a pure function of what was put in: values of uniforms are
//! arguments, so that the same kernels with other uniforms are the same text.
//!
//! # Failures
//!
//! What panics in Rust must end in the same error whatever the number of threads. An entry that can fail has an argument
//! [`Argument::Failure`]: a `u64` that starts as [`NO_FAILURE`]. Each failing element lowers it to `element << 16 | site` where that is
//! less, so in the end the first failing element, in the order a serial run would take, has won. [`Source::failure`] takes it apart.

mod elementwise;
mod expression;
mod operators;
mod reduction;
mod stencil;

pub use elementwise::{Elementwise, Layout};
pub use expression::{Expression, Term};
pub(super) use operators::method;
pub use reduction::{Reduction, Shape};
pub use stencil::{Boundary, Stencil};

use super::error::LowerError;
use super::prelude;
use super::write::{Functions, Site};
use dagger_ir::kernel::ScalarType;

/// The flags with which a [`Source`] must be compiled by NVRTC for floats to have Rust's values.
pub const FLAGS: &[&str] = &[
    "--std=c++17",
    "--fmad=false",
    "--ftz=false",
    "--prec-div=true",
    "--prec-sqrt=true",
];

/// The value of [`Argument::Failure`] while nothing has failed.
pub const NO_FAILURE: u64 = u64::MAX;

/// How many bits of a failure say where in the source it is.
const SITE_BITS: u32 = 16;

/// Entries that become one source.
#[derive(Debug, Default)]
pub struct Module {
    functions: Functions,
    entries: Vec<String>,
    names: Vec<String>,
    has_neighbours: bool,
}

/// How an entry is launched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The name of the `extern "C"` function.
    pub name: String,
    /// What it takes, in order.
    pub arguments: Vec<Argument>,
}

/// An argument of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Argument {
    /// `u64`: how many elements there are.
    Count,
    /// `[u64; rank]` by value: how many there are in each dimension, the last one running fastest.
    Sizes,
    /// A pointer to the elements of that input.
    Input(usize),
    /// A pointer to the elements of that output.
    Output(usize),
    /// `[i64; rank]` by value: how many elements apart neighbours are in each dimension of that input.
    InputStrides(usize),
    /// The same of that output.
    OutputStrides(usize),
    /// A scalar of that type, whose bits are the low ones of these.
    Uniform(ScalarType, u64),
    /// A pointer to a `u64` that starts as [`NO_FAILURE`].
    Failure,
}

/// CUDA C++ that can be compiled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The text. It includes nothing.
    pub code: String,
    /// The places where it can fail, by their numbers from 1.
    pub sites: Vec<Site>,
}

impl Source {
    /// The failing element and the place of failure, if there was one.
    pub fn failure(&self, word: u64) -> Option<(u64, &Site)> {
        if word == NO_FAILURE {
            return None;
        }
        let number = usize::try_from(word & ((1 << SITE_BITS) - 1)).ok()?;
        let site = self.sites.get(number.checked_sub(1)?)?;
        Some((word >> SITE_BITS, site))
    }

    /// The text for an ordinary C++17 compiler, which sees the built-in functions of CUDA defined; for tests, and for reading.
    pub fn for_host(&self) -> String {
        format!("{}{}", prelude::HOST, self.code)
    }
}

impl Module {
    /// Without entries.
    pub fn new() -> Self {
        Module::default()
    }

    /// The source of all entries.
    ///
    /// # Errors
    /// If there are more places of failure than can be told apart: 65535.
    pub fn finish(self) -> Result<Source, LowerError> {
        let (functions, sites) = self.functions.finish();
        if sites.len() >= 1 << SITE_BITS {
            return Err(LowerError::of(
                "the kernels of a module can fail in more than 65535 places: put them into several modules",
            ));
        }
        let mut code = prelude::DEVICE.to_owned();
        code.push_str(prelude::GRID);
        if self.has_neighbours {
            code.push_str(prelude::NEIGHBOURS);
        }
        code.push('\n');
        code.push_str(&functions);
        for entry in &self.entries {
            code.push('\n');
            code.push_str(entry);
        }
        Ok(Source { code, sites })
    }

    /// A name for an entry that no other has.
    fn name(&mut self, wanted: &str) -> String {
        let mut base: String = wanted
            .chars()
            .map(|letter| {
                if letter.is_ascii_alphanumeric() {
                    letter
                } else {
                    '_'
                }
            })
            .collect();
        base.insert_str(0, "dagger_");
        let mut name = base.clone();
        let mut count = 2;
        while self.names.contains(&name) {
            name = format!("{base}_{count}");
            count += 1;
        }
        self.names.push(name.clone());
        name
    }
}

/// The parameters of an entry while it is being written: their C++ and what they are.
#[derive(Debug, Default)]
struct Parameters {
    texts: Vec<String>,
    arguments: Vec<Argument>,
}

impl Parameters {
    fn add(&mut self, text: String, argument: Argument) {
        self.texts.push(text);
        self.arguments.push(argument);
    }
}
