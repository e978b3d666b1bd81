//! Syntax to [`Input`]: the type, and the options on it and on its variants.

use proc_macro2::TokenStream;
use syn::{Data, DeriveInput};

use super::options::{DOMAIN, VARIANT};
use crate::support::attributes::lists;
use crate::support::mistakes::Mistakes;
use crate::support::options::Given;

/// A type with the derive.
pub(crate) struct Input {
    pub(crate) item: DeriveInput,
    pub(crate) options: Vec<Given>,
    /// The options on each variant.
    pub(crate) variants: Vec<Vec<Given>>,
}

pub(crate) fn parse(item: TokenStream, mistakes: &mut Mistakes) -> Option<Input> {
    let item: DeriveInput = match syn::parse2(item) {
        Ok(item) => item,
        Err(error) => {
            mistakes.syntax(error);
            return None;
        }
    };
    let options = DOMAIN.parse_all(lists(&item.attrs, "domain"), mistakes);
    let variants = match &item.data {
        Data::Enum(data) => data
            .variants
            .iter()
            .map(|variant| VARIANT.parse_all(lists(&variant.attrs, "domain"), mistakes))
            .collect(),
        Data::Struct(_) | Data::Union(_) => Vec::new(),
    };
    Some(Input { item, options, variants })
}
