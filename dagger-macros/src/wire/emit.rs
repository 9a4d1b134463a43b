//! The implementation.
//!
//! Fields follow each other; an enum begins with its variant's number. Many structs are written as columns, one a field, so that numbers in
//! them stay bulk memory. Every mention of a field's type carries its span, so that rustc says there, once, that it is not `Wire`.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use std::collections::HashSet;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{
    Data, DataEnum, DeriveInput, Fields, GenericParam, Generics, Ident, Index, Member, Type,
    TypePath, Variant, parse_quote,
};

/// `impl Wire` for the item.
pub(super) fn implementation(input: &DeriveInput) -> TokenStream {
    let mut methods = match &input.data {
        Data::Struct(data) => structure(&data.fields),
        Data::Enum(data) => choice(&input.ident, data),
        Data::Union(_) => unreachable!("rejected by `check`"),
    };
    methods.extend(crosses(input));
    around(input, &methods)
}

/// `crosses`, which asks the type parameters, as only they can be functions.
fn crosses(input: &DeriveInput) -> Option<TokenStream> {
    let parameters: Vec<_> = input.generics.type_params().map(|p| &p.ident).collect();
    (!parameters.is_empty()).then(|| {
        quote! {
            fn crosses() -> bool {
                true #(&& <#parameters as ::dagger::Wire>::crosses())*
            }
        }
    })
}

/// An `impl Wire` that does nothing, for an item with errors: what uses it then gives no errors of its own.
pub(super) fn stub(input: &DeriveInput) -> TokenStream {
    around(
        input,
        &quote! {
            fn encode<'__wire>(&'__wire self, _: &mut ::dagger::wire::Encoder<'__wire>) {}
            fn decode(_: &mut ::dagger::wire::Decoder<'_>) -> ::dagger::Result<Self> {
                ::core::unreachable!()
            }
        },
    )
}

fn around(input: &DeriveInput, methods: &TokenStream) -> TokenStream {
    let name = &input.ident;
    let generics = bounded(input);
    let (parameters, _, conditions) = generics.split_for_impl();
    let (_, arguments, _) = input.generics.split_for_impl();
    quote! {
        #[automatically_derived]
        #[allow(clippy::all, clippy::pedantic, unused_qualifications)]
        impl #parameters ::dagger::Wire for #name #arguments #conditions {
            #methods
        }
    }
}

/// A field with the names it has in the implementation.
struct Part<'a> {
    member: Member,
    /// Where it is bound.
    local: Ident,
    ty: &'a Type,
}

impl<'a> Part<'a> {
    fn all(fields: &'a Fields) -> Vec<Self> {
        let part = |(index, field): (usize, &'a syn::Field)| Part {
            member: match &field.ident {
                Some(name) => Member::Named(name.clone()),
                None => Member::Unnamed(Index {
                    index: u32::try_from(index).unwrap_or(u32::MAX),
                    span: field.ty.span(),
                }),
            },
            local: format_ident!("__field{index}", span = Span::mixed_site()),
            ty: &field.ty,
        };
        fields.iter().enumerate().map(part).collect()
    }

    /// `<Type as Wire>::method`, where rustc says if it is not.
    fn method(&self, method: &str) -> TokenStream {
        let (ty, span) = (self.ty, self.ty.span());
        let method = Ident::new(method, span);
        quote_spanned!(span=> <#ty as ::dagger::Wire>::#method)
    }

    fn encode(&self) -> TokenStream {
        let (local, encode) = (&self.local, self.method("encode"));
        quote!(#encode(#local, __out);)
    }

    fn decode(&self) -> TokenStream {
        let (member, decode) = (&self.member, self.method("decode"));
        quote!(#member: #decode(__input)?)
    }

    fn owned(&self) -> TokenStream {
        let (local, ty, bytes) = (&self.local, self.ty, self.method("bytes"));
        quote!(+ ::core::primitive::usize::saturating_sub(#bytes(#local), ::core::mem::size_of::<#ty>()))
    }

    fn pattern(&self) -> TokenStream {
        let (member, local) = (&self.member, &self.local);
        quote!(#member: #local)
    }
}

fn structure(fields: &Fields) -> TokenStream {
    let parts = Part::all(fields);
    let patterns: Vec<_> = parts.iter().map(Part::pattern).collect();
    let encode = parts.iter().map(Part::encode);
    let decode = parts.iter().map(Part::decode);
    let owned = parts.iter().map(Part::owned);
    let columns = (!parts.is_empty()).then(|| columns(&parts));
    quote! {
        fn encode<'__wire>(&'__wire self, __out: &mut ::dagger::wire::Encoder<'__wire>) {
            let Self { #(#patterns),* } = self;
            #(#encode)*
        }
        fn decode(__input: &mut ::dagger::wire::Decoder<'_>) -> ::dagger::Result<Self> {
            ::core::result::Result::Ok(Self { #(#decode),* })
        }
        fn bytes(&self) -> usize {
            let Self { #(#patterns),* } = self;
            ::core::mem::size_of::<Self>() #(#owned)*
        }
        #columns
    }
}

/// Many values of a struct, field by field.
fn columns(parts: &[Part<'_>]) -> TokenStream {
    let encode = parts.iter().map(|part| {
        let (member, encode) = (&part.member, part.method("encode_iter"));
        quote! {
            #encode(
                __length,
                ::core::iter::Iterator::map(
                    ::core::clone::Clone::clone(&__elements),
                    |__element: &'__wire Self| &__element.#member,
                ),
                __out,
            );
        }
    });
    let decode = parts.iter().map(|part| {
        let (local, decode) = (&part.local, part.method("decode_vec"));
        quote!(let #local = #decode(__length, __input)?;)
    });
    let rows = match parts {
        // In place: the standard library keeps the allocation.
        [Part { member, local, .. }] => quote! {
            ::core::result::Result::Ok(::core::iter::Iterator::collect(::core::iter::Iterator::map(
                ::core::iter::IntoIterator::into_iter(#local),
                |#local| Self { #member: #local },
            )))
        },
        _ => {
            let locals: Vec<_> = parts.iter().map(|part| &part.local).collect();
            let members = parts.iter().map(|part| &part.member);
            quote! {
                #(let mut #locals = ::core::iter::IntoIterator::into_iter(#locals);)*
                ::dagger::__private::rows(__length, || {
                    ::core::option::Option::Some(Self {
                        #(#members: ::core::iter::Iterator::next(&mut #locals)?,)*
                    })
                })
            }
        }
    };
    quote! {
        fn encode_iter<'__wire, __Elements>(
            __length: usize,
            __elements: __Elements,
            __out: &mut ::dagger::wire::Encoder<'__wire>,
        )
        where
            __Elements: ::core::iter::Iterator<Item = &'__wire Self> + ::core::clone::Clone,
            Self: '__wire,
        {
            #(#encode)*
        }
        fn decode_vec(
            __length: usize,
            __input: &mut ::dagger::wire::Decoder<'_>,
        ) -> ::dagger::Result<::std::vec::Vec<Self>> {
            #(#decode)*
            #rows
        }
    }
}

fn choice(name: &Ident, data: &DataEnum) -> TokenStream {
    if data.variants.is_empty() {
        let name = name.to_string();
        return quote! {
            fn encode<'__wire>(&'__wire self, _: &mut ::dagger::wire::Encoder<'__wire>) {
                match *self {}
            }
            fn decode(_: &mut ::dagger::wire::Decoder<'_>) -> ::dagger::Result<Self> {
                ::dagger::__private::no_variant(#name, 0)
            }
        };
    }
    let parts = |variant: &'_ Variant| -> (TokenStream, Ident) {
        let parts = Part::all(&variant.fields);
        let patterns = parts.iter().map(Part::pattern);
        (quote!({ #(#patterns),* }), variant.ident.clone())
    };
    let encode = data.variants.iter().enumerate().map(|(number, variant)| {
        let (pattern, ident) = parts(variant);
        let fields = Part::all(&variant.fields);
        let fields = fields.iter().map(Part::encode);
        quote! {
            Self::#ident #pattern => {
                __out.count(#number);
                #(#fields)*
            }
        }
    });
    let decode = data.variants.iter().enumerate().map(|(number, variant)| {
        let ident = &variant.ident;
        let fields = Part::all(&variant.fields);
        let fields = fields.iter().map(Part::decode);
        quote!(#number => ::core::result::Result::Ok(Self::#ident { #(#fields),* }),)
    });
    let owned = data.variants.iter().map(|variant| {
        let (pattern, ident) = parts(variant);
        let fields = Part::all(&variant.fields);
        let fields = fields.iter().map(Part::owned);
        quote!(Self::#ident #pattern => 0_usize #(#fields)*,)
    });
    let name = name.to_string();
    quote! {
        fn encode<'__wire>(&'__wire self, __out: &mut ::dagger::wire::Encoder<'__wire>) {
            match self {
                #(#encode)*
            }
        }
        fn decode(__input: &mut ::dagger::wire::Decoder<'_>) -> ::dagger::Result<Self> {
            match __input.count()? {
                #(#decode)*
                __other => ::dagger::__private::no_variant(#name, __other),
            }
        }
        fn bytes(&self) -> usize {
            ::core::mem::size_of::<Self>() + match self {
                #(#owned)*
            }
        }
    }
}

/// The item's generics, with bounds as the standard derives add them: every type parameter, and every type named through one in a field, is
/// `Wire`.
fn bounded(input: &DeriveInput) -> Generics {
    let mut generics = input.generics.clone();
    let mut projections = Projections {
        parameters: generics.type_params().map(|p| p.ident.clone()).collect(),
        seen: HashSet::new(),
        found: Vec::new(),
    };
    let mut visit = |fields: &Fields| {
        for field in fields {
            projections.visit_type(&field.ty);
        }
    };
    match &input.data {
        Data::Struct(data) => visit(&data.fields),
        Data::Enum(data) => data.variants.iter().for_each(|v| visit(&v.fields)),
        Data::Union(_) => {}
    }
    for parameter in &mut generics.params {
        if let GenericParam::Type(parameter) = parameter {
            parameter.bounds.push(parse_quote!(::dagger::Wire));
        }
    }
    if !projections.found.is_empty() {
        let conditions = generics.make_where_clause();
        for ty in projections.found {
            conditions
                .predicates
                .push(parse_quote!(#ty: ::dagger::Wire));
        }
    }
    generics
}

/// Finds types like `T::Item`.
struct Projections {
    parameters: HashSet<Ident>,
    seen: HashSet<String>,
    found: Vec<TypePath>,
}

impl<'ast> Visit<'ast> for Projections {
    fn visit_type_path(&mut self, path: &'ast TypePath) {
        let starts_with_parameter = match &path.qself {
            None => {
                path.path.segments.len() > 1
                    && self.parameters.contains(&path.path.segments[0].ident)
            }
            Some(of) => match &*of.ty {
                Type::Path(of) => of
                    .path
                    .get_ident()
                    .is_some_and(|name| self.parameters.contains(name)),
                _ => false,
            },
        };
        if starts_with_parameter && self.seen.insert(path.to_token_stream().to_string()) {
            self.found.push(path.clone());
        }
        visit::visit_type_path(self, path);
    }
}
