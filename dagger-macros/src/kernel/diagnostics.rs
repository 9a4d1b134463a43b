//! What a kernel's body cannot have, in words: what is wrong, then how to mend it. Nothing is decided here.

use crate::settings::nearest;
use dagger_ir::kernel::methods;
use proc_macro2::Span;
use quote::ToTokens;
use syn::{Error, Ident};

/// Something that has one fixed answer.
pub(super) fn no(at: impl ToTokens, text: &str) -> Error {
    Error::new_spanned(at, text)
}

pub(super) fn unknown_method(name: &Ident) -> Error {
    let written = name.to_string();
    let text = match &*written {
        "iter" | "into_iter" | "iter_mut" | "map" | "fold" | "sum" | "product" | "zip"
        | "filter" | "for_each" | "enumerate" | "all" | "any" => {
            "a kernel has no iterators: write a `for` loop over a range".to_owned()
        }
        "unwrap" | "expect" | "unwrap_or" | "unwrap_or_default" | "ok_or" | "is_some"
        | "is_none" => "a kernel has no `Option` and no `Result`: decide with `if`".to_owned(),
        "cmp" | "partial_cmp" | "total_cmp" => {
            "a kernel has no `Ordering`: compare with `<`, `==`, `>`".to_owned()
        }
        "swap" | "replace" | "take" => {
            "a kernel has no references: swap values by `(a, b) = (b, a)`".to_owned()
        }
        "push" | "pop" | "insert" | "remove" | "extend" | "resize" => {
            "memory cannot grow in a kernel: use an array of fixed length".to_owned()
        }
        "to_string" | "as_str" | "chars" | "parse" => "a kernel has no text".to_owned(),
        name if name.starts_with("checked_") || name.starts_with("overflowing_") => {
            let wrapping = name
                .replace("checked_", "wrapping_")
                .replace("overflowing_", "wrapping_");
            format!(
                "`{name}` gives more than a number: use `{wrapping}`, or test the operands first"
            )
        }
        name => match nearest(name, methods::names()) {
            Some(nearest) => format!("there is no `{name}` in kernels: did you mean `{nearest}`?"),
            None => format!(
                "there is no `{name}` in kernels: they have the methods of numbers that `#[kernel]`'s documentation lists; write the others as kernels of their own"
            ),
        },
    };
    Error::new(name.span(), text)
}

pub(super) fn wrong_argument_count(name: &Ident, wanted: usize) -> Error {
    let s = if wanted == 1 { "" } else { "s" };
    Error::new(
        name.span(),
        format!("`{name}` takes {wanted} argument{s} here"),
    )
}

pub(super) fn unknown_function(name: &Ident, ty: &str) -> Error {
    let known = methods::names();
    let text = match nearest(&name.to_string(), known) {
        Some(nearest) => {
            format!("there is no `{ty}::{name}` in kernels: did you mean `{nearest}`?")
        }
        None => format!("there is no `{ty}::{name}` in kernels: write it as a kernel of its own"),
    };
    Error::new(name.span(), text)
}

pub(super) fn unknown_variable(name: &Ident, locals: &[String]) -> Error {
    let text = match nearest(&name.to_string(), locals.iter().map(String::as_str)) {
        Some(nearest) => {
            format!("there is no variable `{name}` in this kernel: did you mean `{nearest}`?")
        }
        None => format!(
            "there is no variable `{name}` in this kernel: it can use its parameters, its own variables, and constants, whose names are in capitals"
        ),
    };
    Error::new(name.span(), text)
}

pub(super) fn calls_itself(at: &Ident) -> Error {
    Error::new(
        at.span(),
        format!("`{at}` calls itself, and a device has no deep stack: write a loop"),
    )
}

pub(super) fn unsupported_type(at: impl ToTokens, name: &str) -> Error {
    let text = match name {
        "Vec" | "VecDeque" | "HashMap" | "BTreeMap" | "HashSet" | "Box" | "Rc" | "Arc" => format!(
            "a kernel cannot use `{name}`, memory cannot grow on a device: use an array of fixed length, `[f32; 3]`"
        ),
        "String" | "str" | "char" => format!("a kernel has no text, so no `{name}`: use numbers"),
        "Option" | "Result" => format!(
            "a kernel cannot use `{name}`: give a tuple with a `bool`, or a number that means there is none, such as NaN"
        ),
        "u128" | "i128" => {
            format!("a kernel cannot use `{name}`: devices compute with up to 64 bits")
        }
        "f16" | "f128" => format!("a kernel cannot use `{name}`: use `f32` or `f64`"),
        _ => format!(
            "a kernel cannot use the type `{name}`: use numbers, `bool`, tuples and arrays of them"
        ),
    };
    Error::new_spanned(at, text)
}

pub(super) fn unknown_macro(at: impl ToTokens, name: &str) -> Error {
    let text = match name {
        "println" | "print" | "eprintln" | "eprint" | "dbg" => {
            format!(
                "a kernel cannot print, so no `{name}!`: give what is of interest as part of the result"
            )
        }
        "format" | "write" | "writeln" => format!("a kernel has no text, so no `{name}!`"),
        "vec" => {
            "a kernel cannot use `vec!`, memory cannot grow on a device: use an array, `[0.0; 4]`"
                .to_owned()
        }
        _ => format!(
            "a kernel cannot use the macro `{name}!`: there are `assert!`, `debug_assert!`, `panic!`, `unreachable!` and `matches!`"
        ),
    };
    Error::new_spanned(at, text)
}

pub(super) fn radius_unknown(at: impl ToTokens) -> Error {
    Error::new_spanned(
        at,
        "how far away this neighbour is cannot be seen here: say how far at most, as in `#[kernel(stencil, radius = 2)]`",
    )
}

pub(super) fn beyond_radius(at: impl ToTokens, radius: usize) -> Error {
    Error::new_spanned(
        at,
        format!("this neighbour is farther away than the `radius` of {radius}"),
    )
}

pub(super) fn number_too_large(span: Span) -> Error {
    Error::new(
        span,
        "this number has more than 64 bits, which no number of a kernel has",
    )
}
