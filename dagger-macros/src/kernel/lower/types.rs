//! Types as written.

use super::Lower;
use crate::kernel::diagnostics;
use dagger_ir::kernel::ScalarType;
use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::visit::Visit;
use syn::{Path, Type};

/// The most parts a tuple may have.
const MAX_TUPLE: usize = 8;

impl Lower<'_> {
    /// The tokens of a type.
    pub(super) fn ty(&mut self, ty: &Type) -> TokenStream {
        match ty {
            Type::Paren(paren) => self.ty(&paren.elem),
            Type::Group(group) => self.ty(&group.elem),
            Type::Infer(_) => quote!(__k::Type::Inferred),
            Type::Tuple(tuple) if tuple.elems.len() > MAX_TUPLE => {
                self.no_type(ty, "a tuple of a kernel has at most 8 parts: nest tuples, or use an array")
            }
            Type::Tuple(tuple) => {
                let parts: Vec<TokenStream> = tuple.elems.iter().map(|ty| self.ty(ty)).collect();
                quote!(__k::Type::Tuple(&[#(#parts),*]))
            }
            Type::Array(array) => {
                let element = self.ty(&array.elem);
                let length = &array.len;
                quote!(__k::Type::Array(&#element, { #length }))
            }
            Type::Reference(_) => self.no_type(
                ty,
                "a kernel has no references, it works on values: take the value, for small tables an array such as `[f32; 3]`, for neighbours `Neighbours<'_, f32, 2>`",
            ),
            Type::Slice(_) => self.no_type(
                ty,
                "a kernel has no slices: use an array of fixed length, `[f32; 3]`",
            ),
            Type::ImplTrait(_) | Type::TraitObject(_) => self.no_type(
                ty,
                "a kernel knows its types by name: write a type parameter, as in `fn f<T: Real>(x: T)`",
            ),
            Type::Never(_) => self.no_type(ty, "a kernel gives a value: write its type"),
            Type::Path(path) if path.qself.is_none() => self.named(ty, &path.path),
            Type::Path(_) => quote_spanned!(ty.span()=> <#ty as __k::Value>::TYPE),
            _ => self.no_type(
                ty,
                "a kernel cannot use such a type: use numbers, `bool`, tuples and arrays of them",
            ),
        }
    }

    fn no_type(&mut self, at: &Type, text: &str) -> TokenStream {
        self.errors.push(diagnostics::no(at, text));
        quote!(__k::Type::Inferred)
    }

    fn named(&mut self, ty: &Type, path: &Path) -> TokenStream {
        if let Some(index) = self.generic(path) {
            return quote!(__k::Type::Parameter(#index));
        }
        let last = path.segments.last().map(|last| last.ident.to_string());
        let last = last.unwrap_or_default();
        let unsupported = matches!(
            &*last,
            "Vec"
                | "VecDeque"
                | "HashMap"
                | "BTreeMap"
                | "HashSet"
                | "Box"
                | "Rc"
                | "Arc"
                | "String"
                | "str"
                | "char"
                | "Option"
                | "Result"
                | "u128"
                | "i128"
                | "f16"
                | "f128"
        );
        if unsupported {
            self.errors.push(diagnostics::unsupported_type(path, &last));
            return quote!(__k::Type::Inferred);
        }
        if last == "Neighbours" {
            return self.no_type(ty, "neighbours are parameters of a kernel, with the number of dimensions: `u: Neighbours<'_, f32, 2>`");
        }
        if mentions(ty, &self.generics) {
            return self.no_type(
                ty,
                "a type of a kernel cannot be made from a type parameter: use tuples and arrays of it",
            );
        }
        quote_spanned!(ty.span()=> <#ty as __k::Value>::TYPE)
    }

    /// The index of the type parameter that a path is.
    pub(super) fn generic(&self, path: &Path) -> Option<usize> {
        let name = path.get_ident()?;
        self.generics.iter().position(|generic| name == generic)
    }

    /// The type a path such as `f32` or `T` stands for, if functions of it can be called.
    pub(super) fn receiver_type(&mut self, path: &Path) -> Option<TokenStream> {
        if let Some(index) = self.generic(path) {
            return Some(quote!(__k::Type::Parameter(#index)));
        }
        ScalarType::named(&path.get_ident()?.to_string())?;
        Some(quote_spanned!(path.span()=> <#path as __k::Value>::TYPE))
    }
}

/// Whether a type parameter occurs in the type.
fn mentions(ty: &Type, generics: &[String]) -> bool {
    struct Finder<'a>(&'a [String], bool);
    impl<'ast> Visit<'ast> for Finder<'_> {
        fn visit_path(&mut self, path: &'ast Path) {
            self.1 |= path
                .segments
                .iter()
                .any(|segment| self.0.iter().any(|generic| segment.ident == generic));
            syn::visit::visit_path(self, path);
        }
    }
    let mut finder = Finder(generics, false);
    finder.visit_type(ty);
    finder.1
}

/// A path as text, without spaces.
pub(super) fn text(path: &impl ToTokens) -> String {
    path.to_token_stream().to_string().replace(' ', "")
}
