//! Stencils: each element of the output from the elements round its place.

use super::{Argument, Entry, Module, Parameters};
use crate::kernel::bound::Kernel;
use crate::kernel::error::LowerError;
use crate::kernel::ty::Ty;
use crate::kernel::write::{scalar_name, value_of_bits};
use dagger_ir::kernel::Form;
use std::fmt::Write;

/// What a stencil reads where there is no element.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Boundary {
    /// The input has a halo as wide as the radius: pointers go to its first element proper, and nothing is outside.
    Halo,
    /// The nearest element.
    Nearest,
    /// The element on the other side, as if the array were repeated.
    Wrap,
    /// The array mirrored at its outermost elements, which are not repeated.
    Reflect,
    /// This number, as bits of the element's type.
    Constant(u64),
}

/// A stencil kernel over an array. Its neighbourhoods are inputs with strides, its other elements are inputs with strides too.
#[derive(Debug, Clone)]
pub struct Stencil<'a> {
    /// What traces call it.
    pub name: &'a str,
    /// The kernel: one with `stencil`.
    pub kernel: &'a Kernel,
    /// What lies outside.
    pub boundary: Boundary,
}

impl Module {
    /// Adds a stencil. Inputs are numbered in the order of the kernel's parameters without its uniforms; every input and output 0
    /// have strides, and all have the sizes that [`Argument::Sizes`] says. Any number of threads computes it.
    ///
    /// # Errors
    /// If the kernel is no stencil, gives no number, or cannot be written.
    pub fn stencil(&mut self, of: &Stencil<'_>) -> Result<Entry, LowerError> {
        let definition = of.kernel.definition();
        let Form::Stencil { radius } = &definition.form else {
            let text = "it is no stencil: write `#[kernel(stencil)]`";
            return Err(LowerError::at(definition, definition.line, text));
        };
        let rank = radius.len();
        let types = of.kernel.types();
        let function = self.functions.function(definition, &types)?;
        let Some(result) = function.result.scalar() else {
            let text = format!(
                "an array has numbers as elements, not `{}`",
                function.result
            );
            return Err(LowerError::at(definition, definition.line, text));
        };
        self.has_neighbours = true;
        let name = self.name(of.name);
        let mut parameters = Parameters::default();
        parameters.add("u64 n".to_owned(), Argument::Count);
        parameters.add(format!("dg_sizes<{rank}> sizes"), Argument::Sizes);
        let mut uniforms = of.kernel.uniforms().iter();
        let mut lines = Vec::new();
        let mut arguments = Vec::new();
        let mut inputs = 0;
        for (index, parameter) in definition.parameters.iter().enumerate() {
            let ty = Ty::closed(&parameter.ty, &types);
            if parameter.uniform {
                arguments.push(value_of_bits(&ty, &mut |scalar| {
                    let name = format!("u{}", parameters.texts.len());
                    let bits = uniforms.next().copied().unwrap_or_default();
                    parameters.add(
                        format!("{} {name}", scalar_name(scalar)),
                        Argument::Uniform(scalar, bits),
                    );
                    name
                }));
                continue;
            }
            let (element, is_neighbourhood) = match &ty {
                Ty::Neighbours(element, _) => (element.scalar(), true),
                other => (other.scalar(), false),
            };
            let Some(element) = element else {
                let text = format!("an array has numbers as elements, not `{ty}`");
                return Err(LowerError::at(definition, definition.line, text));
            };
            let t = scalar_name(element);
            parameters.add(format!("const {t} *in{inputs}"), Argument::Input(inputs));
            parameters.add(
                format!("dg_strides<{rank}> in{inputs}_strides"),
                Argument::InputStrides(inputs),
            );
            if is_neighbourhood {
                let (boundary, outside) = match of.boundary {
                    Boundary::Halo => ("dg_halo", 0),
                    Boundary::Nearest => ("dg_nearest", 0),
                    Boundary::Wrap => ("dg_wrap", 0),
                    Boundary::Reflect => ("dg_reflect", 0),
                    Boundary::Constant(bits) => ("dg_constant", bits),
                };
                let outside_name = format!("outside{index}");
                if let Boundary::Constant(_) = of.boundary {
                    parameters.add(
                        format!("{t} {outside_name}"),
                        Argument::Uniform(element, outside),
                    );
                } else {
                    lines.push(format!("const {t} {outside_name} = {t}();"));
                }
                let list = |of: &dyn Fn(usize) -> String| {
                    let all: Vec<String> = (0..rank).map(of).collect();
                    all.join(", ")
                };
                lines.push(format!(
                    "const dg_neighbours<{t}, {rank}, {boundary}> v{index}{{in{inputs}, {outside_name}, {{{}}}, {{{}}}, {{{}}}, {{{}}}}};",
                    list(&|d| format!("i64(place.at[{d}])")),
                    list(&|d| format!("i64(sizes.at[{d}])")),
                    list(&|d| format!("in{inputs}_strides.at[{d}]")),
                    list(&|d| radius[d].to_string()),
                ));
            } else {
                lines.push(format!(
                    "const {t} v{index} = in{inputs}[place.offset(in{inputs}_strides)];"
                ));
            }
            arguments.push(format!("v{index}"));
            inputs += 1;
        }
        parameters.add(
            format!("{} *out0", scalar_name(result)),
            Argument::Output(0),
        );
        parameters.add(
            format!("dg_strides<{rank}> out0_strides"),
            Argument::OutputStrides(0),
        );
        if function.may_fail {
            parameters.add("u64 *failure".to_owned(), Argument::Failure);
            arguments.push("fault".to_owned());
            lines.push("u32 fault = 0;".to_owned());
        }
        let mut text = format!(
            "extern \"C\" __global__ void {name}({}) {{\n    for (u64 i = dg_thread(); i < n; i += dg_threads()) {{\n",
            parameters.texts.join(", ")
        );
        let _ = writeln!(text, "        const dg_place<{rank}> place(i, sizes);");
        for line in lines {
            let _ = writeln!(text, "        {line}");
        }
        let _ = writeln!(
            text,
            "        const {} result = {}({});",
            scalar_name(result),
            function.name,
            arguments.join(", ")
        );
        if function.may_fail {
            text.push_str("        if (fault) { dg_fail(failure, i, fault); continue; }\n");
        }
        text.push_str("        out0[place.offset(out0_strides)] = result;\n    }\n}\n");
        self.entries.push(text);
        Ok(Entry {
            name,
            arguments: parameters.arguments,
        })
    }
}
