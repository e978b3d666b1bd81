//! Syntax to [`Input`]: the type, and the options on it and on its fields.

use proc_macro2::TokenStream;
use syn::{Attribute, Data, DeriveInput};

use super::options::{FIELD, VALUE};
use crate::support::attributes::lists;
use crate::support::mistakes::Mistakes;
use crate::support::options::{Given, OptionTable};

/// A type with the derive.
pub(crate) struct Input {
    pub(crate) item: DeriveInput,
    /// The options on the type: for each attribute, because a message is about the rules beside it.
    pub(crate) options: Vec<Vec<Given>>,
    /// Those on each field.
    pub(crate) field_options: Vec<Vec<Vec<Given>>>,
}

pub(crate) fn parse(item: TokenStream, mistakes: &mut Mistakes) -> Option<Input> {
    let item: DeriveInput = match syn::parse2(item) {
        Ok(item) => item,
        Err(error) => {
            mistakes.syntax(error);
            return None;
        }
    };
    let options = options(&VALUE, &item.attrs, mistakes);
    let field_options = match &item.data {
        Data::Struct(data) => {
            data.fields.iter().map(|field| self::options(&FIELD, &field.attrs, mistakes)).collect()
        }
        Data::Enum(_) | Data::Union(_) => Vec::new(),
    };
    Some(Input { item, options, field_options })
}

fn options(
    table: &'static OptionTable,
    attributes: &[Attribute],
    mistakes: &mut Mistakes,
) -> Vec<Vec<Given>> {
    lists(attributes, "value").into_iter().map(|tokens| table.parse(tokens, mistakes)).collect()
}
