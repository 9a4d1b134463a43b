//! The writer of one function: its lines, where values go, and what stands round the body.

use super::literals::type_name;
use super::names::Names;
use super::{Function, Functions};
use crate::kernel::error::LowerError;
use crate::kernel::infer::Typing;
use crate::kernel::ty::Ty;
use dagger_ir::kernel::{Definition, Expr};
use std::collections::HashSet;

/// Writes one function.
pub(super) struct Writer<'a> {
    pub(super) functions: &'a mut Functions,
    pub(super) definition: &'static Definition,
    pub(super) types: &'a [Ty],
    pub(super) typing: Typing,
    pub(super) names: Names,
    /// The C++ names of the locals, by number.
    pub(super) locals: Vec<String>,
    /// The loops and labelled blocks round this point, the innermost last.
    pub(super) loops: Vec<LoopFrame>,
    /// The labels that are jumped to.
    pub(super) jumps: HashSet<String>,
    name: String,
    lines: Vec<String>,
    depth: usize,
    may_fail: bool,
}

/// A loop or labelled block being written.
pub(super) struct LoopFrame {
    pub(super) number: usize,
    pub(super) is_block: bool,
    /// Where the value of a `break` goes.
    pub(super) target: Target,
}

/// An expression of C++.
#[derive(Debug, Clone)]
pub(super) struct Code {
    /// `None` for what has no value: `()`, or what is never reached.
    pub(super) text: Option<String>,
    /// Whether it can stand next to any operator.
    atom: bool,
    /// Whether later statements cannot change it.
    pub(super) stable: bool,
}

/// Where a value goes.
#[derive(Debug, Clone)]
pub(super) enum Target {
    Nowhere,
    Variable(String),
    Return,
}

impl Code {
    /// No value.
    pub(super) fn none() -> Self {
        Code {
            text: None,
            atom: true,
            stable: true,
        }
    }

    /// Something that can stand next to any operator.
    pub(super) fn atom(text: impl Into<String>) -> Self {
        Code {
            text: Some(text.into()),
            atom: true,
            stable: false,
        }
    }

    /// Something that must stand in parentheses next to an operator.
    pub(super) fn compound(text: impl Into<String>) -> Self {
        Code {
            atom: false,
            ..Code::atom(text)
        }
    }

    /// A literal, or a variable that is assigned once.
    pub(super) fn stable(text: impl Into<String>) -> Self {
        Code {
            stable: true,
            ..Code::atom(text)
        }
    }

    /// The text as an argument or on the right of `=`.
    pub(super) fn plain(&self) -> &str {
        self.text.as_deref().unwrap_or("0")
    }

    /// The text as an operand.
    pub(super) fn operand(&self) -> String {
        if self.atom {
            self.plain().to_owned()
        } else {
            format!("({})", self.plain())
        }
    }
}

impl<'a> Writer<'a> {
    pub(super) fn new(
        functions: &'a mut Functions,
        definition: &'static Definition,
        types: &'a [Ty],
        typing: Typing,
        name: String,
    ) -> Self {
        let mut names = Names::default();
        let locals = definition
            .locals
            .iter()
            .map(|local| names.free(local.name))
            .collect();
        Writer {
            functions,
            definition,
            types,
            typing,
            names,
            locals,
            loops: Vec::new(),
            jumps: HashSet::new(),
            name,
            lines: Vec::new(),
            depth: 1,
            may_fail: false,
        }
    }

    /// The text of the function.
    pub(super) fn function(mut self) -> Result<(String, Function), LowerError> {
        self.store(&self.definition.body, &Target::Return)?;
        let result = self.typing.result.clone();
        let mut templates = Vec::new();
        let mut parameters = Vec::new();
        for index in 0..self.definition.parameters.len() {
            let name = &self.locals[index];
            match &self.typing.locals[index] {
                Ty::Neighbours(..) => {
                    let template = format!("U{index}");
                    parameters.push(format!("const {template} &{name}"));
                    templates.push(format!("class {template}"));
                }
                ty => parameters.push(format!("{} {name}", type_name(ty))),
            }
        }
        if self.may_fail {
            parameters.push("u32 &fault".to_owned());
        }
        let mut text = format!(
            "// {} at {}:{}\n",
            self.definition.name, self.definition.file, self.definition.line
        );
        if !templates.is_empty() {
            text.push_str(&format!("template <{}>\n", templates.join(", ")));
        }
        text.push_str(&format!(
            "static __device__ {} {}({}) {{\n",
            type_name(&result),
            self.name,
            parameters.join(", ")
        ));
        for line in &self.lines {
            text.push_str(line);
            text.push('\n');
        }
        text.push_str("}\n");
        let function = Function {
            name: self.name,
            may_fail: self.may_fail,
            result,
        };
        Ok((text, function))
    }

    /// The text of an expression that needs no statements.
    pub(super) fn constant(mut self, expr: &'static Expr) -> Result<String, LowerError> {
        if self.is_inline(expr)? {
            return Ok(self.value(expr)?.plain().to_owned());
        }
        Err(self.error(
            expr.line,
            "this value must be a single expression that cannot fail",
        ))
    }

    pub(super) fn line(&mut self, text: impl AsRef<str>) {
        let line = format!("{}{}", "    ".repeat(self.depth), text.as_ref());
        self.lines.push(line);
    }

    /// `head {`, what `inside` writes, and the closing brace.
    pub(super) fn braces(
        &mut self,
        head: impl AsRef<str>,
        inside: impl FnOnce(&mut Self) -> Result<(), LowerError>,
    ) -> Result<(), LowerError> {
        let head = head.as_ref();
        self.line(if head.is_empty() {
            "{".to_owned()
        } else {
            format!("{head} {{")
        });
        self.depth += 1;
        inside(self)?;
        self.depth -= 1;
        self.line("}");
        Ok(())
    }

    /// Opens braces after the line at `start`, for a closing one that has been written.
    pub(super) fn open_braces_after(&mut self, start: usize) {
        let line = format!("{}{{", "    ".repeat(self.depth + 1));
        self.lines.insert(start + 1, line);
    }

    /// How far the text goes so far, to see whether something adds statements.
    pub(super) fn mark(&self) -> usize {
        self.lines.len()
    }

    /// Puts a value that was made at `mark` into a variable there, so that what was written since cannot change it.
    pub(super) fn keep_at(&mut self, mark: usize, code: &mut Code, ty: &Ty) {
        if code.stable || code.text.is_none() {
            return;
        }
        let name = self.names.free("t");
        let line = format!(
            "{}const {} {name} = {};",
            "    ".repeat(self.depth),
            type_name(ty),
            code.plain()
        );
        self.lines.insert(mark, line);
        *code = Code::stable(name);
    }

    /// Puts a value into a variable, unless it cannot change and is short.
    pub(super) fn keep(&mut self, mut code: Code, ty: &Ty) -> Code {
        self.keep_at(self.mark(), &mut code, ty);
        code
    }

    /// A new variable without a value.
    pub(super) fn variable(&mut self, ty: &Ty) -> String {
        let name = self.names.free("t");
        self.line(format!("{} {name};", type_name(ty)));
        name
    }

    /// Writes where a value goes.
    pub(super) fn put(&mut self, code: &Code, target: &Target) {
        match (target, &code.text) {
            (_, None) => {}
            (Target::Nowhere, Some(_)) => {}
            (Target::Variable(name), Some(text)) => self.line(format!("{name} = {text};")),
            (Target::Return, Some(text)) => self.line(format!("return {text};")),
        }
    }

    /// Ends the function if `condition` holds, as Rust's panic with that message would.
    pub(super) fn fail_if(&mut self, condition: &str, line: u32, message: &str) {
        let fail = self.failure(line, message);
        self.line(format!("if ({condition}) {{ {fail} }}"));
    }

    /// The statements that end the function with a failure.
    pub(super) fn failure(&mut self, line: u32, message: &str) -> String {
        let site = self.functions.site(self.definition, line, message);
        format!("fault = {site}u; {}", self.leave())
    }

    /// The statement that ends the function after a failure.
    pub(super) fn leave(&mut self) -> String {
        self.may_fail = true;
        format!("return {}();", type_name(&self.typing.result))
    }

    pub(super) fn ty(&self, expr: &Expr) -> &Ty {
        &self.typing.expressions[expr.id]
    }

    pub(super) fn error(&self, line: u32, text: impl Into<String>) -> LowerError {
        LowerError::at(self.definition, line, text)
    }
}
