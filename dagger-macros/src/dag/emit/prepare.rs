//! `prepare` of the item form: a graph that is put together once and run many times.
//!
//! Loops without a result are recorded: their nodes and edges are kept. Anything else is repeated: every run
//! gets its parameters again, `&mut` lent on, `&` copied, values cloned.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::visit_mut::{self, VisitMut};
use syn::{
    FnArg, GenericParam, Ident, ItemFn, Lifetime, Pat, PatType, ReturnType, Type, TypeReference,
};

use super::{Context, unfolded};

/// The lifetime of the prepared graph.
const DAG: &str = "'__dagger";

/// The function, or nothing where every run would have to borrow what the one before has handed out.
pub(super) fn prepare(item: &ItemFn, context: &Context) -> TokenStream {
    let mut sig = item.sig.clone();
    let mut params: Vec<PatType> = Vec::new();
    for input in &mut sig.inputs {
        let FnArg::Typed(typed) = input else {
            return TokenStream::new();
        };
        if let Pat::Ident(ident) = &mut *typed.pat {
            ident.mutability = None;
        }
        Elided.visit_type_mut(&mut typed.ty);
        params.push(typed.clone());
    }
    let mut output = match &sig.output {
        ReturnType::Default => syn::parse_quote!(()),
        ReturnType::Type(_, ty) => (**ty).clone(),
    };
    let lends = params.iter().any(|param| is_unique(&param.ty));
    if lends && borrows(&output) {
        return TokenStream::new();
    }
    Elided.visit_type_mut(&mut output);
    let dag = Lifetime::new(DAG, Span::call_site());
    let names: Vec<&Ident> = params.iter().filter_map(name).collect();
    let clause = sig.generics.make_where_clause();
    for param in &item.sig.generics.params {
        match param {
            GenericParam::Type(param) => {
                let ident = &param.ident;
                clause.predicates.push(syn::parse_quote!(#ident: #dag));
            }
            GenericParam::Lifetime(param) => {
                let lifetime = &param.lifetime;
                clause.predicates.push(syn::parse_quote!(#lifetime: #dag));
            }
            GenericParam::Const(_) => {}
        }
    }
    let mut arguments = Vec::new();
    for param in &params {
        let Some(name) = name(param) else { continue };
        arguments.push(match &*param.ty {
            ty if is_unique(ty) => quote!(&mut *#name),
            Type::Reference(_) => quote!(#name),
            Type::ImplTrait(_) => return TokenStream::new(),
            ty => {
                clause
                    .predicates
                    .push(syn::parse_quote!(#ty: ::dagger::__private::Again<#dag>));
                quote!(::dagger::__private::Again::again(&#name))
            }
        });
    }
    sig.generics.params.insert(0, syn::parse_quote!(#dag));
    let (generics, _, clause) = sig.generics.split_for_impl();
    let (vis, inputs, item_name) = (&item.vis, &sig.inputs, &item.sig.ident);
    let is_unit = matches!(&output, Type::Tuple(tuple) if tuple.elems.is_empty());
    let recorded = is_unit
        .then(|| unfolded::recorded(&item.block.stmts, context))
        .flatten();
    let repeated = quote! {
        let _ = (#(&#names,)*);
        ::core::result::Result::Ok(::dagger::__private::Prepared::repeat(
            &__DAGGER_SITE,
            move || #item_name::run(#(#arguments),*),
        ))
    };
    let body = match recorded {
        None => repeated,
        Some((recorded, false)) => recorded,
        // What has been recorded stays on one worker.
        Some((recorded, true)) => quote! {
            if ::dagger::workers() > 1 {
                #repeated
            } else {
                #recorded
            }
        },
    };
    quote! {
        /// Puts the graph together once, to be run many times.
        ///
        /// # Errors
        /// What a loop's bounds and indices run into, such as an index out of range.
        #vis fn prepare #generics (#inputs) -> ::dagger::Result<::dagger::Prepared<#dag, #output>> #clause {
            #body
        }
    }
}

fn name(param: &PatType) -> Option<&Ident> {
    match &*param.pat {
        Pat::Ident(ident) => Some(&ident.ident),
        _ => None,
    }
}

fn is_unique(ty: &Type) -> bool {
    matches!(ty, Type::Reference(reference) if reference.mutability.is_some())
}

/// Whether a type holds a borrow, as far as it is written.
fn borrows(ty: &Type) -> bool {
    struct Borrows(bool);
    impl VisitMut for Borrows {
        fn visit_lifetime_mut(&mut self, _: &mut Lifetime) {
            self.0 = true;
        }
        fn visit_type_reference_mut(&mut self, _: &mut TypeReference) {
            self.0 = true;
        }
    }
    let mut found = Borrows(false);
    found.visit_type_mut(&mut ty.clone());
    found.0
}

/// Gives elided lifetimes that of the prepared graph.
struct Elided;

impl VisitMut for Elided {
    fn visit_type_reference_mut(&mut self, reference: &mut TypeReference) {
        if reference.lifetime.is_none() {
            reference.lifetime = Some(Lifetime::new(DAG, Span::call_site()));
        }
        visit_mut::visit_type_reference_mut(self, reference);
    }

    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        if lifetime.ident == "_" {
            *lifetime = Lifetime::new(DAG, lifetime.span());
        }
    }

    // The lifetimes of a function type are its own.
    fn visit_type_fn_ptr_mut(&mut self, _: &mut syn::TypeFnPtr) {}
}
