//! The settings of `#[task(..)]`.

use crate::options::On;
use crate::settings;
use proc_macro2::TokenStream;
use syn::{Error, Expr, Lit, LitStr};

const KNOWN: &[&str] = &[
    "name",
    "priority",
    "retry",
    "on",
    "cost",
    "occupancy",
    "checkpoint",
    "anywhere",
];

/// What `#[task(..)]` says.
#[derive(Default)]
pub(super) struct Attributes {
    pub(super) name: Option<LitStr>,
    pub(super) priority: Option<Expr>,
    pub(super) retry: Option<Expr>,
    pub(super) on: Option<On>,
    pub(super) cost: Option<Expr>,
    pub(super) occupancy: Option<Expr>,
    pub(super) checkpoint: bool,
    pub(super) anywhere: bool,
}

impl Attributes {
    pub(super) fn parse(tokens: TokenStream, errors: &mut Vec<Error>) -> Self {
        let mut attributes = Attributes::default();
        for setting in settings::parse(tokens, KNOWN, errors) {
            errors.extend(attributes.set(&setting).err());
        }
        attributes
    }

    fn set(&mut self, setting: &settings::Setting) -> syn::Result<()> {
        let whole = |lit: &Lit| matches!(lit, Lit::Int(_));
        let number = |lit: &Lit| matches!(lit, Lit::Int(_) | Lit::Float(_));
        match &*setting.name.to_string() {
            "name" => self.name = Some(setting.string("name = \"load\"")?),
            "priority" => {
                self.priority = Some(setting.expression(
                    whole,
                    "a whole number, as in `priority = 2`: more is sooner",
                )?);
            }
            "retry" => {
                self.retry = Some(setting.expression(
                    whole,
                    "a whole number, as in `retry = 3`: how often a failed attempt is repeated",
                )?);
            }
            "on" => {
                let tokens = setting.value.clone().unwrap_or_default();
                self.on = Some(On::parse(&tokens, setting.name.span())?);
            }
            "cost" => {
                self.cost = Some(setting.expression(
                    number,
                    "a number, as in `cost(2.5e6)`: the expected nanoseconds on one thread",
                )?);
            }
            "occupancy" => {
                let wanted = "a number above 0 and at most 1, as in `occupancy = 0.5`";
                let occupancy = setting.expression(number, wanted)?;
                let literal = match &occupancy {
                    Expr::Lit(lit) => match &lit.lit {
                        Lit::Float(float) => float.base10_parse::<f64>().ok(),
                        Lit::Int(int) => int.base10_parse::<f64>().ok(),
                        _ => None,
                    },
                    Expr::Unary(_) => Some(-1.0),
                    _ => None,
                };
                if literal.is_some_and(|share| !(share > 0.0 && share <= 1.0)) {
                    return Err(Error::new_spanned(
                        occupancy,
                        format!("`occupancy` needs {wanted}"),
                    ));
                }
                self.occupancy = Some(occupancy);
            }
            "checkpoint" => {
                setting.flag()?;
                self.checkpoint = true;
            }
            "anywhere" => {
                setting.flag()?;
                self.anywhere = true;
            }
            other => unreachable!("`{other}` is not in the list of known settings"),
        }
        Ok(())
    }
}
