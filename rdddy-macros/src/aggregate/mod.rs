//! `#[aggregate]`, and the attributes that stand inside its block.

mod analyze;
mod expand;
mod method;
mod model;
pub(crate) mod options;
mod parse;
#[cfg(test)]
mod tests;

use proc_macro2::TokenStream;
use quote::quote;

use crate::support::mistakes::collect;

pub(crate) fn aggregate(args: TokenStream, item: TokenStream) -> TokenStream {
    collect(|mistakes| {
        let Some(input) = parse::parse(args, item.clone(), mistakes) else {
            return item;
        };
        let block = input.block.emit();
        let expansion = analyze::analyze(input, mistakes).map(|model| expand::expand(&model));
        quote!(#block #expansion)
    })
}
