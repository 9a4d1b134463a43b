//! Expressions of array elements: what a lazy array operation is before it runs.

use super::operators;
use super::{Argument, Module, Parameters};
use crate::kernel::bound::Kernel;
use crate::kernel::error::LowerError;
use crate::kernel::ty::Ty;
use crate::kernel::write::{scalar_name, type_name, value_of_bits};
use dagger_ir::kernel::{BinaryOperator, Definition, Scalar, ScalarType, UnaryOperator};

/// A value in an [`Expression`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Term(usize);

/// Kernels and operators applied to the elements of arrays at one place. Terms that are used several times are computed once.
///
/// ```
/// use dagger_core::kernel::source::Expression;
/// use dagger_core::kernel::{BinaryOperator, ScalarType};
///
/// // 2 x + y
/// let mut e = Expression::new();
/// let (x, y) = (e.input(ScalarType::F32), e.input(ScalarType::F32));
/// let two = e.constant(2.0f32);
/// let double = e.binary(BinaryOperator::Mul, two, x)?;
/// let sum = e.binary(BinaryOperator::Add, double, y)?;
/// assert_eq!(e.scalar(sum), Some(ScalarType::F32));
/// # Ok::<(), dagger_core::kernel::LowerError>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Expression {
    nodes: Vec<Node>,
    inputs: Vec<ScalarType>,
}

#[derive(Debug, Clone)]
struct Node {
    kind: Kind,
    ty: Ty,
}

#[derive(Debug, Clone)]
enum Kind {
    Input(usize),
    /// The bits of the scalars: arguments of the entry.
    Uniform(Vec<u64>),
    Call(&'static Definition, Vec<Ty>, Vec<Term>),
    Part(Term, usize),
}

impl Expression {
    /// Without terms.
    pub fn new() -> Self {
        Expression::default()
    }

    /// The elements of another array. Inputs are numbered in the order in which they are made.
    pub fn input(&mut self, ty: ScalarType) -> Term {
        self.inputs.push(ty);
        self.push(Kind::Input(self.inputs.len() - 1), Ty::Scalar(ty))
    }

    /// The types of the inputs.
    pub fn inputs(&self) -> &[ScalarType] {
        &self.inputs
    }

    /// A number that is the same for all elements. It becomes an argument, so that its value is not part of the source.
    pub fn constant<T: Scalar>(&mut self, value: T) -> Term {
        let mut bits = Vec::new();
        value.bits(&mut bits);
        self.push(Kind::Uniform(bits), Ty::Scalar(T::SCALAR))
    }

    /// The same, of a type and with bits that are only known while the program runs; [`scalar_bits`](crate::kernel::scalar_bits) gives them.
    pub fn uniform(&mut self, ty: ScalarType, bits: u64) -> Term {
        self.push(Kind::Uniform(vec![bits]), Ty::Scalar(ty))
    }

    /// A kernel applied to terms, one for each of its parameters that is no uniform.
    ///
    /// # Errors
    /// If there are more or fewer, or their types differ from the parameters'.
    pub fn apply(&mut self, kernel: &Kernel, arguments: &[Term]) -> Result<Term, LowerError> {
        let definition = kernel.definition();
        let types = kernel.types();
        let mut bits = kernel.uniforms().iter().copied();
        let mut given = arguments.iter().copied();
        let mut all = Vec::new();
        for parameter in definition.parameters {
            let ty = Ty::closed(&parameter.ty, &types);
            if parameter.uniform {
                let bits = bits.by_ref().take(ty.scalars().len()).collect();
                all.push(self.push(Kind::Uniform(bits), ty));
            } else {
                all.extend(given.next());
            }
        }
        if given.next().is_some() {
            return Err(self.mismatch(definition, "takes fewer arguments"));
        }
        self.call(definition, types, all)
    }

    /// An operator between two terms of one type.
    ///
    /// # Errors
    /// If their types differ, or have no such operator.
    pub fn binary(
        &mut self,
        operator: BinaryOperator,
        left: Term,
        right: Term,
    ) -> Result<Term, LowerError> {
        let types = vec![self.ty(left).clone()];
        self.call(operators::binary(operator), types, vec![left, right])
    }

    /// An operator before a term.
    ///
    /// # Errors
    /// If the term's type has no such operator.
    pub fn unary(&mut self, operator: UnaryOperator, operand: Term) -> Result<Term, LowerError> {
        let types = vec![self.ty(operand).clone()];
        self.call(operators::unary(operator), types, vec![operand])
    }

    /// A term as another type, as by `as`.
    ///
    /// # Errors
    /// If the term is no number.
    pub fn cast(&mut self, value: Term, to: ScalarType) -> Result<Term, LowerError> {
        let types = vec![self.ty(value).clone(), Ty::Scalar(to)];
        self.call(operators::cast(), types, vec![value])
    }

    /// One of two terms, by a third.
    ///
    /// # Errors
    /// If the first is no `bool`, or the others differ in type.
    pub fn select(&mut self, condition: Term, yes: Term, no: Term) -> Result<Term, LowerError> {
        let types = vec![self.ty(yes).clone()];
        self.call(operators::select(), types, vec![condition, yes, no])
    }

    /// A method of a number, by its name in Rust, with the receiver first.
    ///
    /// # Errors
    /// If the receiver's type has no such method, or it takes other arguments.
    pub fn method(&mut self, name: &str, arguments: &[Term]) -> Result<Term, LowerError> {
        let receiver = arguments.first().and_then(|term| self.scalar(*term));
        let definition = receiver.and_then(|scalar| operators::method(name, scalar));
        match definition {
            Some(definition) => self.call(definition, Vec::new(), arguments.to_vec()),
            None => Err(LowerError::of(format!(
                "kernels have no `{name}` of such a value"
            ))),
        }
    }

    /// A part of a term that is a tuple.
    ///
    /// # Errors
    /// If it has no such part.
    pub fn part(&mut self, tuple: Term, index: usize) -> Result<Term, LowerError> {
        match self.ty(tuple) {
            Ty::Tuple(parts) if index < parts.len() => {
                let ty = parts[index].clone();
                Ok(self.push(Kind::Part(tuple, index), ty))
            }
            other => Err(LowerError::of(format!("`{other}` has no part `.{index}`"))),
        }
    }

    /// What errors call a program of this expression: the user's kernels in it, with their lines, or else `otherwise`.
    pub fn label(&self, otherwise: &str) -> String {
        let mut labels: Vec<String> = Vec::new();
        for node in &self.nodes {
            if let Kind::Call(definition, ..) = &node.kind
                && definition.line > 0
            {
                let Definition {
                    name, file, line, ..
                } = definition;
                let label = format!("kernel `{name}` ({file}:{line})");
                if !labels.contains(&label) {
                    labels.push(label);
                }
            }
        }
        if labels.is_empty() {
            return otherwise.to_owned();
        }
        labels.join(" and ")
    }

    /// The type of a term that is a number or `bool`.
    pub fn scalar(&self, term: Term) -> Option<ScalarType> {
        self.ty(term).scalar()
    }

    /// How many parts a term that is a tuple has.
    pub fn parts(&self, term: Term) -> Option<usize> {
        match self.ty(term) {
            Ty::Tuple(parts) => Some(parts.len()),
            _ => None,
        }
    }

    pub(super) fn ty(&self, term: Term) -> &Ty {
        &self.nodes[term.0].ty
    }

    fn push(&mut self, kind: Kind, ty: Ty) -> Term {
        self.nodes.push(Node { kind, ty });
        Term(self.nodes.len() - 1)
    }

    fn call(
        &mut self,
        definition: &'static Definition,
        types: Vec<Ty>,
        arguments: Vec<Term>,
    ) -> Result<Term, LowerError> {
        if definition.parameters.len() != arguments.len() {
            return Err(self.mismatch(definition, "takes other arguments"));
        }
        for (parameter, argument) in definition.parameters.iter().zip(&arguments) {
            let wanted = Ty::closed(&parameter.ty, &types);
            let found = self.ty(*argument);
            if wanted != *found {
                let text = format!("takes a `{wanted}` where it is given a `{found}`");
                return Err(self.mismatch(definition, &text));
            }
        }
        // What the body says of the types is checked here, where the mistake is.
        let typing = crate::kernel::infer::infer(definition, &types)?;
        Ok(self.push(Kind::Call(definition, types, arguments), typing.result))
    }

    fn mismatch(&self, definition: &Definition, text: &str) -> LowerError {
        LowerError::at(definition, definition.line, text)
    }

    /// Writes what the terms in `wanted` need, in order, as statements; their values are variables `v0`, `v1`, and so on.
    ///
    /// `read` writes the element of an input. After a call that failed comes `on_failure`.
    pub(super) fn write(
        &self,
        module: &mut Module,
        parameters: &mut Parameters,
        wanted: &[Term],
        read: &dyn Fn(usize) -> String,
        on_failure: &str,
    ) -> Result<Body, LowerError> {
        let mut needed = vec![false; self.nodes.len()];
        for term in wanted {
            needed[term.0] = true;
        }
        for (index, node) in self.nodes.iter().enumerate().rev() {
            match &node.kind {
                Kind::Call(_, _, arguments) if needed[index] => {
                    arguments
                        .iter()
                        .for_each(|argument| needed[argument.0] = true);
                }
                Kind::Part(tuple, _) if needed[index] => needed[tuple.0] = true,
                _ => {}
            }
        }
        let mut body = Body::default();
        for (index, node) in self.nodes.iter().enumerate() {
            if !needed[index] {
                continue;
            }
            let text = match &node.kind {
                Kind::Input(input) => read(*input),
                Kind::Uniform(bits) => {
                    let mut bits = bits.iter();
                    value_of_bits(&node.ty, &mut |scalar| {
                        let name = format!("u{}", parameters.texts.len());
                        let bits = bits.next().copied().unwrap_or_default();
                        parameters.add(
                            format!("{} {name}", scalar_name(scalar)),
                            Argument::Uniform(scalar, bits),
                        );
                        name
                    })
                }
                Kind::Part(tuple, part) => format!("v{}._{part}", tuple.0),
                Kind::Call(definition, types, arguments) => {
                    let function = module.functions.function(definition, types)?;
                    let mut list: Vec<String> = arguments
                        .iter()
                        .map(|argument| format!("v{}", argument.0))
                        .collect();
                    if function.may_fail {
                        list.push("fault".to_owned());
                    }
                    let call = format!("{}({})", function.name, list.join(", "));
                    body.lines
                        .push(format!("const {} v{index} = {call};", type_name(&node.ty)));
                    if function.may_fail {
                        body.may_fail = true;
                        body.lines.push(format!("if (fault) {{ {on_failure} }}"));
                    }
                    continue;
                }
            };
            body.lines
                .push(format!("const {} v{index} = {text};", type_name(&node.ty)));
        }
        Ok(body)
    }
}

/// The statements of an expression.
#[derive(Debug, Default)]
pub(super) struct Body {
    pub(super) lines: Vec<String>,
    pub(super) may_fail: bool,
}

impl Term {
    /// The variable that holds it.
    pub(super) fn variable(self) -> String {
        format!("v{}", self.0)
    }
}
