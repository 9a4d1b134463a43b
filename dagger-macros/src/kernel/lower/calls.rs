//! Calls of kernels, of methods and of functions of types.

use super::types::text;
use super::{Lower, line};
use crate::descriptor;
use crate::kernel::diagnostics::{self, no};
use dagger_ir::kernel::methods;
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{
    Expr, ExprCall, ExprMethodCall, ExprPath, GenericArgument, Ident, Path, PathArguments, Token,
    Type,
};

type Arguments = Punctuated<Expr, Token![,]>;

impl Lower<'_> {
    pub(super) fn call(&mut self, call: &ExprCall) -> TokenStream {
        let mut function = &*call.func;
        while let Expr::Paren(paren) = function {
            function = &paren.expr;
        }
        let path = match function {
            Expr::Path(path) => path,
            Expr::Closure(closure) => {
                let text = "a kernel has no closures: write the code in place, or make a kernel of it and call that";
                return self.failed(no(closure, text));
            }
            other => {
                return self.failed(no(other, "a kernel calls other kernels, by their names"));
            }
        };
        if let Some(ty) = self.prefix(path) {
            return self.function(&ty, path, &call.args, line(call));
        }
        if let Some(name) = path.path.get_ident() {
            if self.scope.find(name).is_some() {
                let text = format!(
                    "`{name}` is a variable, and a kernel calls only kernels, by their names"
                );
                return self.failed(no(name, &text));
            }
            if *name == self.name {
                return self.failed(diagnostics::calls_itself(name));
            }
            if matches!(&*name.to_string(), "Some" | "Ok" | "Err") {
                let of = if name == "Some" { "Option" } else { "Result" };
                let error = diagnostics::unsupported_type(name, of);
                return self.failed(error);
            }
        }
        self.kernel(path, &call.args, line(call))
    }

    /// The type before the last `::`, where it is one with functions that kernels know.
    fn prefix(&mut self, path: &ExprPath) -> Option<TokenStream> {
        if let Some(of) = &path.qself {
            // `<f32>::sqrt`
            if of.position == 0
                && let Type::Path(ty) = &*of.ty
            {
                return self.receiver_type(&ty.path);
            }
            return None;
        }
        let mut prefix = path.path.clone();
        prefix.segments.pop()?;
        prefix.segments.pop_punct();
        if prefix.segments.is_empty() {
            return None;
        }
        self.receiver_type(&prefix)
    }

    /// `f32::from_bits(x)`, `T::of(0.5)`, `f32::max(x, y)`
    fn function(
        &mut self,
        ty: &TokenStream,
        path: &ExprPath,
        arguments: &Arguments,
        at: u32,
    ) -> TokenStream {
        let Some(last) = path.path.segments.last() else {
            return self.failed(no(path, "a kernel calls other kernels, by their names"));
        };
        let name = &last.ident;
        let written = name.to_string();
        let counts: Vec<usize> = methods::functions(&written)
            .map(|function| function.arguments.len())
            .chain(methods::methods(&written).map(|method| method.arguments.len() + 1))
            .collect();
        if counts.is_empty() {
            let mut prefix = path.path.clone();
            prefix.segments.pop();
            prefix.segments.pop_punct();
            let error = diagnostics::unknown_function(name, &text(&prefix));
            return self.failed(error);
        }
        if !counts.contains(&arguments.len()) {
            return self.failed(diagnostics::wrong_argument_count(name, counts[0]));
        }
        let arguments: Vec<TokenStream> = arguments.iter().map(|expr| self.expr(expr)).collect();
        self.node(at, quote!(Function(#ty, #written, &[#(#arguments),*])))
    }

    pub(super) fn method(&mut self, call: &ExprMethodCall) -> TokenStream {
        let name: &Ident = &call.method;
        let written = name.to_string();
        let counts: Vec<usize> = methods::methods(&written)
            .map(|method| method.arguments.len())
            .collect();
        if counts.is_empty() {
            // `x.iter().sum()` is one mistake: the first.
            let before = self.errors.len();
            let receiver = self.expr(&call.receiver);
            if self.errors.len() > before {
                return receiver;
            }
            return self.failed(diagnostics::unknown_method(name));
        }
        if !counts.contains(&call.args.len()) {
            return self.failed(diagnostics::wrong_argument_count(name, counts[0]));
        }
        let mut arguments = vec![self.expr(&call.receiver)];
        arguments.extend(call.args.iter().map(|expr| self.expr(expr)));
        self.node(line(name), quote!(Method(#written, &[#(#arguments),*])))
    }

    fn kernel(&mut self, path: &ExprPath, arguments: &Arguments, at: u32) -> TokenStream {
        let types = self.turbofish(&path.path);
        let mut lowered = Vec::new();
        for argument in arguments {
            let tokens = match self.neighbourhood(argument) {
                Some(_) if self.declared_radius.is_none() => {
                    let error = diagnostics::radius_unknown(argument);
                    self.failed(error)
                }
                Some((number, _)) => self.node(line(argument), quote!(Local(#number))),
                None => self.expr(argument),
            };
            lowered.push(tokens);
        }
        let callee = descriptor::of_kernel(
            &path.path,
            |kernel| quote_spanned!(kernel.span()=> <#kernel as ::dagger::__private::kernel::KernelInfo>::DEFINITION),
        );
        self.node(
            at,
            quote_spanned!(path.span()=> Call(#callee, &[#(#types),*], &[#(#lowered),*])),
        )
    }

    fn turbofish(&mut self, path: &Path) -> Vec<TokenStream> {
        let Some(PathArguments::AngleBracketed(arguments)) =
            path.segments.last().map(|last| &last.arguments)
        else {
            return Vec::new();
        };
        arguments
            .args
            .iter()
            .filter_map(|argument| match argument {
                GenericArgument::Type(ty) => Some(self.ty(ty)),
                _ => None,
            })
            .collect()
    }
}
