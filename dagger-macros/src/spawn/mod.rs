//! `spawn!`: a call of a task, arithmetic on handles, or any expression, as a dynamic task.
//!
//! Three forms, told apart by syntax alone:
//!
//! * **a call of a task**, `f(a, &b)`: each argument is sorted by its type into handles and ordinary values (see
//!   `dagger_core::dynamic::argument`), and handed to the parameter in the shape that the task's descriptor says;
//! * **arithmetic**, `2 * a - &b`, where every operand is a literal, a variable or a borrowed variable: each operand is sorted in
//!   the same way, the operation happens in the task;
//! * **anything else** becomes a `move` closure, of which the variables are arguments where `captures` can tell what they are.
//!
//! What is called in the first form has to be a `#[task]`, so it is a path in lower case, as in `dag!`; `Some(x)`, `Vec::new()` and
//! `f64::sqrt(x)` are expressions.

mod captures;

use crate::dag;
use crate::options::{OPTIONS, Options};
use crate::{descriptor, settings};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::parse::{Parse, ParseStream};
use syn::spanned::Spanned;
use syn::{Attribute, BinOp, Error, Expr, ExprCall, ExprLit, LitStr, Path, Token, UnOp};

/// The most characters of an expression that become its name.
const NAME_LENGTH: usize = 40;

/// Expands the tokens between the parentheses of `spawn!`.
pub(crate) fn expand(input: TokenStream) -> TokenStream {
    match syn::parse2::<Spawn>(input) {
        Ok(spawn) => spawn.emit(),
        // Rustc's error type in place of the handle agrees with everything, so nothing cascades.
        Err(error) => {
            let error = error.to_compile_error();
            quote!({ #error })
        }
    }
}

struct Spawn {
    options: TokenStream,
    expression: Expr,
}

impl Parse for Spawn {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut errors = Vec::new();
        let attributes = input.call(Attribute::parse_outer)?;
        let options = options(&attributes, &mut errors);
        if input.is_empty() {
            let text = "`spawn!` needs something to run: a call of a task, as in `spawn!(add1(4))`, or an expression";
            return Err(Error::new(Span::call_site(), text));
        }
        let expression: Expr = input.parse()?;
        if input.peek(Token![,]) {
            input.parse::<Token![,]>()?;
        }
        if !input.is_empty() {
            let text = "`spawn!` runs one expression: use one `spawn!` for each task, or put several steps into a block `{ .. }`";
            errors.push(Error::new(input.span(), text));
            input.parse::<TokenStream>()?;
        }
        errors.extend(reject(&expression));
        match settings::combined(errors) {
            Some(error) => Err(error),
            None => Ok(Spawn {
                options,
                expression,
            }),
        }
    }
}

/// What cannot be spawned.
fn reject(expression: &Expr) -> Option<Error> {
    match expression {
        Expr::Async(block) => Some(Error::new_spanned(
            block.async_token,
            "`spawn!` runs ordinary code on a thread, not a future: write a plain block `{ .. }`, or use an async runtime",
        )),
        Expr::Await(expression) => Some(Error::new_spanned(
            expression.await_token,
            "`.await` is not possible inside `spawn!`: write `spawn!(..).await` to wait for the task",
        )),
        Expr::Closure(closure) if closure.asyncness.is_some() => Some(Error::new_spanned(
            closure.asyncness,
            "`spawn!` runs ordinary closures: remove `async`",
        )),
        Expr::Closure(closure) => closure.inputs.first().map(|parameter| {
            Error::new_spanned(
                parameter,
                "nobody gives a spawned closure an argument: let it capture what it needs, `|| ..`",
            )
        }),
        Expr::Try(expression) => Some(Error::new_spanned(
            expression.question_token,
            "`?` cannot leave a spawned task: drop it here, a task that returns an `Err` fails by itself, and `fetch()?` gives the error",
        )),
        Expr::Call(call) if dag::task_of(call).is_some() => {
            let lent = call.args.iter().find(|argument| {
                matches!(argument, Expr::Reference(reference) if reference.mutability.is_some())
            });
            lent.map(|argument| {
                Error::new_spanned(
                    argument,
                    "`&mut` cannot be lent to a spawned task, which may still run when the borrow ends: give it the value, \
                     without `&mut`, and let it return what it has changed; or use `dag!`, which waits for its tasks",
                )
            })
        }
        _ => None,
    }
}

/// The options that the attributes ask for: an expression of type `Option<Options>`.
fn options(attributes: &[Attribute], errors: &mut Vec<Error>) -> TokenStream {
    let mut options = Options::default();
    for attribute in attributes {
        match options.set(attribute) {
            Some(done) => errors.extend(done.err()),
            None => errors.push(unknown(attribute)),
        }
    }
    let Options { on, priority, name } = options;
    if on.is_none() && priority.is_none() && name.is_none() {
        return quote!(::core::option::Option::None);
    }
    let on = on.map(|on| on.scope).into_iter();
    let (priority, name) = (priority.iter(), name.iter());
    quote!(::core::option::Option::Some(
        ::dagger::Options::new() #(.on(#on))* #(.priority(#priority))* #(.name(#name))*))
}

fn unknown(attribute: &Attribute) -> Error {
    match attribute.path().get_ident() {
        Some(name) if name == "doc" => Error::new_spanned(
            attribute,
            "`spawn!` takes no doc comment: write an ordinary comment with `//`",
        ),
        Some(name) => settings::unknown(name, OPTIONS),
        None => Error::new_spanned(
            attribute.path(),
            "`spawn!` takes the attributes `on`, `priority` and `name`",
        ),
    }
}

impl Spawn {
    fn emit(&self) -> TokenStream {
        match &self.expression {
            Expr::Call(call) => match dag::task_of(call) {
                Some(path) => self.call(call, path),
                None => self.closure(),
            },
            expression if is_arithmetic(expression) && has_operator(expression) => {
                self.arithmetic()
            }
            _ => self.closure(),
        }
    }

    /// `f(a, b)`.
    ///
    /// What the task's descriptor says comes as functions, made where the user's tokens are not: see [`descriptor`].
    fn call(&self, call: &ExprCall, path: &Path) -> TokenStream {
        let mut call = call.clone();
        descriptor::call_by_alias(&mut call);
        let function = &call.func;
        let options = &self.options;
        let names: Vec<Ident> = call
            .args
            .iter()
            .enumerate()
            .map(|(index, argument)| operand(index, argument))
            .collect();
        let sorted: Vec<TokenStream> = call.args.iter().map(sort).collect();
        let passed = names.iter().map(|name| {
            let span = name.span();
            quote_spanned!(span=> #name.pass())
        });
        let paren = call.paren_token.span.join();
        let called = quote_spanned!(paren=> #function(#(#passed),*));
        let (site, made, outcome) = (
            hygienic("__site"),
            hygienic("__made"),
            hygienic("__outcome"),
        );
        let (value, imported) = (hygienic("__value"), descriptor::import(path));
        let holders: Vec<Ident> = (0..names.len())
            .map(|index| hygienic(&format!("__hold{index}")))
            .collect();
        let described = descriptor::with(path, |task| {
            let span = task.span();
            let holds = names.iter().enumerate().map(|(index, name)| {
                let span = name.span();
                quote_spanned!(span=>
                    <_ as ::dagger::__private::Hand<
                        <<#task as ::dagger::TaskInfo>::Shapes as ::dagger::__private::ShapeAt<#index>>::Shape,
                    >>::hold
                )
            });
            let made = quote_spanned! {span=>
                <_ as ::dagger::__private::ResultOf<<#task as ::dagger::TaskInfo>::Mark>>::made
            };
            quote!((
                const { &::dagger::__private::SpawnSite::task::<#task>(::core::file!(), ::core::line!()) },
                #made,
                ::dagger::__private::Outcome::<<#task as ::dagger::TaskInfo>::Outcome>::NEW,
                #(#holds,)*
            ))
        });
        let span = path.segments.last().map_or(paren, |last| last.ident.span());
        let asked = quote_spanned!(span=> #made(&#value));
        let [settle, spawn] = ["settle", "spawn"]
            .map(|method| Ident::new(method, Span::mixed_site().located_at(span)));
        quote!({
            #imported
            #[allow(unused_imports)]
            use ::dagger::__private::{Refine as _, SortValue as _, SpawnHere as _};
            let (#site, #made, #outcome, #(#holders,)*) = #described;
            ::dagger::__private::Call::new(
                #site,
                #options,
                (#(#sorted,)*),
                #[allow(unused_mut, clippy::unused_unit)]
                move |(#(#names,)*)| {
                    #(let mut #names = #holders(#names);)*
                    #outcome.#settle(match #called { #value => { #asked; #value } })
                },
            ).#spawn()
        })
    }

    /// `a * 2 - &b`.
    fn arithmetic(&self) -> TokenStream {
        let mut expression = self.expression.clone();
        let mut operands = Vec::new();
        take_operands(&mut expression, &mut operands);
        let names: Vec<&Ident> = operands.iter().map(|(name, _)| name).collect();
        let sorted = operands.iter().map(|(_, operand)| sort(operand));
        let holds = names.iter().map(|name| {
            let span = name.span();
            quote_spanned!(span=>
                let #name = <_ as ::dagger::__private::Hand<::dagger::__private::ByValue>>::hold(#name).pass();
            )
        });
        let (site, options) = (self.site(), &self.options);
        quote!({
            #[allow(unused_imports)]
            use ::dagger::__private::{Refine as _, SettleValue as _, SortValue as _, SpawnHere as _};
            ::dagger::__private::Call::new(#site, #options, (#(#sorted,)*), move |(#(#names,)*)| {
                #(#holds)*
                ::dagger::__private::Returned(#expression).settle()
            }).spawn()
        })
    }

    /// Anything else.
    fn closure(&self) -> TokenStream {
        match captures::of(&self.expression) {
            Some(names) => self.handed_over(&names),
            None => self.capturing(),
        }
    }

    /// A closure that captures what it needs.
    fn capturing(&self) -> TokenStream {
        let (site, options) = (self.site(), &self.options);
        let expression = &self.expression;
        let work = match expression {
            Expr::Closure(closure) => {
                let mut closure = closure.clone();
                closure.capture = Some(Token![move](closure.inputs_begin.span));
                quote!(#closure)
            }
            _ => quote!(move || #expression),
        };
        quote!({
            #[allow(unused_mut)]
            let mut __work = #work;
            #[allow(unused_imports)]
            use ::dagger::__private::{SettleValue as _, SpawnHere as _};
            ::dagger::__private::Call::new(#site, #options, (), move |()| ::dagger::__private::Returned(__work()).settle()).spawn()
        })
    }

    /// A closure that captures nothing, with the variables as arguments.
    ///
    /// They lie in the task in the order of capture, and are dropped in it: so if it never runs, and, since patterns drop what they bind
    /// from the last to the first, after it has run.
    fn handed_over(&self, names: &[Ident]) -> TokenStream {
        let (site, options) = (self.site(), &self.options);
        let captured = names.iter().map(|name| {
            let span = name.span();
            quote_spanned!(span=> ::dagger::__private::Crosses::captured(#name))
        });
        let locals: Vec<Ident> = (0..names.len())
            .map(|index| format_ident!("__captured{index}", span = Span::mixed_site()))
            .collect();
        let from_last = locals.iter().rev();
        let patterns = names.iter().rev().map(|name| quote!(mut #name));
        let (output, body) = match &self.expression {
            Expr::Closure(closure) => (closure.output.to_token_stream(), &*closure.body),
            expression => (TokenStream::new(), expression),
        };
        quote!({
            #[allow(unused_imports)]
            use ::dagger::__private::{SettleValue as _, SpawnHere as _};
            ::dagger::__private::Call::new(
                #site,
                #options,
                (#(#captured,)*),
                move |(#(#locals,)*)| ::dagger::__private::Returned(::dagger::__private::with_captured(
                    (#(#from_last.take(),)*),
                    #[allow(unused_mut)]
                    move |(#(#patterns,)*)| #output #body,
                ))
                .settle(),
            )
            .spawn()
        })
    }

    /// The site of an expression, named after its text.
    fn site(&self) -> TokenStream {
        let name = name_of(&self.expression);
        quote!(const { &::dagger::__private::SpawnSite::expression(#name, ::core::file!(), ::core::line!()) })
    }
}

/// An argument, sorted by its type; the errors of that carry the argument's span.
fn sort(argument: &Expr) -> TokenStream {
    let span = argument.span();
    quote_spanned!(span=> ::dagger::__private::Crosses::offered(#argument).sort().refine())
}

/// The name that argument `index` has inside the task.
fn operand(index: usize, argument: &Expr) -> Ident {
    // The argument's place, so that errors point there; our own hygiene, so that the user's variables do not see it.
    format_ident!(
        "__argument{index}",
        span = Span::mixed_site().located_at(argument.span())
    )
}

/// A local of the expansion.
fn hygienic(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}

/// Whether the expression is made of operators on literals and (borrowed) variables only.
fn is_arithmetic(expression: &Expr) -> bool {
    match expression {
        Expr::Binary(binary) => {
            is_strict(&binary.op) && is_arithmetic(&binary.left) && is_arithmetic(&binary.right)
        }
        Expr::Unary(unary) => !matches!(unary.op, UnOp::Deref(_)) && is_arithmetic(&unary.expr),
        Expr::Paren(paren) => is_arithmetic(&paren.expr),
        Expr::Group(group) => is_arithmetic(&group.expr),
        Expr::Lit(_) => true,
        other => is_operand(other),
    }
}

/// Operators that evaluate both sides and change neither.
fn is_strict(op: &BinOp) -> bool {
    use BinOp::{Add, BitAnd, BitOr, BitXor, Div, Eq, Ge, Gt, Le, Lt, Mul, Ne, Rem, Shl, Shr, Sub};
    matches!(
        op,
        Add(_)
            | Sub(_)
            | Mul(_)
            | Div(_)
            | Rem(_)
            | BitXor(_)
            | BitAnd(_)
            | BitOr(_)
            | Shl(_)
            | Shr(_)
            | Eq(_)
            | Ne(_)
            | Lt(_)
            | Le(_)
            | Gt(_)
            | Ge(_)
    )
}

/// A variable, a field of one, or a borrow of those.
fn is_operand(expression: &Expr) -> bool {
    match expression {
        Expr::Path(_) => true,
        Expr::Field(field) => is_operand(&field.base),
        Expr::Reference(reference) => reference.mutability.is_none() && is_operand(&reference.expr),
        _ => false,
    }
}

fn has_operator(expression: &Expr) -> bool {
    let mut inner = expression;
    while let Expr::Paren(paren) = inner {
        inner = &paren.expr;
    }
    let mut operands = Vec::new();
    take_operands(&mut inner.clone(), &mut operands);
    matches!(inner, Expr::Binary(_) | Expr::Unary(_)) && !operands.is_empty()
}

/// Replaces every operand by a name and collects what it stood for.
fn take_operands(expression: &mut Expr, operands: &mut Vec<(Ident, Expr)>) {
    match expression {
        Expr::Binary(binary) => {
            take_operands(&mut binary.left, operands);
            take_operands(&mut binary.right, operands);
        }
        Expr::Unary(unary) => take_operands(&mut unary.expr, operands),
        Expr::Paren(paren) => take_operands(&mut paren.expr, operands),
        Expr::Group(group) => take_operands(&mut group.expr, operands),
        Expr::Lit(ExprLit { .. }) => {}
        operand_expression => {
            let name = operand(operands.len(), operand_expression);
            let named = Expr::Verbatim(name.to_token_stream());
            operands.push((name, std::mem::replace(operand_expression, named)));
        }
    }
}

/// What an expression is called in errors and traces.
fn name_of(expression: &Expr) -> LitStr {
    let text = match expression {
        Expr::Closure(_) => "closure".to_owned(),
        Expr::Block(_) | Expr::Unsafe(_) => "block".to_owned(),
        // The text behind the span would be that of the first token only.
        other => {
            let text = other.to_token_stream().to_string();
            text.split_whitespace().collect::<Vec<_>>().join(" ")
        }
    };
    let text = match text.char_indices().nth(NAME_LENGTH) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    };
    LitStr::new(&text, expression.span())
}
