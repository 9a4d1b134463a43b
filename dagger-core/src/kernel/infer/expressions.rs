//! The types of expressions and statements.

use super::Inference;
use crate::kernel::error::LowerError;
use crate::kernel::ty::Ty;
use dagger_ir::kernel::methods::{Method, Receiver, Shape, functions, methods};
use dagger_ir::kernel::{
    BinaryOperator, Block, Definition, Expr, ExprKind, Iteration, Number, ScalarType, Statement,
    Type, UnaryOperator,
};

type Typed = Result<Ty, LowerError>;

impl Inference<'_> {
    /// The type of an expression, which is also written down.
    pub(super) fn expr(&mut self, expr: &'static Expr) -> Typed {
        let ty = self.kind(expr)?;
        self.expressions[expr.id] = ty.clone();
        Ok(ty)
    }

    fn kind(&mut self, expr: &'static Expr) -> Typed {
        let line = expr.line;
        match &expr.kind {
            ExprKind::Number(_, Some(scalar)) => Ok(Ty::Scalar(*scalar)),
            ExprKind::Number(Number::Integer(_), None) => Ok(self.solution.integer()),
            ExprKind::Number(Number::Fraction(_), None) => Ok(self.solution.float()),
            ExprKind::Bool(_) => Ok(Ty::BOOL),
            ExprKind::Local(local) => Ok(self.locals[*local].clone()),
            ExprKind::Constant(constant) => Ok(Ty::closed(&constant.ty(), self.types)),
            ExprKind::Nowhere => Ok(self.solution.open()),
            ExprKind::Unary(UnaryOperator::Negate | UnaryOperator::Not, operand) => {
                self.expr(operand)
            }
            ExprKind::Binary(operator, left, right) => self.binary(*operator, left, right, line),
            ExprKind::And(left, right) | ExprKind::Or(left, right) => {
                self.is(left, &Ty::BOOL)?;
                let before = self.diverges;
                self.is(right, &Ty::BOOL)?;
                self.diverges = before;
                Ok(Ty::BOOL)
            }
            ExprKind::Assign(place, value) => {
                let value = self.expr(value)?;
                let place = self.expr(place)?;
                self.unify(&place, &value, line)?;
                Ok(Ty::unit())
            }
            ExprKind::Update(operator, place, value) => {
                let value = self.expr(value)?;
                let place = self.expr(place)?;
                if !operator.shifts() {
                    self.unify(&place, &value, line)?;
                }
                Ok(Ty::unit())
            }
            ExprKind::Cast(value, ty) => self.cast(value, ty, line),
            ExprKind::Tuple(elements) => {
                let elements: Result<Vec<Ty>, LowerError> =
                    elements.iter().map(|element| self.expr(element)).collect();
                Ok(Ty::Tuple(elements?))
            }
            ExprKind::Array(elements) => {
                let ty = self.solution.open();
                for element in *elements {
                    self.is(element, &ty)?;
                }
                Ok(Ty::Array(Box::new(ty), elements.len()))
            }
            ExprKind::Repeat(element, length) => {
                Ok(Ty::Array(Box::new(self.expr(element)?), *length))
            }
            ExprKind::Field(tuple, index) => {
                let tuple = self.expr(tuple)?;
                match self.solution.shallow(&tuple) {
                    Ty::Tuple(elements) if *index < elements.len() => Ok(elements[*index].clone()),
                    other => {
                        let other = self.solution.settled(&other);
                        Err(self.error(line, format!("`{other}` has no part `.{index}`")))
                    }
                }
            }
            ExprKind::Index(array, index) => {
                let array = self.expr(array)?;
                self.is(index, &Ty::USIZE)?;
                self.element(&array, line)
            }
            ExprKind::Neighbour(local, offsets) => {
                for offset in *offsets {
                    self.is(offset, &Ty::Scalar(ScalarType::Isize))?;
                }
                match self.locals[*local].clone() {
                    Ty::Neighbours(element, dimensions) if dimensions == offsets.len() => {
                        Ok(*element)
                    }
                    other => Err(self.error(line, format!("`{other}` has no such neighbours"))),
                }
            }
            ExprKind::Block(label, block) => self.labelled(*label, block, line),
            ExprKind::If(condition, yes, no) => self.branches(condition, yes, *no, line),
            ExprKind::Match(value, arms) => {
                let value = self.expr(value)?;
                let (ty, before) = (self.solution.open(), self.diverges);
                let mut all = !arms.is_empty();
                for arm in *arms {
                    self.diverges = before;
                    self.pattern(&arm.pattern, &value, arm.body.line)?;
                    if let Some(guard) = &arm.guard {
                        self.is(guard, &Ty::BOOL)?;
                    }
                    self.is(&arm.body, &ty)?;
                    all &= self.diverges;
                }
                self.diverges = before || all;
                Ok(ty)
            }
            ExprKind::Loop(number, body) => {
                self.block_is_unit(body, line)?;
                self.diverges = !self.breaks.contains_key(number);
                Ok(match self.breaks.get(number) {
                    Some(ty) => ty.clone(),
                    None => self.solution.open(),
                })
            }
            ExprKind::While(_, condition, body) => {
                self.is(condition, &Ty::BOOL)?;
                self.once(body, line)
            }
            ExprKind::For(_, pattern, iteration, body) => {
                let item = self.iteration(iteration, line)?;
                self.pattern(pattern, &item, line)?;
                self.once(body, line)
            }
            ExprKind::Break(number, value) => {
                let ty = match value {
                    Some(value) => self.expr(value)?,
                    None => Ty::unit(),
                };
                self.breaks_with(*number, &ty, line)?;
                Ok(self.never())
            }
            ExprKind::Continue(_) | ExprKind::Fail(_) => Ok(self.never()),
            ExprKind::Return(value) => {
                let result = self.result.clone();
                self.is(value, &result)?;
                Ok(self.never())
            }
            ExprKind::Require(condition, _) => {
                self.is(condition, &Ty::BOOL)?;
                Ok(Ty::unit())
            }
            ExprKind::Call(callee, types, arguments) => self.call(expr, callee, types, arguments),
            ExprKind::Method(name, arguments) => self.method(name, arguments, line),
            ExprKind::Function(ty, name, arguments) => self.function(ty, name, arguments, line),
        }
    }

    fn is(&mut self, expr: &'static Expr, ty: &Ty) -> Result<(), LowerError> {
        let found = self.expr(expr)?;
        self.unify(&found, ty, expr.line)
    }

    /// The type of what is never reached.
    fn never(&mut self) -> Ty {
        self.diverges = true;
        self.solution.open()
    }

    fn element(&mut self, array: &Ty, line: u32) -> Typed {
        match self.solution.shallow(array) {
            Ty::Array(element, _) => Ok(*element),
            other => {
                let other = self.solution.settled(&other);
                Err(self.error(line, format!("`{other}` is not an array")))
            }
        }
    }

    fn binary(
        &mut self,
        operator: BinaryOperator,
        left: &'static Expr,
        right: &'static Expr,
        line: u32,
    ) -> Typed {
        let (left, right) = (self.expr(left)?, self.expr(right)?);
        if !operator.shifts() {
            self.unify(&left, &right, line)?;
        }
        Ok(if operator.compares() { Ty::BOOL } else { left })
    }

    fn cast(&mut self, value: &'static Expr, ty: &Type, line: u32) -> Typed {
        let from = self.expr(value)?;
        let to = self.declared(ty);
        let to = match self.solution.shallow(&to) {
            // `x as _`: rustc takes the type from elsewhere.
            open @ Ty::Var(_) => open,
            Ty::Scalar(scalar) => Ty::Scalar(scalar),
            other => return Err(self.error(line, format!("nothing is cast to `{other}`"))),
        };
        // A literal that is cast at once is one of that type, where it can be.
        if is_literal(value) {
            let _ = self.solution.unify(&from, &to);
        }
        Ok(to)
    }

    fn labelled(&mut self, label: Option<usize>, block: &'static Block, line: u32) -> Typed {
        let ty = self.block(block)?;
        let Some(broken) = label.and_then(|label| self.breaks.get(&label).cloned()) else {
            return Ok(ty);
        };
        self.unify(&ty, &broken, line)?;
        self.diverges = false;
        Ok(ty)
    }

    fn block(&mut self, block: &'static Block) -> Typed {
        for statement in block.statements {
            match statement {
                Statement::Let(pattern, ty, value) => {
                    let ty = self.declared(ty);
                    let mut line = self.definition.line;
                    if let Some(value) = value {
                        line = value.line;
                        self.is(value, &ty)?;
                    }
                    self.pattern(pattern, &ty, line)?;
                }
                Statement::Expr(expr) => {
                    self.expr(expr)?;
                }
            }
        }
        match block.value {
            Some(value) => self.expr(value),
            None if self.diverges => Ok(self.solution.open()),
            None => Ok(Ty::unit()),
        }
    }

    fn block_is_unit(&mut self, block: &'static Block, line: u32) -> Result<(), LowerError> {
        let ty = self.block(block)?;
        self.unify(&ty, &Ty::unit(), line)
    }

    /// The body of a loop that may not run at all.
    fn once(&mut self, body: &'static Block, line: u32) -> Typed {
        let before = self.diverges;
        self.block_is_unit(body, line)?;
        self.diverges = before;
        Ok(Ty::unit())
    }

    fn branches(
        &mut self,
        condition: &'static Expr,
        yes: &'static Expr,
        no: Option<&'static Expr>,
        line: u32,
    ) -> Typed {
        self.is(condition, &Ty::BOOL)?;
        let before = self.diverges;
        let ty = self.expr(yes)?;
        let Some(no) = no else {
            self.unify(&ty, &Ty::unit(), line)?;
            self.diverges = before;
            return Ok(Ty::unit());
        };
        let first = std::mem::replace(&mut self.diverges, before);
        self.is(no, &ty)?;
        self.diverges = before || (first && self.diverges);
        Ok(ty)
    }

    fn breaks_with(&mut self, number: usize, ty: &Ty, line: u32) -> Result<(), LowerError> {
        match self.breaks.get(&number).cloned() {
            Some(earlier) => self.unify(&earlier, ty, line),
            None => {
                self.breaks.insert(number, ty.clone());
                Ok(())
            }
        }
    }

    fn iteration(&mut self, iteration: &'static Iteration, line: u32) -> Typed {
        match iteration {
            Iteration::Array(array) => {
                let array = self.expr(array)?;
                self.element(&array, line)
            }
            Iteration::Range {
                low, high, step, ..
            } => {
                let item = self.expr(low)?;
                self.is(high, &item)?;
                if let Some(step) = step {
                    self.is(step, &Ty::USIZE)?;
                }
                Ok(item)
            }
        }
    }

    fn call(
        &mut self,
        expr: &'static Expr,
        callee: &'static Definition,
        types: &'static [Type],
        arguments: &'static [Expr],
    ) -> Typed {
        if callee.parameters.len() != arguments.len() {
            let text = format!("`{}` takes other arguments", callee.name);
            return Err(self.error(expr.line, text));
        }
        let given: Vec<Ty> = (0..callee.generics.len())
            .map(|index| self.declared(types.get(index).unwrap_or(&Type::Inferred)))
            .collect();
        for (parameter, argument) in callee.parameters.iter().zip(arguments) {
            self.is(argument, &Ty::closed(&parameter.ty, &given))?;
        }
        let result = Ty::closed(&callee.result, &given);
        self.calls.insert(expr.id, given);
        Ok(result)
    }

    fn method(&mut self, name: &str, arguments: &'static [Expr], line: u32) -> Typed {
        let (receiver, rest) = arguments.split_first().expect("a method has a receiver");
        let receiver = self.expr(receiver)?;
        let receiver = self.solution.shallow(&receiver);
        let found = methods(name).find(|method| match &receiver {
            Ty::Scalar(scalar) => method.receiver.is(*scalar),
            Ty::Array(..) => matches!(method.receiver, Receiver::Array | Receiver::Any),
            _ => method.receiver == Receiver::Any,
        });
        let Some(method) = found else {
            let receiver = self.solution.settled(&receiver);
            return Err(self.error(line, format!("`{receiver}` has no `{name}` here")));
        };
        self.signature(method, &receiver, rest, line)
    }

    fn function(&mut self, ty: &Type, name: &str, arguments: &'static [Expr], line: u32) -> Typed {
        let ty = self.declared(ty);
        let Ty::Scalar(scalar) = self.solution.shallow(&ty) else {
            return Err(self.error(line, format!("`{ty}` has no `{name}` here")));
        };
        let own = |method: &&Method| method.receiver.is(scalar);
        if let Some(function) = functions(name).find(own) {
            return self.signature(function, &ty, arguments, line);
        }
        let Some((method, (receiver, rest))) = methods(name).find(own).zip(arguments.split_first())
        else {
            return Err(self.error(line, format!("`{ty}` has no `{name}` here")));
        };
        self.is(receiver, &ty)?;
        self.signature(method, &ty, rest, line)
    }

    fn signature(
        &mut self,
        method: &Method,
        receiver: &Ty,
        arguments: &'static [Expr],
        line: u32,
    ) -> Typed {
        if method.arguments.len() != arguments.len() {
            let text = format!("`{}` takes other arguments", method.name);
            return Err(self.error(line, text));
        }
        for (shape, argument) in method.arguments.iter().zip(arguments) {
            let ty = self.shape(*shape, receiver);
            self.is(argument, &ty)?;
        }
        Ok(self.shape(method.result, receiver))
    }

    fn shape(&mut self, shape: Shape, receiver: &Ty) -> Ty {
        let scalar = receiver.scalar();
        let of = |change: fn(ScalarType) -> ScalarType| {
            scalar.map_or_else(Ty::unit, |scalar| Ty::Scalar(change(scalar)))
        };
        match shape {
            Shape::Same => receiver.clone(),
            Shape::Pair => Ty::Tuple(vec![receiver.clone(), receiver.clone()]),
            Shape::Unsigned => of(ScalarType::unsigned),
            Shape::Signed => of(ScalarType::signed),
            Shape::Exactly(scalar) => Ty::Scalar(scalar),
            Shape::Inferred | Shape::AnyScalar => self.solution.open(),
        }
    }
}

/// A number, perhaps negated.
fn is_literal(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Number(..) => true,
        ExprKind::Unary(_, operand) => is_literal(operand),
        _ => false,
    }
}
