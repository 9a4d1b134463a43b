//! Elementwise expressions: each element of the outputs from the elements of the inputs at its place.

use super::{Argument, Entry, Expression, Module, Parameters, Term};
use crate::kernel::error::LowerError;
use crate::kernel::write::scalar_name;
use std::fmt::Write;

/// How an array's elements lie in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Layout {
    /// One after the other, in the order of the places.
    Contiguous,
    /// At distances of their own in each dimension; a distance of 0 repeats elements.
    Strided,
}

/// An elementwise operation.
#[derive(Debug, Clone)]
pub struct Elementwise<'a> {
    /// What traces call it.
    pub name: &'a str,
    /// What is computed.
    pub expression: &'a Expression,
    /// The layout of each input.
    pub inputs: &'a [Layout],
    /// The terms that are kept, and the layout of where they go.
    pub outputs: &'a [(Term, Layout)],
    /// The number of dimensions, where anything is strided.
    pub rank: usize,
}

impl Module {
    /// Adds an elementwise operation. Any number of threads computes it: each goes on by as many places as there are threads.
    ///
    /// # Errors
    /// If an output is no number, the layouts are not as many as the inputs, or a kernel cannot be written.
    pub fn elementwise(&mut self, of: &Elementwise<'_>) -> Result<Entry, LowerError> {
        let types = of.expression.inputs();
        if types.len() != of.inputs.len() {
            return Err(LowerError::of("every input needs its layout"));
        }
        let name = self.name(of.name);
        let mut parameters = Parameters::default();
        let strided = of.inputs.contains(&Layout::Strided)
            || of
                .outputs
                .iter()
                .any(|(_, layout)| *layout == Layout::Strided);
        parameters.add("u64 n".to_owned(), Argument::Count);
        if strided {
            parameters.add(format!("dg_sizes<{}> sizes", of.rank), Argument::Sizes);
        }
        for (index, (ty, layout)) in types.iter().zip(of.inputs).enumerate() {
            let ty = scalar_name(*ty);
            parameters.add(format!("const {ty} *in{index}"), Argument::Input(index));
            if *layout == Layout::Strided {
                let text = format!("dg_strides<{}> in{index}_strides", of.rank);
                parameters.add(text, Argument::InputStrides(index));
            }
        }
        for (index, (term, layout)) in of.outputs.iter().enumerate() {
            let Some(ty) = of.expression.scalar(*term) else {
                let ty = of.expression.ty(*term);
                return Err(LowerError::of(format!(
                    "an array has numbers as elements, not `{ty}`: keep its parts as arrays of their own"
                )));
            };
            let ty = scalar_name(ty);
            parameters.add(format!("{ty} *out{index}"), Argument::Output(index));
            if *layout == Layout::Strided {
                let text = format!("dg_strides<{}> out{index}_strides", of.rank);
                parameters.add(text, Argument::OutputStrides(index));
            }
        }
        let place = |array: &str, layout: Layout| match layout {
            Layout::Contiguous => format!("{array}[i]"),
            Layout::Strided => format!("{array}[place.offset({array}_strides)]"),
        };
        let wanted: Vec<Term> = of.outputs.iter().map(|(term, _)| *term).collect();
        let body = of.expression.write(
            self,
            &mut parameters,
            &wanted,
            &|input| place(&format!("in{input}"), of.inputs[input]),
            "dg_fail(failure, i, fault); continue;",
        )?;
        if body.may_fail {
            parameters.add("u64 *failure".to_owned(), Argument::Failure);
        }
        let mut text = format!(
            "extern \"C\" __global__ void {name}({}) {{\n    for (u64 i = dg_thread(); i < n; i += dg_threads()) {{\n",
            parameters.texts.join(", ")
        );
        if strided {
            let _ = writeln!(text, "        const dg_place<{}> place(i, sizes);", of.rank);
        }
        if body.may_fail {
            text.push_str("        u32 fault = 0;\n");
        }
        for line in &body.lines {
            let _ = writeln!(text, "        {line}");
        }
        for (index, (term, layout)) in of.outputs.iter().enumerate() {
            let place = place(&format!("out{index}"), *layout);
            let _ = writeln!(text, "        {place} = {};", term.variable());
        }
        text.push_str("    }\n}\n");
        self.entries.push(text);
        Ok(Entry {
            name,
            arguments: parameters.arguments,
        })
    }
}
