//! Syntax to [`Input`]: the type, and the options on it.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{DeriveInput, Meta};

use super::Derive;
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
    let lists: Vec<_> = item
        .attrs
        .iter()
        .filter(|attribute| attribute.path().is_ident(derive.attribute()))
        .map(|attribute| match &attribute.meta {
            Meta::List(list) => list.tokens.clone(),
            Meta::Path(_) => TokenStream::new(),
            Meta::NameValue(pair) => pair.to_token_stream(),
        })
        .collect();
    let options = derive.options().parse_all(lists, mistakes);
    Some(Input { derive, item, options })
}
