//! The types of a kernel's expressions, found as rustc finds them: by unification, with open types for literals.
//!
//! It runs when a kernel is written down, since only then are the types of constants, type parameters and other kernels'
//! results known. What it sees has been accepted by rustc, so that the solution exists and is unique; where it finds none all the
//! same, it says so instead of guessing.

mod expressions;
mod patterns;
mod solve;

use super::error::LowerError;
use super::ty::Ty;
use dagger_ir::kernel::{Definition, Form, Type};
use solve::Solution;
use std::collections::HashMap;

/// The types found.
#[derive(Debug)]
pub(crate) struct Typing {
    /// By the number of the expression.
    pub(crate) expressions: Vec<Ty>,
    /// By the number of the local.
    pub(crate) locals: Vec<Ty>,
    /// The type arguments of calls of kernels, by the number of the expression.
    pub(crate) calls: HashMap<usize, Vec<Ty>>,
    /// What the kernel gives.
    pub(crate) result: Ty,
}

/// The types in a kernel whose type parameters are `types`.
pub(crate) fn infer(definition: &'static Definition, types: &[Ty]) -> Result<Typing, LowerError> {
    let inference = Inference {
        definition,
        types,
        solution: Solution::default(),
        expressions: vec![Ty::unit(); definition.expressions],
        locals: Vec::new(),
        calls: HashMap::new(),
        breaks: HashMap::new(),
        diverges: false,
        result: Ty::closed(&definition.result, types),
    };
    inference.run()
}

struct Inference<'a> {
    definition: &'static Definition,
    types: &'a [Ty],
    solution: Solution,
    expressions: Vec<Ty>,
    locals: Vec<Ty>,
    calls: HashMap<usize, Vec<Ty>>,
    /// What `break` gives, by the number of the loop or block.
    breaks: HashMap<usize, Ty>,
    /// Whether the code before this point has certainly left it.
    diverges: bool,
    result: Ty,
}

impl Inference<'_> {
    fn run(mut self) -> Result<Typing, LowerError> {
        for index in 0..self.definition.locals.len() {
            let ty = match self.definition.parameters.get(index) {
                Some(parameter) => Ty::closed(&parameter.ty, self.types),
                None => self.solution.open(),
            };
            self.locals.push(ty);
        }
        let result = self.result.clone();
        if let Form::Reduction { identity, .. } = &self.definition.form {
            let ty = self.expr(identity)?;
            self.unify(&ty, &result, identity.line)?;
        }
        self.diverges = false;
        let body = self.expr(&self.definition.body)?;
        self.unify(&body, &result, self.definition.body.line)?;
        let solution = &self.solution;
        let settle = |types: Vec<Ty>| types.iter().map(|ty| solution.settled(ty)).collect();
        Ok(Typing {
            expressions: settle(self.expressions),
            locals: settle(self.locals),
            calls: self
                .calls
                .into_iter()
                .map(|(id, types)| (id, settle(types)))
                .collect(),
            result,
        })
    }

    fn declared(&mut self, ty: &Type) -> Ty {
        let solution = &mut self.solution;
        Ty::declared(ty, self.types, &mut || solution.open())
    }

    fn unify(&mut self, one: &Ty, other: &Ty, line: u32) -> Result<(), LowerError> {
        if self.solution.unify(one, other) {
            return Ok(());
        }
        let (one, other) = (self.solution.settled(one), self.solution.settled(other));
        Err(self.error(line, format!("`{one}` and `{other}` do not fit together")))
    }

    fn error(&self, line: u32, text: impl Into<String>) -> LowerError {
        LowerError::at(self.definition, line, text)
    }
}
