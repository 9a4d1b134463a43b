//! Kernels written down in CUDA C++, one `__device__` function for each kernel and choice of type arguments.
//!
//! The functions need the prelude (`super::prelude`) and nothing else, no headers, so that NVRTC and, with the prelude's other
//! half, any C++17 compiler take them. What the functions compute is what Rust's function computes in a release build:
//!
//! * Operands are evaluated from left to right. Where a later operand needs statements, the earlier ones go to variables first.
//! * Integers wrap, shifts use the low bits of their count, casts from floats saturate: the prelude's functions say how.
//! * Floats are computed as written. Nothing may be fused into multiply-adds: [`FLAGS`](super::source::FLAGS) forbids it.
//! * What panics in Rust (division by zero, an index out of bounds, `panic!`) ends the function, with the number of its
//!   [`Site`] in `fault`. Functions that cannot fail have no such parameter.

mod body;
mod calls;
mod control;
mod inline;
mod literals;
mod loops;
mod names;
mod operators;
mod patterns;
mod places;
mod values;

use super::error::LowerError;
use super::infer::infer;
use super::ty::Ty;
use body::Writer;
use dagger_ir::kernel::{Definition, Expr};
pub(crate) use literals::{scalar_name, type_name, value_of_bits};
use std::collections::HashMap;

/// A place in a kernel where it can fail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// The kernel's name.
    pub kernel: &'static str,
    /// The file it is written in.
    pub file: &'static str,
    /// The line in that file.
    pub line: u32,
    /// What Rust's panic would say.
    pub message: String,
}

/// A function that has been written.
#[derive(Debug, Clone)]
pub(crate) struct Function {
    pub(crate) name: String,
    /// Whether it takes `fault` as its last argument.
    pub(crate) may_fail: bool,
    pub(crate) result: Ty,
}

/// All functions of a source.
#[derive(Debug, Default)]
pub(crate) struct Functions {
    /// In the order in which they must stand.
    texts: Vec<String>,
    written: HashMap<Key, State>,
    taken: HashMap<String, usize>,
    sites: Vec<Site>,
}

/// What tells one function from another: where its definition lies (a macro can define several at one place of a file), and the types.
/// A definition that the program holds twice is written twice, which does no harm.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    definition: usize,
    types: Vec<Ty>,
}

#[derive(Debug, Clone)]
enum State {
    /// Being written: met again, it calls itself.
    Open,
    Written(Function),
}

impl Functions {
    /// The function of a kernel, which is written if it is not there yet.
    pub(crate) fn function(
        &mut self,
        definition: &'static Definition,
        types: &[Ty],
    ) -> Result<Function, LowerError> {
        let key = Key {
            definition: std::ptr::from_ref(definition).addr(),
            types: types.to_vec(),
        };
        match self.written.get(&key) {
            Some(State::Written(function)) => return Ok(function.clone()),
            Some(State::Open) => {
                let text = "it calls itself, perhaps through other kernels: write a loop instead";
                return Err(LowerError::at(definition, definition.line, text));
            }
            None => {}
        }
        self.written.insert(key.clone(), State::Open);
        let typing = infer(definition, types)?;
        let name = self.name(definition.name);
        let (text, function) = Writer::new(self, definition, types, typing, name).function()?;
        self.texts.push(text);
        self.written.insert(key, State::Written(function.clone()));
        Ok(function)
    }

    /// An expression of a kernel without variables, as one expression of C++.
    pub(crate) fn constant(
        &mut self,
        definition: &'static Definition,
        types: &[Ty],
        expr: &'static Expr,
    ) -> Result<String, LowerError> {
        let typing = infer(definition, types)?;
        Writer::new(self, definition, types, typing, String::new()).constant(expr)
    }

    /// The number that stands for a place of failure. They count from 1.
    pub(crate) fn site(&mut self, definition: &Definition, line: u32, message: &str) -> usize {
        let site = Site {
            kernel: definition.name,
            file: definition.file,
            line,
            message: message.to_owned(),
        };
        self.sites.push(site);
        self.sites.len()
    }

    /// Their text, and the places where they can fail.
    pub(crate) fn finish(self) -> (String, Vec<Site>) {
        (self.texts.join("\n"), self.sites)
    }

    /// A name for a kernel's function that no other has.
    fn name(&mut self, kernel: &str) -> String {
        let name = format!("kernel_{}", names::ascii(kernel));
        let count = self.taken.entry(name.clone()).or_insert(0);
        *count += 1;
        match count {
            1 => name,
            count => format!("{name}__{count}"),
        }
    }
}
