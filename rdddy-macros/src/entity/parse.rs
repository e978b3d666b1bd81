//! Syntax to [`Input`]: the type, and the options on it.

use proc_macro2::TokenStream;
use syn::DeriveInput;

use super::options::ENTITY;
use crate::support::attributes::lists;
use crate::support::mistakes::Mistakes;
use crate::support::options::Given;

/// A type with the derive.
pub(crate) struct Input {
    pub(crate) item: DeriveInput,
    pub(crate) options: Vec<Given>,
}

pub(crate) fn parse(item: TokenStream, mistakes: &mut Mistakes) -> Option<Input> {
    let item: DeriveInput = match syn::parse2(item) {
        Ok(item) => item,
        Err(error) => {
            mistakes.syntax(error);
            return None;
        }
    };
    let options = ENTITY.parse_all(lists(&item.attrs, "entity"), mistakes);
    Some(Input { item, options })
}
