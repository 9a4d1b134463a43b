//! The `static` tables of a graph: what `graph()` shows, the site that remembers, the plan that runs.
//!
//! A task's entry names its [descriptor](crate::descriptor). That it is a task is [asked](introduced) of the first call's result.

use std::collections::HashSet;

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote};

use dagger_ir::{Edge, EdgeKind, Node, NodeKind};

use super::{Context, local, values};
use crate::dag::region::{Region, Step};
use crate::descriptor;

/// What the table says of a node besides what the graph knows.
#[derive(Clone, Debug, Default)]
pub(super) struct Label {
    callee: Option<syn::Path>,
    /// Whether `#[name(..)]` gives another name than the task's.
    is_named: bool,
    /// Whether the statement says where it runs.
    is_placed: bool,
    /// Whether the statement says how urgent it is.
    has_priority: bool,
}

impl Label {
    pub(super) fn of(step: &Step) -> Self {
        Label {
            callee: step.callee.clone(),
            is_named: step.options.name.is_some(),
            is_placed: step.options.on.is_some(),
            has_priority: step.options.priority.is_some(),
        }
    }
}

/// The `static` with the facts of the task that node `number` calls; nodes of one task share one.
pub(super) fn facts(labels: &[Label], number: usize) -> Option<Ident> {
    let callee = labels.get(number)?.callee.as_ref()?;
    let text = callee.to_token_stream().to_string();
    let first = labels.iter().position(|label| {
        let path = label.callee.as_ref();
        path.is_some_and(|path| path.to_token_stream().to_string() == text)
    })?;
    Some(format_ident!("__DAGGER_TASK{first}"))
}

/// The path of the task that node `number` calls, if no node before it does.
pub(super) fn introduced(labels: &[Label], number: u32) -> Option<&syn::Path> {
    let number = number as usize;
    let is_first = facts(labels, number)? == format_ident!("__DAGGER_TASK{number}");
    labels[number].callee.as_ref().filter(|_| is_first)
}

/// A statement that says which node goes on, and which task it is about to call.
pub(super) fn step(labels: &[Label], number: u32) -> TokenStream {
    let at = local("__at");
    match called(labels, number) {
        Some(facts) => quote!(#at.task(#number, &#facts)),
        None => quote!(#at.step(#number)),
    }
}

/// The same for a node that has just begun; nothing if it calls no task.
pub(super) fn call(labels: &[Label], number: u32) -> TokenStream {
    let (at, facts) = (local("__at"), called(labels, number));
    let facts = facts.into_iter();
    quote!(#(#at.call(&#facts);)*)
}

/// The task whose own place counts: the one that the node calls, unless the statement says where it runs.
fn called(labels: &[Label], number: u32) -> Option<Ident> {
    let label = labels.get(number as usize)?;
    (!label.is_placed).then(|| facts(labels, number as usize))?
}

/// The tables of a static graph.
pub(super) fn tables(region: &Region, context: &Context) -> TokenStream {
    let labels = labels(region);
    if region.is_serial() {
        return of(&region.nodes, &labels, &region.edges, context);
    }
    let mut tables = data(&region.nodes, &labels, &region.edges, context);
    tables.extend(plan(region));
    if context.is_arm {
        tables.extend(site());
    } else {
        tables.extend(values::table(region, context));
        tables.extend(quote! {
            static __DAGGER_SITE: ::dagger::__private::Site =
                ::dagger::__private::Site::with_slices(&__DAGGER_GRAPH, &__DAGGER_SLICES);
        });
    }
    tables
}

/// What the steps of a region say of their nodes.
pub(super) fn labels(region: &Region) -> Vec<Label> {
    region.steps.iter().map(Label::of).collect()
}

/// The tables that every graph has.
pub(super) fn of(
    nodes: &[Node],
    labels: &[Label],
    edges: &[Edge],
    context: &Context,
) -> TokenStream {
    let (data, site) = (data(nodes, labels, edges, context), site());
    quote!(#data #site)
}

/// The site of a graph that runs on one worker.
fn site() -> TokenStream {
    quote! {
        static __DAGGER_SITE: ::dagger::__private::Site =
            ::dagger::__private::Site::new(&__DAGGER_GRAPH);
    }
}

fn data(nodes: &[Node], labels: &[Label], edges: &[Edge], context: &Context) -> TokenStream {
    let (node_count, edge_count) = (nodes.len(), edges.len());
    let mut tasks = TokenStream::new();
    let mut imported = HashSet::new();
    for number in 0..labels.len() {
        if let Some(callee) = introduced(labels, number as u32) {
            let (facts, value) = (facts(labels, number), descriptor::facts(callee));
            // `m::f::<A>` and `m::f::<B>` are two tasks and one function.
            if descriptor::alias(callee).is_some_and(|alias| imported.insert(alias)) {
                tasks.extend(descriptor::import(callee));
            }
            tasks.extend(quote!(static #facts: ::dagger::__private::Facts = #value;));
        }
    }
    let nodes = nodes.iter().enumerate().map(|(number, node)| {
        entry(
            node,
            &labels.get(number).cloned().unwrap_or_default(),
            facts(labels, number).as_ref(),
        )
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
        #tasks
        static __DAGGER_NODES: [::dagger::__private::ir::Node; #node_count] = [#(#nodes),*];
        static __DAGGER_EDGES: [::dagger::__private::ir::Edge; #edge_count] = [#(#edges),*];
        static __DAGGER_GRAPH: ::dagger::Graph =
            ::dagger::Graph::new(#name, ::core::file!(), &__DAGGER_NODES, &__DAGGER_EDGES);
    }
}

fn entry(node: &Node, label: &Label, facts: Option<&Ident>) -> TokenStream {
    let (text, binding, line, column) = (&*node.name, &*node.binding, node.line, node.column);
    let kind = match node.kind {
        NodeKind::Task => quote!(Task),
        NodeKind::Branch => quote!(Branch),
        NodeKind::Loop => quote!(Loop),
        _ => quote!(Expression),
    };
    let name = match facts {
        Some(facts) if !label.is_named => quote!(#facts.name),
        _ => quote!(#text),
    };
    let mut entry = quote! {
        ::dagger::__private::ir::Node::new(
            #name, #binding, ::dagger::__private::ir::NodeKind::#kind, #line, #column)
    };
    let (priority, scope) = (node.priority, &*node.scope);
    match facts {
        Some(facts) if !label.has_priority => entry.extend(quote!(.with_priority(#facts.priority))),
        _ if priority != 0 => entry.extend(quote!(.with_priority(#priority))),
        _ => {}
    }
    match facts {
        Some(facts) if !label.is_placed => entry.extend(quote!(.with_scope_text(#facts.scope))),
        _ if !scope.is_empty() => entry.extend(quote!(.with_scope_text(#scope))),
        _ => {}
    }
    entry
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
