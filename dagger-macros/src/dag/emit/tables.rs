//! The `static` tables of a graph: what `graph()` shows, the site that remembers, the plan that runs.
//!
//! A task's entry names its [descriptor](crate::descriptor): that is where rustc says so, at the user's token, if `f` is no task.

use proc_macro2::TokenStream;
use quote::quote;

use dagger_ir::{Edge, EdgeKind, Node, NodeKind};

use super::Context;
use crate::dag::region::{Region, Step};

/// What a node's name is made from.
#[derive(Clone, Debug, Default)]
pub(super) struct Label {
    callee: Option<syn::Path>,
    /// Whether `#[name(..)]` gives another name than the task's.
    is_named: bool,
}

impl Label {
    pub(super) fn of(step: &Step) -> Self {
        Label {
            callee: step.callee.clone(),
            is_named: step.options.name.is_some(),
        }
    }
}

/// The tables of a static graph.
pub(super) fn tables(region: &Region, context: &Context) -> TokenStream {
    let labels: Vec<Label> = region.steps.iter().map(Label::of).collect();
    let mut tables = of(&region.nodes, &labels, &region.edges, context);
    if !region.is_serial() {
        tables.extend(plan(region));
    }
    tables
}

/// The tables that every graph has.
pub(super) fn of(
    nodes: &[Node],
    labels: &[Label],
    edges: &[Edge],
    context: &Context,
) -> TokenStream {
    let (node_count, edge_count) = (nodes.len(), edges.len());
    let nodes = nodes.iter().enumerate().map(|(index, node)| {
        let name = name(labels.get(index), &node.name);
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
    let edges = edges.iter().map(|edge| {
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
    let name = &context.name;
    quote! {
        static __DAGGER_NODES: [::dagger::__private::ir::Node; #node_count] = [#(#nodes),*];
        static __DAGGER_EDGES: [::dagger::__private::ir::Edge; #edge_count] = [#(#edges),*];
        static __DAGGER_GRAPH: ::dagger::Graph =
            ::dagger::Graph::new(#name, ::core::file!(), &__DAGGER_NODES, &__DAGGER_EDGES);
        static __DAGGER_SITE: ::dagger::__private::Site =
            ::dagger::__private::Site::new(&__DAGGER_GRAPH);
    }
}

fn name(label: Option<&Label>, text: &str) -> TokenStream {
    let Some(Label {
        callee: Some(callee),
        is_named,
    }) = label
    else {
        return quote!(#text);
    };
    let of_task = crate::descriptor::name(callee);
    if *is_named {
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
