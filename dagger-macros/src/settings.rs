//! Lists of settings in an attribute: `name = value`, `name(value)` or just `name`, separated by commas.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Error, Expr, Lit, LitStr, Token, UnOp};

/// One setting as written.
pub(crate) struct Setting {
    pub(crate) name: Ident,
    /// What follows `=`, or stands in the parentheses.
    pub(crate) value: Option<TokenStream>,
}

impl Parse for Setting {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let name = input.call(Ident::parse_any)?;
        let value = if input.peek(Token![=]) {
            input.parse::<Token![=]>()?;
            Some(input.parse::<Expr>()?.into_token_stream())
        } else if input.peek(syn::token::Paren) {
            let inside;
            syn::parenthesized!(inside in input);
            Some(inside.parse::<TokenStream>()?)
        } else {
            None
        };
        Ok(Setting { name, value })
    }
}

/// The settings in an attribute's parentheses. `known` are the names there are; others, and repeated ones, are errors.
pub(crate) fn parse(tokens: TokenStream, known: &[&str], errors: &mut Vec<Error>) -> Vec<Setting> {
    let parsed = match Punctuated::<Setting, Token![,]>::parse_terminated.parse2(tokens) {
        Ok(parsed) => parsed,
        Err(error) => {
            errors.push(error);
            return Vec::new();
        }
    };
    let mut settings: Vec<Setting> = Vec::new();
    for setting in parsed {
        if !known.contains(&&*setting.name.to_string()) {
            errors.push(unknown(&setting.name, known));
        } else if settings.iter().any(|earlier| earlier.name == setting.name) {
            let text = format!("`{}` is given twice: keep one", setting.name);
            errors.push(Error::new(setting.name.span(), text));
        } else {
            settings.push(setting);
        }
    }
    settings
}

/// The error for a name that does not exist, with the nearest one that does.
pub(crate) fn unknown(name: &Ident, known: &[&str]) -> Error {
    let list = known
        .iter()
        .map(|name| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(", ");
    let written = name.to_string();
    let text = match nearest(&written, known.iter().copied()) {
        Some(nearest) => {
            format!("there is no `{written}`: did you mean `{nearest}`? there are {list}")
        }
        None => format!("there is no `{written}`: there are {list}"),
    };
    Error::new(name.span(), text)
}

/// The known name that `written` is most like, if it is at all.
pub(crate) fn nearest<'a>(written: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known
        .map(|name| (distance(name, written), name))
        .filter(|(distance, name)| *distance <= name.len().div_ceil(3))
        .min()
        .map(|(_, name)| name)
}

/// How many letters must change to make the one out of the other (Levenshtein).
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in other.iter().enumerate() {
            let changed = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[other.len()]
}

impl Setting {
    /// The value as an expression that is not a literal of a wrong kind. `wanted` says what it should be.
    pub(crate) fn expression(&self, fits: fn(&Lit) -> bool, wanted: &str) -> syn::Result<Expr> {
        let wrong = |at: &dyn ToTokens| {
            let text = format!("`{}` needs {wanted}", self.name);
            Error::new_spanned(at.to_token_stream(), text)
        };
        let Some(value) = &self.value else {
            return Err(wrong(&self.name));
        };
        let expr: Expr = syn::parse2(value.clone()).map_err(|_| {
            if value.is_empty() {
                wrong(&self.name)
            } else {
                wrong(value)
            }
        })?;
        match literal(&expr) {
            Some(lit) if !fits(lit) => Err(wrong(&expr)),
            _ => Ok(expr),
        }
    }

    /// The value as a string literal. `example` shows how it is written.
    pub(crate) fn string(&self, example: &str) -> syn::Result<LitStr> {
        let wrong = |at: &dyn ToTokens| {
            let text = format!("`{}` needs a string, as in `{example}`", self.name);
            Error::new_spanned(at.to_token_stream(), text)
        };
        let Some(value) = &self.value else {
            return Err(wrong(&self.name));
        };
        let text: LitStr = syn::parse2(value.clone()).map_err(|_| wrong(value))?;
        if text.value().trim().is_empty() {
            return Err(wrong(&text));
        }
        Ok(text)
    }

    /// That there is no value.
    pub(crate) fn flag(&self) -> syn::Result<()> {
        match &self.value {
            None => Ok(()),
            Some(value) => {
                let text = format!("`{0}` takes no value: write just `{0}`", self.name);
                Err(Error::new_spanned(
                    if value.is_empty() {
                        self.name.to_token_stream()
                    } else {
                        value.clone()
                    },
                    text,
                ))
            }
        }
    }
}

/// The literal that an expression is, also with a minus before it.
fn literal(expr: &Expr) -> Option<&Lit> {
    match expr {
        Expr::Lit(lit) => Some(&lit.lit),
        Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => literal(&unary.expr),
        Expr::Paren(paren) => literal(&paren.expr),
        _ => None,
    }
}

/// One error out of many.
pub(crate) fn combined(errors: Vec<Error>) -> Option<Error> {
    errors.into_iter().reduce(|mut all, error| {
        all.combine(error);
        all
    })
}
