//! The `static` tables of a graph: what `graph()` shows, the site that remembers, the plan that runs.
//!
//! A task's entry names its descriptor, `<f as TaskInfo>`: that is where rustc says so, at the user's token, if `f` is no task.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};

use dagger_ir::{EdgeKind, NodeKind};

use super::Context;
use crate::dag::region::{Region, Step};

pub(super) fn tables(region: &Region, context: &Context) -> TokenStream {
    let nodes = region.nodes.iter().enumerate().map(|(index, node)| {
        let step = region.steps.get(index);
        let name = name(step, &node.name);
        let (binding, line, column) = (&*node.binding, node.line, node.column);
        let kind = match node.kind {
            NodeKind::Task => quote!(Task),
            NodeKind::Branch => quote!(Branch),
            NodeKind::Loop => quote!(Loop),
            _ => quote!(Expression),
        };
        let mut entry = quote! {
            ::dagger::__private::ir::Node::new(
                #name, #binding, ::dagger::__private::ir::NodeKind::#kind, #line, #column)
        };
        if node.priority != 0 {
            let priority = node.priority;
            entry = quote!(#entry.with_priority(#priority));
        }
        if !node.scope.is_empty() {
            let scope = &*node.scope;
            entry = quote!(#entry.with_scope_text(#scope));
        }
        entry
    });
    let edges = region.edges.iter().map(|edge| {
        let (from, to, value) = (edge.from, edge.to, &*edge.value);
        let kind = match edge.kind {
            EdgeKind::Flow => quote!(Flow),
            EdgeKind::Output => quote!(Output),
            EdgeKind::Anti => quote!(Anti),
            _ => quote!(Control),
        };
        quote! {
            ::dagger::__private::ir::Edge::new(
                #from, #to, ::dagger::__private::ir::EdgeKind::#kind, #value)
        }
    });
    let (node_count, edge_count) = (region.nodes.len(), region.edges.len());
    let name = &context.name;
    let plan = if region.is_serial() {
        TokenStream::new()
    } else {
        plan(region)
    };
    quote! {
        static __DAGGER_NODES: [::dagger::__private::ir::Node; #node_count] = [#(#nodes),*];
        static __DAGGER_EDGES: [::dagger::__private::ir::Edge; #edge_count] = [#(#edges),*];
        static __DAGGER_GRAPH: ::dagger::Graph =
            ::dagger::Graph::new(#name, ::core::file!(), &__DAGGER_NODES, &__DAGGER_EDGES);
        static __DAGGER_SITE: ::dagger::__private::Site =
            ::dagger::__private::Site::new(&__DAGGER_GRAPH);
        #plan
    }
}

fn name(step: Option<&Step>, text: &str) -> TokenStream {
    let Some(step) = step else {
        return quote!(#text);
    };
    let Some(callee) = &step.callee else {
        return quote!(#text);
    };
    let mut path = callee.clone();
    if let Some(last) = path.segments.last_mut() {
        last.arguments = syn::PathArguments::None;
    }
    let span = path
        .segments
        .last()
        .map_or_else(Span::call_site, |segment| segment.ident.span());
    let of_task = quote_spanned!(Span::mixed_site().located_at(span)=> <#path as ::dagger::TaskInfo>::NAME);
    if step.options.name.is_some() {
        // The given name is shown; the task is looked up all the same, for the check.
        return quote!({ let _ = #of_task; #text });
    }
    of_task
}

fn plan(region: &Region) -> TokenStream {
    let plan = &region.plan;
    let (joins, starts) = (&plan.joins, &plan.successor_starts);
    let (successors, sources) = (&plan.successors, &plan.sources);
    let first_nodes = plan.units.iter().map(|unit| unit[0]);
    quote! {
        static __DAGGER_PLAN: ::dagger::__private::Plan = ::dagger::__private::Plan {
            joins: &[#(#joins),*],
            starts: &[#(#starts),*],
            successors: &[#(#successors),*],
            sources: &[#(#sources),*],
            first_nodes: &[#(#first_nodes),*],
        };
    }
}
