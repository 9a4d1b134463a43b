//! Reductions: all elements of an expression combined into one value, the same value on every device and at every run.
//!
//! The elements are cut into chunks whose number and size depend on the number of elements alone ([`Shape::of`]). Each block of
//! threads combines one chunk, its threads first on their own, then as a tree in shared memory; a second launch, of one block, combines
//! the chunks' values. Which elements meet in which order is thereby fixed, so floats always round the same way.
//!
//! An operator that is not commutative only ever combines neighbours, the earlier on the left: a thread's elements are then adjacent.
//! Else threads take turns at the elements, which is how memory is read fastest.

use super::{Argument, Entry, Expression, Module, Parameters, Term};
use crate::kernel::bound::Kernel;
use crate::kernel::error::LowerError;
use crate::kernel::ty::Ty;
use crate::kernel::write::{scalar_name, type_name};
use dagger_ir::kernel::Form;
use std::fmt::Write;

/// A reduction of an expression over contiguous inputs.
#[derive(Debug, Clone)]
pub struct Reduction<'a> {
    /// What traces call it.
    pub name: &'a str,
    /// What is combined.
    pub expression: &'a Expression,
    /// The term of it.
    pub value: Term,
    /// The operator: a kernel with `reduce`.
    pub operator: &'a Kernel,
}

/// How a reduction is launched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// The number of chunks: the blocks of the first launch, and the values between the launches.
    pub chunks: u64,
    /// The threads of a block, in both launches.
    pub threads: u64,
}

/// Threads of a block. A power of two, for the tree.
const THREADS: u64 = 256;
/// Fewer elements than this for each thread are not worth another block.
const LEAST_PER_THREAD: u64 = 16;
/// Enough blocks to keep any device busy.
const MOST_CHUNKS: u64 = 2048;

impl Shape {
    /// The launch for that many elements. It does not depend on the device, so neither does the result.
    pub fn of(elements: u64) -> Shape {
        Shape {
            chunks: elements
                .div_ceil(THREADS * LEAST_PER_THREAD)
                .clamp(1, MOST_CHUNKS),
            threads: THREADS,
        }
    }
}

impl Module {
    /// Adds a reduction: the entry that combines chunks, whose output 0 has one value for each of them, and the entry that combines
    /// those, as its input 0, into output 0. The result of no elements is the identity.
    ///
    /// # Errors
    /// If the operator is no reduction of the value's type, or a kernel cannot be written.
    pub fn reduction(&mut self, of: &Reduction<'_>) -> Result<[Entry; 2], LowerError> {
        let definition = of.operator.definition();
        let Form::Reduction {
            identity,
            commutative,
        } = &definition.form
        else {
            let text = "it is no reduction: write `#[kernel(reduce, identity = ..)]`";
            return Err(LowerError::at(definition, definition.line, text));
        };
        let types = of.operator.types();
        let ty = Ty::closed(&definition.result, &types);
        let Some(scalar) = ty.scalar() else {
            let text = format!("an array has numbers as elements, not `{ty}`");
            return Err(LowerError::at(definition, definition.line, text));
        };
        if of.expression.ty(of.value) != &ty {
            let text = format!("it combines `{ty}`, not `{}`", of.expression.ty(of.value));
            return Err(LowerError::at(definition, definition.line, text));
        }
        let identity = self.functions.constant(definition, &types, identity)?;
        let name = self.name(of.name);
        let first = self.chunks(of, &name, &ty, &identity, *commutative)?;
        let mut values = Expression::new();
        let value = values.input(scalar);
        let again = Reduction {
            name: of.name,
            expression: &values,
            value,
            operator: of.operator,
        };
        let name = self.name(&format!("{}_chunks", of.name));
        let second = self.chunks(&again, &name, &ty, &identity, *commutative)?;
        Ok([first, second])
    }

    fn chunks(
        &mut self,
        of: &Reduction<'_>,
        name: &str,
        ty: &Ty,
        identity: &str,
        commutative: bool,
    ) -> Result<Entry, LowerError> {
        let mut parameters = Parameters::default();
        parameters.add("u64 n".to_owned(), Argument::Count);
        for (index, ty) in of.expression.inputs().iter().enumerate() {
            let text = format!("const {} *in{index}", scalar_name(*ty));
            parameters.add(text, Argument::Input(index));
        }
        parameters.add(format!("{} *out0", type_name(ty)), Argument::Output(0));
        // The operator as an expression of the value so far and the next one, with uniforms as arguments.
        let mut combining = Expression::new();
        let scalar = ty.scalar().unwrap_or(dagger_ir::kernel::ScalarType::F64);
        let (left, right) = (combining.input(scalar), combining.input(scalar));
        let combined = combining.apply(of.operator, &[left, right])?;
        let combine = combining.write(
            self,
            &mut parameters,
            &[combined],
            &|input| if input == 0 { "left" } else { "right" }.to_owned(),
            "return v0;",
        )?;
        let body = of.expression.write(
            self,
            &mut parameters,
            &[of.value],
            &|input| format!("in{input}[i]"),
            "dg_fail(failure, i, fault); fault = 0; break;",
        )?;
        let may_fail = combine.may_fail || body.may_fail;
        if may_fail {
            parameters.add("u64 *failure".to_owned(), Argument::Failure);
        }
        let mut text = String::new();
        let t = type_name(ty);
        let _ = writeln!(
            text,
            "extern \"C\" __global__ void {name}({}) {{",
            parameters.texts.join(", ")
        );
        let _ = writeln!(text, "    __shared__ {t} values[{THREADS}];");
        text.push_str("    u32 fault = 0;\n");
        let _ = writeln!(
            text,
            "    auto combine = [&](const {t} left, const {t} right) -> {t} {{"
        );
        for line in &combine.lines {
            let _ = writeln!(text, "        {line}");
        }
        let _ = writeln!(text, "        return {};\n    }};", combined.variable());
        let _ = writeln!(text, "    {t} value = {identity};");
        let part = if commutative {
            "dg_turns(n)"
        } else {
            "dg_run(n)"
        };
        let _ = writeln!(text, "    const dg_range part = {part};");
        text.push_str("    for (u64 i = part.first; i < part.end; i += part.step) {\n");
        for line in &body.lines {
            let _ = writeln!(text, "        {line}");
        }
        let _ = writeln!(
            text,
            "        value = combine(value, {});",
            of.value.variable()
        );
        if combine.may_fail {
            text.push_str("        if (fault) { dg_fail(failure, i, fault); fault = 0; break; }\n");
        }
        text.push_str("    }\n    values[threadIdx.x] = value;\n    __syncthreads();\n");
        let tree = if commutative {
            // Halves: neighbours in memory, so no two threads meet in one bank.
            "    for (u32 half = blockDim.x / 2; half > 0; half /= 2) {
        if (threadIdx.x < half) values[threadIdx.x] = combine(values[threadIdx.x], values[threadIdx.x + half]);
        __syncthreads();
    }
"
        } else {
            "    for (u32 apart = 1; apart < blockDim.x; apart *= 2) {
        const u32 left = threadIdx.x * apart * 2;
        if (left + apart < blockDim.x) values[left] = combine(values[left], values[left + apart]);
        __syncthreads();
    }
"
        };
        text.push_str(tree);
        if combine.may_fail {
            text.push_str(
                "    if (fault) dg_fail(failure, part.first < n ? part.first : n, fault);\n",
            );
        }
        text.push_str("    if (threadIdx.x == 0) out0[blockIdx.x] = values[0];\n}\n");
        self.entries.push(text);
        Ok(Entry {
            name: name.to_owned(),
            arguments: parameters.arguments,
        })
    }
}
