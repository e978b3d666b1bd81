//! `#[actor]`, and the attributes that stand inside its block.

pub(crate) mod analyze;
pub(crate) mod block;
mod blocking;
mod expand;
mod handler;
pub(crate) mod hook;
pub(crate) mod model;
pub(crate) mod options;
pub(crate) mod parse;
mod settings;
pub(crate) mod signature;
#[cfg(test)]
mod tests;

use proc_macro2::TokenStream;
use quote::quote;

pub(crate) use model::{Invariant, Message, Passing};
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
