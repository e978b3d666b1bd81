//! `#[test]` and `#[explore]` of the testkit.

mod analyze;
mod expand;
mod options;
mod parse;
#[cfg(test)]
mod tests;

use proc_macro2::TokenStream;
use quote::quote;

use crate::support::mistakes::collect;
use crate::support::options::OptionTable;

pub(crate) use options::{EXPLORE, TEST};

pub(crate) fn test(args: TokenStream, item: TokenStream) -> TokenStream {
    expand_with(&TEST, args, item)
}

pub(crate) fn explore(args: TokenStream, item: TokenStream) -> TokenStream {
    expand_with(&EXPLORE, args, item)
}

fn expand_with(table: &'static OptionTable, args: TokenStream, item: TokenStream) -> TokenStream {
    collect(|mistakes| {
        let Some(input) = parse::parse(table, args, item.clone(), mistakes) else {
            return item;
        };
        match analyze::analyze(input, mistakes) {
            Some(model) => expand::expand(&model),
            // Kept, so that what it uses is used; not as a test, which it cannot be.
            None => quote!(#[allow(dead_code)] #item),
        }
    })
}
