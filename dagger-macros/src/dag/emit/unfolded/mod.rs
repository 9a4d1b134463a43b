//! The parallel form of loops: they run as they stand on the calling thread, the driver, and each statement with a
//! task becomes a node, unless the runtime says that the driver had better run it itself.
//!
//! # Why the emitted `unsafe` is sound
//! - *Nodes* borrow through pointers the driver takes: of elements (`read`, `write`), of whole variables (`read_whole`,
//!   `write_whole`), of values made by other nodes (`input`, `output`). Each is announced to the runtime, which
//!   orders the node after all earlier ones whose announced accesses overlap. What a value may have borrowed is announced again where the
//!   value is used (`touch`, `derived`).
//! - *The driver* touches a variable that nodes change only to find the address of an element. It waits first for nodes that change
//!   the whole (`reach`), and all elements are reached in one way, so that no other node changes anything on that way. An `Index` of
//!   the user's own is taken to do no more than find the element; one that looks at or changes other elements has no place in a
//!   loop of a `dag!`. For anything else the driver drains first.
//! - *Lifetimes*: the driver's locals that nodes point to are declared before the guard, which waits for all nodes; everything else a
//!   node uses it owns. That borrows are not too long is checked in the serial form, as for static graphs.
//! - *Threads*: `Sent` checks what each node captures, `Spreads` the variables, and the runtime's functions the
//!   elements and values.

mod assemble;
mod driver;
mod elements;
mod flow;
mod loans;
mod naming;
mod node;
mod repeat;
mod rewrite;
mod wishes;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use dagger_ir::{Access, GraphBuilder};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::spanned::Spanned;
use syn::{Block, Expr, Stmt};

use super::serial::{Arms, Group};
use super::{Context, local, serial_closure, tables};
use crate::dag::counters;
use crate::dag::lower::{Surroundings, lower_statement};
use crate::dag::names::bound_names;
use crate::dag::region::{Known, Step, Var};
use crate::dag::unfold::{self, Cut, Outside};
use crate::dag::{access, diagnostics as say};

/// The tables and the body of a block with loops; `None` if it cannot be unfolded.
pub(super) fn parts(stmts: &[Stmt], context: &Context) -> Option<(TokenStream, TokenStream)> {
    let cut = unfold::cut(stmts)?;
    let mut learned = Learned::default();
    // What is known at the end of a loop matters at its beginning.
    loop {
        let mut unfolding = Unfolding::new(&cut, context, learned.clone());
        let body = unfolding.body(&cut);
        if unfolding.learned == learned {
            let body = body.filter(|_| unfolding.unfolds)?;
            let hazards = unfolding.builder.build();
            let tables = tables::of(&hazards.nodes, &unfolding.labels, &hazards.reduced, context);
            return Some((tables, body));
        }
        learned = unfolding.learned;
    }
}

/// The body of `prepare` for loops whose nodes can be kept: those that reach everything through the graph's parameters, and
/// change only elements behind its `&mut` ones.
///
/// With them comes whether a statement says where it runs.
pub(super) fn recorded(stmts: &[Stmt], context: &Context) -> Option<(TokenStream, bool)> {
    let cut = unfold::cut(stmts)?;
    if !cut.prefix.is_empty() || !cut.suffix.is_empty() {
        return None;
    }
    let mut learned = Learned::default();
    loop {
        let mut unfolding = Unfolding::new(&cut, context, learned.clone());
        unfolding.is_recorded = true;
        let behind = |outside: &Outside| outside.var.known == Known::Unique && outside.by_element;
        if unfolding
            .outsides
            .values()
            .any(|outside| outside.written && !behind(outside))
        {
            return None;
        }
        let body = unfolding.record(&cut);
        if unfolding.learned == learned {
            let body = body.filter(|_| unfolding.unfolds && !unfolding.points_to_whole)?;
            return Some((body, unfolding.has_places));
        }
        learned = unfolding.learned;
    }
}

/// The handle of the unfolding, in the driver.
struct U;

impl ToTokens for U {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        local("__u").to_tokens(tokens);
    }
}

/// For each variable, by a key, the variables from outside that its value may borrow from, and whether to change them.
type Coarse = BTreeMap<String, BTreeMap<String, bool>>;

/// What one attempt to emit the loops has found out, for the next one. It only grows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Learned {
    coarse: Coarse,
    /// Names that look like counters and are none.
    no_counters: BTreeSet<String>,
    /// Loops, by their number, that stay in one node.
    solid: BTreeSet<usize>,
    /// Values that nodes read: what their type must be is asked where they are made, once.
    read: BTreeSet<usize>,
}

/// Where a name of the loops lives.
#[derive(Clone, Debug)]
enum Home {
    /// A local of the driver.
    Driver {
        ident: Ident,
        /// Whether it is surely `Copy`.
        copy: bool,
        /// Whether the driver changes it on the way.
        counter: bool,
        /// What it was derived from.
        derived: Vec<(String, bool)>,
        /// The value it was derived from.
        parent: Option<usize>,
    },
    /// A variable of the runtime.
    Value(usize),
}

/// A `let` of the loops whose value nodes make or change.
#[derive(Debug)]
struct Value {
    home: Ident,
    var: Var,
    /// The scope it is declared in.
    scope: usize,
    /// Elements that it may borrow from: the cell that remembers which, the variable, and whether to change it.
    cells: Vec<(Ident, String, bool)>,
    /// The result of a nested call, which the driver has as an ordinary local when it runs the statement itself.
    inline_local: bool,
    /// Other values that it may borrow from, and whether to change them.
    lenders: Vec<(usize, bool)>,
    number: u32,
}

#[derive(Default)]
struct Scope {
    names: HashMap<String, Home>,
    is_loop: bool,
    /// The statements behind the current one.
    rest: TokenStream,
}

struct Unfolding<'c> {
    context: &'c Context,
    outsides: BTreeMap<String, Outside>,
    /// Variables of the prefix, which are the driver's own.
    prefix_names: Vec<String>,
    numbers: BTreeMap<String, u32>,
    scopes: Vec<Scope>,
    values: Vec<Value>,
    learned: Learned,
    /// The driver's own variables that change.
    counters: BTreeMap<String, Ident>,
    /// How many `while`s and `loop`s have been met.
    repeats: usize,
    /// Whether some loop is unfolded.
    unfolds: bool,
    temporaries: usize,
    builder: GraphBuilder,
    labels: Vec<tables::Label>,
    handles: usize,
    /// Variables that nodes look at.
    frozen_used: BTreeSet<String>,
    /// Values that others come to borrow in the current statement.
    pinned: BTreeSet<usize>,
    /// Whether the nodes are kept, and outlive the function that makes them.
    is_recorded: bool,
    /// Whether a node points to a whole variable from outside.
    points_to_whole: bool,
    /// Whether a statement says where it must run.
    has_places: bool,
    /// Whether a statement says how urgent it is.
    has_priorities: bool,
    /// Errors in words of our own, for one of the forms only.
    errors: TokenStream,
}

/// One statement in both forms.
#[derive(Default)]
struct Both {
    serial: TokenStream,
    unfolded: TokenStream,
}

impl<'c> Unfolding<'c> {
    fn new(cut: &Cut, context: &'c Context, learned: Learned) -> Self {
        let around = &context.surroundings;
        let mut counters = counters::candidates(&cut.loops);
        counters.retain(|name, _| {
            !learned.no_counters.contains(name)
                && !around.known.contains_key(name)
                && !around.transparent.contains(name)
        });
        let mut outsides = unfold::outsides(&cut.loops, &around.known, &around.transparent);
        outsides.retain(|name, _| !counters.contains_key(name));
        let mut builder = GraphBuilder::new();
        let numbers = outsides
            .keys()
            .map(|name| (name.clone(), builder.variable(name.clone())))
            .collect();
        let prefix_names = cut
            .prefix
            .iter()
            .filter_map(|stmt| match stmt {
                Stmt::Local(local) => Some(bound_names(&local.pat)),
                _ => None,
            })
            .flatten()
            .map(|name| name.to_string())
            .collect();
        Unfolding {
            context,
            outsides,
            prefix_names,
            numbers,
            scopes: Vec::new(),
            values: Vec::new(),
            learned,
            counters,
            repeats: 0,
            unfolds: false,
            temporaries: 0,
            builder,
            labels: Vec::new(),
            handles: 0,
            frozen_used: BTreeSet::new(),
            pinned: BTreeSet::new(),
            is_recorded: false,
            points_to_whole: false,
            has_places: false,
            has_priorities: false,
            errors: TokenStream::new(),
        }
    }

    fn body(&mut self, cut: &Cut) -> Option<TokenStream> {
        let result = self.context.result();
        let around = quote_all(&cut.prefix, &cut.suffix);
        for name in self.outsides.keys() {
            // A variable that the loops reach through a pointer and the driver moves would be in two places.
            let moved = self.outsides[name].written && !self.prefix_names.contains(name);
            if moved && self.may_move(name, &around) {
                return None;
            }
        }
        let prefix = self.driven(&cut.prefix)?;
        self.scopes.push(Scope {
            rest: quote_all(&cut.suffix, &[]),
            names: self.outer_counters(),
            ..Scope::default()
        });
        let mut loops = Both::default();
        for (index, stmt) in cut.loops.iter().enumerate() {
            let mut rest = quote_all(&cut.loops[index + 1..], &cut.suffix);
            std::mem::swap(&mut self.scopes[0].rest, &mut rest);
            let both = self.statement(stmt)?;
            loops.serial.extend(both.serial);
            loops.unfolded.extend(both.unfolded);
        }
        let suffix_stmts: Vec<Stmt> = cut.suffix.clone();
        let taken = self.taken(&quote_all(&cut.suffix, &[]));
        let suffix = self.driven_tail(&suffix_stmts)?;
        let (outside, inside) = self.pointers();
        let (gate, at, out, guard) = (
            local("__gate"),
            local("__at"),
            local("__out"),
            local("__guard"),
        );
        let enter = if self.has_places {
            quote!(enter_pinned)
        } else {
            quote!(enter_loop)
        };
        let particular = self.particular();
        let serial = &loops.serial;
        let span = cut
            .loops
            .first()
            .map_or_else(Span::call_site, Spanned::span);
        let serial = serial_closure(&quote!(#prefix #serial #suffix), self.context, span);
        let unfolded = &loops.unfolded;
        let errors = &self.errors;
        Some(quote! {
            #errors
            let #gate = ::dagger::__private::#enter(&__DAGGER_SITE);
            if #gate.is_serial() {
                #gate.serial(&__DAGGER_SITE, #serial)
            } else {
                #outside
                ::dagger::__private::parallel(|| -> #result {
                    #[allow(warnings)]
                    let #out: #result = unsafe {
                        ::dagger::__private::unfold(
                            &__DAGGER_SITE,
                            |#U: &::dagger::__private::Unfold<'_>| -> #result {
                                use ::dagger::__private::{KeepClone as _, KeepCopy as _, KeepOnce as _, Remains as _};
                                let #at = #U.at();
                                #particular
                                #prefix
                                let #guard = #U.guard();
                                #inside
                                #unfolded
                                #U.drain()?;
                                #taken
                                #suffix
                            },
                        )
                    };
                    #out
                })
            }
        })
    }

    fn record(&mut self, cut: &Cut) -> Option<TokenStream> {
        self.scopes.push(Scope {
            names: self.outer_counters(),
            ..Scope::default()
        });
        let mut unfolded = TokenStream::new();
        for (index, stmt) in cut.loops.iter().enumerate() {
            self.scopes[0].rest = quote_all(&cut.loops[index + 1..], &[]);
            unfolded.extend(self.statement(stmt)?.unfolded);
        }
        let (outside, inside) = self.pointers();
        let particular = self.particular();
        let (at, out) = (local("__at"), local("__out"));
        Some(quote! {
            #outside
            #[allow(warnings)]
            let #out = unsafe {
                ::dagger::__private::prepare::<()>(
                    &__DAGGER_SITE,
                    |#U: &::dagger::__private::Unfold<'_>| -> ::dagger::Result<()> {
                        use ::dagger::__private::{KeepClone as _, KeepCopy as _, KeepOnce as _, Remains as _};
                        let #at = #U.at();
                        #particular
                        #inside
                        #unfolded
                        ::core::result::Result::Ok(())
                    },
                )
            };
            #out
        })
    }

    /// Whether the statements around the loops may move the variable.
    fn may_move(&self, name: &str, around: &TokenStream) -> bool {
        self.outsides[name].var.known == Known::Nothing && unfold::mentions(around, name) && {
            let mut moves = Moves { name, found: false };
            if let Ok(stmts) = syn::parse::Parser::parse2(Block::parse_within, around.clone()) {
                let mut block = Block {
                    brace_token: syn::token::Brace::default(),
                    stmts,
                };
                crate::dag::walk::Walker::new(&mut moves).block(&mut block);
            }
            moves.found
        }
    }

    /// Statements that the driver runs itself, each with its marks.
    fn driven(&mut self, stmts: &[Stmt]) -> Option<TokenStream> {
        let mut out = TokenStream::new();
        for stmt in stmts {
            let (vars, steps, _) = self.steps(&flow::without_result(stmt));
            let first = self.number();
            let after = first + steps.len().saturating_sub(1) as u32;
            for step in &steps {
                self.show(step, &[]);
            }
            let mut group = Group::new(
                &vars,
                Arms::Graphs(self.context),
                &self.labels,
                first,
                after,
            )
            .asked();
            group.steps(&steps);
            out.extend(group.out);
        }
        Some(out)
    }

    /// The statements behind the loops, ending in the result.
    fn driven_tail(&mut self, stmts: &[Stmt]) -> Option<TokenStream> {
        let Some((last, before)) = stmts.split_last() else {
            return Some(quote!(::core::result::Result::Ok(())));
        };
        let mut out = self.driven(before)?;
        let (vars, steps, tail) = self.steps(last);
        let first = self.number();
        let after = (first + steps.len() as u32).saturating_sub(u32::from(tail.is_none()));
        for step in &steps {
            self.show(step, &[]);
        }
        for step in steps.iter().filter(|step| step.options.on.is_some()) {
            self.errors
                .extend(say::place_out_of_reach(step.span).to_compile_error());
        }
        let mut group = Group::new(
            &vars,
            Arms::Graphs(self.context),
            &self.labels,
            first,
            after,
        )
        .asked();
        let mut value = group.steps(&steps);
        if let Some(tail) = tail {
            value = group.value(&tail).into_token_stream();
        }
        out.extend(group.out);
        out.extend(quote!(::core::result::Result::Ok(#value)));
        Some(out)
    }

    /// The steps of one statement, with the names in scope known as variables.
    fn steps(&mut self, stmt: &Stmt) -> (Vec<Var>, Vec<Step>, Option<Expr>) {
        let mut around: Surroundings = self.context.surroundings.clone();
        for scope in &self.scopes {
            for (name, home) in &scope.names {
                let mutable = matches!(home, Home::Value(value) if self.values[*value].var.mutable);
                around.known.insert(name.clone(), (Known::Nothing, mutable));
                around.transparent.remove(name);
            }
        }
        for name in &self.prefix_names {
            around
                .known
                .entry(name.clone())
                .or_insert((Known::Nothing, false));
        }
        // A statement by itself would be a tail; behind a semicolon it is one of many.
        lower_statement(stmt.clone(), &around, &mut self.temporaries)
    }

    /// The next node's number.
    fn number(&self) -> u32 {
        self.builder.len() as u32
    }

    /// Adds a node to what `graph()` shows.
    fn show(&mut self, step: &Step, extra: &[Access]) -> u32 {
        let mut accesses = extra.to_vec();
        accesses.dedup();
        self.labels.push(tables::Label::of(step));
        self.builder
            .add_node(access::node_of(step), accesses, Vec::new())
    }
}

struct Moves<'n> {
    name: &'n str,
    found: bool,
}

impl crate::dag::walk::Visitor for Moves<'_> {
    fn occurrence(&mut self, one: &crate::dag::walk::Occurrence<'_>) -> crate::dag::walk::Action {
        let by_method = matches!(&one.how, crate::dag::walk::How::Receiver(method)
            if !crate::dag::methods::only_looks(method) && !crate::dag::methods::changes(method));
        self.found |=
            one.ident == self.name && (one.how == crate::dag::walk::How::Value || by_method);
        crate::dag::walk::Action::Keep
    }
}

fn quote_all(first: &[Stmt], second: &[Stmt]) -> TokenStream {
    quote!(#(#first)* #(#second)*)
}
