//! Syntax to [`Input`]: the type, and the options on it.

use proc_macro2::TokenStream;
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
    let arguments = item
        .attrs
        .iter()
        .filter(|attribute| attribute.path().is_ident(derive.attribute()))
        .fold(TokenStream::new(), |mut arguments, attribute| {
            match &attribute.meta {
                Meta::List(list) => {
                    arguments.extend(list.tokens.clone());
                    arguments.extend(quote::quote!(,));
                }
                Meta::Path(_) => {}
                Meta::NameValue(pair) => {
                    arguments.extend(quote::ToTokens::to_token_stream(pair));
                    arguments.extend(quote::quote!(,));
                }
            }
            arguments
        });
    let options = derive.options().parse(arguments, mistakes);
    Some(Input { derive, item, options })
}
