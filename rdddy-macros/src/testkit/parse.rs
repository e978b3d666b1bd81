//! Syntax to [`Input`]: the function, and the options of its attribute.

use proc_macro2::{Group, TokenStream};
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Path, Signature, Visibility};

use super::EXPLORE;
use crate::support::codes::Code;
use crate::support::mistakes::{Mistake, Mistakes};
use crate::support::options::{Given, OptionTable};

/// A function, read no deeper than its body.
pub(crate) struct Function {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) signature: Signature,
    pub(crate) body: Group,
}

impl Parse for Function {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        Ok(Function {
            attributes: input.call(Attribute::parse_outer)?,
            visibility: input.parse()?,
            signature: input.parse()?,
            body: input.parse()?,
        })
    }
}

/// A test function.
pub(crate) struct Input {
    pub(crate) function: Function,
    pub(crate) explores: bool,
    pub(crate) options: Vec<Given>,
    pub(crate) krate: Option<Path>,
}

pub(crate) fn parse(
    table: &'static OptionTable,
    args: TokenStream,
    item: TokenStream,
    mistakes: &mut Mistakes,
) -> Option<Input> {
    let mut options = table.parse(args, mistakes);
    let krate = Given::take_crate(&mut options);
    match syn::parse2(item.clone()) {
        Ok(function) => {
            Some(Input { function, explores: std::ptr::eq(table, &EXPLORE), options, krate })
        }
        Err(_) => {
            mistakes.report(
                Mistake::at(Code::E020, item, "a test is a function")
                    .help("write `async fn orders_are_placed_once(world: &mut World) { .. }`"),
            );
            None
        }
    }
}
