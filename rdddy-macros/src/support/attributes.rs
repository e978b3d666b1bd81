//! The lists of options in the attributes of an item.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Attribute, Meta};

/// What stands in each attribute `name`.
pub(crate) fn lists(attributes: &[Attribute], name: &str) -> Vec<TokenStream> {
    attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident(name))
        .map(|attribute| match &attribute.meta {
            Meta::List(list) => list.tokens.clone(),
            Meta::Path(_) => TokenStream::new(),
            Meta::NameValue(pair) => pair.to_token_stream(),
        })
        .collect()
}
