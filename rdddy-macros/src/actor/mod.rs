//! `#[actor]`, and the attributes that stand inside its block.

mod analyze;
mod block;
mod blocking;
mod expand;
mod handler;
mod hook;
mod model;
pub(crate) mod options;
mod parse;
mod settings;
mod signature;
#[cfg(test)]
mod tests;

use proc_macro2::TokenStream;
use quote::quote;

pub(crate) use model::{Message, Passing};
pub(crate) use parse::{Mark, Role};

use crate::support::mistakes::collect;

pub(crate) fn actor(args: TokenStream, item: TokenStream) -> TokenStream {
    collect(|mistakes| {
        let Some(input) = parse::parse(args, item.clone(), mistakes) else {
            return item;
        };
        let block = input.block.emit();
        let expansion = analyze::analyze(input, mistakes).map(|model| expand::expand(&model));
        quote!(#block #expansion)
    })
}
