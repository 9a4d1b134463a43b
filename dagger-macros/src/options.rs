//! The options of one call, `#[on(..)]`, `#[priority(..)]`, `#[name(..)]`: on a statement of `dag!` and inside `spawn!`.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{Attribute, Error, Expr, Lit, LitStr, Meta};

use crate::place;
use crate::settings::Setting;

/// Their names.
pub(crate) const OPTIONS: &[&str] = &["on", "priority", "name"];

/// A place, of a call or of a task.
#[derive(Clone, Debug)]
pub(crate) struct On {
    /// The user's words, for pictures.
    pub(crate) text: String,
    /// An expression of type `::dagger::Scope`.
    pub(crate) scope: TokenStream,
}

/// What the attributes of a call ask for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    /// What `#[on(..)]` says.
    pub(crate) on: Option<On>,
    /// The expression of `#[priority(..)]`.
    pub(crate) priority: Option<Expr>,
    /// The text of `#[name("..")]`.
    pub(crate) name: Option<LitStr>,
}

impl On {
    /// The place that the tokens in the parentheses name; `at` is where an error stands if there are none.
    pub(crate) fn parse(tokens: &TokenStream, at: Span) -> syn::Result<Self> {
        Ok(On {
            text: tokens.to_string(),
            scope: place::parse(tokens, at)?,
        })
    }
}

impl Options {
    /// Takes note of an attribute; `None` if it is none of the options.
    pub(crate) fn set(&mut self, attr: &Attribute) -> Option<syn::Result<()>> {
        let name = attr.path().get_ident()?;
        OPTIONS
            .contains(&&*name.to_string())
            .then(|| self.set_known(attr))
    }

    fn set_known(&mut self, attr: &Attribute) -> syn::Result<()> {
        let setting = setting(attr);
        let name = setting.name.to_string();
        let given = match &*name {
            "on" => self.on.is_some(),
            "priority" => self.priority.is_some(),
            _ => self.name.is_some(),
        };
        if given {
            let text = format!("`#[{name}(..)]` is given twice: keep one");
            return Err(Error::new_spanned(attr, text));
        }
        match &*name {
            "on" => {
                let tokens = setting.value.unwrap_or_default();
                self.on = Some(On::parse(&tokens, attr.path().span())?);
            }
            "priority" => {
                let whole =
                    |lit: &Lit| matches!(lit, Lit::Int(int) if int.base10_parse::<i32>().is_ok());
                let wanted = "a whole number, as in `#[priority(3)]`: more is sooner";
                self.priority = Some(setting.expression(whole, wanted)?);
            }
            _ => self.name = Some(setting.string("#[name(\"load\")]")?),
        }
        Ok(())
    }
}

/// Whether the attribute is one of the options.
pub(crate) fn is_option(attr: &Attribute) -> bool {
    OPTIONS.iter().any(|name| attr.path().is_ident(name))
}

fn setting(attr: &Attribute) -> Setting {
    let name = attr
        .path()
        .get_ident()
        .cloned()
        .unwrap_or_else(|| syn::Ident::new("option", attr.path().span()));
    let value = match &attr.meta {
        Meta::Path(_) => None,
        Meta::List(list) => Some(list.tokens.clone()),
        Meta::NameValue(pair) => Some(pair.value.to_token_stream()),
    };
    Setting { name, value }
}
