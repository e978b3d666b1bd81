//! Syntax to [`Input`]: the type, and the options on it.

use proc_macro2::TokenStream;
use syn::DeriveInput;

use super::Derive;
use crate::support::attributes::lists;
use crate::support::mistakes::Mistakes;
use crate::support::options::Given;

/// A type with a message derive.
pub(crate) struct Input {
    pub(crate) derive: Derive,
    pub(crate) item: DeriveInput,
    pub(crate) options: Vec<Given>,
}

pub(crate) fn parse(derive: Derive, item: TokenStream, mistakes: &mut Mistakes) -> Option<Input> {
    let item: DeriveInput = match syn::parse2(item) {
        Ok(item) => item,
        Err(error) => {
            mistakes.syntax(error);
            return None;
        }
    };
    let lists = lists(&item.attrs, derive.attribute());
    let options = derive.options().parse_all(lists, mistakes);
    Some(Input { derive, item, options })
}
