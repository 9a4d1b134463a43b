//! The body of a kernel as tokens that build its tree (`dagger_ir::kernel`), and errors for what has no place in it.
//!
//! Names are resolved here: variables become numbers, whatever else is named is left to rustc as a path in the tokens, so that it
//! says at the user's token what does not exist or does not fit.

mod calls;
mod control;
mod expressions;
mod macros;
mod patterns;
mod places;
mod scope;
mod types;

use super::attributes::Attributes;
use super::check::Parameter;
use proc_macro2::TokenStream;
use quote::quote;
use scope::{Frame, Scope};
use syn::{Error, GenericParam, ItemFn, ReturnType};

/// What the descriptor needs to know of the body.
pub(super) struct Lowered {
    pub(super) body: TokenStream,
    pub(super) identity: Option<TokenStream>,
    pub(super) locals: Vec<String>,
    pub(super) expressions: usize,
    pub(super) radius: Vec<usize>,
    pub(super) parameter_types: Vec<TokenStream>,
    pub(super) result_type: TokenStream,
}

/// Lowers a function.
pub(super) fn function(
    function: &ItemFn,
    parameters: &[Parameter],
    attributes: &Attributes,
    errors: &mut Vec<Error>,
) -> Lowered {
    let dimensions = parameters
        .iter()
        .find_map(|parameter| Some(parameter.neighbours.as_ref()?.1))
        .unwrap_or(0);
    let mut lower = Lower {
        name: function.sig.ident.to_string(),
        generics: function
            .sig
            .generics
            .params
            .iter()
            .filter_map(|parameter| match parameter {
                GenericParam::Type(ty) => Some(ty.ident.to_string()),
                _ => None,
            })
            .collect(),
        scope: Scope::default(),
        frames: Vec::new(),
        expressions: 0,
        numbers: 0,
        declared_radius: attributes.radius.as_ref().map(|(_, radius)| {
            if radius.len() == 1 {
                vec![radius[0]; dimensions]
            } else {
                radius.clone()
            }
        }),
        seen_radius: vec![0; dimensions],
        errors,
    };
    for parameter in parameters {
        let dimensions = parameter
            .neighbours
            .as_ref()
            .map(|(_, dimensions)| *dimensions);
        lower
            .scope
            .declare_parameter(&parameter.name.to_string(), dimensions);
    }
    let parameter_types = parameters
        .iter()
        .map(|parameter| match &parameter.neighbours {
            Some((element, dimensions)) => {
                let element = lower.ty(element);
                quote!(__k::Type::Neighbours(&#element, #dimensions))
            }
            None => lower.ty(&parameter.ty),
        })
        .collect();
    let result_type = match &function.sig.output {
        ReturnType::Type(_, ty) => lower.ty(ty),
        ReturnType::Default => quote!(__k::Type::Tuple(&[])),
    };
    let body = lower.block_expr(&function.block, None);
    let identity = attributes.identity.as_ref().map(|identity| {
        let scope = std::mem::take(&mut lower.scope);
        let tokens = lower.expr(identity);
        lower.scope = scope;
        tokens
    });
    Lowered {
        body,
        identity,
        locals: lower.scope.names().to_vec(),
        expressions: lower.expressions,
        radius: lower.declared_radius.take().unwrap_or(lower.seen_radius),
        parameter_types,
        result_type,
    }
}

/// The state of lowering one function.
struct Lower<'a> {
    name: String,
    generics: Vec<String>,
    scope: Scope,
    /// The loops and labelled blocks round this point, the innermost last.
    frames: Vec<Frame>,
    expressions: usize,
    /// How many loops and labelled blocks there were.
    numbers: usize,
    declared_radius: Option<Vec<usize>>,
    seen_radius: Vec<usize>,
    errors: &'a mut Vec<Error>,
}

impl Lower<'_> {
    /// The tokens of an expression of that kind.
    fn node(&mut self, line: u32, kind: TokenStream) -> TokenStream {
        let id = self.expressions;
        self.expressions += 1;
        quote!(__k::Expr { id: #id, line: #line, kind: __k::ExprKind::#kind })
    }

    /// Stands for an expression with an error.
    fn failed(&mut self, error: Error) -> TokenStream {
        self.errors.push(error);
        quote!(__k::Expr {
            id: 0usize,
            line: 0u32,
            kind: __k::ExprKind::Bool(false)
        })
    }
}

/// The line of a token.
fn line(of: &impl syn::spanned::Spanned) -> u32 {
    u32::try_from(of.span().start().line).unwrap_or(0)
}
