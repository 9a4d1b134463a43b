//! Types while and after they are inferred.

use dagger_ir::kernel::{ScalarType, Type};
use std::fmt;

/// A type without type parameters. `Var` occurs only while types are being inferred.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Ty {
    Var(usize),
    Scalar(ScalarType),
    Tuple(Vec<Ty>),
    Array(Box<Ty>, usize),
    Neighbours(Box<Ty>, usize),
}

impl Ty {
    pub(crate) const BOOL: Ty = Ty::Scalar(ScalarType::Bool);
    pub(crate) const USIZE: Ty = Ty::Scalar(ScalarType::Usize);

    pub(crate) fn unit() -> Ty {
        Ty::Tuple(Vec::new())
    }

    pub(crate) fn is_unit(&self) -> bool {
        matches!(self, Ty::Tuple(elements) if elements.is_empty())
    }

    pub(crate) fn scalar(&self) -> Option<ScalarType> {
        match self {
            Ty::Scalar(scalar) => Some(*scalar),
            _ => None,
        }
    }

    /// The type as declared, with `parameters` for type parameters and `inferred` for each `_`.
    pub(crate) fn declared(ty: &Type, parameters: &[Ty], inferred: &mut impl FnMut() -> Ty) -> Ty {
        match ty {
            Type::Scalar(scalar) => Ty::Scalar(*scalar),
            Type::Tuple(elements) => Ty::Tuple(
                elements
                    .iter()
                    .map(|element| Ty::declared(element, parameters, inferred))
                    .collect(),
            ),
            Type::Array(element, length) => Ty::Array(
                Box::new(Ty::declared(element, parameters, inferred)),
                *length,
            ),
            Type::Neighbours(element, dimensions) => Ty::Neighbours(
                Box::new(Ty::declared(element, parameters, inferred)),
                *dimensions,
            ),
            Type::Parameter(index) => parameters.get(*index).cloned().unwrap_or_else(inferred),
            Type::Inferred => inferred(),
        }
    }

    /// A declared type in which nothing is left open.
    pub(crate) fn closed(ty: &Type, parameters: &[Ty]) -> Ty {
        Ty::declared(ty, parameters, &mut Ty::unit)
    }

    /// How many scalars it consists of.
    pub(crate) fn scalars(&self) -> Vec<ScalarType> {
        match self {
            Ty::Scalar(scalar) => vec![*scalar],
            Ty::Tuple(elements) => elements.iter().flat_map(Ty::scalars).collect(),
            Ty::Array(element, length) => {
                let one = element.scalars();
                std::iter::repeat_n(one, *length).flatten().collect()
            }
            Ty::Var(_) | Ty::Neighbours(..) => Vec::new(),
        }
    }
}

/// As in Rust.
impl fmt::Display for Ty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ty::Var(_) => write!(f, "_"),
            Ty::Scalar(scalar) => f.write_str(scalar.name()),
            Ty::Array(element, length) => write!(f, "[{element}; {length}]"),
            Ty::Neighbours(element, dimensions) => {
                write!(f, "Neighbours<'_, {element}, {dimensions}>")
            }
            Ty::Tuple(elements) => {
                f.write_str("(")?;
                for (index, element) in elements.iter().enumerate() {
                    let before = if index == 0 { "" } else { ", " };
                    write!(f, "{before}{element}")?;
                }
                f.write_str(if elements.len() == 1 { ",)" } else { ")" })
            }
        }
    }
}
